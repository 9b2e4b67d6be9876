// How a version is released: the workflow, the bill of materials and the licences of what the package brings.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { releaseNotes } from '../../packaging/changelog.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

interface Workflow {
  on: { push: { tags: string[] } };
  permissions: Record<string, string>;
  jobs: Record<string, { permissions?: Record<string, string>; steps: Step[] }>;
}

interface Component {
  name: string;
  version: string;
  licenses?: { license?: { id?: string }; expression?: string }[];
  properties?: { name: string; value: string }[];
}

const workflowText = readFileSync(`${root}.github/workflows/release.yml`, 'utf8');
const workflow = parse(workflowText) as Workflow;
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> };

test('a tag is published with provenance, by a job that may do nothing else, after all tests', () => {
  expect(workflow.on).toEqual({ push: { tags: ['v*'] } });
  expect(workflow.permissions).toEqual({ contents: 'read' });
  expect(Object.keys(workflow.jobs)).toEqual(['publish']);
  const { permissions, steps } = workflow.jobs.publish!;
  expect(permissions).toEqual({ contents: 'write', 'id-token': 'write' });
  const commands = steps.map(({ run = '' }) => run);
  const place = (part: string) => commands.findIndex((command) => command.includes(part));
  expect(commands[place('npm publish')]).toMatch(/ --provenance\b/);
  const needed = ['GITHUB_REF_NAME" =', '.changeset', 'npm ci', 'npm test', 'packaging/verify.ts', 'packaging/sbom.ts'];
  for (const before of needed) {
    expect(place(before), before).toBeGreaterThan(-1);
    expect(place(before), before).toBeLessThan(place('npm publish'));
  }
  expect(workflowText).not.toContain('secrets.');
});

const workflows = globSync('.github/workflows/*.yml', { cwd: root });

test.each(workflows)('%s names actions by version, and only files and scripts that exist', (file) => {
  const text = readFileSync(root + file, 'utf8');
  const { permissions, jobs } = parse(text) as Workflow;
  expect(permissions).toEqual({ contents: 'read' });
  expect(text).not.toContain('secrets.');
  for (const { uses, run } of Object.values(jobs).flatMap((job) => job.steps)) {
    expect(uses === undefined, 'a step has one of both').toBe(run !== undefined);
    if (uses) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
    // Values of an event in a command are code of whoever made it.
    expect(run ?? '').not.toContain('${{');
    for (const [, path] of run?.matchAll(/\bnode (\S+\.ts)/g) ?? []) expect(existsSync(root + path), path).toBe(true);
    for (const [, script] of run?.matchAll(/\bnpm run (\S+)/g) ?? [])
      expect(manifest.scripts).toHaveProperty([script!]);
  }
});

test('every change runs the tests, with the licences in them, and makes the bill of materials', () => {
  const { jobs } = parse(readFileSync(`${root}.github/workflows/ci.yml`, 'utf8')) as Workflow;
  const commands = jobs.test!.steps.map(({ run = '' }) => run);
  expect(commands).toEqual(expect.arrayContaining(['npm ci', 'npm test', 'node packaging/sbom.ts > sbom.cdx.json']));
});

test('a version is made of its changesets, and of what the changelog had without a version', () => {
  const folder = temporaryFolder({
    'package.json': '{ "name": "made", "version": "1.2.3" }',
    'package-lock.json': '{ "name": "made", "version": "1.2.3", "packages": { "": { "version": "1.2.3" } } }',
    'CHANGELOG.md': '# Changelog\n\nText.\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n## 1.2.3\n\n- Old.\n',
    '.changeset/two.md': "---\n'made': minor\n---\n\nTwo, with `code`.\n",
  });
  cpSync(`${root}.changeset/config.json`, `${folder}/.changeset/config.json`);
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '.'],
    ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'a'],
  ])
    spawnSync('git', args, { cwd: folder });
  const version = () => spawnSync(process.execPath, [`${root}packaging/version.ts`, folder], { encoding: 'utf8' });
  const { status, stderr } = version();
  expect(status, stderr).toBe(0);
  const changelog = readFileSync(`${folder}/CHANGELOG.md`, 'utf8');
  expect(changelog.replace(/- [0-9a-f]{7}: /, '- ')).toBe(
    '# Changelog\n\nText.\n\n## 1.3.0\n\n### Minor Changes\n\n- Two, with `code`.\n\n### Added\n\n- One.\n\n## 1.2.3\n\n- Old.\n',
  );
  expect(releaseNotes(changelog, '1.2.3')).toBe('- Old.\n');
  expect(releaseNotes(changelog, '1.3.0')).toMatch(/^### Minor Changes\n[\s\S]*- One\.\n$/);
  const lock = JSON.parse(readFileSync(`${folder}/package-lock.json`, 'utf8'));
  expect([lock.version, lock.packages[''].version]).toEqual(['1.3.0', '1.3.0']);
  expect(existsSync(`${folder}/.changeset/two.md`)).toBe(false);
  expect(version()).toMatchObject({ status: 1, stderr: expect.stringContaining('There are no changesets') });
});

test('the changesets are for this package, in a kind of version that there is', () => {
  for (const file of globSync('.changeset/*.md', { cwd: root }).filter((name) => !name.endsWith('README.md'))) {
    expect(readFileSync(root + file, 'utf8'), file).toMatch(
      /^---\n(?:'concierge-gateway': (?:patch|minor|major)\n)?---\n(?:\n\S[\s\S]*)?$/,
    );
  }
});

/** Licences that ask for no more than their notice. */
const permissive = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'];

test('the bill of materials has what is installed and what is bundled, all under permissive licences', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [`${root}packaging/sbom.ts`], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const components = JSON.parse(stdout).components as Component[];
  const bundled = components.filter(({ properties }) => properties?.some(({ name }) => name === 'bundled'));
  const names = (list: Component[]) => list.map(({ name }) => name);
  expect(names(bundled)).toEqual(
    expect.arrayContaining(['graphql-rate-limit-directive', '@graphql-inspector/core', 'preact', 'uplot']),
  );
  expect(names(components)).toEqual(expect.arrayContaining(['graphql', 'undici', 'zod']));
  expect(names(components)).not.toEqual(expect.arrayContaining(['vitest']));
  const others = components.filter(
    ({ licenses = [] }) =>
      licenses.length === 0 || !licenses.every(({ license }) => permissive.includes(license?.id ?? '')),
  );
  expect(others.map(({ name, licenses }) => `${name}: ${JSON.stringify(licenses)}`)).toEqual([]);
});
