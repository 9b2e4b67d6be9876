// Preparation of the tests on a machine that lacks what they need.
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import { temporaryFolder } from './harness/folder.ts';
import { root } from './harness/gateway.ts';

interface Outcome {
  status: number | null;
  lines: string[];
}

/** Where a browser stands beside the PATH, as on macOS, it is not found either. */
const noBrowser = { CHROMIUM_PATH: '/nowhere' };

/** Runs a step with a PATH of its own; `commands` are the only programs on it besides Node. */
function prepare(script: string, commands: Record<string, string>, env: Record<string, string> = {}): Outcome {
  const files = Object.entries(commands).map(([name, text]) => [name, `#!/bin/sh\n${text}\n`]);
  const folder = temporaryFolder(Object.fromEntries(files));
  for (const name of Object.keys(commands)) chmodSync(`${folder}/${name}`, 0o755);
  const ran = spawnSync(process.execPath, [`${root}test/prepare/${script}`], {
    encoding: 'utf8',
    env: { PATH: folder, CONCIERGE_TEST_INSTALL: '0', ...env },
  });
  return { status: ran.status, lines: `${ran.stdout}${ran.stderr}`.trimEnd().split('\n') };
}

test('where nothing is missing, the preparation prints nothing', () => {
  expect(prepare('programs.ts', { 'redis-server': '', chromium: '', prometheus: '', haproxy: '' })).toEqual({
    status: 0,
    lines: [''],
  });
});

test('what is missing is named in one line, with the command for each system', () => {
  expect(prepare('programs.ts', {}, noBrowser)).toEqual({
    status: 1,
    lines: [
      'Missing: redis-server, prometheus, haproxy, chromium. Install them, or run `npm run test:unit`, which needs none of them.',
      '  Debian:  apt-get update && apt-get install -y --no-install-recommends redis-server prometheus haproxy chromium',
      '  macOS:   brew install redis && brew install prometheus && brew install haproxy && brew install --cask chromium',
      '  Windows: wsl --install -d Debian, then as on Debian (Redis has no release for Windows)',
    ],
  });
  expect(prepare('programs.ts', { chromium: '', prometheus: '', haproxy: '' }).lines[0]).toMatch(
    /^Missing: redis-server\. /,
  );
});

test('CHROMIUM_PATH names the browser, and a file that does not exist is none', () => {
  const commands = { 'redis-server': '', prometheus: '', haproxy: '' };
  expect(prepare('programs.ts', commands, { CHROMIUM_PATH: process.execPath }).status).toBe(0);
  expect(prepare('programs.ts', { ...commands, chromium: '' }, noBrowser).status).toBe(1);
});

test('root on Debian has it installed; an installation that fails ends the tests', () => {
  const { status, lines } = prepare(
    'programs.ts',
    { chromium: '', prometheus: '', haproxy: '', 'apt-get': 'echo "E: $@" >&2' },
    {
      CONCIERGE_TEST_INSTALL: '1',
    },
  );
  expect(status).toBe(1);
  if (process.getuid?.() !== 0) return;
  expect(lines).toContain('Missing: redis-server. Installing: apt-get install -y --no-install-recommends redis-server');
  expect(lines).toContain('E: update');
  expect(lines).toContain('E: install -y --no-install-recommends redis-server');
});

test('a Node that is too old is named, with what to do', () => {
  expect(prepare('packages.mjs', { node: 'echo 20.11.1' })).toEqual({
    status: 1,
    lines: [
      expect.stringMatching(/^This repository needs Node 24 or later, and this is Node 20\.11\.1\. Run `npm ci` /),
    ],
  });
  expect(prepare('packages.mjs', { node: 'echo 24.0.0' })).toEqual({ status: 0, lines: [''] });
});

test('the `concierge` command names the Node that it needs before it loads anything that an older one would reject', () => {
  const older = `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.11.1"}})`;
  const run = (...flags: string[]) =>
    spawnSync(process.execPath, [...flags, `${root}gateway/bin.ts`, '--help'], { encoding: 'utf8' });
  expect(run('--import', older)).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'Concierge needs Node 22.22 or later, and this is Node 20.11.1. Install it from https://nodejs.org.\n',
  });
  expect(run()).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage: concierge') });
});
