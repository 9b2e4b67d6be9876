// Explanation of a response, as the browser and `concierge explain --measure` read it, and `Server-Timing`.
import { hash } from 'node:crypto';
import { Kind, parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createGateway, type GatewayConfig } from '../gateway/index.ts';
import { developmentKey } from './harness/demo-users.ts';
import { temporaryFolder } from './harness/folder.ts';
import { concierge } from './harness/gateway.ts';
import type { ParsedJson } from './harness/parsed-json.ts';
import { closedUrl } from './harness/servers.ts';
import { post, type ServedGraph, serveGraph } from './values/served-graph.ts';

const catalog = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  type Query { products(first: Int): [Product!]! @cacheControl(maxAge: 60) first(word: String): Product own: String @authenticated }
  type Mutation { rename(id: ID!): Product }
  type Subscription { changed: Product }
  type Product @cacheControl(maxAge: 60) { id: ID! name: String }
`;
const stock = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Product @cacheControl(maxAge: 60) { id: ID! inStock: Int @cacheControl(maxAge: 60) price: Int! @cacheControl(maxAge: 60) }
`;

const explained = { 'x-concierge-explain': '1', 'x-api-key': 'support' };
const rows = [
  { id: '1', name: 'Lamp' },
  { id: '2', name: null },
];
const key = (name: string, roles: string[]) => ({ name, hash: `sha256:${hash('sha256', name)}`, roles });

const config: Partial<GatewayConfig> = {
  explain: { roles: ['support'] },
  cache: { responses: true, entities: true },
  authentication: { apiKeys: { keys: [key('support', ['support']), key('shop', ['shop'])] } },
};

let served: ServedGraph;

beforeEach(async () => {
  served = await serveGraph({
    services: { catalog, stock },
    config,
    view: { rename: { types: { Product: 'Item' } } },
  });
});

function returnStock(made: (id: string) => unknown): void {
  const { catalog, stock } = served.services;
  if (!catalog || !stock) throw new Error('There are two services.');
  catalog.returns = ({ query }) => ({
    data: Object.fromEntries(rootFields(query).map(([key, name]) => [key, name === 'products' ? rows : rows[0]])),
  });
  stock.returns = ({ variables, query }) => ({
    data: Object.fromEntries(
      rootFields(query).map(([key]) => [key, (Object.values(variables)[0] as string[]).map(made)]),
    ),
  });
}

/** Response keys and names. */
function rootFields(query: string): [key: string, name: string][] {
  const [operation] = parse(query).definitions;
  const selections = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
  return selections.flatMap((field) =>
    field.kind === Kind.FIELD ? [[field.alias?.value ?? field.name.value, field.name.value] as [string, string]] : [],
  );
}

async function explain(query: string, headers: Record<string, string> = {}): Promise<ParsedJson[]> {
  const all: ParsedJson[] = [];
  for (const origin of served.origins) {
    const { text, headers: fields } = await post(origin, query, { headers: { ...explained, ...headers } });
    expect(fields.get('cache-control')).toBe('no-store');
    all.push(JSON.parse(text));
  }
  return all;
}

const query = '{ products(first: 2) { name inStock } }';

test('callers with the role get the plan, each request with its times, the cost and the caching, on both HTTP paths', async () => {
  returnStock((id) => ({ id, inStock: 7 }));
  for (const { data, extensions } of await explain(query)) {
    expect(data.products).toEqual([
      { name: 'Lamp', inStock: 7 },
      { name: null, inStock: 7 },
    ]);
    const { plan, fetches, cost, cache, duration } = extensions.explain;
    expect(plan.fetches.map(({ subgraph }: ParsedJson) => subgraph)).toEqual(['catalog', 'stock']);
    expect(fetches).toMatchObject([
      { fetch: 0, subgraph: 'catalog', address: served.services.catalog?.url, attempt: 1, outcome: 'ok' },
      { fetch: 1, subgraph: 'stock', address: served.services.stock?.url, attempt: 1, outcome: 'ok' },
    ]);
    expect(fetches[0].cache).toMatchObject({ outcome: 'none', reason: expect.stringContaining('root fields') });
    expect(fetches[1].cache).toEqual({ outcome: 'miss', keys: 2, cached: 0, reason: null });
    const [first, second] = fetches;
    expect(first.start).toBeGreaterThan(0);
    expect(second.start).toBeGreaterThanOrEqual(first.start + first.duration);
    expect(duration).toBeGreaterThanOrEqual(second.start + second.duration);
    expect(first.bytes).toBe(JSON.stringify({ data: { products: rows } }).length);
    expect(cost).toBeGreaterThan(0);
    expect(cache).toMatchObject({ outcome: 'miss', isStored: true, policy: expect.stringContaining('60 s') });
  }
});

test('a cached response says so, and a request that the cache may not serve shows which entities are cached', async () => {
  returnStock((id) => ({ id, inStock: 7 }));
  await explain(query);
  for (const { extensions } of await explain(query)) {
    expect(extensions.explain.cache.outcome).toBe('hit');
    expect(extensions.explain.fetches).toMatchObject([
      { fetch: 0, outcome: 'NOT_NEEDED', cache: { reason: 'the whole response was cached' } },
      { fetch: 1, outcome: 'NOT_NEEDED', start: null },
    ]);
  }
  for (const { extensions } of await explain(query, { 'cache-control': 'no-cache' })) {
    expect(extensions.explain.fetches).toMatchObject([
      { fetch: 0, outcome: 'ok' },
      { fetch: 1, outcome: 'NOT_NEEDED', cache: { outcome: 'hit', keys: 2, cached: 2 } },
    ]);
  }
});

test('the explanation is in no cache: the next response has none', async () => {
  returnStock((id) => ({ id, inStock: 7 }));
  await explain(query);
  const plain = await served.query(query);
  expect(plain.headers.get('cache-control')).toContain('max-age');
  expect(plain.text).not.toContain('explain');
});

test('each null names its service and its reason', async () => {
  returnStock((id) => (id === '1' ? null : { id, inStock: null, price: 5 }));
  for (const { extensions } of await explain('{ products(first: 2) { id name inStock } }')) {
    expect(extensions.explain.nulls).toEqual([
      { path: ['products', 0, 'inStock'], count: 2, field: 'Product.inStock', subgraph: 'stock', reason: 'absent' },
      { path: ['products', 1, 'name'], count: 1, field: 'Product.name', subgraph: 'catalog', reason: 'returned' },
    ]);
  }
});

test('for a client with a view, the fields of nulls have its names', async () => {
  returnStock((id) => ({ id, inStock: null }));
  const view = { headers: explained, path: '/graphql/web' };
  const { text } = await post(served.origins[0] as string, '{ first { inStock } }', view);
  expect(JSON.parse(text).extensions.explain.nulls).toMatchObject([{ field: 'Item.inStock', subgraph: 'stock' }]);
});

test('a null of an error names its code, and one that it has propagated to names the place of the error', async () => {
  returnStock((id) => ({ id, inStock: 7 }));
  const { stock } = served.services;
  if (stock) stock.returns = () => ({ status: 503, body: 'down' });
  for (const { extensions } of await explain('{ first { name inStock } gone: first { price } }')) {
    expect(extensions.explain.nulls).toMatchObject([
      { path: ['first', 'inStock'], subgraph: 'stock', reason: 'error', code: 'SUBGRAPH_UNAVAILABLE' },
      { path: ['gone'], subgraph: 'stock', reason: 'propagated', from: ['gone', 'price'] },
    ]);
    expect(extensions.explain.fetches[1]).toMatchObject({ subgraph: 'stock', outcome: 'SUBGRAPH_UNAVAILABLE' });
    expect(extensions.explain.cache.isStored).toBe(false);
  }
});

test('a mutation is explained, with the reason for which nothing of it is cached', async () => {
  returnStock((id) => ({ id, inStock: 7 }));
  for (const { extensions } of await explain('mutation { rename(id: "1") { name inStock } }')) {
    const { cache, fetches } = extensions.explain;
    expect(cache).toMatchObject({ outcome: 'none', reasons: ['only queries are cached'] });
    expect(fetches).toMatchObject([{ fetch: 0 }, { fetch: 1, cache: { reason: expect.stringContaining('queries') } }]);
  }
});

test('other callers get the ordinary response, byte for byte', async () => {
  returnStock((id) => ({ id, inStock: 7 }));
  const { text } = await served.query(query);
  for (const name of ['shop', '']) {
    const headers = { 'x-concierge-explain': '1', ...(name !== '' && { 'x-api-key': name }) };
    const other = await served.query(query, { headers });
    expect(other.text).toBe(text);
  }
  const unasked = await served.query(query, { headers: { 'x-api-key': 'support' } });
  expect(unasked.text).toBe(text);
});

test('values of variables and header fields are not in an explanation', async () => {
  returnStock((id) => ({ id, inStock: 7 }));
  const { text } = await post(served.origins[0] as string, 'query ($word: String) { first(word: $word) { inStock } }', {
    variables: { word: 'secret-word' },
    headers: { ...explained, 'x-secret': 'hidden-value' },
  });
  expect(text).toContain('"explain"');
  expect(text).not.toContain('secret-word');
  expect(text).not.toContain('hidden-value');
});

test('each operation of a batch has its own explanation', async () => {
  returnStock((id) => ({ id, inStock: 7 }));
  const batch = JSON.stringify([
    { query },
    { query: '{ first { name } }' },
    { query: '{ products(first: 2) { id } }' },
  ]);
  for (const origin of served.origins) {
    const send = async () => {
      const headers = { 'content-type': 'application/json', ...explained };
      const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: batch });
      return ((await response.json()) as ParsedJson[]).map(({ extensions }) => extensions.explain);
    };
    const [one, two, three] = await send();
    const sent = (explanation: ParsedJson) => explanation.fetches.map(({ subgraph }: ParsedJson) => subgraph);
    expect([sent(one), sent(two), sent(three)]).toEqual([['catalog', 'stock'], ['catalog'], ['catalog']]);
    const outcomes = (explanations: ParsedJson[]) =>
      explanations.map(({ cache: { outcome, isStored } }) => [outcome, isStored]);
    expect(outcomes([one, two, three])).toEqual([
      ['miss', true],
      ['miss', true],
      ['miss', true],
    ]);
    expect(outcomes(await send())).toEqual([
      ['hit', false],
      ['hit', false],
      ['hit', false],
    ]);
    expect(one.planId).not.toBe(two.planId);
  }
});

test.each(['stream', 'WebSocket'])('each event of a subscription is explained (%s)', async (transport) => {
  returnStock((id) => ({ id, inStock: id === '2' ? null : 7 }));
  const { catalog: one } = served.services;
  const event = (id: string) => `event: next\ndata: ${JSON.stringify({ data: { changed: { id } } })}\n\n`;
  const stream = `${event('1')}${event('2')}event: complete\ndata:\n\n`;
  if (one) one.returns = () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body: stream });
  const subscription = 'subscription { changed { id inStock } }';
  for (const origin of served.origins) {
    const results = await (transport === 'stream' ? events(origin, subscription) : messages(origin, subscription));
    expect(results.map(({ data }) => data.changed)).toEqual([
      { id: '1', inStock: 7 },
      { id: '2', inStock: null },
    ]);
    const explanations = results.map(({ extensions }) => extensions.explain);
    for (const { fetches, duration, cache } of explanations) {
      expect(fetches).toMatchObject([
        { fetch: 1, subgraph: 'stock', outcome: 'ok', address: served.services.stock?.url },
        { fetch: 0, subgraph: 'catalog', outcome: 'EVENT', start: null },
      ]);
      // From the arrival of the event.
      expect(fetches[0].start + fetches[0].duration).toBeLessThanOrEqual(duration);
      expect(cache).toMatchObject({ outcome: 'none', reasons: ['only queries are cached'] });
    }
    expect(explanations.map(({ nulls }) => nulls.map(({ field }: ParsedJson) => field))).toEqual([
      [],
      ['Product.inStock'],
    ]);
  }
});

async function events(origin: string, query: string): Promise<ParsedJson[]> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', ...explained };
  const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const text = await response.text();
  return [...text.matchAll(/event: next\ndata: (.*)\n\n/g)].map(([, json]) => JSON.parse(json as string));
}

async function messages(origin: string, query: string): Promise<ParsedJson[]> {
  const client = explainedClient(origin);
  const results: ParsedJson[] = [];
  for await (const result of client.iterate({ query, extensions: { explain: true } })) results.push(result);
  return results;
}

function explainedClient(origin: string) {
  class Connection extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers: { 'x-api-key': 'support' } });
    }
  }
  const client = createClient({ url: `${origin.replace('http', 'ws')}/graphql`, webSocketImpl: Connection });
  onTestFinished(() => client.dispose());
  return client;
}

test('a WebSocket message requests it by its extensions', async () => {
  returnStock((id) => ({ id, inStock: 7 }));
  const client = explainedClient(served.origins[0] as string);
  const next = await client.iterate({ query, extensions: { explain: true } }).next();
  expect(next.value.extensions.explain.fetches).toHaveLength(2);
  const plain = await client.iterate({ query }).next();
  expect(plain.value.extensions).toBeUndefined();
});

async function outputOf(args: string[]): Promise<string> {
  const process = concierge(args);
  await process.exit;
  return process.output();
}

test('concierge explain --measure prints percentiles for each edge of the plan, and the estimated cost', async () => {
  returnStock((id) => ({ id, inStock: 7 }));
  const { catalog: one, stock: other } = served.services;
  const sdl = (text: string) =>
    `${text} directive @cacheControl(maxAge: Int) on FIELD_DEFINITION | OBJECT directive @authenticated on FIELD_DEFINITION`;
  const subgraphs = {
    catalog: { url: one?.url, schema: 'catalog.graphql' },
    stock: { url: other?.url, schema: 'stock.graphql' },
  };
  const folder = temporaryFolder({
    'gateway.config.json': JSON.stringify({ subgraphs }),
    'catalog.graphql': sdl(catalog),
    'stock.graphql': sdl(stock),
    'query.graphql': query,
    'mutation.graphql': 'mutation { rename(id: "1") { name } }',
  });
  const run = (file: string, key: string) => {
    const url = `${served.origins[0]}/graphql`;
    const args = ['--measure', '3', '--url', url, '--header', `x-api-key: ${key}`];
    return outputOf(['explain', `${folder}/${file}`, '--config', `${folder}/gateway.config.json`, ...args]);
  };
  const output = await run('query.graphql', 'support');
  expect(output).toMatch(/plan id: [0-9a-f]{12}\n\nestimated cost: \d+\n\nmeasured 3 times at .*, without caches\n/);
  expect(output).toMatch(/ {4}whole operation: p50 [\d.]+ ms, p95 [\d.]+ ms, p99 [\d.]+ ms\n/);
  expect(output).toMatch(/ {4}client -> #0 catalog: p50 .*\n {4}#0 -> #1 stock: p50/);
  expect(one?.requests).toHaveLength(3);
  expect(await run('query.graphql', 'shop')).toContain('does not explain its responses');
  expect(await run('mutation.graphql', 'support')).toContain('a mutation is not repeated');
});

test('in development every caller gets it, an address that cannot be reached is an attempt, and responses have Server-Timing', async () => {
  returnStock((id) => ({ id, inStock: 7 }));
  const { catalog: one } = served.services;
  const folder = temporaryFolder({
    'catalog.graphql': `${catalog} directive @cacheControl(maxAge: Int) on FIELD_DEFINITION | OBJECT directive @authenticated on FIELD_DEFINITION`,
  });
  const unreachable = closedUrl;
  for (const fastPath of [true, false]) {
    const urls = [unreachable, one?.url as string];
    const gateway = createGateway(
      {
        port: 0,
        log: { level: 'silent' },
        csrf: false,
        fastPath,
        subgraphs: { catalog: { url: urls, schema: 'catalog.graphql', balance: 'roundRobin' } },
      },
      { folder, development: developmentKey },
    );
    const origin = await gateway.start();
    onTestFinished(() => gateway.stop().then(() => undefined));
    const { text, headers } = await post(origin, '{ first { name } }', { headers: { 'x-concierge-explain': '1' } });
    expect(JSON.parse(text).extensions.explain.fetches).toMatchObject([
      { address: unreachable, attempt: 1, outcome: 'SUBGRAPH_UNAVAILABLE' },
      { address: one?.url, attempt: 2, outcome: 'ok' },
    ]);
    expect(headers.get('server-timing')).toMatch(/^total;dur=\d+\.\d, catalog;dur=\d+\.\d$/);
  }
  expect((await served.query('{ first { name } }')).headers.get('server-timing')).toBeNull();
});
