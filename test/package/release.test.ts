// How a version is released: the workflow, the bill of materials and the licences of what the package brings.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
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
  for (const before of ['GITHUB_REF_NAME" =', 'npm ci', 'npm test', 'packaging/verify.ts', 'packaging/sbom.ts']) {
    expect(place(before), before).toBeGreaterThan(-1);
    expect(place(before), before).toBeLessThan(place('npm publish'));
  }
  expect(workflowText).not.toContain('secrets.');
});

test('the workflow names actions by version, and only files and scripts that exist', () => {
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  for (const { uses, run } of steps) {
    expect(uses === undefined, 'a step has one of both').toBe(run !== undefined);
    if (uses) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
    // Values of an event in a command are code of whoever made it.
    expect(run ?? '').not.toContain('${{');
    for (const [, file] of run?.matchAll(/\bnode (\S+\.ts)/g) ?? []) expect(existsSync(root + file), file).toBe(true);
    for (const [, script] of run?.matchAll(/\bnpm run (\S+)/g) ?? []) expect(manifest.scripts).toHaveProperty(script!);
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
  expect(names(bundled)).toEqual(expect.arrayContaining(['graphql-rate-limit-directive', '@graphql-inspector/core']));
  expect(names(components)).toEqual(expect.arrayContaining(['graphql', 'undici', 'zod']));
  expect(names(components)).not.toEqual(expect.arrayContaining(['vitest']));
  const others = components.filter(
    ({ licenses = [] }) =>
      licenses.length === 0 || !licenses.every(({ license }) => permissive.includes(license?.id ?? '')),
  );
  expect(others.map(({ name, licenses }) => `${name}: ${JSON.stringify(licenses)}`)).toEqual([]);
});
