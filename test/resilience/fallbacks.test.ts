// `@fallback`: the value of a field whose subgraph is down, in place of an error.
import { hash } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { composeSubgraphs } from '../../gateway/compose/federation/compose-subgraphs.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { collectLines } from '../harness/log-lines.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';
import type { LogLine } from '../harness/process.ts';
import { closedUrl } from '../harness/servers.ts';
import { executing } from '../values/graphql-service.ts';
import { post, type ServedGraph, type Service, serveGraph } from '../values/served-graph.ts';
import { overServerSentEvents, overWebSocket } from '../values/subscribing.ts';

const catalog = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  type Query {
    products: [Product!]! @cacheControl(maxAge: 60)
    product(id: ID!): Product
    item: Item
    found: Found
    slogan: String @fallback(value: "Good things")
    motto: String
  }
  type Mutation { rename(id: ID!): Product }
  type Subscription { changed: Product }
  interface Item { id: ID! label: String }
  type Product implements Item @cacheControl(maxAge: 60) { id: ID! label: String }
  type Store { id: ID! }
  union Found = Product | Store
`;
const stock = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  scalar Code
  enum Status { UNKNOWN SOLD_OUT IN_STOCK }
  type Query {
    stores: [String!]! @fallback(value: [])
    isOpen: Boolean! @fallback(value: false)
    total: Int
    _products(ids: [ID!]!): [Product]! @merge(keyField: "id")
  }
  interface Priced { price(currency: String): Float @fallback(value: null) }
  type Product implements Priced @cacheControl(maxAge: 60) {
    id: ID!
    inStock: Int! @fallback(value: 0)
    price(currency: String): Float
    status: Status! @fallback(value: UNKNOWN)
    sizes: [[Int!]!]! @fallback(value: [[1], []])
    code: Code @fallback(value: 12345678901234567890)
    ref: ID @fallback(value: 7)
    secret: Int @authenticated @fallback(value: 1)
    weight: Int @fallback(value: 3)
    similar: [Product!] @fallback(value: [])
    plain: Int
  }
`;
const shipping = `
  type Query { _parcels(keys: [ProductKey!]!): [Product]! @merge }
  input ProductKey { id: ID! weight: Int }
  type Product @key(selectionSet: "{ id }") {
    id: ID!
    postage: Int @computed(selectionSet: "{ weight }")
    days: Int @computed(selectionSet: "{ weight }") @fallback(value: 14)
  }
`;

const product = (id: string) => ({ __typename: 'Product', id, label: `Product ${id}` });
const stocked = (id: string) => ({
  id,
  inStock: 5,
  price: 9.5,
  status: 'IN_STOCK',
  sizes: [[2]],
  code: 1,
  ref: 'r',
  secret: 42,
  weight: 8,
  similar: [{ id: '9' }],
  plain: 6,
});

let served: ServedGraph;
let lines: LogLine[];

async function serve(config: Partial<GatewayConfig> = {}): Promise<void> {
  lines = [];
  served = await serveGraph({
    services: { catalog, stock, shipping },
    view: {
      exclude: ['Status.SOLD_OUT'],
      rename: {
        types: { Product: 'Article' },
        fields: { 'Product.inStock': 'left', 'Product.status': 'state' },
        values: { 'Status.UNKNOWN': 'UNCLEAR' },
      },
    },
    settings: { stock: { retry: false } },
    config: {
      metrics: { public: true },
      explain: { roles: ['support'] },
      authentication: {
        apiKeys: { keys: [{ name: 'support', hash: `sha256:${hash('sha256', 'support')}`, roles: ['support'] }] },
      },
      ...config,
    },
    withLog: (log) => {
      lines = collectLines(log);
    },
  });
  service('catalog').returns = ({ query, variables }) =>
    query.startsWith('subscription')
      ? {
          status: 200,
          headers: { 'content-type': 'text/event-stream' },
          body: `${[1, 2]
            .map((id) => `event: next\ndata: ${JSON.stringify({ data: { changed: product(String(id)) } })}\n\n`)
            .join('')}event: complete\ndata:\n\n`,
        }
      : executing(catalog, {
          products: [product('1'), product('2')],
          product: ({ id }: { id: string }) => product(id),
          item: product('1'),
          found: product('1'),
          rename: product('1'),
          slogan: 'Ours',
        })({ query, variables, headers: {}, body: '' });
  service('stock').returns = executing(stock, {
    stores: ['North'],
    isOpen: true,
    total: 3,
    _products: ({ ids }: { ids: string[] }) => ids.map(stocked),
  });
  service('shipping').returns = executing(shipping, {
    _parcels: ({ keys }: { keys: { id: string; weight: number }[] }) =>
      keys.map(({ id, weight }) => ({ id, postage: weight, days: weight })),
  });
}

function service(name: string): Service {
  return served.services[name] as Service;
}

function stop(name = 'stock'): void {
  service(name).returns = () => ({ status: 503, body: 'down' });
}

/** The response body, the same of both HTTP paths. */
async function query(text: string, request?: Parameters<ServedGraph['query']>[1]): Promise<ParsedJson> {
  const { text: body, status } = await served.query(text, request);
  expect(status).toBe(200);
  return JSON.parse(body);
}

beforeEach(() => serve());

test('root fields have their fallbacks, and fields beside them have errors', async () => {
  stop();
  expect(await query('{ stores open: isOpen total motto }')).toEqual({
    data: { stores: [], open: false, total: null, motto: null },
    errors: [
      {
        message: 'The subgraph "stock" could not be reached.',
        path: ['total'],
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'stock' },
      },
    ],
    extensions: { degraded: [['stores'], ['open']] },
  });
  expect(await query('{ stores isOpen }')).toEqual({
    data: { stores: [], isOpen: false },
    extensions: { degraded: [['stores'], ['isOpen']] },
  });
  service('stock').returns = executing(stock, { stores: ['South'], isOpen: true });
  expect(await query('{ stores isOpen }')).toEqual({ data: { stores: ['South'], isOpen: true } });
});

test('fields of entities have them at each of their places: in lists, under aliases, in fragments, by variables', async () => {
  stop();
  const text = `query ($currency: String, $more: Boolean!) {
    products { label ...Stock again: inStock @include(if: $more) }
  }
  fragment Stock on Product { inStock status sizes code ref ... on Product { cost: price(currency: $currency) } }`;
  const { data, errors, extensions } = await query(text, { variables: { currency: 'EUR', more: true } });
  expect(errors).toBeUndefined();
  const fallback = {
    inStock: 0,
    status: 'UNKNOWN',
    sizes: [[1], []],
    code: 12345678901234567000,
    ref: '7',
    cost: null,
  };
  expect(data.products).toEqual(['1', '2'].map((id) => ({ label: `Product ${id}`, ...fallback, again: 0 })));
  const fields = ['inStock', 'status', 'sizes', 'code', 'ref', 'cost', 'again'];
  expect(extensions.degraded).toEqual([0, 1].flatMap((at) => fields.map((field) => ['products', at, field])));
  expect((await served.query('{ product(id: 1) { code } }')).text).toContain('"code":12345678901234567890');
  expect((await query('{ product(id: 1) { similar { inStock } } }')).data.product.similar).toEqual([]);
});

test('they stand on interfaces, unions and the results of mutations as well', async () => {
  stop();
  expect(await query('{ item { label ... on Product { inStock } } found { ... on Product { status } } }')).toEqual({
    data: { item: { label: 'Product 1', inStock: 0 }, found: { status: 'UNKNOWN' } },
    extensions: {
      degraded: [
        ['item', 'inStock'],
        ['found', 'status'],
      ],
    },
  });
  expect(await query('mutation { first: rename(id: 1) { inStock } rename(id: 1) { inStock plain } }')).toMatchObject({
    data: { first: { inStock: 0 }, rename: { inStock: 0, plain: null } },
    errors: [{ path: ['rename', 'plain'] }],
    extensions: {
      degraded: [
        ['first', 'inStock'],
        ['rename', 'inStock'],
      ],
    },
  });
});

test("a client's view has them under its own names and enum values", async () => {
  stop();
  expect(await query('{ products { left s: state __typename } }', { path: '/graphql/web' })).toEqual({
    data: { products: ['1', '2'].map(() => ({ left: 0, s: 'UNCLEAR', __typename: 'Article' })) },
    extensions: { degraded: [0, 1].flatMap((at) => ['left', 's'].map((field) => ['products', at, field])) },
  });
});

test('outages are failures of the whole request: no connection, a break, statuses, bodies that are no response', async () => {
  const outages: Service['returns'][] = [
    () => ({ status: 500, body: { errors: [{ message: 'No database.' }] } }),
    () => ({ status: 502, body: '<html>Bad gateway</html>' }),
    () => ({ status: 200, body: 'not JSON' }),
    () => ({ status: 404, body: 'nothing here' }),
    () => ({ status: 429, headers: { 'retry-after': '30' }, body: 'too many' }),
  ];
  for (const returns of outages) {
    service('stock').returns = returns;
    expect(await query('{ products { inStock } }')).toMatchObject({
      data: { products: [{ inStock: 0 }, { inStock: 0 }] },
      extensions: {
        degraded: [
          ['products', 0, 'inStock'],
          ['products', 1, 'inStock'],
        ],
      },
    });
  }
  const url = closedUrl;
  served = await serveGraph({
    services: { stock },
    config: { subgraphs: { stock: { url, schema: 'stock.graphql' } } },
  });
  expect(await query('{ stores }')).toMatchObject({ data: { stores: [] } });
  served = await serveGraph({ services: { stock }, settings: { stock: { timeout: '30ms' } } });
  const held = Promise.withResolvers<void>();
  service('stock').returns = () => held.promise;
  expect(await query('{ stores }')).toMatchObject({ data: { stores: [] } });
  held.resolve();
  const breaker = { minRequests: 2, within: '60s', open: '60s' } as const;
  served = await serveGraph({ services: { stock }, settings: { stock: { breaker, retry: false } } });
  stop();
  for (let time = 0; time < 3; time += 1) expect(await query('{ stores }')).toMatchObject({ data: { stores: [] } });
  // The breaker is open: none is sent.
  expect(await query('{ total }')).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_CIRCUIT_OPEN' } }] });
  const before = service('stock').requests.length;
  expect(await query('{ stores }')).toMatchObject({ data: { stores: [] }, extensions: { degraded: [['stores']] } });
  expect(service('stock').requests).toHaveLength(before);
});

test('where the bulkhead is full, fields have their fallbacks', async () => {
  served = await serveGraph({ services: { stock }, settings: { stock: { concurrency: 1, queue: false } } });
  const [origin = ''] = served.origins;
  const held = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  service('stock').returns = async () => {
    arrived.resolve();
    await held.promise;
    return { data: { total: 3 } };
  };
  const first = post(origin, '{ total }');
  await arrived.promise;
  expect(JSON.parse((await post(origin, '{ stores isOpen }')).text)).toEqual({
    data: { stores: [], isOpen: false },
    extensions: { degraded: [['stores'], ['isOpen']] },
  });
  held.resolve();
  expect((await first).data).toEqual({ total: 3 });
});

test('errors that the service reports, rejections of the caller, values of a wrong type and denials stay errors', async () => {
  const cases: [returns: Service['returns'], code: string][] = [
    [() => ({ data: { stores: null }, errors: [{ message: 'No.', path: ['stores'] }] }), 'SUBGRAPH_ERROR'],
    [() => ({ status: 500, body: { data: null, errors: [{ message: 'No.', path: ['stores'] }] } }), 'SUBGRAPH_ERROR'],
    [() => ({ errors: [{ message: 'No.', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] }), 'SUBGRAPH_UNAVAILABLE'],
    [() => ({ status: 500, body: { errors: [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }] } }), 'FORBIDDEN'],
    [
      () => ({ status: 503, body: { errors: [{ message: 'Who?', extensions: { code: 'UNAUTHENTICATED' } }] } }),
      'UNAUTHENTICATED',
    ],
    [() => ({ status: 401, body: 'no' }), 'SUBGRAPH_ERROR'],
    [() => ({ data: { stores: 'North' } }), 'SUBGRAPH_BAD_RESPONSE'],
    [() => ({ data: {} }), 'SUBGRAPH_BAD_RESPONSE'],
  ];
  for (const [returns, code] of cases) {
    service('stock').returns = returns;
    const { data, errors, extensions } = await query('{ stores }');
    expect({ data, code: errors[0].extensions.code, extensions }).toEqual({ data: null, code, extensions: undefined });
  }
  service('stock').returns = executing(stock, { _products: () => [] });
  const absent = await query('{ product(id: 1) { label price } }');
  expect(absent).toEqual({ data: { product: { label: 'Product 1', price: null } } });
  stop();
  expect(await query('{ product(id: 1) { secret inStock } }')).toMatchObject({
    data: { product: { secret: null, inStock: 0 } },
    errors: [{ path: ['product', 'secret'], extensions: { code: 'UNAUTHENTICATED' } }],
    extensions: { degraded: [['product', 'inStock']] },
  });
});

test('a fallback is never sent to another service: what is computed from it is an error, or has its own fallback', async () => {
  expect(await query('{ product(id: 1) { postage days } }')).toEqual({ data: { product: { postage: 8, days: 8 } } });
  service('shipping').requests.length = 0;
  stop();
  expect(await query('{ product(id: 1) { weight postage days } }')).toMatchObject({
    data: { product: { weight: 3, postage: null, days: 14 } },
    errors: [{ path: ['product', 'postage'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'stock' } }],
    extensions: {
      degraded: [
        ['product', 'weight'],
        ['product', 'days'],
      ],
    },
  });
  expect(service('shipping').requests).toEqual([]);
});

test('each event of a subscription has them, and each operation of a connection and of a batch', async () => {
  stop();
  const event = (id: number) => ({
    data: { changed: { label: `Product ${id}`, inStock: 0 } },
    extensions: { degraded: [['changed', 'inStock']] },
  });
  for (const origin of served.origins) {
    for (const subscribe of [overServerSentEvents, overWebSocket]) {
      const { results, end } = await subscribe(origin, 'subscription { changed { label inStock } }');
      expect({ results, end }).toEqual({ results: [event(1), event(2)], end: 'complete' });
    }
    const { results } = await overWebSocket(origin, '{ isOpen }');
    expect(results).toEqual([{ data: { isOpen: false }, extensions: { degraded: [['isOpen']] } }]);
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ query: '{ isOpen }' }, { query: '{ slogan }' }]),
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual([
      { data: { isOpen: false }, extensions: { degraded: [['isOpen']] } },
      { data: { slogan: 'Ours' } },
    ]);
  }
});

test('a degraded response is in no cache, and entities that are cached need no fallback', async () => {
  await serve({ cache: { responses: true, entities: true } });
  const text = '{ products { label inStock } }';
  stop();
  for (let time = 0; time < 2; time += 1) {
    const { headers, data } = await served.query(text);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('etag')).toBeNull();
    expect(data).toMatchObject({ products: [{ inStock: 0 }, { inStock: 0 }] });
  }
  service('stock').returns = executing(stock, { _products: ({ ids }: { ids: string[] }) => ids.map(stocked) });
  const { headers, data } = await served.query(text);
  expect(headers.get('cache-control')).toBe('public, max-age=60');
  expect(data).toMatchObject({ products: [{ inStock: 5 }, { inStock: 5 }] });
  stop();
  expect(await query('{ product(id: 1) { inStock } }')).toEqual({ data: { product: { inStock: 5 } } });
});

test('a stale response, where there may be one, is preferred to fallbacks', async () => {
  const start = Date.now();
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => start);
  onTestFinished(() => clock.mockRestore());
  await serve({ cache: { responses: true, staleIfError: '1h' } });
  const text = '{ products { inStock } }';
  await served.query(text);
  stop();
  clock.mockImplementation(() => start + 61_000);
  expect(await query(text)).toEqual({ data: { products: [{ inStock: 5 }, { inStock: 5 }] } });
  expect(lines.findLast(({ msg }) => msg === 'request')).toMatchObject({ cache: 'fallback' });
  clock.mockImplementation(() => start + 4_000_000);
  expect(await query(text)).toMatchObject({ data: { products: [{ inStock: 0 }, { inStock: 0 }] } });
});

test('a revalidation in the background that is degraded leaves the stale response as it is', async () => {
  const start = Date.now();
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => start);
  onTestFinished(() => clock.mockRestore());
  await serve({ cache: { responses: true, staleWhileRevalidate: '1h' } });
  const text = '{ products { inStock } }';
  const whole = { data: { products: [{ inStock: 5 }, { inStock: 5 }] } };
  expect(await query(text)).toEqual(whole);
  let failures = 0;
  service('stock').returns = () => {
    failures += 1;
    return { status: 503, body: 'down' };
  };
  clock.mockImplementation(() => start + 61_000);
  // Of each gateway, one revalidation at a time: the third one comes after the end of a former.
  while (failures < 5) expect(await query(text)).toEqual(whole);
  expect(await query(text)).toEqual(whole);
});

test('a supergraph has the fallbacks of its subgraphs, also where the key comes from a subgraph that is down', async () => {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
  const users = `${link} type Query { me: User } type User @key(fields: "id") { id: ID! account: Account }
    type Account @key(fields: "number") { number: ID! }`;
  const reviews = `${link} type User @key(fields: "id") { id: ID! score: Int! @fallback(value: 0) plain: Int }`;
  const points = `${link} type User @key(fields: "email") { email: ID! points: Int! @fallback(value: 9) }`;
  const mail = `${link} type User @key(fields: "id") @key(fields: "email") { id: ID! email: ID! }`;
  const { supergraph } = composeSubgraphs(
    Object.entries({ users, reviews, points, mail }).map(([name, sdl]) => ({ name, url: `${name}_URL`, sdl })),
  );
  served = await serveGraph({ services: { users, reviews, points, mail }, supergraph });
  service('users').returns = () => ({ data: { me: { __typename: 'User', id: 'u1' } } });
  stop('reviews');
  stop('mail');
  expect(await query('{ me { id points score plain } }')).toMatchObject({
    data: { me: { id: 'u1', points: 9, score: 0, plain: null } },
    errors: [{ path: ['me', 'plain'], extensions: { subgraph: 'reviews' } }],
    extensions: {
      degraded: [
        ['me', 'points'],
        ['me', 'score'],
      ],
    },
  });
  expect(service('points').requests).toEqual([]);
});

test('the explanation, the log and the metrics name the subgraph that is down', async () => {
  stop();
  const text = '{ products { inStock price } }';
  for (const origin of served.origins) {
    const { text: body } = await post(origin, text, {
      headers: { 'x-concierge-explain': '1', 'x-api-key': 'support' },
    });
    const { extensions } = JSON.parse(body);
    expect(extensions.degraded).toHaveLength(4);
    expect(extensions.explain.degraded[0]).toEqual({
      path: ['products', 0, 'inStock'],
      field: 'Product.inStock',
      subgraph: 'stock',
      code: 'SUBGRAPH_UNAVAILABLE',
    });
    expect(extensions.explain.nulls).toMatchObject([{ field: 'Product.price', reason: 'fallback', count: 2 }]);
    expect(extensions.explain.cache.reasons).toContain('fields have their fallbacks, since a subgraph is down');
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    expect(metrics).toContain('concierge_degraded_responses_total{subgraph="stock"} 1');
    expect(metrics).toContain('concierge_degraded_fields_total{subgraph="stock"} 4');
    expect(metrics).toContain('concierge_degraded_responses_total{subgraph="catalog"} 0');
  }
  const line = lines.find(({ msg }) => msg === 'request');
  expect(line).toMatchObject({
    status: 200,
    degraded: { stock: 4 },
    calls: [{ outcome: 'ok' }, { outcome: 'SUBGRAPH_UNAVAILABLE' }],
  });
});

test('a response names at most a thousand paths, and the number of the others', async () => {
  const many = Array.from({ length: 1_200 }, (_, at) => product(String(at)));
  service('catalog').returns = executing(catalog, { products: many });
  stop();
  const { data, extensions } = await query('{ products { inStock } }');
  expect(data.products).toHaveLength(1_200);
  expect(extensions.degraded).toHaveLength(1_000);
  expect(extensions.degradedOmitted).toBe(200);
});
