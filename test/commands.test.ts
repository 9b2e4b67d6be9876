// `concierge print` and `concierge compose`, as processes, against real services and files of their own.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outcomeOf } from './harness/command.ts';
import { temporaryFolder } from './harness/folder.ts';
import { concierge, root } from './harness/gateway.ts';
import { closedUrl } from './harness/servers.ts';
import { type SubgraphName, startSubgraphs, subgraphNames, type TestSubgraphs } from './harness/subgraphs.ts';

let subgraphs: TestSubgraphs;
beforeAll(async () => {
  subgraphs = await startSubgraphs();
});
afterAll(() => subgraphs.stop());

const written = (name: SubgraphName): string => readFileSync(`${root}schema/subgraphs/${name}.graphql`, 'utf8');

interface Project {
  file: string;
  read(path: string): string;
  write(path: string, text: string): void;
  has(path: string): boolean;
}

/** A folder with a configuration and the services' schema files. */
function project(urls: Partial<Record<SubgraphName, string>> = {}): Project {
  const config = {
    subgraphs: Object.fromEntries(
      subgraphNames.map((name) => [name, { url: urls[name] ?? subgraphs[name].url, schema: `${name}.graphql` }]),
    ),
    graph: 'out/graph.graphql',
  };
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
    ...Object.fromEntries(subgraphNames.map((name) => [`${name}.graphql`, written(name)])),
  });
  return {
    file: `${folder}/gateway.config.mjs`,
    read: (path) => readFileSync(`${folder}/${path}`, 'utf8'),
    write: (path, text) => writeFileSync(`${folder}/${path}`, text),
    has: (path) => existsSync(`${folder}/${path}`),
  };
}

const compose = (at: Project, ...args: string[]) => outcomeOf(['compose', '--config', at.file, ...args]);

test('print shows the graph as clients see it', async () => {
  const process = concierge(['print', '--config', project().file]);
  expect(await process.exit).toBe(0);
  const schema = buildSchema(process.output());
  expect(schema.getQueryType()?.getFields()).toHaveProperty('product');
  expect(process.output()).not.toMatch(/_users|@merge/);
});

test("compose reads the services' files, and writes the graph", async () => {
  const at = project();
  const { code, output } = await compose(at);
  expect(code).toBe(0);
  for (const name of subgraphNames) expect(output).toContain(`${name}: up to date with the service`);
  expect(output).toMatch(/The graph is in \S+out\/graph\.graphql \(version [0-9a-f]{16}\)\./);
  expect(buildSchema(at.read('out/graph.graphql')).getType('Product')).toBeDefined();
});

test('compose updates a file from its service, and creates a missing one', async () => {
  const at = project();
  at.write('users.graphql', written('users').replace('  tier: Tier\n', ''));
  const { code, output } = await compose(at);
  expect(code).toBe(0);
  expect(output).toContain('users: refreshed from the service');
  expect(at.read('users.graphql').trim()).toBe(written('users').trim());
});

test('compose uses the file of a service that is down', async () => {
  const at = project({ products: closedUrl });
  const { code, output } = await compose(at);
  expect(code).toBe(0);
  expect(output).toMatch(/products: the service could not be reached \(ECONNREFUSED.*\); its file is used/);
  expect(at.read('products.graphql')).toBe(written('products'));
  expect(at.has('out/graph.graphql')).toBe(true);
});

test('compose fails where no service can be reached', async () => {
  const at = project({ users: closedUrl, orders: closedUrl, products: closedUrl });
  const { code, output } = await compose(at);
  expect(code).toBe(1);
  expect(output).toContain('no service could be reached; --offline composes from the files alone');
  expect(at.has('out/graph.graphql')).toBe(false);
});

test('compose --offline sends no request to a service', async () => {
  const at = project({ users: closedUrl, orders: closedUrl, products: closedUrl });
  const { code, output } = await compose(at, '--offline');
  expect(code).toBe(0);
  for (const name of subgraphNames) expect(output).toContain(`${name}: its file is used`);
  expect(at.has('out/graph.graphql')).toBe(true);
});

test('a conflict ends compose with exit code 1, names the services, and leaves everything as it was', async () => {
  const at = project({ users: closedUrl });
  await compose(at);
  const before = at.read('out/graph.graphql');
  at.write('users.graphql', `${written('users')}type Money { amount: String! }\n`);
  at.write('orders.graphql', `${written('orders')}# different from the service\n`);
  const { code, output } = await compose(at);
  expect(code).toBe(1);
  expect(output).toContain(
    'The graph cannot be composed: 1 conflict\n' +
      '  Money.amount is Int in orders, products and String in users; give it one type\n',
  );
  expect(at.read('out/graph.graphql')).toBe(before);
  expect(at.read('orders.graphql')).toContain('# different from the service');
});

test('a schema file that does not exist is named with its option', async () => {
  const at = project();
  at.write('gateway.config.mjs', at.read('gateway.config.mjs').replace('"users.graphql"', '"people.graphql"'));
  const { code, output } = await outcomeOf(['print', '--config', at.file]);
  expect(code).toBe(1);
  expect(output).toMatch(/ {2}subgraphs\.users\.schema: \S+people\.graphql does not exist\n/);
});

test('the help of the command names its verbs, and an unknown verb is wrong usage', async () => {
  const help = concierge(['--help']);
  expect(await help.exit).toBe(0);
  for (const verb of ['start', 'dev', 'compose', 'print']) expect(help.output()).toContain(`  ${verb} `);
  expect(await concierge(['serve']).exit).toBe(2);
});

test('a start compiles no code that an earlier one has compiled: it is beside the code, or where Node is told', async () => {
  const run = (env: NodeJS.ProcessEnv) =>
    promisify(execFile)(process.execPath, [`${root}gateway/bin.ts`, '--version'], { env: { ...process.env, ...env } });
  await run({ NODE_COMPILE_CACHE: undefined });
  expect(existsSync(`${root}.compile-cache`)).toBe(true);
  const folder = temporaryFolder({});
  await run({ NODE_COMPILE_CACHE: folder });
  expect(readdirSync(folder)).toHaveLength(1);
});
