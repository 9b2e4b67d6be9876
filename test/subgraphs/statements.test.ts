// SQL statements of a request: one for each kind of thing and level of the query, however much is selected.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { send, startSubgraphs, type TestSubgraph, type TestSubgraphs } from '../harness/subgraphs.ts';

let subgraphs: TestSubgraphs;
beforeAll(async () => {
  subgraphs = await startSubgraphs();
});
afterAll(() => subgraphs.stop());
beforeEach(async () => {
  await subgraphs.settled();
  subgraphs.clear();
});

const hundredUsers = Array.from({ length: 100 }, (_, index) => `u${index * 7 + 1}`);

async function statementsOf(
  subgraph: TestSubgraph,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<number> {
  const response = await send(subgraph.url, query, { variables });
  expect(response.errors).toBeUndefined();
  const [request] = await subgraph.waitForRequests(1);
  return request!.statements;
}

test('a hundred users with their orders and the lines of those cost three statements', async () => {
  const query = `query ($ids: [ID!]!) {
    _users(ids: $ids) { orders(first: 5) { totalCount nodes { id total { amount } lines { quantity product { id } } } } }
  }`;
  expect(await statementsOf(subgraphs.orders, query, { ids: hundredUsers })).toBe(3);
});

test('the same with other arguments under aliases still costs three statements', async () => {
  const query = `query ($ids: [ID!]!) {
    _users(ids: $ids) {
      newest: orders(first: 2) { totalCount nodes { id lines { quantity } } }
      delivered: orders(first: 4, status: DELIVERED) { totalCount nodes { id lines { quantity } } }
      cancelled: orders(first: 1, status: CANCELLED) { totalCount pageInfo { hasNextPage } nodes { lines { quantity } } }
    }
  }`;
  expect(await statementsOf(subgraphs.orders, query, { ids: hundredUsers })).toBe(3);
});

test('orders fetched in three ways cost one statement for the orders and one for their lines', async () => {
  const query = `{
    order(id: "o1") { lines { quantity } }
    other: order(id: "o2") { lines { quantity } }
    _orders(ids: ["o3", "o4", "o1"]) { status lines { quantity } }
  }`;
  expect(await statementsOf(subgraphs.orders, query)).toBe(2);
});

test('two searches cost one statement, and the orders found one more', async () => {
  const query = `{
    search(text: "garcia") { ... on User { id } }
    byId: search(text: "o77") { ... on Order { id status } }
  }`;
  expect(await statementsOf(subgraphs.orders, query)).toBe(2);
});

test('recommendations for a hundred users cost one statement besides the entity fetch', async () => {
  const query =
    'query ($ids: [ID!]!) { _users(ids: $ids) { recommendations(first: 3) { name } more: recommendations { id } } }';
  expect(await statementsOf(subgraphs.products, query, { ids: hundredUsers })).toBe(2);
});

test('the weights of many orders cost one statement', async () => {
  const contents = Array.from({ length: 60 }, (_, index) => ({
    id: `o${index}`,
    lines: [{ quantity: 2, product: { id: `p${index + 1}` } }],
  }));
  const query = 'query ($contents: [OrderContents!]!) { _orderWeights(contents: $contents) { weight } }';
  expect(await statementsOf(subgraphs.products, query, { contents })).toBe(1);
});

test('what a hundred users saved costs one statement, and the users among it one more', async () => {
  const query = `query ($ids: [ID!]!) {
    _users(ids: $ids) { name saved(first: 5) { id ... on PublicProfile { name } } all: saved(first: 50) { id } }
  }`;
  expect(await statementsOf(subgraphs.users, query, { ids: hundredUsers })).toBe(3);
});

test('several pages of the catalogue cost one statement', async () => {
  const query = `{
    products(first: 3) { totalCount nodes { name } }
    lamps: products(first: 3, search: "lamp") { totalCount nodes { name } }
    books: products(first: 3, category: BOOKS) { totalCount nodes { name } }
  }`;
  expect(await statementsOf(subgraphs.products, query)).toBe(1);
});

test('a query that reads nothing costs no statement', async () => {
  expect(await statementsOf(subgraphs.users, '{ __typename _sdl }')).toBe(0);
});
