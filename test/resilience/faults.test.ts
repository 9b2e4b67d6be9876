// Faults on demand: what a page gets while a service is slow, failing or gone, for one request and nothing but that.
import { hash } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { collectLines } from '../harness/log-lines.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';
import type { LogLine } from '../harness/process.ts';
import { executing } from '../values/graphql-service.ts';
import { post, type Received, type ServedGraph, type Service, serveGraph } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';

const products = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  type Query { products: [Product!]! @cacheControl(maxAge: 60) priced: Priced motto: String @fallback(value: "none") }
  type Mutation { rename(id: ID!): Product }
  type Subscription { changed: Product }
  interface Priced { price: Int }
  type Product implements Priced @cacheControl(maxAge: 60) { id: ID! name: String! price: Int }
`;
const orders = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  type Query { total: Int _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Product @cacheControl(maxAge: 60) { id: ID! sold: Int }
`;

const lamp = { __typename: 'Product', id: '1', name: 'Lamp', price: 9 };

let served: ServedGraph;
let lines: LogLine[];

async function serve(config: Partial<GatewayConfig>): Promise<void> {
  served = await serveGraph({
    services: { products, orders },
    view: { rename: { types: { Product: 'Article' }, fields: { 'Priced.price': 'cost' } } },
    settings: { orders: { timeout: '300ms' } },
    config,
    withLog: (log) => {
      lines = collectLines(log);
    },
  });
  service('products').returns = ({ query, variables }) =>
    query.startsWith('subscription')
      ? {
          status: 200,
          headers: { 'content-type': 'text/event-stream' },
          body: `event: next\ndata: ${JSON.stringify({ data: { changed: lamp } })}\n\nevent: complete\ndata:\n\n`,
        }
      : executing(products, { products: [lamp, { ...lamp, id: '2' }], priced: lamp, rename: lamp, motto: 'Good.' })({
          ...{ query, variables, headers: {}, body: '' },
        });
  service('orders').returns = executing(orders, {
    total: 7,
    _products: ({ ids }: { ids: string[] }) => ids.map((id) => ({ id, sold: 3 })),
  });
}

function service(name: string): Service {
  return served.services[name] as Service;
}

const query = (text: string, fault?: string, headers = {}) =>
  served.query(text, { headers: { ...(fault && { 'x-concierge-fault': fault }), ...headers } });

function codesOf({ errors = [] }: Received): string[] {
  return errors.map(({ path, extensions }) => `${path?.join('.')} ${extensions.code}`);
}

const text = '{ products { name sold } total }';

beforeEach(() => serve({ faults: { everyone: true } }));

test('a subgraph is down, rejects or times out for the request alone, and gets nothing of it', async () => {
  const cases: [fault: string, code: string][] = [
    ['orders; status=503', 'SUBGRAPH_UNAVAILABLE'],
    ['orders ;status = 500', 'SUBGRAPH_UNAVAILABLE'],
    ['orders; errors=100%', 'SUBGRAPH_UNAVAILABLE'],
    ['orders; status=404', 'SUBGRAPH_BAD_RESPONSE'],
    ['orders; status=429', 'RATE_LIMIT_EXCEEDED'],
    ['orders; status=401', 'SUBGRAPH_ERROR'],
    ['orders; delay=300ms', 'SUBGRAPH_TIMEOUT'],
    ['orders; delay=60s', 'SUBGRAPH_TIMEOUT'],
  ];
  for (const [fault, code] of cases) {
    const received = await query(text, fault);
    expect(codesOf(received)).toEqual([`products.0.sold ${code}`, `products.1.sold ${code}`, `total ${code}`]);
    expect(received.headers.get('x-concierge-fault')).toBe(fault);
    expect(received.headers.get('cache-control')).toBe('no-store');
  }
  expect(service('orders').requests).toEqual([]);
  const { data, errors, headers } = await query(text);
  expect(data).toEqual({ products: [1, 2].map(() => ({ name: 'Lamp', sold: 3 })), total: 7 });
  expect(errors).toBeUndefined();
  expect(headers.get('x-concierge-fault')).toBeNull();
});

test('a delay comes before the request, a share of requests fails, and fallbacks stand for what does', async () => {
  const random = vi.spyOn(Math, 'random');
  try {
    random.mockReturnValue(0.09);
    expect(codesOf(await query('{ total }', 'orders; errors=10%; status=502; delay=20ms'))).toEqual([
      'total SUBGRAPH_UNAVAILABLE',
    ]);
    random.mockReturnValue(0.11);
    const started = performance.now();
    expect((await query('{ total }', 'orders; errors=10%; delay=20ms')).data).toEqual({ total: 7 });
    // Timers are up to a millisecond early; there are two requests, one after the other.
    expect(performance.now() - started).toBeGreaterThan(38);
  } finally {
    random.mockRestore();
  }
  expect(JSON.parse((await query('{ motto }', 'products; status=500')).text)).toEqual({
    data: { motto: 'none' },
    extensions: { degraded: [['motto']] },
  });
});

test("fields are null, or have errors: by their types, interfaces or subgraphs, in the client's names", async () => {
  const fields = '{ products { name price } priced { price } }';
  const wholly = { products: [1, 2].map(() => ({ name: 'Lamp', price: null })), priced: { price: null } };
  for (const fault of ['Product.price; null', 'products.price; null', 'Priced.price; null']) {
    const { data, errors } = await query(fields, fault);
    expect({ data, errors }).toEqual({ data: wholly, errors: undefined });
  }
  expect(codesOf(await query('{ priced { price } }', 'Product.price; error'))).toEqual(['priced.price SUBGRAPH_ERROR']);
  const lost = await query('{ products { name } motto }', 'Product.name; null');
  expect(lost.data).toBeNull();
  expect(codesOf(lost)).toEqual(['products.0.name SUBGRAPH_BAD_RESPONSE', 'products.1.name SUBGRAPH_BAD_RESPONSE']);
  const path = '/graphql/web';
  const view = { path, headers: { 'x-concierge-fault': 'Article.cost; null' } };
  expect((await served.query('{ products { cost } }', view)).data).toEqual({
    products: [{ cost: null }, { cost: null }],
  });
  const graph = { path, headers: { 'x-concierge-fault': 'Product.price; null' } };
  expect((await served.query('{ products { cost } }', graph)).status).toBe(400);
});

test('several are in one header or in several, each for its own part', async () => {
  const { data, errors } = await query(text, 'orders; status=503, Product.name; error, products; delay=1ms');
  expect(data).toBeNull();
  expect(errors?.map(({ extensions }) => extensions.code)).toContain('SUBGRAPH_ERROR');
  const headers = new Headers({ 'content-type': 'application/json' });
  for (const fault of ['orders; status=503', 'products; delay=1ms']) headers.append('x-concierge-fault', fault);
  const body = JSON.stringify([{ query: text }, { query: '{ motto }' }]);
  const response = await fetch(`${served.origins[0]}/graphql`, { method: 'POST', headers, body });
  expect(response.headers.get('x-concierge-fault')).toBe('orders; status=503, products; delay=1ms');
  expect(await response.json()).toMatchObject([
    { data: { total: null }, errors: [{}, {}, {}] },
    { data: { motto: 'Good.' } },
  ]);
});

test.each<[fault: string, problem: string | RegExp]>([
  ['order; status=503', '"order; status=503": there is no subgraph "order"; did you mean orders?'],
  ['users', '"users": it has no effect; write "users; delay=2s"'],
  ['Product.price', '"Product.price": it has no effect; write "Product.price; null" or "Product.price; error"'],
  ['Product.prise; null', '"Product.prise; null": there is no field Product.prise; did you mean price?'],
  ['products.prise; null', '"products.prise; null": there is no field products.prise; did you mean price or priced?'],
  [
    'Prodct.price; null',
    '"Prodct.price; null": there is no type and no subgraph "Prodct"; did you mean Product or products?',
  ],
  [
    'orders; slow',
    '"orders; slow": "slow" is no effect on a subgraph; subgraphs have delay=2s (60s at most), status=503 (400 to 599) and errors=10%, and fields null or error',
  ],
  ['orders; delay=2h', /"delay=2h" is no effect on a subgraph/],
  ['orders; delay=61s', /"delay=61s" is no effect on a subgraph/],
  ['orders; status=200', /"status=200" is no effect on a subgraph/],
  ['orders; errors=101%', /"errors=101%" is no effect on a subgraph/],
  ['orders; delay=1s; delay=2s', /"delay" stands there twice/],
  ['orders; delay=1s, orders; status=503', /there is another fault of orders/],
  ['Product.price; delay=1s', /"delay=1s" is no effect on a field; fields have null or error, and subgraphs delay/],
  ['orders; delay=1s,', '"": begin with a subgraph or a field, such as "products; delay=2s" or "Product.price; null"'],
  ['', '"": begin with a subgraph or a field, such as "products; delay=2s" or "Product.price; null"'],
  [`orders; ${'x'.repeat(1_000)}`, 'it has more than 1000 characters'],
])('a header that is not valid is rejected: %s', async (fault: string, problem: string | RegExp) => {
  const { status, errors } = await served.query(text, { headers: { 'x-concierge-fault': fault } });
  expect(status).toBe(400);
  expect(errors).toEqual([{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }]);
  const message = errors?.[0]?.message as string;
  if (typeof problem === 'string')
    expect(message).toBe(`x-concierge-fault: ${problem}${problem.endsWith('?') ? '' : '.'}`);
  else expect(message).toMatch(problem);
  expect(service('products').requests).toEqual([]);
});

test('no other request notices: caches, requests in flight, the circuit breaker and the addresses stay as they are', async () => {
  await serve({ faults: { everyone: true }, cache: { responses: true, entities: true } });
  const text = '{ products { name sold } }';
  await query(text, 'Product.name; error');
  expect(service('products').requests).toHaveLength(2);
  const fresh = await query(text);
  expect(fresh.headers.get('cache-control')).toBe('public, max-age=60');
  service('products').requests.length = 0;
  expect(codesOf(await query(text, 'orders; status=503'))).toHaveLength(2);
  expect((await query(text, 'products.price; null')).data).toEqual(fresh.data);
  expect(service('products').requests).toHaveLength(4);
  expect((await query(text)).headers.get('age')).not.toBeNull();
  const failing = Array.from({ length: 40 }, () => query('{ total }', 'orders; status=503'));
  const waiting = [
    query('{ total }', 'orders; delay=50ms'),
    query('{ total }'),
    query('{ total }', 'orders.total; error'),
  ];
  for (const each of await Promise.all(failing)) expect(codesOf(each)).toEqual(['total SUBGRAPH_UNAVAILABLE']);
  expect((await Promise.all(waiting)).map(({ data }) => data)).toEqual([{ total: 7 }, { total: 7 }, { total: null }]);
  expect((await query('{ total }')).data).toEqual({ total: 7 });
  expect(lines.filter(({ msg }) => /circuit|ejected/.test(String(msg)))).toEqual([]);
});

test('a client that leaves ends a delay, and mutations and subscriptions have faults too', async () => {
  const controller = new AbortController();
  const [origin = ''] = served.origins;
  const left = fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-concierge-fault': 'products; delay=20s' },
    body: JSON.stringify({ query: '{ motto }' }),
    signal: controller.signal,
  });
  setImmediate(() => controller.abort());
  await expect(left).rejects.toThrow();
  expect(codesOf(await query('mutation { rename(id: 1) { name } }', 'products; status=503'))).toEqual([
    'rename SUBGRAPH_UNAVAILABLE',
  ]);
  expect(service('products').requests).toEqual([]);
  const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`);
  const subscribe = async (id: string, faults: string) => {
    client.send({
      id,
      type: 'subscribe',
      payload: { query: 'subscription { changed { name sold } }', extensions: { faults } },
    });
    return (await client.message()).payload;
  };
  expect(await subscribe('1', 'orders; status=503')).toMatchObject({
    data: { changed: { name: 'Lamp', sold: null } },
    errors: [{ path: ['changed', 'sold'] }],
  });
  expect(await client.message()).toMatchObject({ type: 'complete' });
  expect(await subscribe('2', 'products; status=503')).toMatchObject([
    { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } },
  ]);
});

test('explanations and the log have the faults; hooks get what they make', async () => {
  const seen: string[] = [];
  await serve({
    faults: { everyone: true },
    explain: { roles: ['support'] },
    authentication: {
      apiKeys: { keys: [{ name: 'support', hash: `sha256:${hash('sha256', 'support')}`, roles: ['support'] }] },
    },
    hooks: {
      subgraphHeaders: ['x-seen'],
      onSubgraphRequest: (request) => request.setHeader('x-seen', '1'),
      onSubgraphResponse: ({ subgraph, failure }) => void seen.push(`${subgraph} ${failure?.code ?? 'ok'}`),
    },
  });
  const { text: body } = await post(served.origins[0] as string, text, {
    headers: {
      'x-concierge-explain': '1',
      'x-api-key': 'support',
      'x-concierge-fault': 'orders; status=503; delay=5ms',
    },
  });
  const { explain } = JSON.parse(body).extensions as ParsedJson;
  expect(explain.faults).toEqual(['orders; status=503; delay=5ms']);
  const failed = explain.fetches.filter(({ subgraph }: ParsedJson) => subgraph === 'orders');
  expect(failed).toHaveLength(2);
  for (const fetch of failed) {
    expect(fetch).toMatchObject({
      outcome: 'SUBGRAPH_UNAVAILABLE',
      address: null,
      fault: 'orders; status=503; delay=5ms',
    });
  }
  expect(seen.sort()).toEqual(['orders SUBGRAPH_UNAVAILABLE', 'orders SUBGRAPH_UNAVAILABLE', 'products ok']);
  await query('{ motto }', 'Product.name; null');
  const line = lines.find(({ msg, faults }) => msg === 'request' && faults);
  expect(line).toMatchObject({ faults: ['Product.name; null'] });
});

test('without the option the header has no effect; with roles, it is for callers that have one of them', async () => {
  await serve({});
  for (const fault of ['nonsense', 'orders; status=503', 'x'.repeat(5_000)]) {
    const { data, headers } = await query('{ total }', fault);
    expect(data).toEqual({ total: 7 });
    expect(headers.has('x-concierge-fault')).toBe(false);
  }
  const socket = await PlainClient.open(`${served.origins[0]?.replace('http', 'ws')}/graphql`, undefined, {
    headers: { 'x-concierge-fault': 'orders; status=503' },
  });
  const extensions = { faults: 'orders; status=503' };
  socket.send({ id: '1', type: 'subscribe', payload: { query: '{ total }', extensions } });
  expect(await socket.message()).toMatchObject({ payload: { data: { total: 7 } } });
  socket.socket.close();
  const keys = ['qa', 'shop'].map((name) => ({ name, hash: `sha256:${hash('sha256', name)}` as const, roles: [name] }));
  await serve({ faults: { roles: ['qa'] }, authentication: { apiKeys: { keys } } });
  const fault = 'orders; status=503';
  const as = (key: string) => query('{ total }', fault, key && { 'x-api-key': key });
  expect(codesOf(await as('qa'))).toEqual(['total SUBGRAPH_UNAVAILABLE']);
  expect(await as('shop')).toMatchObject({
    status: 403,
    errors: [{ message: 'Not authorized to inject faults (x-concierge-fault).', extensions: { code: 'FORBIDDEN' } }],
  });
  expect(await as('')).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect((await query('{ total }')).data).toEqual({ total: 7 });
});

test("the configuration's faults are those of all requests, and are checked when it starts", async () => {
  await serve({ faults: { inject: ['orders; status=503', 'Product.price; null'] }, cache: { responses: true } });
  for (let time = 0; time < 2; time += 1) {
    const { data, headers } = await query('{ total products { name price } }', 'ignored');
    expect(data).toEqual({ total: null, products: [1, 2].map(() => ({ name: 'Lamp', price: null })) });
    expect(headers.get('cache-control')).toBe('no-store');
  }
  expect((await served.query('{ products { cost } }', { path: '/graphql/web' })).data).toMatchObject({
    products: [{ cost: null }, { cost: null }],
  });
  const folder = temporaryFolder({ 'products.graphql': products });
  const start = (inject: string[]) =>
    createGateway(
      {
        subgraphs: { products: { url: 'http://127.0.0.1:9', schema: 'products.graphql' } },
        faults: { inject },
      } as GatewayConfig,
      { folder },
    );
  expect(() => start(['orders; status=503'])).toThrow(
    'faults.inject: "orders; status=503": there is no subgraph "orders"',
  );
  vi.stubEnv('NODE_ENV', 'production');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(() =>
    createGateway(
      {
        subgraphs: { products: { url: 'http://127.0.0.1:9', schema: 'products.graphql' } },
        faults: { everyone: true },
      },
      { folder },
    ),
  ).toThrow('faults.everyone is true: it is for tests: name roles or scopes in production');
  expect(() => start(['products; slow'])).toThrow(
    'faults.inject[0] is "products; slow": "slow" is no effect on a subgraph',
  );
});
