// "Getting started", line by line: its files are written, its commands run, and what they print is what the page has.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './harness/folder.ts';
import { root } from './harness/gateway.ts';
import { freePorts } from './harness/ports.ts';

const page = readFileSync(`${root}docs/getting-started.md`, 'utf8');

interface Block {
  language: string;
  text: string;
}

interface Command {
  command: string;
  /** Lines that it prints; `…` stands for anything. */
  output: string[];
}

const installation = ['mkdir shop && cd shop', 'npm init -y', 'npm install concierge-gateway graphql graphql-yoga'];

/** The page's blocks, in their sequence, on the ports of this test. */
async function blocksOfPage(): Promise<{ blocks: Block[]; port: number }> {
  const ports = await freePorts(3);
  const own = ['4000', '4101', '4102'].reduce(
    (text, port, index) => text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), String(ports[index])),
    page,
  );
  const blocks = [...own.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
    language: language as string,
    text: text as string,
  }));
  return { blocks, port: ports[0] as number };
}

function commandsOf(text: string): Command[] {
  return text.split(/^\$ /m).flatMap((part) => {
    const [command = '', ...output] = part.replace(/\n$/, '').split('\n');
    return command === '' ? [] : [{ command, output }];
  });
}

/** What the three commands of the installation make, without a registry: npm 11 writes the type `commonjs`. */
function installedFolder(): string {
  if (!existsSync(`${root}dist/gateway/bin.js`)) throw new Error('The package is not built: npm run build');
  const run = (script: string) => `#!/bin/sh\n${script}\n`;
  const folder = temporaryFolder({
    'package.json': JSON.stringify({ name: 'shop', version: '1.0.0', type: 'commonjs' }),
    'node_modules/.bin/concierge': run('exec node node_modules/concierge-gateway/dist/gateway/bin.js "$@"'),
    // npx runs the command that is installed.
    '.bin/npx': run('name=$1; shift; exec "node_modules/.bin/$name" "$@"'),
  });
  for (const file of ['node_modules/.bin/concierge', '.bin/npx']) chmodSync(join(folder, file), 0o755);
  symlinkSync(root, join(folder, 'node_modules/concierge-gateway'));
  for (const name of ['graphql', 'graphql-yoga'])
    symlinkSync(`${root}node_modules/${name}`, `${folder}/node_modules/${name}`);
  return folder;
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const pattern = (line: string) => expect.stringMatching(new RegExp(`^${line.split('…').map(escaped).join('.*')}$`));

/** Starts `concierge dev`; resolves when each of the lines has come, in their sequence. */
async function startGateway(
  folder: string,
  env: NodeJS.ProcessEnv,
  { command, output }: Command,
): Promise<ChildProcess> {
  const process = spawn('sh', ['-c', `exec ${command}`], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const expected = [...output];
  const lines: string[] = [];
  for await (const line of createInterface({ input: process.stdout! })) {
    lines.push(line);
    if (pattern(expected[0] as string).asymmetricMatch(line)) expected.shift();
    if (expected.length === 0) break;
  }
  process.stdout!.resume();
  expect(expected, lines.join('\n')).toEqual([]);
  return process;
}

test('each file, each command and each line of output is as the page has it', async () => {
  const { blocks, port } = await blocksOfPage();
  const folder = installedFolder();
  const path = [join(folder, '.bin'), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path, PORT: String(port), CONFIG_PATH: '', LOG_LEVEL: '', FORCE_COLOR: '0' };
  let gateway: ChildProcess | undefined;
  const stop = async () => {
    if (!gateway || gateway.exitCode !== null) return;
    const ended = once(gateway, 'exit');
    gateway.kill('SIGINT');
    await ended;
  };
  onTestFinished(stop);
  let commands = 0;
  for (const { language, text } of blocks) {
    if (language === 'sh') {
      expect(text.trim().split('\n')).toEqual(installation);
    } else if (language !== 'console') {
      const [, name = '', content = ''] = /^(?:\/\/|#) (\S+)\n([\s\S]*)$/.exec(text) ?? [];
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    } else {
      const given = commandsOf(text);
      commands += given.length;
      if (given[0]?.command === 'npx concierge dev') {
        gateway = await startGateway(folder, env, given[0]);
        continue;
      }
      // Ctrl+C, as the page says.
      if (given.some(({ command }) => command.startsWith('npx concierge check'))) await stop();
      // One shell for a block: its variables are there in the next command.
      const script = given.map(({ command }) => `${command}\nprintf '\\0'`).join('\n');
      const printed = execFileSync('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8' }).split('\0');
      for (const [index, { command, output }] of given.entries()) {
        const lines = printed[index]?.replace(/\n$/, '').split('\n');
        expect([command, lines]).toEqual([command, (output.length === 0 ? [''] : output).map(pattern)]);
      }
    }
  }
  expect(commands).toBeGreaterThan(10);
});
