// Queries and mutations across the services, through the gateway.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { orderDesk } from './harness/demo-users.ts';
import { startGateway, type TestGateway } from './harness/gateway.ts';
import { type ResponseLike, send, startSubgraphs, type TestSubgraphs } from './harness/subgraphs.ts';

let subgraphs: TestSubgraphs;
let gateway: TestGateway;
beforeAll(async () => {
  subgraphs = await startSubgraphs();
  const { users, orders, products } = subgraphs;
  gateway = await startGateway({ users: users.url, orders: orders.url, products: products.url });
});
afterAll(async () => {
  await gateway.stop();
  await subgraphs.stop();
});

function query<Data>(text: string, variables: Record<string, unknown> = {}): Promise<ResponseLike<Data>> {
  return send<Data>(gateway.url, text, { variables, headers: orderDesk });
}

/** The data of a response without errors. */
async function dataOf<Data>(text: string, variables?: Record<string, unknown>): Promise<Data> {
  const { data, errors } = await query<Data>(text, variables);
  expect(errors).toBeUndefined();
  return data as Data;
}

test('a search finds things of three services, each with fields of its own service', async () => {
  type Found = { __typename: string; id: string; [field: string]: unknown };
  const text = `query Search($text: String!) {
    search(text: $text, first: 30) {
      __typename
      ... on User { id name email }
      ... on Product { id name inStock }
      ... on Order { id status total { amount } }
    }
  }`;
  const order = await dataOf<{ search: Found[] }>(text, { text: 'o1' });
  expect(order.search[0]).toEqual({
    __typename: 'Order',
    id: 'o1',
    status: expect.any(String),
    total: { amount: expect.any(Number) },
  });
  const user = await dataOf<{ search: Found[] }>(text, { text: 'Julien Mercier' });
  expect(user.search).toContainEqual({
    __typename: 'User',
    id: 'u1',
    name: 'Julien Mercier',
    email: expect.stringContaining('@'),
  });
  const { product } = await dataOf<{ product: { name: string } }>('{ product(id: "p1") { name } }');
  const things = await dataOf<{ search: Found[] }>(text, { text: product.name });
  expect(things.search).toContainEqual({
    __typename: 'Product',
    id: 'p1',
    name: product.name,
    inStock: expect.any(Number),
  });
});

test('what a user saved is a list of things that three services complete', async () => {
  type Saved = { __typename: string; id: string; name?: string; status?: string };
  const { profile } = await dataOf<{ profile: { saved: Saved[] } }>(`{
    profile { saved(first: 50) { __typename id ... on Order { status } ... on Product { name } ... on PublicProfile { name } } }
  }`);
  expect(new Set(profile.saved.map(({ __typename }) => __typename))).toEqual(
    new Set(['PublicProfile', 'Product', 'Order']),
  );
  for (const saved of profile.saved) {
    expect(saved.id).toMatch(/^[uop]\d+$/);
    expect(saved.__typename === 'Order' ? saved.status : saved.name).toMatch(/\w/);
  }
});

test('a shipping estimate is computed by orders from weights of products', async () => {
  type Order = {
    shippingEstimate: { amount: number };
    total: { amount: number };
    lines: { quantity: number; product: { weight: number } }[];
  };
  const { order } = await dataOf<{ order: Order }>(`{
    order(id: "o1") { shippingEstimate { amount } total { amount } lines { quantity product { weight } } }
  }`);
  const grams = order.lines.reduce((sum, { quantity, product }) => sum + quantity * product.weight, 0);
  const insurance = order.total.amount >= 50_000 ? Math.round(order.total.amount * 0.005) : 0;
  expect(order.shippingEstimate.amount).toBe(390 + Math.ceil(grams / 1000) * 60 + insurance);
});

test('fields that only a key needs are not in the response', async () => {
  const { order } = await dataOf<{ order: object }>('{ order(id: "o1") { shippingEstimate { amount } } }');
  expect(Object.keys(order)).toEqual(['shippingEstimate']);
});

test('an alias may have the name of a key without conflict', async () => {
  const { order } = await dataOf<{ order: { id: string; lines: { product: { id: string } }[] } }>(
    '{ order(id: "o1") { id: status lines { product { id: name } } } }',
  );
  expect(order.id).toMatch(/^[A-Z]+$/);
  for (const { product } of order.lines) expect(product.id).toMatch(/\w+ \w+/);
});

test('pages of one service are completed by another, and walking them meets each order once', async () => {
  type Page = {
    profile: {
      orders: {
        totalCount: number;
        nodes: { id: string; lines: { product: { name: string } }[] }[];
        pageInfo: { hasNextPage: boolean; endCursor: string | null };
      };
    };
  };
  const text = `query Orders($after: String) {
    profile {
      orders(first: 30, after: $after) {
        totalCount
        nodes { id lines { product { name } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`;
  const met: string[] = [];
  let total = 0;
  for (let after: string | null = null, more = true; more; ) {
    const { profile }: Page = await dataOf<Page>(text, { after });
    for (const { id, lines } of profile.orders.nodes) {
      met.push(id);
      for (const { product } of lines) expect(product.name).toMatch(/\w/);
    }
    total = profile.orders.totalCount;
    more = profile.orders.pageInfo.hasNextPage;
    after = profile.orders.pageInfo.endCursor;
  }
  expect(met).toHaveLength(total);
  expect(new Set(met).size).toBe(total);
});

test('a placed order is returned with the fields that other services have of its products, and is there afterwards', async () => {
  const { placeOrder } = await dataOf<{ placeOrder: { id: string; customer: { name: string }; lines: unknown[] } }>(
    `mutation Order($input: PlaceOrderInput!) {
      placeOrder(input: $input) { id status customer { name } lines { quantity product { name } } }
    }`,
    { input: { userId: 'u1', lines: [{ productId: 'p1', quantity: 2 }] } },
  );
  expect(placeOrder).toMatchObject({ status: 'PLACED', customer: { name: expect.stringMatching(/\w/) } });
  expect(placeOrder.lines).toEqual([{ quantity: 2, product: { name: expect.stringMatching(/\w/) } }]);
  const { order } = await dataOf<{ order: unknown }>('query Order($id: ID!) { order(id: $id) { status } }', {
    id: placeOrder.id,
  });
  expect(order).toEqual({ status: 'PLACED' });
});

test('mutations of two services run one after the other, and each result has its own place', async () => {
  const data = await dataOf(`mutation {
    first: setStock(productId: "p2", quantity: 7) { inStock }
    rename: updateProfile(input: { id: "u1", name: "Ada Lovelace" }) { name orders(first: 1) { totalCount } }
    second: setStock(productId: "p2", quantity: 3) { inStock }
  }`);
  expect(data).toEqual({
    first: { inStock: 7 },
    rename: { name: 'Ada Lovelace', orders: { totalCount: expect.any(Number) } },
    second: { inStock: 3 },
  });
});

test.each([
  ['an unknown product', { userId: 'u1', lines: [{ productId: 'p9999', quantity: 1 }] }, /there is no product "p9999"/],
  ['a quantity of nothing', { userId: 'u1', lines: [{ productId: 'p1', quantity: 0 }] }, /`lines\[0\]\.quantity` is 0/],
  ['no line at all', { userId: 'u1', lines: [] }, /`lines` has 0 lines/],
])('an order for %s is rejected with the message of the service', async (_what, input, message) => {
  const { data, errors } = await query('mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id } }', {
    input,
  });
  expect(data).toEqual({ placeOrder: null });
  expect(errors).toMatchObject([{ path: ['placeOrder'], extensions: { code: 'BAD_USER_INPUT', subgraph: 'orders' } }]);
  expect(errors?.[0]?.message).toMatch(message);
});

test('an order that does not exist is null without an error', async () => {
  expect(await dataOf('{ order(id: "o999999") { status } }')).toEqual({ order: null });
});

test('skipped and included fields follow the variables of each request', async () => {
  const text = `query Product($price: Boolean!) {
    product(id: "p1") { name @skip(if: $price) price @include(if: $price) { currency } }
  }`;
  expect(await dataOf(text, { price: true })).toEqual({ product: { price: { currency: 'EUR' } } });
  expect(await dataOf(text, { price: false })).toEqual({ product: { name: expect.any(String) } });
});

test('fragments, aliases and arguments of one field twice are separate', async () => {
  const data = await dataOf<{ profile: { few: { nodes: unknown[] }; more: { nodes: unknown[] } } }>(`
    query { profile { ...Orders } }
    fragment Orders on User { few: orders(first: 1) { nodes { ...Order } } more: orders(first: 3) { nodes { ...Order } } }
    fragment Order on Order { id lines { product { name } } }
  `);
  expect([data.profile.few.nodes.length, data.profile.more.nodes.length]).toEqual([1, 3]);
});

test('__typename can be selected everywhere', async () => {
  const data = await dataOf(
    '{ __typename profile { __typename orders(first: 1) { __typename nodes { __typename } } } }',
  );
  expect(data).toEqual({
    __typename: 'Query',
    profile: {
      __typename: 'User',
      orders: { __typename: 'OrderConnection', nodes: [{ __typename: 'Order' }] },
    },
  });
});

test('the graph can be introspected, without the lookup fields between services', async () => {
  const { __schema } = await dataOf<{ __schema: { queryType: { fields: { name: string }[] } } }>(
    '{ __schema { queryType { fields { name } } } }',
  );
  const names = __schema.queryType.fields.map(({ name }) => name);
  expect(names).toContain('profile');
  expect(names.filter((name) => name.startsWith('_'))).toEqual([]);
});
