// Actual cost of responses, through real HTTP on both paths: what a response holds, by the weights of the estimate; and
// budgets, which are charged the estimate and get the difference back.
import { hash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { openGraphUnderTest } from '../differential/graphs.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { post, type Received, type ServedGraph, serveGraph, startService } from '../values/served-graph.ts';
import { compareCosts } from './actual-cost.ts';

const sdl = `
  directive @cost(weight: String!) on FIELD_DEFINITION | OBJECT | ARGUMENT_DEFINITION
  type Query {
    products(first: Int @cost(weight: "0.5")): [Product]
    cached: [Product] @cacheControl(maxAge: 60)
    found: [Found]
    secret: Product @authenticated
    strict: Product!
  }
  type Mutation { rename(name: String): Product }
  type Subscription { changed: [Product] }
  union Found = Product | Shop
  type Product @cacheControl(maxAge: 60) { id: ID! name: String price: Int @cost(weight: "0.25") parts: [Part!] }
  type Part { id: ID! }
  type Shop @cost(weight: "5") { id: ID! }
`;
const key = (name: string, roles: string[]) => ({ name, hash: `sha256:${hash('sha256', name)}`, roles });
const budget = { cost: { budget: 1000, duration: 3600 }, headers: 'always' as const };
const config: Partial<GatewayConfig> = {
  rateLimits: budget,
  limits: { costHeaders: true },
  authentication: { apiKeys: { keys: [key('support', ['support']), key('shop', ['shop'])] } },
};

const parts = [{ id: 'a' }, { id: 'b' }];
const product = (id: string, more = {}) => ({ __typename: 'Product', id, name: null, price: 3, parts, ...more });

async function serve(returned: Record<string, unknown>, more: Partial<GatewayConfig> = {}): Promise<ServedGraph> {
  const served = await serveGraph({
    services: { catalog: sdl },
    config: { ...config, ...more },
    view: { rename: { types: { Product: 'Item' }, fields: { 'Query.products': 'items' } } },
  });
  served.services.catalog!.returns = ({ query }) => ({ data: aliased(query, returned) });
  return served;
}

/** The service's data under the response keys of a request. */
function aliased(query: string, returned: Record<string, unknown>): Record<string, unknown> {
  const data: Record<string, unknown> = { ...returned };
  for (const [, alias, name] of query.matchAll(/(\w+): ?(\w+)/g)) {
    if (alias && name && Object.hasOwn(returned, name)) data[alias] = returned[name];
  }
  return data;
}

const costsOf = ({ headers }: Pick<Received, 'headers'>) =>
  ['estimated', 'actual', 'max'].map((name) => Number(headers.get(`x-cost-${name}`) ?? Number.NaN));

const left = ({ headers }: Pick<Received, 'headers'>) =>
  Number(/"cost";r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);

const cases: [what: string, query: string, estimated: number, actual: number][] = [
  ['a list counts its objects, without its nulls', '{ products(first: 5) { id } }', 5.5, 2.5],
  ['objects in objects count, and values with weights', '{ products(first: 5) { price parts { id } } }', 56.75, 7],
  ['each alias counts', '{ a: products { id } b: products { id } }', 20, 4],
  [
    'what is selected twice is executed once',
    '{ products { id } ...F } fragment F on Query { products { name } }',
    20,
    2,
  ],
  ['@skip and @include', '{ products @skip(if: true) { id } b: products @include(if: true) { id } }', 10, 2],
  [
    'a union counts the types that are there',
    '{ found { ... on Shop { id } ... on Product { parts { id } } } }',
    110,
    8,
  ],
  ['a list that is longer than estimated', '{ products(first: 1) { id } }', 1.5, 2.5],
  ['introspection', '{ __schema { types { name } } }', 1, 1],
];

test('a response has its costs in header fields on both paths, and its caller pays for what it holds', async () => {
  const served = await serve({
    products: [product('1'), null, product('2')],
    found: [product('1'), null, { __typename: 'Shop', id: 's' }],
  });
  for (const origin of served.origins) {
    let spent = 0;
    for (const [what, query, estimated, actual] of cases) {
      // The second response to an introspection is a cached one.
      for (const response of [await post(origin, query), await post(origin, query)]) {
        spent += Math.ceil(actual);
        expect(costsOf(response), what).toEqual([estimated, actual, 100_000]);
        expect(left(response), what).toBe(1000 - spent);
      }
    }
    const renamed = await post(origin, '{ items(first: 2) { ... on Item { price } } }', { path: '/graphql/web' });
    expect(costsOf(renamed)).toEqual([3, 3, 100_000]);
    const batch = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ query: '{ products { id } }' }, { query: '{ products(first: 5) { id } }' }]),
    });
    expect(costsOf(batch)).toEqual([15.5, 4.5, 100_000]);
  }
});

test('a response from the cache costs what it cost when it was made', async () => {
  const served = await serve({ cached: [product('1'), product('2')] }, { cache: { responses: true } });
  const query = '{ cached { id } }';
  for (const origin of served.origins) {
    const before = served.services.catalog!.requests.length;
    const responses = [await post(origin, query), await post(origin, query), await post(origin, query)];
    expect(served.services.catalog!.requests.length).toBe(before + 1);
    expect(responses.map(costsOf)).toEqual(Array(3).fill([10, 2, 100_000]));
    expect(responses.map(left)).toEqual([998, 996, 994]);
  }
});

test('what a null has removed was executed, and so was a mutation without a result', async () => {
  const served = await serve({
    strict: product('1', { id: null }),
    products: [product('1'), product('2', { id: null })],
    rename: null,
  });
  for (const origin of served.origins) {
    const partial = await post(origin, '{ products { id parts { id } } }');
    expect(partial.data).toEqual({ products: [{ id: '1', parts }, null] });
    expect([costsOf(partial)[1], left(partial)]).toEqual([3, 994]);
    const none = await post(origin, '{ strict { id parts { id } } }');
    expect(none.data).toBeNull();
    expect([costsOf(none)[1], left(none)]).toEqual([0, 991]);
    const mutation = await post(origin, 'mutation { rename { name } }');
    expect([costsOf(mutation)[1], left(mutation)]).toEqual([0, 981]);
  }
});

test('what is rejected after the charge costs nothing', async () => {
  const hooks: GatewayConfig['hooks'] = {
    onOperation({ variables }) {
      if (variables.isRejected === true) throw new Error('rejected by a hook');
    },
  };
  const served = await serve(
    { products: [product('1')], secret: product('1') },
    { authorization: { mode: 'request' }, hooks },
  );
  for (const origin of served.origins) {
    expect(left(await post(origin, '{ products { id } }'))).toBe(999);
    const denied = await post(origin, '{ products { id } secret { id } }');
    expect([denied.status, left(denied)]).toEqual([401, 999]);
    const query = 'query ($isRejected: Boolean!) { products { id name @skip(if: $isRejected) } }';
    const rejected = await post(origin, query, { variables: { isRejected: true } });
    expect(rejected.errors).toHaveLength(1);
    expect([left(rejected), rejected.headers.get('x-cost-actual')]).toEqual([999, null]);
    const tooMuch = await post(origin, '{ products(first: 200000) { id } }');
    expect(costsOf(tooMuch)).toEqual([200_000.5, Number.NaN, 100_000]);
    expect(left(await post(origin, '{ products { id } }'))).toBe(998);
  }
});

test('a subscription pays its estimate, and so does an operation whose client has left', async () => {
  const served = await serve({ products: [product('1')] }, { cache: { responses: false } });
  const { returns } = served.services.catalog!;
  for (const origin of served.origins) {
    const event = `event: next\ndata: ${JSON.stringify({ data: { changed: [product('1')] } })}\n\n`;
    served.services.catalog!.returns = () => ({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `${event}${event}event: complete\ndata:\n\n`,
    });
    const subscribed = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { changed { id } }' }),
    });
    expect(left(subscribed)).toBe(990);
    expect(await subscribed.text()).toContain('event: complete');
    served.services.catalog!.returns = returns;
    expect(left(await post(origin, '{ products { id } }'))).toBe(989);
    const leaving = new AbortController();
    const held = Promise.withResolvers<void>();
    served.services.catalog!.returns = async (request) => {
      leaving.abort();
      await held.promise;
      return returns(request);
    };
    const cancelled = fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ products { id } }' }),
      signal: leaving.signal,
    });
    await expect(cancelled).rejects.toThrow();
    served.services.catalog!.returns = returns;
    // By the last of these, the gateway has seen that the client has left.
    for (let one = 1; one <= 10; one += 1) {
      expect(left(await post(origin, '{ products { id } }'))).toBe(979 - one);
    }
    held.resolve();
  }
});

test('without the option, those who may have explanations get the costs by a request header', async () => {
  const served = await serve(
    { cached: [product('1')] },
    {
      ...{ limits: {}, rateLimits: {}, explain: { roles: ['support'] }, cache: { responses: true } },
    },
  );
  const requested = { 'x-concierge-cost': '1' };
  for (const origin of served.origins) {
    const costs = async (headers: Record<string, string>) => {
      const response = await post(origin, '{ cached { id } }', { headers });
      return [...costsOf(response), response.headers.get('cache-control')?.includes('no-store') === true];
    };
    const none = [Number.NaN, Number.NaN, Number.NaN, false];
    expect(await costs({ 'x-api-key': 'support' })).toEqual(none);
    expect(await costs({ ...requested, 'x-api-key': 'shop' })).toEqual(none);
    expect(await costs(requested)).toEqual(none);
    // From the cache by now.
    expect(await costs({ ...requested, 'x-api-key': 'support' })).toEqual([10, 1, 100_000, true]);
  }
});

test('metrics have both costs, those of events each by itself', async () => {
  const served = await serve(
    { products: [product('1')] },
    {
      ...{ rateLimits: {}, limits: { actualCost: true }, metrics: { public: true }, explain: { roles: ['support'] } },
    },
  );
  const [origin = ''] = served.origins;
  await post(origin, '{ products { id } }');
  const { returns } = served.services.catalog!;
  served.services.catalog!.returns = () => ({
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: [1, 2]
      .map(
        (count) => `event: next\ndata: ${JSON.stringify({ data: { changed: Array(count).fill(product('1')) } })}\n\n`,
      )
      .concat('event: complete\ndata:\n\n')
      .join(''),
  });
  const subscribed = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
      ...{ 'x-concierge-explain': '1', 'x-api-key': 'support' },
    },
    body: JSON.stringify({ query: 'subscription { changed { id } }' }),
  });
  const events = [...(await subscribed.text()).matchAll(/"actualCost":(\d+)/g)].map(([, cost]) => Number(cost));
  expect(events).toEqual([1, 2]);
  served.services.catalog!.returns = returns;
  const text = await (await fetch(`${origin}/metrics`)).text();
  expect(text).toContain('concierge_operation_cost_sum{kind="estimated"} 20\n');
  expect(text).toContain('concierge_operation_cost_sum{kind="actual"} 4\n');
  expect(text).toContain('concierge_operation_cost_count{kind="actual"} 3\n');
});

/** Waits until so many gateways are connected: before that, each counts by itself. */
async function connected(redis: RedisServer, gateways: number): Promise<void> {
  const client = await redis.connect();
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const connections = String(await client.client('LIST'))
      .trim()
      .split('\n');
    if (connections.filter((line) => !/cmd=(NULL|client)/.test(line)).length < gateways) continue;
    // They have got the reply by the time of another one.
    await client.ping();
    return;
  }
  throw new Error('The gateways do not connect to Redis.');
}

/** Sends requests at once, and returns what those that were not rejected cost together. */
async function spend(origins: readonly string[], count: number): Promise<number> {
  const query = '{ products(first: 15) { id } found { ... on Shop { id } } }';
  const sent = Array.from({ length: count }, (_, index) => post(origins[index % origins.length]!, query));
  const responses = await Promise.all(sent);
  const executed = responses.filter(({ status }) => status === 200);
  expect(executed.filter(({ errors }) => errors)).toEqual([]);
  expect(executed.length).toBeGreaterThan(20);
  expect(executed.length).toBeLessThan(count);
  return executed.reduce((sum, response) => sum + Math.ceil(costsOf(response)[1]!), 0);
}

test.each(['in memory', 'in Redis'])('the budget is exact under concurrency, %s', async (place) => {
  const redis = place === 'in Redis' ? new RedisServer() : null;
  if (redis) {
    await redis.start();
    onTestFinished(() => redis.close());
  }
  const served = await serve(
    {},
    {
      ...{ rateLimits: { cost: { budget: 1000, duration: 3600 }, headers: 'always', redisTimeout: 1000 } },
      ...(redis && { redis: { url: redis.socket } }),
      deduplicateInFlight: false,
    },
  );
  if (redis) await connected(redis, served.origins.length);
  let requests = 0;
  served.services.catalog!.returns = () => {
    requests += 1;
    const found = Array(requests % 4).fill({ __typename: 'Shop', id: 's' });
    return { data: { products: Array(requests % 6).fill(product('1')), found } };
  };
  const groups = redis ? [served.origins] : served.origins.map((origin) => [origin]);
  for (const origins of groups) {
    const spent = await spend(origins, 150);
    for (const [index, origin] of origins.entries()) {
      const response = await post(origin, '{ __schema { __typename } }');
      expect(left(response)).toBe(1000 - spent - (index + 1));
    }
  }
});

test('a cached response without its cost, of a gateway that counts none, is fetched again where costs matter', async () => {
  const redis = new RedisServer();
  await redis.start();
  onTestFinished(() => redis.close());
  const service = await startService(() => ({ data: { cached: [product('1')] } }));
  const folder = temporaryFolder({ 'catalog.graphql': sdl.replaceAll('@authenticated', '') });
  const start = async (limits: GatewayConfig['limits']) => {
    const gateway = createGateway(
      {
        ...{
          port: 0,
          log: { level: 'silent' },
          usage: false,
          cache: { responses: true },
          redis: { url: redis.socket },
        },
        ...{ subgraphs: { catalog: { url: service.url, schema: 'catalog.graphql' } }, limits },
      },
      folder,
    );
    onTestFinished(async () => void (await gateway.stop()));
    return { origin: await gateway.start(), gateway };
  };
  const [plain, counting] = [await start({}), await start({ costHeaders: true })];
  await connected(redis, 2);
  const query = '{ cached { id } }';
  await post(plain.origin, query);
  await post(plain.origin, query);
  expect(service.requests).toHaveLength(1);
  expect(costsOf(await post(counting.origin, query))).toEqual([10, 1, 100_000]);
  expect(service.requests).toHaveLength(2);
  expect(costsOf(await post(counting.origin, query))).toEqual([10, 1, 100_000]);
  expect(service.requests).toHaveLength(2);
});

test.each([
  ['demo', 25],
  ['bench', 60],
  ['edgeCases', 100],
  ['federated', 60],
] as const)(
  'over the %s graph, the actual cost of %i random operations is the sum over their responses',
  async (name, count) => {
    const { graph, close } = openGraphUnderTest(name);
    onTestFinished(close);
    const { withCost } = await compareCosts(graph, 20_261_129, count);
    expect(withCost).toBeGreaterThan(count / 3);
  },
);
