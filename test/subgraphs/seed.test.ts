// The seed data: the same on every start, the same names in every service, and believable.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '../../subgraphs/seed/catalogue.ts';
import { people } from '../../subgraphs/seed/people.ts';
import { ordersByBuyer, purchase } from '../../subgraphs/seed/purchases.ts';
import { send, startSubgraphs, type TestSubgraphs } from '../harness/subgraphs.ts';

let subgraphs: TestSubgraphs;
beforeAll(async () => {
  subgraphs = await startSubgraphs();
});
afterAll(() => subgraphs.stop());

test('a thousand people have e-mail addresses and ids of their own', () => {
  const all = people();
  expect(all).toHaveLength(1000);
  expect(new Set(all.map(({ email }) => email)).size).toBe(1000);
  expect(new Set(all.map(({ id }) => id)).size).toBe(1000);
  for (const { email } of all) expect(email).toMatch(/^[a-z]+\.[a-z]+\d+@example\.(com|org|net)$/);
});

test('five hundred products have names of their own, and every category has some', () => {
  const all = catalogue();
  expect(new Set(all.map(({ name }) => name)).size).toBe(500);
  expect(new Set(all.map(({ category }) => category)).size).toBe(12);
  for (const { rating, price, weight } of all) {
    expect(rating).toBeGreaterThanOrEqual(0);
    expect(rating).toBeLessThanOrEqual(5);
    expect(price).toBeGreaterThan(0);
    expect(weight).toBeGreaterThan(0);
  }
});

test('orders are numbered by date, and only recent ones are still on their way', () => {
  const items = catalogue();
  const orders = Array.from({ length: 20_000 }, (_, index) => purchase(index + 1, items));
  for (const [index, { placedAt }] of orders.entries()) {
    if (index > 0) expect(placedAt >= orders[index - 1]!.placedAt).toBe(true);
  }
  const open = orders.filter(({ status }) => status === 'PLACED' || status === 'PAID' || status === 'SHIPPED');
  expect(open.length).toBeGreaterThan(50);
  expect(open[0]!.placedAt > '2026-10-21').toBe(true);
  expect([...ordersByBuyer().values()].flat()).toHaveLength(20_000);
});

test('these are the first user, product and order on every machine', () => {
  expect(people()[0]).toMatchObject({ id: 'u1', name: 'Julien Mercier', email: 'julien.mercier1@example.com' });
  expect(catalogue()[6]).toMatchObject({ id: 'p7', name: 'Kestrel Watering Can', price: 2790, weight: 959 });
  expect(purchase(20_000, catalogue())).toMatchObject({ id: 'o20000', userId: 'u888', status: 'PLACED' });
});

test('the services hold all of it', async () => {
  const { users, orders, products } = subgraphs;
  const everyone = people().map(({ id }) => id);
  const [inUsers, inProducts, inOrders] = await Promise.all([
    send<{ users: { totalCount: number } }>(users.url, '{ users(first: 1) { totalCount } }'),
    send<{ products: { totalCount: number } }>(products.url, '{ products(first: 1) { totalCount } }'),
    send<{ _users: { orders: { totalCount: number } }[] }>(
      orders.url,
      'query ($ids: [ID!]!) { _users(ids: $ids) { orders(first: 1) { totalCount } } }',
      { variables: { ids: everyone } },
    ),
  ]);
  expect(inUsers.data?.users.totalCount).toBe(1000);
  expect(inProducts.data?.products.totalCount).toBe(500);
  const perUser = inOrders.data!._users.map((user) => user.orders.totalCount);
  expect(perUser.reduce((sum, count) => sum + count)).toBe(20_000);
});

test('orders has customers and products under the names that users and products give them', async () => {
  const { users, orders, products } = subgraphs;
  const user = await send<{ user: { name: string } }>(users.url, '{ user(id: "u3") { name } }');
  const product = await send<{ product: { name: string } }>(products.url, '{ product(id: "p44") { name } }');
  const found = await send<{ user: { id: string }[]; product: { id: string }[] }>(
    orders.url,
    `query ($user: String!, $product: String!) {
      user: search(text: $user, first: 1) { ... on User { id } }
      product: search(text: $product, first: 1) { ... on Product { id } }
    }`,
    { variables: { user: user.data?.user.name, product: product.data?.product.name } },
  );
  expect(found.data?.product).toEqual([{ id: 'p44' }]);
  expect(
    people()
      .filter(({ name }) => name === user.data?.user.name)
      .map(({ id }) => id),
  ).toContain(found.data?.user[0]?.id);
});

test('what a user saved is there: own orders, products in the catalogue, public profiles of others', async () => {
  const { users, orders, products } = subgraphs;
  type Saved = { __typename: string; id: string; name?: string };
  const response = await send<{ user: { saved: Saved[] } }>(
    users.url,
    '{ user(id: "u1") { saved(first: 50) { __typename id ... on PublicProfile { name } } } }',
  );
  const saved = response.data!.user.saved;
  const idsOf = (type: string): string[] => saved.filter((node) => node.__typename === type).map(({ id }) => id);
  expect(idsOf('PublicProfile').length).toBeGreaterThan(0);
  expect(idsOf('Order').length).toBeGreaterThan(0);
  expect(idsOf('Product').length).toBeGreaterThan(0);
  for (const node of saved) if (node.__typename === 'PublicProfile') expect(node.name).toBeTruthy();
  const ids = 'query ($ids: [ID!]!)';
  const own = await send<{ _orders: { customer: { id: string } }[] }>(
    orders.url,
    `${ids} { _orders(ids: $ids) { customer { id } } }`,
    { variables: { ids: idsOf('Order') } },
  );
  expect(own.data!._orders.map((order) => order.customer.id)).toEqual(idsOf('Order').map(() => 'u1'));
  const inCatalogue = await send<{ _products: { name: string }[] }>(
    products.url,
    `${ids} { _products(ids: $ids) { name } }`,
    { variables: { ids: idsOf('Product') } },
  );
  for (const product of inCatalogue.data!._products) expect(product.name).toBeTruthy();
});
