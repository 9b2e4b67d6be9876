// `concierge explain`: the plan of an operation as text, as a diagram and as data. No service runs here.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { checkConfig } from '../gateway/config/load.ts';
import { type ExplainCachingOptions, explainCaching } from '../gateway/policy/explain-caching.ts';
import type { Plan } from '../gateway/query-plan/plan.ts';
import { runConcierge } from './harness/command.ts';
import { temporaryFolder } from './harness/folder.ts';
import { concierge, demoConfig, root } from './harness/gateway.ts';
import { profileQuery } from './harness/profile-query.ts';
import { closedUrl } from './harness/servers.ts';

interface Outcome {
  code: number;
  output: string;
  errors: string;
}

/** Runs the command over the demo graph; `input` is in a file, which messages name as standard input. */
async function explain(args: readonly string[], input?: string): Promise<Outcome> {
  const file = input === undefined ? '-' : join(temporaryFolder({ input }), 'input');
  const given = args.map((arg) => (arg === '-' ? file : arg));
  const { status, stdout, stderr } = await runConcierge(['explain', ...given]);
  return { code: status, output: stdout, errors: stderr.replaceAll(file, '-') };
}

/** Runs it as a process that reads standard input. */
function explainInput(args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const command = [`${root}gateway/cli.ts`, 'explain', '-', ...args];
    const env = { ...process.env, CONFIG_PATH: '', LOG_LEVEL: '' };
    const child = execFile(process.execPath, command, { cwd: root, env }, (error, output) =>
      error ? reject(error) : resolve(output),
    );
    child.stdin?.end(input);
  });
}

async function explained(args: readonly string[], input?: string): Promise<string> {
  const { code, output, errors } = await explain(args, input);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return output;
}

async function rejected(args: readonly string[], input?: string): Promise<string> {
  const { code, output, errors } = await explain(args, input);
  expect(output).toBe('');
  // 1 for a document that is not valid or cannot be planned, 2 for what the command line has wrong.
  expect(code).toBe(/^(--|\S+ (has|is neither|cannot be read)|There is no file)/.test(errors) ? 2 : 1);
  return errors.trimEnd();
}

test('in the view of a client, which is found as for requests: by name, and by the range of its version', async () => {
  const query = '{ product(id: "p1") { inStock } }';
  const folder = temporaryFolder({ 'query.graphql': query });
  const whole = await explained([`${folder}/query.graphql`]);
  for (const client of ['mobile', 'mobile@1.4.2', 'mobile@9']) {
    expect(await explained([`${folder}/query.graphql`, '--client', client])).toBe(whole);
  }
  const byName = await explained(['Home', '--client', 'mobile']);
  expect(byName).toContain('query Home');
  expect(await rejected(['Hom', '--client', 'mobile'])).toBe(
    'Hom is neither a file nor a trusted document of mobile; did you mean Home?',
  );
  const hidden = temporaryFolder({ 'query.graphql': '{ users { id } }' });
  expect(await rejected([`${hidden}/query.graphql`, '--client', 'mobile'])).toContain('Cannot query field "users"');
  expect(await rejected([`${folder}/query.graphql`, '--client', 'mobil@1'])).toMatch(
    /^--client: there is no client mobil@1; did you mean mobile\? Known clients: .*mobile/,
  );
});

test('the profile as text: each request, when it starts, its subgraph, and its fields', async () => {
  const folder = temporaryFolder({ 'profile.graphql': profileQuery });
  const paragraphs = (await explained([`${folder}/profile.graphql`])).trimEnd().split('\n\n');
  expect(paragraphs[0]).toBe('query Profile: 7 requests in 3 rounds');
  expect(paragraphs[1]).toMatch(/^(not )?cached/);
  expect(paragraphs.at(-1)).toMatch(/^estimated cost: \d+$/);
  const fetches = paragraphs.slice(2, -2);
  expect(fetches).toHaveLength(7);
  expect(fetches[0]).toBe('#0 gateway, at once\n    query Profile__gateway__0 { profile { id } }');
  const users = fetches.find((text) => text.includes(' users, '));
  expect(users?.split('\n')).toEqual([
    '#1 users, after #0',
    '    entity fetch of User at #0 profile by id',
    expect.stringMatching(/^ {4}query Profile__users__1\(.*\[ID!\]!\) \{ .*_users\(ids: .*\) \{ .*name.*tier.* \} \}$/),
  ]);
  expect(fetches.at(-1)).toMatch(/^#6 products, after #\d\n {4}entity fetch of Product at .*lines\.product.* by id\n/);
});

test('the cache policy of an operation, the field that limits it, and the services whose headers can restrict it', async () => {
  const policyOf = async (query: string) => (await explained(['-'], query)).split('\n\n')[1]?.split(/\n +/);
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const blocks = [...readme.matchAll(/\n\n```\n(.*?)```/gs)].map(([, block]) => block ?? '');
  expect(await explained(['-'], profileQuery)).toContain(blocks[0]);
  const [command = '', ...output] = (blocks[1] ?? '').split('\n');
  expect(await explained(['-'], /^\$ echo '(.*)' \| npm /.exec(command)?.[1])).toContain(output.join('\n'));
  expect(await policyOf('{ list: products { nodes { id left: inStock } } }')).toEqual([
    'cached for 10 s at most, for all callers',
    'limited by Product.inStock at list.nodes.left (@cacheControl(maxAge: 10))',
    'Cache-Control of products can restrict it',
  ]);
  expect(await policyOf('{ profile { orders { nodes { customer { name } } } } }')).toEqual([
    'not cached',
    'limited by Order.customer at profile.orders.nodes.customer (no maxAge on the field or on User: cache.defaultMaxAge is 0)',
  ]);
  expect(await policyOf('{ __schema { queryType { name } } }')).toEqual(['not cached', 'introspection is not cached']);
});

test('the configuration can limit what the schema allows', () => {
  const schema = buildSchema(
    'type Query { pet: Pet byName: Dog } union Pet = Cat | Dog type Cat { id: ID } type Dog { id: ID }',
  );
  const options: ExplainCachingOptions = {
    schema,
    rules: { fieldHints: new Map(), typeHints: new Map([['Dog', { maxAge: 60 }]]) },
    services: ['products'],
    config: checkConfig(demoConfig({}, { cache: { maxTtl: '5s', serviceHeaders: 'ignore', responses: false } })),
  };
  const policy = (maxAge: number) => ({
    ...{ maxAge, limitedBy: { coordinate: 'Query.pet', path: ['pet'] }, privateBy: null, introspects: false },
  });
  expect(explainCaching(policy(60), options).split(/\n +/)).toEqual([
    'cached for 5 s at most, for all callers',
    'limited by cache.maxTtl',
    'by browsers and CDNs only: cache.responses is off',
  ]);
  const longer = { ...options, config: checkConfig(demoConfig({})) };
  expect(explainCaching(policy(60), longer)).toContain(
    'limited by Query.pet at pet (type Dog @cacheControl(maxAge: 60))',
  );
});

test('the profile as a Mermaid diagram: an arrow for each request that waits', async () => {
  const lines = (await explained(['-', '--format', 'mermaid'], profileQuery)).trimEnd().split('\n');
  expect(lines.slice(0, 3)).toEqual(['flowchart LR', '  client((client))', '  f0["0: gateway"]']);
  expect(lines).toContain('  client --> f0');
  expect(lines.filter((line) => line.startsWith('  f0 --> '))).toHaveLength(4);
  expect(lines.filter((line) => /^ {2}f\d\["\d: \w+(<br\/>[\w, ]+)?"\]$/.test(line))).toHaveLength(7);
  expect(lines).toHaveLength(2 + 7 + 7);
});

test('the profile as JSON is its plan', async () => {
  const plan = JSON.parse(await explained(['-', '--format', 'json'], profileQuery)) as Plan;
  expect(plan).toMatchObject({ operation: 'query', name: 'Profile' });
  expect(plan.fetches.map(({ id, subgraph, dependsOn }) => [id, subgraph, dependsOn.length])).toEqual([
    [0, 'gateway', 0],
    [1, expect.any(String), 1],
    [2, expect.any(String), 1],
    [3, expect.any(String), 1],
    [4, expect.any(String), 1],
    [5, 'payments', 1],
    [6, 'products', 1],
  ]);
  expect(plan.entityFetches.map(({ type }) => type).sort()).toEqual([
    'Order',
    'Product',
    'User',
    'User',
    'User',
    'User',
  ]);
});

const several = 'query A { product(id: "p1") { id } } query B { order(id: "o1") { id } }';

test('one of several operations on standard input is named', async () => {
  expect(await explainInput(['--operation', 'B'], several)).toMatch(
    /^query B: 1 request in 1 round\n\nnot cached\n {4}limited by Query\.order at order .*\n\n#0 orders, at once\n {4}query B__orders__0 \{ order\(id: "o1"\) \{ id \} \}\n\nplan id: [0-9a-f]{12}\n\nestimated cost: 1\n$/,
  );
});

const conditional = (definitions: string) =>
  `query ($id: ID!, ${definitions}) { product(id: $id) { id name @include(if: $yes) } }`;

test.each([
  ['given', 'true', '$yes: Boolean!', '{"yes":true}', true],
  ['given', 'false', '$yes: Boolean!', '{"yes":false}', false],
  ['not given', 'without a default', '$yes: Boolean!', '{}', false],
  ['not given', 'true by default', '$yes: Boolean! = true', '{}', true],
  ['given', 'false, against its default', '$yes: Boolean! = true', '{"yes":false,"id":"p1"}', false],
])(
  'a field with @include is in the plan according to its variable: %s, %s',
  async (_given, _value, definitions, variables, there) => {
    const output = await explained(['-', '--variables', variables], conditional(definitions));
    expect(output.includes('id name')).toBe(there);
  },
);

/** A configuration over two services, without a way from `alpha` to `Item.far`. */
function twoServices(): string {
  const alpha = 'type Query { item: Item } type Subscription { changed: Item } type Item { id: ID! name: String }';
  const beta = `type Query { _items(ids: [ID!]!): [Item]! @merge(keyField: "id") }
    type Item { id: ID! stock: Int }
    directive @merge(keyField: String) on FIELD_DEFINITION`;
  const gamma = 'type Query { far: Item } type Item { id: ID! far: Int }';
  const subgraphs = Object.fromEntries(
    ['alpha', 'beta', 'gamma'].map((name) => [name, { url: closedUrl, schema: `${name}.graphql` }]),
  );
  const folder = temporaryFolder({
    'alpha.graphql': alpha,
    'beta.graphql': beta,
    'gamma.graphql': gamma,
    'gateway.config.mjs': `export default ${JSON.stringify({ subgraphs, graph: 'graph.graphql', unreachable: 'warn' })};`,
  });
  return `${folder}/gateway.config.mjs`;
}

test('a subscription: the event stream, and the requests for each event', async () => {
  const query = 'subscription Watch { changed { name stock } }';
  expect((await explained(['-', '--config', twoServices()], query)).replace(/plan id: \w+/, 'plan id')).toBe(
    [
      'subscription Watch: 1 request in 1 round for each event',
      '#0 alpha, an event stream\n    subscription Watch__alpha__0 { changed { name id } }',
      '#1 beta, after #0\n    entity fetch of Item at #0 changed by id\n' +
        '    query Watch__beta__1($k1_ids: [ID!]!) { _items(ids: $k1_ids) { stock id } }',
      'plan id',
      'estimated cost: 1\n',
    ].join('\n\n'),
  );
});

test('an operation that cannot be planned is named, by explain, by compose and at start', async () => {
  const file = twoServices();
  expect(await rejected(['-', '--config', file], '{ item { far } }')).toContain(
    '- cannot be planned: Item.far cannot be reached from alpha',
  );
  const warning = 'Item.far cannot always be planned: Item.far cannot be reached from alpha, as in "{ item { far } }".';
  const composed = await runConcierge(['compose', '--offline', '--config', file]);
  expect(composed).toMatchObject({ status: 0, stdout: expect.stringContaining(`warning: ${warning}`) });
  const starting = concierge(['start', '--config', file, '--port', '0']);
  expect(await starting.line(({ msg }) => String(msg).startsWith(warning))).toMatchObject({ level: 40 });
  await starting.line(({ msg }) => msg === 'listening');
  expect(await starting.stop()).toBe(0);
});

test("a plan of the gateway's own fields has no requests", async () => {
  expect(await explained(['-'], '{ __typename }')).toMatch(/^query \(unnamed\): 0 requests/);
});

test('a supergraph can be explained without a configuration', async () => {
  const output = await explained([
    `${root}bench/queries/large.graphql`,
    '--no-config',
    '--supergraph',
    `${root}bench/supergraph.graphql`,
  ]);
  expect(output).toMatch(/^query TestQuery: 6 requests in \d rounds\n/);
});

test.each<[string, readonly string[], string, string]>([
  [
    'a field that does not exist',
    ['-'],
    '{ nothing }',
    '-: Cannot query field "nothing" on type "Query".\n\nGraphQL request:1:3\n1 | { nothing }\n  |   ^',
  ],
  [
    'two fields that do not exist',
    ['-'],
    '{ a b }',
    '-: Cannot query field "a" on type "Query".\n\nGraphQL request:1:3\n1 | { a b }\n  |   ^\n\n-: Cannot query field "b" on type "Query".\n\nGraphQL request:1:5\n1 | { a b }\n  |     ^',
  ],
  [
    'a syntax error',
    ['-'],
    '{ a',
    '-: Syntax Error: Expected Name, found <EOF>.\n\nGraphQL request:1:4\n1 | { a\n  |    ^',
  ],
  ['nothing at all', ['-'], '', '-: Syntax Error: Unexpected <EOF>.\n\nGraphQL request:1:1\n1 |\n  | ^'],
  ['several operations and no name', ['-'], several, '- has several operations, or none: name one with --operation'],
  ['an operation that is not there', ['-', '--operation', 'C'], several, '- has no operation C; did you mean A or B?'],
  [
    'a format that does not exist',
    ['-', '--format', 'dot'],
    '{ __typename }',
    '--format is "dot": give "text", "mermaid" or "json"',
  ],
  ['variables that are no JSON', ['-', '--variables', '{'], '{ __typename }', '--variables is {: give a JSON object'],
  [
    'variables that are a list',
    ['-', '--variables', '[1]'],
    '{ __typename }',
    '--variables is [1]: give a JSON object',
  ],
  [
    'variables that are null',
    ['-', '--variables', 'null'],
    '{ __typename }',
    '--variables is null: give a JSON object',
  ],
  [
    'a condition that is no Boolean',
    ['-', '--variables', '{"yes":"true"}'],
    conditional('$yes: Boolean!'),
    '--variables: Variable "$yes" got invalid value "true"; Boolean cannot represent a non boolean value: "true"',
  ],
  ['a file that is not there', ['nowhere.graphql'], '', 'There is no file nowhere.graphql.'],
])('%s is named, with its exit code', async (_what, args, input, message) => {
  expect(await rejected(args, input)).toBe(message);
});

test('no document at all is wrong usage', async () => {
  expect(await explain([])).toEqual({
    code: 2,
    output: '',
    errors: '<file> is missing; concierge explain --help shows what there is\n',
  });
});

test("requests to a service with transforms have the service's own names", async () => {
  const folder = temporaryFolder({
    'shop.graphql':
      'type Query { search(text: String!): [Hit] _hits(ids: [ID!]!): [Hit]! @merge(keyField: "id") } type Hit { id: ID! name: String }',
    'crm.graphql':
      'type Query { search: [Hit] _hit(id: ID!): Hit @merge(keyField: "id") } type Hit { id: ID! notes: String }',
    'gateway.config.mjs': `export default { subgraphs: {
      shop: { url: '${closedUrl}', schema: 'shop.graphql', transforms: { prefix: { rootFields: 'shop_' }, rename: { fields: { 'Hit.name': 'title' } } } },
      crm: { url: '${closedUrl}', schema: 'crm.graphql', transforms: { rename: { fields: { 'Hit.notes': 'comments' } } } },
    } };`,
    'query.graphql': '{ shop_search(text: "a") { title comments } }',
  });
  const output = await explained([`${folder}/query.graphql`, '--config', `${folder}/gateway.config.mjs`]);
  expect(output.replaceAll(/\s+/g, ' ')).toContain('{ shop_search: search(text: "a") { title: name');
  expect(output.replaceAll(/\s+/g, ' ')).toContain('{ comments: notes');
});
