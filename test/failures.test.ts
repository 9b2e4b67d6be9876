// Failing services: a service that fails loses its own part of the response and nothing else; an error names it and the place.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../gateway/index.ts';
import { type Credentials, customer, orderDesk } from './harness/demo-users.ts';
import { startGateway, type TestGateway, urlsOf } from './harness/gateway.ts';
import { type ProfileData, profileQuery } from './harness/profile-query.ts';
import { type Behaviour, closedUrl, cutOff, responding, silence, startUpstream } from './harness/servers.ts';
import {
  type ResponseLike,
  type ServiceName,
  startServices,
  startSubgraph,
  type TestServices,
} from './harness/subgraphs.ts';

let subgraphs: TestServices;
beforeAll(async () => {
  subgraphs = await startServices();
});
afterAll(() => subgraphs.stop());

/** A gateway over the running services, with another URL for one of them; it ends with the test. */
async function gatewayWith(
  replaced: Partial<Record<ServiceName, string>>,
  options: Partial<GatewayConfig> = {},
): Promise<TestGateway> {
  const gateway = await startGateway({ ...urlsOf(subgraphs), ...replaced }, options);
  onTestFinished(async () => {
    await gateway.stop();
  });
  return gateway;
}

interface Received<Data> extends ResponseLike<Data> {
  status: number;
  text: string;
}

async function query<Data>(
  gateway: TestGateway,
  text: string,
  credentials: Credentials = customer,
): Promise<Received<Data>> {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...credentials },
    body: JSON.stringify({ query: text }),
  });
  const body = await response.text();
  return { status: response.status, text: body, ...(JSON.parse(body) as ResponseLike<Data>) };
}

/** Internals between the services: URLs, queries, causes, stacks. */
function expectNoLeak(text: string): void {
  expect(text).not.toMatch(/127\.0\.0\.1|https?:|localhost|_users|_products|ECONN|UND_ERR|stack|\.ts\b|query |HTTP/);
}

function errorPaths({ errors }: ResponseLike<unknown>): string[] {
  return (errors ?? []).map(({ path }) => (path ?? []).join('.')).sort();
}

function codesOf({ errors }: ResponseLike<unknown>): (string | undefined)[] {
  return [...new Set(errors?.map(({ extensions }) => extensions?.code))];
}

function blamed({ errors }: ResponseLike<unknown>): unknown[] {
  return [...new Set(errors?.map(({ extensions }) => (extensions as { subgraph?: string })?.subgraph))];
}

test('while users is down, the profile still has its orders and recommendations', async () => {
  const response = await query<ProfileData>(await gatewayWith({ users: closedUrl }), profileQuery);
  expect(response.status).toBe(200);
  expect(response.data?.profile).toMatchObject({
    id: 'u1',
    name: null,
    tier: null,
    orders: { nodes: [{ lines: expect.any(Array) }, { lines: expect.any(Array) }] },
    recommendations: [{ name: expect.any(String) }, {}, {}],
  });
  expect(errorPaths(response)).toEqual(['profile.name', 'profile.tier']);
  expect(codesOf(response)).toEqual(['SUBGRAPH_UNAVAILABLE']);
  expect(blamed(response)).toEqual(['users']);
  expectNoLeak(response.text);
});

test('while orders is down, the profile still has its user and recommendations', async () => {
  const response = await query<ProfileData>(await gatewayWith({ orders: closedUrl }), profileQuery);
  expect(response.status).toBe(200);
  expect(response.data?.profile).toMatchObject({
    name: 'Julien Mercier',
    orders: null,
    recommendations: [{ name: expect.any(String) }, {}, {}],
  });
  expect(errorPaths(response)).toEqual(['profile.orders']);
  expect(codesOf(response)).toEqual(['SUBGRAPH_UNAVAILABLE']);
  expect(blamed(response)).toEqual(['orders']);
  expectNoLeak(response.text);
});

test('while products is down, orders have their totals and lines without names, and recommendations their fallback', async () => {
  const response = await query<ProfileData>(await gatewayWith({ products: closedUrl }), profileQuery);
  expect(response.status).toBe(200);
  expect(response.data?.profile).toMatchObject({ name: 'Julien Mercier', recommendations: [] });
  const nodes = response.data?.profile?.orders?.nodes ?? [];
  expect(nodes).toHaveLength(2);
  const typesWithoutId = nodes.flatMap(({ total, lines }, node) => {
    expect(total.amount).toBeGreaterThan(0);
    return lines.map(({ quantity, product }, line) => {
      expect(quantity).toBeGreaterThan(0);
      expect(product).toEqual({ name: null });
      return `profile.orders.nodes.${node}.lines.${line}.product.name`;
    });
  });
  expect(errorPaths(response)).toEqual(typesWithoutId.sort());
  expect(response.extensions).toEqual({ degraded: [['profile', 'recommendations']] });
  expect(codesOf(response)).toEqual(['SUBGRAPH_UNAVAILABLE']);
  expect(blamed(response)).toEqual(['products']);
  expectNoLeak(response.text);
});

test('while payments is down, orders are there without their payments', async () => {
  const down = closedUrl.replace(/^http:\/\/([^/]+).*$/, '$1');
  const response = await query<ProfileData>(await gatewayWith({ payments: down }), profileQuery);
  const nodes = response.data?.profile?.orders?.nodes ?? [];
  expect(nodes).toMatchObject([{ payment: null }, { payment: null }]);
  for (const { lines } of nodes) expect(lines[0]?.product.name).toEqual(expect.any(String));
  expect(errorPaths(response)).toEqual(['profile.orders.nodes.0.payment', 'profile.orders.nodes.1.payment']);
  expect(codesOf(response)).toEqual(['SUBGRAPH_UNAVAILABLE']);
  expect(blamed(response)).toEqual(['payments']);
  expectNoLeak(response.text);
});

test('while notifications is down, everything else is there', async () => {
  const response = await query<ProfileData>(await gatewayWith({ notifications: closedUrl }), profileQuery);
  expect(response.data?.profile).toMatchObject({ name: 'Julien Mercier', unreadNotifications: null, orders: {} });
  expect(errorPaths(response)).toEqual(['profile.unreadNotifications']);
  expect(codesOf(response)).toEqual(['SUBGRAPH_UNAVAILABLE']);
  expect(blamed(response)).toEqual(['notifications']);
  expectNoLeak(response.text);
});

test("while every service is down, the response has the gateway's own fields", async () => {
  const gateway = await gatewayWith({
    ...{ users: closedUrl, orders: closedUrl, products: closedUrl, notifications: closedUrl },
  });
  const response = await query<ProfileData>(gateway, profileQuery);
  expect(response.status).toBe(200);
  expect(response.data).toEqual({
    profile: { id: 'u1', name: null, tier: null, unreadNotifications: null, orders: null, recommendations: [] },
  });
  expect(new Set(blamed(response))).toEqual(new Set(['users', 'orders', 'notifications']));
  expect(response.extensions).toEqual({ degraded: [['profile', 'recommendations']] });
  expectNoLeak(response.text);
});

test('a stopped service is reported, and fetched from again once it is back', async () => {
  const products = await startSubgraph('products');
  // The product of the first response would be cached for a minute.
  const gateway = await gatewayWith({ products: products.url }, { cache: { responses: false } });
  const text = '{ product(id: "p1") { name } }';
  const before = await query(gateway, text);
  expect(before.errors).toBeUndefined();

  await products.stop();
  const without = await query(gateway, text);
  expect(without.data).toEqual({ product: null });
  expect(without.errors).toMatchObject([
    { path: ['product'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'products' } },
  ]);

  const again = await startSubgraph('products', { port: Number(new URL(products.url).port) });
  onTestFinished(async () => {
    await again.stop();
  });
  const after = await query(gateway, text);
  expect(after.data).toEqual(before.data);
});

const misbehaviours: [string, Behaviour, string][] = [
  ['never responds', silence, 'SUBGRAPH_TIMEOUT'],
  ['responds with 500 in plain text', responding(500, 'Internal Server Error', 'text/plain'), 'SUBGRAPH_UNAVAILABLE'],
  ['responds with 503 with a page', responding(503, '<h1>Back soon</h1>', 'text/html'), 'SUBGRAPH_UNAVAILABLE'],
  ['breaks off in the middle of a response', cutOff, 'SUBGRAPH_UNAVAILABLE'],
  ['responds with a page of HTML', responding(200, '<h1>Welcome</h1>', 'text/html'), 'SUBGRAPH_BAD_RESPONSE'],
  ['responds with broken JSON', responding(200, '{"data":{"product":'), 'SUBGRAPH_BAD_RESPONSE'],
  ['responds with nothing', responding(200, ''), 'SUBGRAPH_BAD_RESPONSE'],
  ['responds with an empty object', responding(200, {}), 'SUBGRAPH_BAD_RESPONSE'],
  ['responds with data that is a list', responding(200, { data: [] }), 'SUBGRAPH_BAD_RESPONSE'],
  ['responds without the requested field', responding(200, { data: {} }), 'SUBGRAPH_BAD_RESPONSE'],
];

test.each(misbehaviours)('a service that %s is named at the field it serves', async (_what, behave, code) => {
  const upstream = await startUpstream(behave);
  onTestFinished(() => upstream.stop());
  const gateway = await gatewayWith({ products: upstream.url }, { timeout: 2000 });
  const response = await query(gateway, '{ product(id: "p1") { name } order(id: "o1") { status } }', orderDesk);
  expect(response.status).toBe(200);
  expect(response.data).toEqual({ product: null, order: { status: expect.any(String) } });
  expect(response.errors).toMatchObject([{ path: ['product'], extensions: { code, subgraph: 'products' } }]);
  expectNoLeak(response.text);
});

test.each(misbehaviours)(
  'a service that %s is named where it was to complete things of others',
  async (_what, behave, code) => {
    const upstream = await startUpstream(behave);
    onTestFinished(() => upstream.stop());
    const gateway = await gatewayWith({ products: upstream.url }, { timeout: 300 });
    const response = await query<{ order: { lines: unknown[] } }>(
      gateway,
      '{ order(id: "o1") { status lines { quantity product { name } } } }',
      orderDesk,
    );
    expect(response.status).toBe(200);
    const lines = response.data?.order.lines ?? [];
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toEqual({ quantity: expect.any(Number), product: { name: null } });
    expect(errorPaths(response)).toEqual(lines.map((_line, index) => `order.lines.${index}.product.name`).sort());
    expect(codesOf(response)).toEqual([code]);
    expect(blamed(response)).toEqual(['products']);
    expectNoLeak(response.text);
  },
);

test('a service with a time-out of its own is cut off by that one, whatever that of the others', async () => {
  const upstream = await startUpstream(silence);
  onTestFinished(() => upstream.stop());
  const { users, orders } = subgraphs;
  const schema = (name: string) => `schema/subgraphs/${name}.graphql`;
  const gateway = await gatewayWith(
    {},
    {
      timeout: '30s',
      subgraphs: {
        users: { url: users.url, schema: schema('users') },
        orders: { url: orders.url, schema: schema('orders') },
        products: { url: upstream.url, schema: schema('products'), timeout: 100 },
      },
    },
  );
  const response = await query(gateway, '{ product(id: "p1") { name } }');
  expect(codesOf(response)).toEqual(['SUBGRAPH_TIMEOUT']);
});

test("a service's own error passes with its code, and without its other extensions", async () => {
  const upstream = await startUpstream(
    responding(200, {
      data: { product: null },
      errors: [
        {
          message: 'This product is not sold in your country.',
          path: ['product'],
          extensions: { code: 'NOT_SOLD_HERE', stacktrace: ['at secret.ts:1'], http: { status: 418 } },
        },
      ],
    }),
  );
  onTestFinished(() => upstream.stop());
  const response = await query(await gatewayWith({ products: upstream.url }), '{ product(id: "p1") { name } }');
  expect(response.status).toBe(200);
  expect(response.errors).toEqual([
    expect.objectContaining({
      message: 'This product is not sold in your country.',
      path: ['product'],
      extensions: { code: 'NOT_SOLD_HERE', subgraph: 'products' },
    }),
  ]);
});

test.each([
  ['without a code', { message: 'SELECT * FROM secret failed' }],
  ['that was not meant', { message: 'secret', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
])("a service's own error %s is reported without its message", async (_what, error) => {
  const upstream = await startUpstream(
    responding(200, { data: { product: null }, errors: [{ ...error, path: ['product'] }] }),
  );
  onTestFinished(() => upstream.stop());
  const response = await query(await gatewayWith({ products: upstream.url }), '{ product(id: "p1") { name } }');
  expect(response.errors).toMatchObject([
    {
      message: 'The subgraph "products" reported an error.',
      path: ['product'],
      extensions: { code: 'SUBGRAPH_ERROR', subgraph: 'products' },
    },
  ]);
  expect(response.text).not.toContain('secret');
});

test('a list with one broken entry arrives with the other entries', async () => {
  const upstream = await startUpstream((response, { body }) => {
    const ids = Object.values(body.variables ?? {}).flat() as string[];
    const alias = /(\w+): ?_products/.exec(body.query)?.[1] ?? '_products';
    const found = ids.map((id, index) => (index === 0 ? null : { __typename: 'Product', id, name: `Thing ${id}` }));
    const error = { message: 'gone', path: [alias, 0], extensions: { code: 'GONE' } };
    responding(200, { data: { [alias]: found }, errors: [error] })(response, {} as never);
  });
  onTestFinished(() => upstream.stop());
  const result = await query<{ order: { lines: { product: { name: string | null } }[] } }>(
    await gatewayWith({ products: upstream.url }),
    '{ order(id: "o3") { lines { product { name } } } }',
    orderDesk,
  );
  const names = result.data?.order.lines.map(({ product }) => product.name) ?? [];
  expect(names.length).toBeGreaterThan(1);
  expect(names[0]).toBeNull();
  for (const name of names.slice(1)) expect(name).toMatch(/^Thing p\d+$/);
});
