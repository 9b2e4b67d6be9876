// `@rateLimit` by arguments: what is counted together, how much a list counts, and its second dialect, on stitched and
// federated graphs, over both HTTP paths and WebSockets.
import { describe, expect, test } from 'vitest';
import { composeGraph } from '../../gateway/compose/graph.ts';
import { supergraphOf } from '../values/federated.ts';
import { post, type ServedGraphOptions, serveGraph } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';

const root = (directive: string, field: string) => `${field} ${directive}`;
const signIn = 'signIn(email: String!, remember: Boolean): Boolean';
const linked = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@shareable"])';
const types = 'input Person { email: String age: Float tags: [String!] } scalar Any';

/** A stitched graph, and a federated one, in which a field has the directive. */
function graphs(field: string, directive: string, definition = ''): [kind: string, options: ServedGraphOptions][] {
  const sdl = `${definition} ${types} type Query { hello: String ${root(directive, field)} }`;
  const federated = supergraphOf(
    ['shop'],
    `${definition} input Person @join__type(graph: SHOP) { email: String age: Float tags: [String!] }
    scalar Any @join__type(graph: SHOP)
    type Query @join__type(graph: SHOP) { hello: String ${root(directive, field)} }`,
  );
  return [
    ['of a stitched graph', { services: { shop: sdl } }],
    ['of a subgraph of Federation', { services: { shop: `${linked} ${sdl}` } }],
    ['of a supergraph', { services: { shop: '' }, supergraph: federated }],
  ];
}

interface Sent {
  query: string;
  variables?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** The paths of the fields that were rejected, for each request to each of the two gateways. */
async function rejectedBy(options: ServedGraphOptions, requests: readonly Sent[]): Promise<string[][]> {
  const graph = await serveGraph({ ...options, config: { trustedProxies: ['loopback'], ...options.config } });
  const all: string[][][] = [];
  for (const service of Object.values(graph.services)) {
    service.returns = ({ query }) => {
      const aliases = [...query.matchAll(/(?:(\w+): )?(?:signIn|invite|find)\b/g)].map(
        ([text, alias]) => alias ?? text,
      );
      return { data: Object.fromEntries(aliases.map((alias) => [alias, true])) };
    };
  }
  for (const origin of graph.origins) {
    const rejected: string[][] = [];
    for (const { query, variables, headers } of requests) {
      const { errors } = await post(origin, query, { ...(variables && { variables }), ...(headers && { headers }) });
      for (const { extensions } of errors ?? []) expect(extensions.code).toBe('RATE_LIMIT_EXCEEDED');
      rejected.push(errors?.map(({ path }) => (path ? path.join('.') : 'all')) ?? []);
    }
    all.push(rejected);
  }
  expect(all[1]).toEqual(all[0]);
  return all[0] as string[][];
}

const isRejected = (rejected: readonly string[][]) => rejected.map(({ length }) => length > 0);
const byEmail = '@rateLimit(limit: 2, duration: 600, identityArgs: ["email"])';
const to = (email: string) => ({ query: `{ signIn(email: ${JSON.stringify(email)}) }` });

describe.each(graphs(signIn, byEmail))('by an argument, %s', (_kind, options) => {
  test('each value has its own count, and other arguments none', async () => {
    const requests = [
      to('a@x'),
      to('a@x'),
      { query: '{ signIn(email: "a@x", remember: true) }' },
      to('b@x'),
      to('a@x'),
    ];
    expect(isRejected(await rejectedBy(options, requests))).toEqual([false, false, true, false, true]);
  });

  test('aliases and variables count, also those with defaults', async () => {
    const aliases =
      '{ a: signIn(email: "a@x") b: signIn(email: "b@x") c: signIn(email: "a@x") d: signIn(email: "a@x") }';
    const rejected = await rejectedBy(options, [
      { query: aliases },
      { query: 'query ($to: String!) { signIn(email: $to) }', variables: { to: 'a@x' } },
      { query: 'query ($to: String! = "a@x") { signIn(email: $to) }' },
      { query: 'query ($to: String!) { signIn(email: $to) }', variables: { to: 'b@x' } },
      { query: 'query ($to: String!) { signIn(email: $to) }', variables: { to: 'b@x' } },
    ]);
    expect(rejected).toEqual([['d'], ['all'], ['all'], [], ['all']]);
  });

  test('values that differ in case, space or form alone are one, and long ones count like others', async () => {
    const long = (end: string) => '-'.repeat(40_000) + end;
    const same = ['a@x.example', 'A@X.example ', 'Ａ@x.example', 'a@x.exam\u00adple', 'a\u200b@x.example\ufeff '];
    const requests = [...same, long('1'), long('1'), long('2'), long('1')].map(to);
    const ofLong = [false, false, false, true];
    expect(isRejected(await rejectedBy(options, requests))).toEqual([false, false, true, true, true, ...ofLong]);
  });

  test('callers are counted apart', async () => {
    const from = (address: string) => ({ ...to('a@x'), headers: { 'x-forwarded-for': address } });
    const requests = ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2'].map(from);
    expect(isRejected(await rejectedBy(options, requests))).toEqual([false, false, true, false]);
  });

  test('over WebSockets', async () => {
    const graph = await serveGraph(options);
    for (const service of Object.values(graph.services)) service.returns = () => ({ data: { signIn: true } });
    for (const origin of graph.origins) {
      const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`);
      const texts: string[] = [];
      for (const [id, email] of ['a@x', 'a@x', 'a@x', 'b@x'].entries()) {
        texts.push(JSON.stringify((await client.query(`${id}`, to(email).query)).payload));
      }
      client.socket.close();
      expect(texts.map((text) => text.includes('RATE_LIMIT_EXCEEDED'))).toEqual([false, false, true, false]);
    }
  });
});

test('`perCaller: false` counts a value for all callers, and a second limit holds besides', async () => {
  const directive =
    '@rateLimit(limit: 2, duration: 600, identityArgs: ["email"], perCaller: false) @rateLimit(limit: 4, duration: 600)';
  for (const [, options] of graphs(signIn, directive)) {
    const from = (address: string, email: string) => ({ ...to(email), headers: { 'x-forwarded-for': address } });
    const requests = [
      ...['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => from(address, 'a@x')),
      // What the first limit rejects does not count for the second.
      ...['a@x', 'b@x', 'c@x', 'd@x', 'e@x'].map((email) => from('192.0.2.1', email)),
    ];
    const rejected = isRejected(await rejectedBy(options, requests));
    expect(rejected).toEqual([false, false, true, true, false, false, false, true]);
  }
});

test('paths lead into inputs, and values that mean the same are one', async () => {
  const directive =
    '@rateLimit(limit: 1, duration: 600, identityArgs: ["who.email", "who.age", "id", "any", "who.tags"])';
  const field = 'find(who: Person, id: ID, any: Any): Boolean';
  const query = 'query ($who: Person, $id: ID, $any: Any) { find(who: $who, id: $id, any: $any) }';
  for (const [, options] of graphs(field, directive)) {
    const rejected = await rejectedBy(options, [
      { query, variables: { who: { email: 'a@x', age: 10.5 }, id: 1, any: { a: 1, b: [2] } } },
      { query: '{ find(id: "1", any: { b: [2], a: 1 }, who: { age: 10.50, email: "a@x" }) }' },
      { query: '{ find(id: 1, any: { b: [2], a: 1 }, who: { age: 10.5e0, email: "a@x", tags: null }) }' },
      { query, variables: { who: { email: 'a@x', age: 11 }, id: 1, any: { a: 1, b: [2] } } },
      { query, variables: { who: { email: 'a@x', tags: 'new' } } },
      { query, variables: { who: { email: 'a@x', tags: ['new'] } } },
      { query, variables: { who: { email: 'a@x', tags: ['n', 'ew'] } } },
      { query: '{ find }' },
      { query: '{ find(who: null, id: null) }' },
    ]);
    expect(isRejected(rejected)).toEqual([false, true, true, false, false, true, false, false, true]);
  }
});

test('paths follow what the gateway renames in a service, and a view in the graph', async () => {
  const directive = '@rateLimit(limit: 1, duration: 600, identityArgs: ["who.email"])';
  const [[, stitched]] = graphs('find(who: Person): Boolean', directive) as [[string, ServedGraphOptions]];
  const graph = await serveGraph({
    ...stitched,
    settings: {
      shop: {
        transforms: {
          rename: { arguments: { 'Query.find(who:)': 'person' }, inputFields: { 'Person.email': 'address' } },
        },
      },
    },
    view: { rename: { arguments: { 'Query.find(person:)': 'user' }, inputFields: { 'Person.address': 'mail' } } },
  });
  for (const service of Object.values(graph.services)) service.returns = () => ({ data: { find: true } });
  for (const origin of graph.origins) {
    const texts: string[] = [];
    for (const [query, path] of [
      ['{ find(person: { address: "a@x" }) }', '/graphql'],
      ['{ find(user: { mail: "a@x" }) }', '/graphql/web'],
      ['{ find(user: { mail: "b@x" }) }', '/graphql/web'],
      ['{ find(person: { address: "b@x" }) }', '/graphql'],
    ] as const) {
      texts.push((await post(origin, query, { path })).text);
    }
    expect(texts.map((text) => text.includes('RATE_LIMIT_EXCEEDED'))).toEqual([false, true, false, true]);
    expect(texts.filter((text) => text.includes('"find":true'))).toHaveLength(2);
  }
});

test('a list counts as often as it is long; one that is longer than the limit is rejected in every window', async () => {
  const directive = '@rateLimit(limit: 5, duration: 600, arrayLengthField: "emails")';
  const invite = (...emails: string[]) => ({ query: `{ invite(emails: ${JSON.stringify(emails)}) }` });
  for (const [, options] of graphs('invite(emails: [String!]): Boolean', directive)) {
    const rejected = await rejectedBy(options, [
      invite('a', 'b', 'c', 'd', 'e', 'f'),
      invite('a', 'b', 'c'),
      invite('a', 'b', 'c'),
      { query: 'query ($to: [String!]) { invite(emails: $to) }', variables: { to: 'a' } },
      invite(),
      { query: '{ invite }' },
    ]);
    expect(isRejected(rejected)).toEqual([true, false, true, false, false, true]);
  }
});

describe('the dialect with max and window', () => {
  const definition = `directive @rateLimit(
    max: Int, window: String, message: String, identityArgs: [String], arrayLengthField: String
  ) on FIELD_DEFINITION`;

  test.each(
    graphs(signIn, '@rateLimit(max: 1, window: "10 minutes", identityArgs: ["email"], message: "Slowly.")', definition),
  )('limits as it says, %s', async (_kind, options) => {
    const requests = [to('a@x'), to('a@x'), to('b@x')];
    expect(isRejected(await rejectedBy(options, requests))).toEqual([false, true, false]);
    const graph = await serveGraph(options);
    for (const service of Object.values(graph.services)) service.returns = () => ({ data: { signIn: true } });
    await graph.query(to('a@x').query);
    const { errors, status, headers } = await graph.query(to('a@x').query);
    expect([status, errors?.[0]?.message]).toEqual([429, 'Slowly.']);
    expect(errors?.[0]?.extensions).toMatchObject({ limit: 1, duration: 600 });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(590);
  });

  const compose = (use: string, defined = definition) =>
    composeGraph([{ name: 'shop', sdl: `${defined} type Query { a: Int ${use} }` }]);

  test.each([
    ['@rateLimit', 5, 60],
    ['@rateLimit(max: 3, window: "1s")', 3, 1],
    ['@rateLimit(max: 3, window: "1.5 hours")', 3, 5400],
    ['@rateLimit(max: 3, window: "2d")', 3, 172_800],
    ['@rateLimit(max: 3, window: "60000")', 3, 60],
    ['@rateLimit(max: null, window: null)', 5, 60],
  ])('%s', (use, limit, duration) => {
    const { rules, warnings } = compose(use);
    expect(rules.rateLimits.get('Query.a')).toEqual([{ limit, duration }]);
    expect(warnings).toEqual([]);
  });

  test('defaults of the definition hold, in both dialects', () => {
    const own = 'directive @rateLimit(limit: Int! = 7, duration: Int! = 70) on FIELD_DEFINITION';
    const other = 'directive @rateLimit(max: Int = 8, window: String = "80s") on FIELD_DEFINITION';
    expect(compose('@rateLimit', own).rules.rateLimits.get('Query.a')).toEqual([{ limit: 7, duration: 70 }]);
    expect(compose('@rateLimit', other).rules.rateLimits.get('Query.a')).toEqual([{ limit: 8, duration: 80 }]);
  });

  test.each([
    ['@rateLimit(window: "500ms")', 'shop: @rateLimit(window: "500ms"): give whole seconds'],
    ['@rateLimit(window: "soon")', 'shop: @rateLimit(window: "soon"): give whole seconds'],
    ['@rateLimit(max: 0)', 'Query.a: @rateLimit requires limit (1 to 1000000000)'],
  ])('%s is an error at start', (use, message) => {
    expect(() => compose(use)).toThrow(message);
  });

  test('another directive of this name in a supergraph limits nothing, which is said at start', async () => {
    const [, , [, { supergraph }]] = graphs(
      'signIn: Int',
      '@rateLimit(count: 1)',
      'directive @rateLimit(count: Int) on FIELD_DEFINITION',
    ) as [unknown, unknown, [string, ServedGraphOptions]];
    const requests = Array.from({ length: 3 }, () => ({ query: '{ signIn }' }));
    expect(isRejected(await rejectedBy({ services: { shop: '' }, supergraph: supergraph ?? '' }, requests))).toEqual([
      false,
      false,
      false,
    ]);
  });
});
