// The npm package: what is in it, what is installed with it, and that it runs, with the types that users check against.
import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { buildSchema } from 'graphql';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { version } from '../../gateway/config/version.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { listen } from '../harness/listen.ts';
import { startProcess } from '../harness/process.ts';
import { runService } from '../init/running-service.ts';
import { startService } from '../values/served-graph.ts';
import { type InstalledPackage, installPackage, npm } from './installed-package.ts';

const MEGABYTE = 1024 * 1024;

let installed: InstalledPackage;
let remove: () => void;

beforeAll(() => {
  if (!existsSync(`${root}dist/third-party/NOTICES.md`)) throw new Error('The package is not built: npm run build');
  installed = installPackage(
    temporaryFolder({}, (later) => {
      remove = later;
    }),
  );
});
afterAll(() => remove());

const command = () => join(installed.packageFolder, 'dist/gateway/bin.js');
const inPackage = (file: string) => readFileSync(join(installed.packageFolder, file), 'utf8');

/** Runs the installed command. */
function concierge(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command(), ...args], {
    cwd: installed.folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('an installation', () => {
  test('satisfies every dependency and peer, and needs no overrides', () => {
    // npm ends with an error for anything that is missing or invalid.
    expect(npm(['ls', '--all', '--omit=dev'], installed.folder)).toContain(`concierge-gateway@${version}`);
  });

  test('has fewer than 80 packages and takes less than 50 MB', () => {
    const { sizes } = installed;
    expect(sizes.size).toBeGreaterThan(50);
    expect(sizes.size).toBeLessThan(80);
    expect([...sizes.values()].reduce((sum, size) => sum + size) / MEGABYTE).toBeLessThan(50);
  });

  test('runs nothing when it is installed', () => {
    const manifests = globSync('node_modules/**/package.json', { cwd: installed.folder }).map(
      (file) => JSON.parse(readFileSync(join(installed.folder, file), 'utf8')) as { scripts?: Record<string, string> },
    );
    expect(
      manifests.filter(({ scripts = {} }) => scripts.preinstall || scripts.install || scripts.postinstall),
    ).toEqual([]);
  });
});

describe('the package', () => {
  test('is well-formed for Node, bundlers and TypeScript', async () => {
    const { messages } = await publint({ pkgDir: installed.packageFolder, pack: false });
    expect(messages).toEqual([]);
  });

  test('has the licence, and the notices of the libraries that are bundled', () => {
    expect(inPackage('LICENSE')).toContain('MIT');
    expect(inPackage('dist/console/NOTICES.md')).toMatch(/^## preact \d[\s\S]*^## uplot \d/m);
    const notices = inPackage('dist/third-party/NOTICES.md');
    for (const name of [
      'lru-cache',
      'graphql-rate-limit-directive',
      '@graphql-yoga/render-graphiql',
      'pino-pretty',
      'tslib',
    ]) {
      expect(notices).toMatch(new RegExp(`^## ${name} \\d`, 'm'));
    }
    const parts = notices.split(/^## /m).slice(1);
    expect(parts.filter((part) => !/copyright|BSD/i.test(part))).toEqual([]);
  });

  test("has neither the demo's schema nor source maps", () => {
    const files = globSync('**', { cwd: installed.packageFolder });
    expect(
      files.filter((file) => /\.map$|subgraphs\/(users|orders|products)|^(clients|subgraphs|test)\//.test(file)),
    ).toEqual([]);
  });

  test('has what its pages link to', () => {
    const pages = ['README.md', 'CHANGELOG.md', ...globSync('docs/*.md', { cwd: installed.packageFolder })];
    const broken = pages.flatMap((page) =>
      [...inPackage(page).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => normalize(join(dirname(page), decodeURIComponent(target as string))))
        .filter((target) => !existsSync(join(installed.packageFolder, target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test("exports the directives' definitions, which `concierge print --directives` prints", () => {
    const file = createRequire(join(installed.folder, 'index.js')).resolve('concierge-gateway/directives.graphql');
    const text = readFileSync(file, 'utf8');
    expect(buildSchema(`${text}\ntype Query { a: Int }`).getDirective('cacheControl')).toBeDefined();
    expect(concierge('print', '--directives')).toEqual({ status: 0, stdout: text, stderr: '' });
  });

  test('documents every option in its typings, and in the JSON schema of configurations', () => {
    const typings = inPackage('dist/gateway/config/config.d.ts');
    expect(typings).toMatch(
      / \* Maximum size of a request body\. .*Default: 1 MiB\.\n \* @example '5mb'\n \*\/\n *maxBodyBytes/,
    );
    expect(typings.match(/@example /g)?.length).toBeGreaterThan(200);
    const file = createRequire(join(installed.folder, 'index.js')).resolve('concierge-gateway/config.schema.json');
    expect(JSON.parse(readFileSync(file, 'utf8')).properties.maxBodyBytes.examples).toEqual(['5mb']);
  });

  test('has the generator of SDKs, which names what it needs', () => {
    const config = "export default { subgraphs: { a: { url: 'http://127.0.0.1:9/graphql', schema: 'a.graphql' } } }";
    const project = join(installed.folder, 'generated');
    mkdirSync(join(project, 'clients/tv/operations'), { recursive: true });
    writeFileSync(join(project, 'gateway.config.mjs'), config);
    writeFileSync(join(project, 'a.graphql'), 'type Query { a: Int }');
    writeFileSync(join(project, 'clients/tv/operations/a.graphql'), 'query A { a }');
    expect(concierge('codegen', '--config', join(project, 'gateway.config.mjs'))).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'concierge codegen needs the package @graphql-codegen/typescript-operations. Install it: ' +
        'npm install --save-dev @graphql-codegen/typescript-operations\n',
    });
    expect(existsSync(join(installed.packageFolder, 'dist/gateway/commands/codegen/graphql-client.ts'))).toBe(true);
  });

  test('has a command that prints its version', () => {
    expect(concierge('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });
});

test('the installed gateway serves a graph, with its version in the log and in the health check', async () => {
  const service = await startService(() => ({ data: { books: [{ title: 'Emma' }] } }));
  const sdl = 'type Query { books: [Book!]! @rateLimit(limit: 2, duration: 60) }\ntype Book { title: String! }';
  writeFileSync(join(installed.folder, 'books.graphql'), sdl);
  writeFileSync(
    join(installed.folder, 'gateway.config.ts'),
    `import { defineConfig } from 'concierge-gateway';
export default defineConfig({
  graphiql: true,
  admin: { port: 0 },
  subgraphs: { books: { url: '${service.url}', schema: 'books.graphql' } },
});
`,
  );
  const gateway = startProcess({
    script: command(),
    args: ['start', '--config', join(installed.folder, 'gateway.config.ts'), '--port', '0'],
    env: { PORT: '', CONFIG_PATH: '', LOG_LEVEL: '', FORCE_COLOR: '0' },
  });
  onTestFinished(async () => {
    await gateway.stop();
  });
  const line = await gateway.line(({ msg }) => msg === 'listening');
  expect(line).toMatchObject({ version });
  const url = String(line.url);
  const query = async () => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(url, { method: 'POST', headers, body: '{"query":"{ books { title } }"}' })).json();
  };
  expect(await query()).toEqual({ data: { books: [{ title: 'Emma' }] } });
  await query();
  // By the bundled library.
  expect(await query()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMIT_EXCEEDED' } }] });
  expect(await (await fetch(new URL('/healthcheck', url))).json()).toEqual({ status: 'ok', version, generation: 1 });
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  expect(page.headers.get('content-encoding')).not.toBe(null);
  expect((await page.text()).length).toBeGreaterThan(8 * MEGABYTE);
  const { url: admin } = await gateway.line(({ msg }) => msg === 'listening for admin');
  const consolePage = await (await fetch(`${admin}/console`)).text();
  for (const [, file] of consolePage.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)) {
    expect((await fetch(`${admin}${file}`)).status, file).toBe(200);
  }
  expect(consolePage).toContain('src="/console/app.js"');
  expect(gateway.output()).toBe('');
});

test.each([
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
])('its types hold for a configuration under --module %s and --moduleResolution %s', (module, moduleResolution) => {
  const write = (file: string, text: string) => writeFileSync(join(installed.folder, file), text);
  const subgraphs = "{ books: { url: 'http://127.0.0.1:9/graphql', schema: 'books.graphql' } }";
  write(
    'right.ts',
    `import { createGateway, defineClient, defineConfig, type GatewayConfig } from 'concierge-gateway';
const config: GatewayConfig = { subgraphs: ${subgraphs}, limits: { depth: 9 } };
export default defineConfig(config);
export const client = defineClient({ exclude: ['Book.price'] });
export const stopped: Promise<number> = createGateway(config).stop();
`,
  );
  write(
    'wrong.ts',
    `import type { GatewayConfig } from 'concierge-gateway';
export const limits: GatewayConfig['limits'] = { depth: 'nine' };
`,
  );
  const options = {
    noEmit: true,
    strict: true,
    target: 'es2024',
    skipLibCheck: true,
    types: [],
    module,
    moduleResolution,
  };
  write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: ['right.ts', 'wrong.ts'] }));
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const { stdout } = spawnSync(process.execPath, [tsc, '--project', installed.folder], { encoding: 'utf8' });
  expect(stdout.match(/^\S+error TS.*$|^\S+\.ts\(.*$/gm)).toEqual([
    expect.stringMatching(/wrong\.ts\(2,.* error TS\d+: .*'string' is not assignable/),
  ]);
});

describe('a project that `concierge init` writes', () => {
  beforeAll(() => {
    // As `npm install` would; what is for development alone is not in the installed package.
    const modules = join(installed.folder, 'node_modules');
    mkdirSync(join(modules, '.bin'), { recursive: true });
    chmodSync(command(), 0o755);
    symlinkSync(command(), join(modules, '.bin/concierge'));
    symlinkSync(`${root}node_modules/typescript/bin/tsc`, join(modules, '.bin/tsc'));
    for (const name of ['typescript', '@types/node', 'undici-types']) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(`${root}node_modules/${name}`, join(modules, name));
    }
  });

  const manifestOf = (project: string) => JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));

  test('type checks, passes its tests and its CI, and serves', async () => {
    const project = join(installed.folder, `project-${randomUUID()}`);
    expect(concierge('init', basename(project))).toMatchObject({ status: 0, stderr: '' });
    const { scripts, dependencies, devDependencies } = manifestOf(project);
    expect(dependencies).toEqual({ 'concierge-gateway': `^${version}` });
    expect(Object.keys(devDependencies)).toEqual(['@types/node', 'graphql', 'graphql-yoga', 'typescript']);
    const workflow = parse(readFileSync(join(project, '.github/workflows/ci.yml'), 'utf8')) as {
      jobs: { test: { steps: { uses?: string; run?: string }[] } };
    };
    const { steps } = workflow.jobs.test;
    for (const { uses, run } of steps) if (!run) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
    const commands = steps.flatMap(({ run }) => run ?? []);
    expect(commands).toEqual([
      'npm ci',
      'npm run typecheck',
      'npm test',
      'npm run validate',
      'npm run check',
      'npm run documents -- --check',
    ]);
    for (const each of commands.slice(1)) npm(each.split(' ').slice(1), project);
    expect(scripts.start).toBe('concierge dev');
    const { origin, stop } = await listen(createServer());
    await stop();
    const gateway = startProcess({
      script: command(),
      args: ['dev', '--config', join(project, 'gateway.config.ts'), '--port', '0'],
      env: { BOOKS_URL: `${origin}/graphql`, CONFIG_PATH: '', LOG_LEVEL: '', FORCE_COLOR: '0' },
    });
    onTestFinished(async () => {
      await gateway.stop();
    });
    await gateway.until(() => gateway.output().includes('Concierge is ready'));
    const { url } = await gateway.line(({ msg }) => msg === 'listening');
    const headers = { 'content-type': 'application/json' };
    const body = '{"query":"{ books { title } }"}';
    // Another process of this machine may have taken the port meanwhile: the service starts again until it is free.
    const send = async () => (await fetch(String(url), { method: 'POST', headers, body })).json();
    await expect.poll(send).toEqual({ data: { books: [{ title: 'Middlemarch' }, { title: 'Germinal' }] } });
    const warnings = gateway.lines().filter(({ level }) => Number(level) > 30);
    expect(warnings.filter((line) => !JSON.stringify(line).includes('SUBGRAPH_UNAVAILABLE'))).toEqual([]);
  });

  test('type checks and passes its tests in front of services that run', async () => {
    const { url } = await runService('type Query { shop(id: ID!): Shop } type Shop { id: ID! }');
    const args = [command(), 'init', 'services', '--from', `shop=${url}`];
    await promisify(execFile)(process.execPath, args, { cwd: installed.folder });
    const project = join(installed.folder, 'services');
    expect(Object.keys(manifestOf(project).devDependencies)).toEqual(['@types/node', 'typescript']);
    npm(['run', 'typecheck'], project);
    expect(npm(['test'], project)).toMatch(/^. pass 1$/m);
  });
});
