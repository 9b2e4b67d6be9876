// Lookup fields of the services, for entity fetches: one place for each id, in the same order, null where there is
// nothing.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { send, startSubgraphs, subgraphNames, type TestSubgraphs } from '../harness/subgraphs.ts';

let subgraphs: TestSubgraphs;
beforeAll(async () => {
  subgraphs = await startSubgraphs();
});
afterAll(() => subgraphs.stop());

test.each([
  ['users', '_users', 'u'],
  ['orders', '_users', 'u'],
  ['products', '_users', 'u'],
  ['orders', '_orders', 'o'],
  ['orders', '_products', 'p'],
  ['products', '_products', 'p'],
] as const)('%s returns %s in the order of the ids, with null for an unknown one', async (name, field, letter) => {
  const ids = [`${letter}42`, 'missing', `${letter}7`, `${letter}999999`, `${letter}42`];
  const response = await send(subgraphs[name].url, `query ($ids: [ID!]!) { ${field}(ids: $ids) { id } }`, {
    variables: { ids },
  });
  expect(response).toEqual({ data: { [field]: [{ id: ids[0] }, null, { id: ids[2] }, null, { id: ids[4] }] } });
});

test('an order has a shipping estimate where its weight is given', async () => {
  const response = await send<{ _orders: unknown[] }>(
    subgraphs.orders.url,
    '{ _orders(ids: ["o2", "o2", "nothing"], weights: [1200, null, 5]) { shippingEstimate { amount currency } } }',
  );
  expect(response.data?._orders).toEqual([
    { shippingEstimate: { amount: 510, currency: 'EUR' } },
    { shippingEstimate: null },
    null,
  ]);
});

test('weights that do not stand beside the ids are rejected', async () => {
  const response = await send(subgraphs.orders.url, '{ _orders(ids: ["o1", "o2"], weights: [1]) { id } }');
  expect(response.errors).toMatchObject([
    { message: '`weights` has 1 places and `ids` has 2.', extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});

test('the weight of an order is that of its pieces, and null when one product is unknown', async () => {
  const contents = [
    {
      id: 'o1',
      lines: [
        { quantity: 2, product: { id: 'p7' } },
        { quantity: 1, product: { id: 'p1' } },
      ],
    },
    { id: 'o2', lines: [{ quantity: 1, product: { id: 'nothing' } }] },
  ];
  const response = await send<{
    _products: { weight: number }[];
    _orderWeights: { id: string; weight: number | null }[];
  }>(
    subgraphs.products.url,
    `query ($contents: [OrderContents!]!) {
      _products(ids: ["p7", "p1"]) { weight }
      _orderWeights(contents: $contents) { id weight }
    }`,
    { variables: { contents } },
  );
  const [seven, one] = response.data!._products;
  expect(response.data?._orderWeights).toEqual([
    { id: 'o1', weight: 2 * seven!.weight + one!.weight },
    { id: 'o2', weight: null },
  ]);
});

test.each(subgraphNames)('%s serves its SDL as it is in the repository', async (name) => {
  const response = await send<{ _sdl: string }>(subgraphs[name].url, '{ _sdl }');
  expect(response.data?._sdl).toBe(await readFile(`schema/subgraphs/${name}.graphql`, 'utf8'));
});

test('an order id, the beginning of one, and names are found, the closest first', async () => {
  const search = async (text: string): Promise<{ __typename: string; id: string }[]> => {
    const response = await send<{ search: { __typename: string; id: string }[] }>(
      subgraphs.orders.url,
      `query ($text: String!) {
        search(text: $text) { __typename ... on Order { id } ... on User { id } ... on Product { id } }
      }`,
      { variables: { text } },
    );
    return response.data!.search;
  };
  expect(await search('O123')).toEqual(
    ['o123', 'o1230', 'o1231', 'o1232', 'o1233', 'o1234', 'o1235', 'o1236', 'o1237', 'o1238'].map((id) => ({
      __typename: 'Order',
      id,
    })),
  );
  expect((await search(' ELISE rousseau '))[0]).toEqual({ __typename: 'User', id: 'u3' });
  expect(new Set((await search('al')).map(({ __typename }) => __typename))).toEqual(new Set(['User', 'Product']));
  expect(await search('xyzzy')).toEqual([]);
});

test('recommendations are not yet viewed by the user, best rated first', async () => {
  type Recommended = { id: string; rating: number; category: string };
  const response = await send<{ _users: { recommendations: Recommended[] }[] }>(
    subgraphs.products.url,
    '{ _users(ids: ["u1"]) { recommendations(first: 30) { id rating category } } }',
  );
  const list = response.data!._users[0]!.recommendations;
  expect(list.length).toBe(30);
  expect(new Set(list.map(({ category }) => category)).size).toBeLessThanOrEqual(2);
  const ratings = list.map(({ rating }) => rating);
  expect(ratings).toEqual([...ratings].sort((a, b) => b - a));
});
