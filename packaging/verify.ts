// Installs the packed package from the registry as its users do, in an empty folder, on each Node that it supports, and
// uses it, and the project that `concierge init` writes: `node packaging/verify.ts [version of Node…]`. It takes a minute
// or two for each; `test/package` holds the same without a registry.
import { type ExecFileException, execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withGateway } from './verified-gateway.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'concierge-verify-'));

/** Types, for ES modules alone: the package has no others. A text has no types. */
const TYPE_LINTER = [
  '@arethetypeswrong/cli@0.18.5',
  ...['--profile', 'esm-only', '--exclude-entrypoints', './directives.graphql', './document-directives.graphql', '--'],
];

async function npm(args: readonly string[], cwd: string, path = ''): Promise<string> {
  const env = { ...process.env, PATH: `${path}${delimiter}${process.env.PATH}`, NODE_OPTIONS: '' };
  const { stdout, stderr } = await run('npm', args, { cwd, env, maxBuffer: 2 ** 26 });
  if (args[0] === 'install' && /warn|error/i.test(stderr + stdout))
    throw new Error(`npm ${args.join(' ')}:\n${stderr}`);
  return stdout;
}

/** @returns the folder of a Node of this version, from the registry. */
async function installNode(version: string): Promise<string> {
  const at = join(folder, `node-${version}`);
  mkdirSync(at);
  writeFileSync(join(at, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }));
  await npm(['install', '--no-audit', '--no-fund', `node@${version}`], at);
  return join(at, 'node_modules', 'node', 'bin');
}

async function verify(version: string, tarball: string, serviceUrl: string): Promise<string> {
  const bin = await installNode(version);
  const project = join(folder, `project-${version}`);
  mkdirSync(project);
  await npm(['init', '-y'], project, bin);
  await npm(['install', '--no-audit', '--no-fund', tarball], project, bin);
  await npm(['ls', '--all'], project, bin);
  const packages = (await npm(['ls', '--all', '--parseable'], project, bin)).trim().split('\n').length - 1;
  const { stdout } = await run('du', ['-sk', 'node_modules'], { cwd: project });
  const megabytes = Math.round(Number.parseInt(stdout, 10) / 102.4) / 10;
  if (packages >= 80 || megabytes >= 45) throw new Error(`${packages} packages, ${megabytes} MB: too many`);
  writeFileSync(
    join(project, 'books.graphql'),
    'type Query { books: [Book!]! @rateLimit(limit: 9) } type Book { title: String }',
  );
  writeFileSync(
    join(project, 'gateway.config.mts'),
    `import { defineConfig } from 'concierge-gateway';
export default defineConfig({ graphiql: true, subgraphs: { books: { url: '${serviceUrl}', schema: 'books.graphql' } } });
`,
  );
  await withGateway(join(bin, 'node'), project, async (url) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: '{"query":"{ books { title } }"}' });
    const text = await response.text();
    if (text !== '{"data":{"books":[{"title":"Emma"}]}}') throw new Error(`Node ${version}: ${text}`);
    const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
    if (!page.includes('YogaGraphiQL')) throw new Error(`Node ${version}: no GraphiQL`);
  });
  return `Node ${version}: ${packages} packages, ${megabytes} MB, no warnings; it serves`;
}

/** What `concierge init` writes, installed from the registry: it type checks, passes its tests, and serves. */
async function verifyProject(version: string, tarball: string): Promise<string> {
  const bin = join(folder, `node-${version}`, 'node_modules', 'node', 'bin');
  const command = join(folder, `project-${version}`, 'node_modules', '.bin', 'concierge');
  const project = join(folder, `written-${version}`);
  await run(join(bin, 'node'), [command, 'init', project], { cwd: folder });
  await npm(['pkg', 'set', `dependencies.concierge-gateway=file:${tarball}`], project, bin);
  await npm(['install', '--no-audit', '--no-fund'], project, bin);
  for (const script of ['typecheck', 'test', 'check']) await npm(['run', script], project, bin);
  await npm(['ci', '--omit=dev', '--no-audit', '--no-fund'], project, bin);
  await npm(['install', '--no-audit', '--no-fund'], project, bin);
  await withGateway(
    join(bin, 'node'),
    project,
    async (url) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url, { method: 'POST', headers, body: '{"query":"{ books { title } }"}' });
      const text = await response.text();
      if (!text.startsWith('{"data":{"books":[{"title":"Middlemarch"}')) throw new Error(`Node ${version}: ${text}`);
    },
    'dev',
  );
  return `Node ${version}: a written project type checks, passes its tests, and serves`;
}

const service = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end('{"data":{"books":[{"title":"Emma"}]}}');
});
try {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/graphql`;
  await npm(['pack', '--pack-destination', folder], root);
  const { name, version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    name: string;
    version: string;
  };
  const tarball = join(folder, `${name}-${version}.tgz`);
  const versions = process.argv.slice(2);
  for (const each of versions.length > 0 ? versions : ['22', '24']) {
    console.log(await verify(each, tarball, url));
    console.log(await verifyProject(each, tarball));
  }
  await npm(['exec', '--yes', '--', ...TYPE_LINTER, tarball], folder);
  console.log('The types are found under every resolution of ES modules.');
} catch (error) {
  console.error((error as ExecFileException).stderr || error);
  process.exitCode = 1;
} finally {
  service.close();
  rmSync(folder, { recursive: true, force: true });
}
