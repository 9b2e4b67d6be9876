// Output of every command: help, results as text and as JSON, and messages about what is wrong. Each file of snapshots is to be
// read as a newcomer would.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dayOf, daysBefore } from '../../gateway/telemetry/usage/usage-record.ts';
import { startFreeService } from '../check/truth-service.ts';
import { type Ended, runConcierge } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';

const shop = `directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION

type Query {
  "One of the products."
  product(id: ID!): Product
  products(first: Int = 10, category: Category): [Product!]!
  _products(ids: [ID!]!): [Product]! @merge(keyField: "id")
}

type Mutation {
  review(input: ReviewInput!): Product
}

"A thing to buy."
type Product {
  id: ID!
  name: String!
  price: Int! @cost(weight: "2")
  rating: Float @deprecated(reason: "Use reviews. Removed on 2027-03-31.")
  margin: Float @requiresScopes(scopes: [["shop:margin"]])
  Legacy_code: String @deprecated
}

enum Category {
  AUDIO
  BOOKS
}

input ReviewInput {
  product: ID!
  stars: Int!
}
`;
const operations = `query Home($first: Int) {
  products(first: $first) {
    ...Card
    price
  }
}

mutation Rate($input: ReviewInput!) {
  review(input: $input) {
    id
  }
}

fragment Card on Item {
  id
  name
  rating
}
`;
const changed = shop
  .replace('  rating: Float @deprecated(reason: "Use reviews. Removed on 2027-03-31.")\n', '')
  .replace('  stars: Int!', '  stars: Int!\n  text: String!')
  .replace('  BOOKS', '  BOOKS\n  GAMES');

const today = dayOf(Date.now());
const usage = (client: string, version: string, operation: string, coordinate: string, count: number) => ({
  ...{ client, version, operation, coordinate, firstSeen: daysBefore(today, 29), lastSeen: today },
  days: { [daysBefore(today, 20)]: 1, [today]: count - 1 },
});
const records = [
  usage('web', '2.1.0', 'Home', 'Product.rating', 1204),
  usage('ios-tablet', '14', 'TopRatedProductsOfTheWeek', 'Product.rating', 3),
  usage('(none)', '(none)', '(unnamed)', 'Product.rating', 2),
  usage('(other)', '(other)', '(other)', 'Product.rating', 40),
  usage('web', '2.1.0', 'Home', 'Product.name', 1204),
];

const config = {
  subgraphs: { shop: { url: 'http://127.0.0.1:9/graphql', schema: 'shop.graphql' } },
  lint: { naming: true, deprecation: true },
  limits: { cost: 500 },
  authentication: {
    apiKeys: { keys: [{ name: 'partner', hash: `sha256:${'0'.repeat(64)}`, scopes: [] }] },
  },
};

const removals: (() => void)[] = [];
let folder: string;
let service: Awaited<ReturnType<typeof startFreeService>>;
beforeAll(async () => {
  service = await startFreeService();
  service.serve('type Query { "Those in stock." products: [String!]! }');
  folder = temporaryFolder(
    {
      'gateway.config.json': JSON.stringify(config),
      'shop.graphql': shop,
      'changed.graphql': changed,
      'query.graphql': '{ products(first: 3) { name price } }',
      'costly.graphql': '{ products(first: 900) { name price } }',
      'clients/web/client.json': JSON.stringify({
        rename: { types: { Product: 'Item' } },
        exclude: ['Product.margin'],
      }),
      'clients/web/operations/home.graphql': operations,
      'checks/accepted-breaks.yaml':
        '- coordinate: Product.rating\n  client: web\n  reason: Reviews have it now.\n  owner: team-shop\n  expires: 2099-12-31\n',
      '.concierge/usage.json': JSON.stringify({ version: 1, records }),
    },
    (remove) => removals.push(remove),
  );
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: folder });
  await runConcierge(['compose', '--offline', '--config', `${folder}/gateway.config.json`]);
  git('init', '--quiet');
  git('add', 'schema');
  git('commit', '--quiet', '-m', 'one');
  git('tag', 'v1');
  rmSync(`${folder}/schema`, { recursive: true });
});
afterAll(async () => {
  await service.stop();
  for (const remove of removals) remove();
});

/** The command and what it printed, without what differs from run to run. */
function shown(args: readonly string[], { status, stdout, stderr }: Ended): string {
  const blocks = [
    ...(stdout === '' ? [] : [stdout]),
    ...(stderr === '' ? [] : [`${stderr.trimEnd().replaceAll(/^/gm, 'stderr: ')}\n`]),
  ];
  const command = args.map((one) => (/^[\w./:@=-]+$/.test(one) ? one : `'${one}'`)).join(' ');
  const text = `$ concierge ${command}\n${blocks.join('')}exit code ${status}\n`;
  return text
    .replaceAll(service.url, 'http://127.0.0.1:4001/graphql')
    .replaceAll(`${folder}/`, '')
    .replaceAll(`${relative(root, folder)}/`, '')
    .replaceAll(relative(root, folder), '.')
    .replaceAll(today, '2026-11-29')
    .replaceAll(daysBefore(today, 29), '2026-10-31')
    .replaceAll(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'eyJ…')
    .replaceAll(/\bconcierge_[\w-]{43}/g, 'concierge_…')
    .replaceAll(/(?<=sha256:|"id": ")[0-9a-f]{64}/g, '…')
    .replaceAll(/(?<=plan id: )\w+/g, 'f67af3f1dea2')
    .replaceAll(/(?<=v1 \()[0-9a-f]{7,}(?=\))/g, '0f3c2a1')
    .replaceAll(/(?<=version |"version": ")[0-9a-f]{16}/g, '361e803bc1c4871d');
}

/** In the project, unless the command takes no configuration. */
function run(args: readonly string[]): Promise<Ended> {
  const isPlain = ['init', 'introspect', 'api-key'].includes(args[0] ?? '') || args.includes('--help');
  const given = isPlain || args.includes('--config') ? [] : ['--config', `${folder}/gateway.config.json`];
  return runConcierge([...args, ...given], { folder });
}

async function outputOf(lines: readonly (readonly string[])[]): Promise<string> {
  const texts: string[] = [];
  for (const args of lines) texts.push(shown(args, await run(args)));
  return texts.join('\n');
}

test('the help of every command', async () => {
  const { stdout } = await runConcierge(['--help']);
  const [, listed = ''] = stdout.split('Commands:\n');
  const names = [...listed.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name]) => name as string);
  expect(names).toContain('check');
  const commands = names.filter((name) => name !== 'help');
  await expect(await outputOf([['--help'], ...commands.map((name) => [name, '--help'])])).toMatchFileSnapshot(
    'help.txt',
  );
});

const change = ['--subgraph', 'shop', '--schema'];
const results: readonly (readonly string[])[] = [
  ['compose', '--offline'],
  ['compose', '--offline', '--client', 'web'],
  ['print', '--client', 'web'],
  ['explain', 'query.graphql'],
  ['explain', 'Home', '--client', 'web'],
  ['cost', 'query.graphql'],
  ['cost', 'costly.graphql'],
  ['validate'],
  ['check', ...change, 'shop.graphql'],
  ['check', ...change, 'changed.graphql'],
  ['check', ...change, 'changed.graphql', '--format', 'github'],
  ['lint'],
  ['changelog', '--from', 'v1'],
  ['documents'],
  ['documents', '--check'],
  ['codegen'],
  ['codegen', '--check'],
  ['usage'],
  ['usage', 'Product.rating'],
  ['usage', 'Item.rating', '--client', 'web'],
  ['usage', 'Product.price'],
  ['usage', '--keys'],
  ['token', '--sub', 'u1'],
  ['token', '--sub', 'u1', '--scope', 'shop:margins other'],
  ['api-key'],
];

test('the results of every command, as text', async () => {
  const live = [
    ['introspect', service.url],
    ['init', 'new'],
  ];
  const printed = await outputOf([...results, ...live]);
  rmSync(`${folder}/new`, { recursive: true });
  await expect(printed).toMatchFileSnapshot('results.txt');
});

const asJson = results.filter((args) => !args.includes('github'));

/** The interface of docs/commands.md that a command's JSON has. */
function documented([command = '', ...args]: readonly string[]): string {
  if (command === 'usage') {
    if (args.includes('--keys')) return 'KeyUsage';
    return args.some((one) => one.includes('.')) ? 'Usage' : 'DeprecatedUsage';
  }
  if (command === 'introspect') return '{ __schema: object }';
  return command === 'api-key' ? 'ApiKey' : command.charAt(0).toUpperCase() + command.slice(1);
}

test('the JSON of every command is all of standard output, and has the documented shape', async () => {
  const commands = [
    ...asJson.map((args) => [...args, '--json']),
    ['introspect', service.url, '--json'],
    ['init', 'new', '--json'],
  ];
  const printed: string[] = [];
  const values: string[] = [];
  for (const args of commands) {
    const ended = await run(args);
    values.push(`export const value${values.length}: ${documented(args)} = ${ended.stdout};`);
    // The JSON of an introspection is that of GraphQL.
    if (args[0] !== 'introspect') printed.push(shown(args, ended));
  }
  rmSync(`${folder}/new`, { recursive: true });
  await expect(printed.join('\n')).toMatchFileSnapshot('json.txt');
  const [, types = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(`${root}docs/commands.md`, 'utf8')) ?? [];
  writeFileSync(`${folder}/values.ts`, `${types}\n${values.join('\n')}\n`);
  // Properties that the types do not have are errors too, but for those of the plan.
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const options = ['--noEmit', '--strict', '--target', 'esnext', '--lib', 'esnext', '--types', '', '--skipLibCheck'];
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, 'values.ts'], { cwd: folder, encoding: 'utf8' });
  expect(stdout).toBe('');
});

const mistyped: readonly (readonly string[])[] = [
  ['chek'],
  ['nonsense'],
  ['check', '--subgrph', 'shop'],
  ['check', '--format', 'xml'],
  ['check', '--subgraph', 'shop'],
  ['check', '--subgraph', 'shpo', '--schema', 'shop.graphql'],
  ['check', ...change, 'nowhere.graphql'],
  ['check', '--min-requests', 'few'],
  ['check', '--within', '3 weeks'],
  ['check', '--accepted', 'nowhere.yaml'],
  ['print', '--client', 'wep'],
  ['print', 'shop'],
  ['print', '--config', 'nowhere.json'],
  ['compose', '--offline', '--client', 'wep'],
  ['explain'],
  ['explain', 'nowhere.graphql'],
  ['explain', 'Hom', '--client', 'web'],
  ['explain', 'query.graphql', '--format', 'dot'],
  ['explain', 'query.graphql', '--operation', 'Home'],
  ['explain', 'query.graphql', '--variables', '{'],
  ['cost', 'query.graphql', '--client', 'wep'],
  ['usage', 'Produc.rating'],
  ['usage', 'Product.ratin'],
  ['usage', 'Item.ratin', '--client', 'web'],
  ['usage', 'rating of products'],
  ['token'],
  ['token', '--sub', ''],
  ['token', '--sub', 'u1', '--expires', 'soon'],
  ['lint', '--rule', 'names'],
  ['changelog'],
  ['changelog', '--from', 'v2'],
  ['introspect', 'nowhere'],
  ['introspect', 'http://127.0.0.1:1/graphql'],
  ['init', '.', '--supergraph', 'nowhere.graphql'],
  ['init', '.', '--header', 'x'],
];

test('what is wrong with a command line, with what may have been meant', async () => {
  const printed = await outputOf(mistyped);
  expect(printed).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
  await expect(printed).toMatchFileSnapshot('errors.txt');
});
