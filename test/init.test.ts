// `concierge init`: the project that it writes, and what keeps it from writing one.
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from './harness/folder.ts';
import { concierge, filesOf } from './init/command.ts';

test('init writes a project into a new folder, and names the next commands', async () => {
  const folder = temporaryFolder();
  const { status, stdout, stderr } = await concierge(folder, 'init', 'My Gateway');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const project = join(folder, 'My Gateway');
  expect(stdout.split('\n').slice(1)).toEqual([
    '',
    'Next:',
    '  cd "My Gateway"',
    '  npm install',
    expect.stringMatching(/^ {2}npm start +# the gateway, with the example service/),
    '  npm test',
    '',
  ]);
  expect(stdout).toMatch(new RegExp(`^${filesOf(project).size} files are in My Gateway\\.`));
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  expect(manifest).toMatchObject({ name: 'my-gateway', private: true, type: 'module' });
  expect(readFileSync(join(project, '.gitignore'), 'utf8')).toMatch(/^\.env$/m);
});

test('a project is not named after a package that it depends on', async () => {
  const folder = temporaryFolder();
  await concierge(folder, 'init', 'concierge-gateway');
  const manifest = JSON.parse(readFileSync(join(folder, 'concierge-gateway/package.json'), 'utf8'));
  expect(manifest.name).toBe('concierge-gateway-project');
});

test('init overwrites nothing: it names everything that stands in the way, and writes no file', async () => {
  const before = { 'README.md': 'mine', clients: 'a file', 'src/index.ts': 'export {};' };
  const folder = temporaryFolder(before);
  symlinkSync('/nowhere', join(folder, 'Dockerfile'));
  const { status, stderr } = await concierge(folder, 'init');
  expect(status).toBe(1);
  expect(stderr).toBe(
    `Nothing has been written to ${folder}: concierge init overwrites no files, and these are there already:\n` +
      '  Dockerfile\n  README.md\n  clients\n' +
      'Give a folder of its own: concierge init gateway\n',
  );
  expect(Object.fromEntries(filesOf(folder))).toEqual(before);
  expect(existsSync(join(folder, 'package.json'))).toBe(false);
});

test('init takes no file for a folder', async () => {
  const folder = temporaryFolder({ gateway: 'a file' });
  const { status, stderr } = await concierge(folder, 'init', 'gateway');
  expect(status).toBe(1);
  expect(stderr).toBe(`${folder}/gateway is a file. Give the name of a folder: concierge init gateway\n`);
});
