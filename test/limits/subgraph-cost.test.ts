// Budgets of subgraphs over real HTTP, on both paths: a fetch that would cost too much is left out, the rest is served.
import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { collectLines } from '../harness/log-lines.ts';
import type { LogLine } from '../harness/process.ts';
import { total } from '../metrics/exposed.ts';
import { supergraphOf } from '../values/federated.ts';
import { post, serveGraph } from '../values/served-graph.ts';
import { secret, token } from '../websocket/shop.ts';

const merge = 'directive @merge(keyField: String) on FIELD_DEFINITION';
const cost = `
  directive @cost(weight: String!) on FIELD_DEFINITION | OBJECT
  directive @listSize(assumedSize: Int, slicingArguments: [String!]) on FIELD_DEFINITION
`;
const products = `${merge} ${cost}
  type Query {
    products(count: Int): [Product!] @listSize(slicingArguments: ["count"]) @cacheControl(maxAge: 60)
    dear: Int @cost(weight: "40")
    dearer: Int @cost(weight: "41")
    _products(ids: [ID!]!): [Product]! @merge(keyField: "id")
  }
  type Subscription { changed: Int @cost(weight: "50") }
  type Product { id: ID! name: String! }
`;
const reviews = `${merge} ${cost}
  type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Product {
    id: ID!
    reviews(first: Int): [Review!]
    must: Review!
    stars: Int
  }
  type Review { id: ID! text: String @cost(weight: "2") }
`;
const prices = `${merge}
  type Query { _product(id: ID!): Product @merge(keyField: "id") }
  type Product { id: ID! price: Int }
`;

async function served(
  settings: Parameters<typeof serveGraph>[0]['settings'],
  options: Omit<Partial<Parameters<typeof serveGraph>[0]>, 'services' | 'settings'> = {},
) {
  const logs: LogLine[][] = [];
  const graph = await serveGraph({
    ...options,
    services: { products, reviews, prices },
    settings: settings ?? {},
    withLog: (log) => void logs.push(collectLines(log)),
    config: { admin: { port: 0 }, ...options.config },
  });
  const services = graph.services as Record<'products' | 'reviews' | 'prices', (typeof graph.services)[string]>;
  const { products: one, reviews: two, prices: three } = services;
  one.returns = ({ query, variables }) => {
    const count = Number(Object.values(variables)[0] ?? /count: (\d+)/.exec(query)?.[1] ?? 3);
    const all = Array.from({ length: count }, (_, index) => ({ id: `p${index}`, name: `Product ${index}` }));
    return { data: { products: all, dear: 1, dearer: 2 } };
  };
  const review = { id: 'r', text: 'good' };
  two.returns = ({ variables }) => ({
    data: {
      _products: (Object.values(variables).find(Array.isArray) as string[]).map((id) => ({
        ...{ id, reviews: [review], must: review, stars: 5 },
      })),
    },
  });
  three.returns = ({ query }) => ({
    data: Object.fromEntries([...query.matchAll(/(\w+): _product\(/g)].map(([, alias]) => [alias, { price: 9 }])),
  });
  return {
    ...graph,
    services,
    logs,
    counted: async (name: string, labels: Record<string, string>) => {
      const urls = logs.map((lines) => lines.find(({ msg }) => msg === 'listening for admin')?.url);
      const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
      return texts.reduce((sum, text) => sum + total(text, name, labels), 0);
    },
  };
}

const reviewed = 'query ($count: Int) { products(count: $count) { name reviews(first: 3) { text } } }';

test('a fetch that would cost too much is left out, by the keys that it would send; the rest is served', async () => {
  // Of each product 1, of each of its three reviews 1, of each text 2.
  const graph = await served({ reviews: { maxCost: 30 } });
  const fits = await graph.query(reviewed, { variables: { count: 3 } });
  expect(fits).toMatchObject({ status: 200, errors: undefined });
  expect(fits.data).toMatchObject({ products: [{ reviews: [{ text: 'good' }] }, {}, {}] });
  const requests = graph.services.reviews.requests.length;
  const beyond = await graph.query(reviewed, { variables: { count: 4 } });
  expect(beyond.status).toBe(200);
  expect(beyond.data).toEqual({
    products: [0, 1, 2, 3].map((index) => ({ name: `Product ${index}`, reviews: null })),
  });
  expect(beyond.errors?.[0]).toEqual({
    message: 'The subgraph "reviews" was not requested: this part of the operation costs more than is allowed there.',
    path: ['products', 0, 'reviews'],
    extensions: { code: 'SUBGRAPH_COST_EXCEEDED', subgraph: 'reviews', limit: 30, value: 40 },
  });
  expect(graph.services.reviews.requests).toHaveLength(requests);
  // Never cached: the products are fetched again, and the caches downstream get nothing.
  expect(beyond.headers.get('cache-control')).toBe('no-store');
  const fetched = graph.services.products.requests.length;
  await graph.query(reviewed, { variables: { count: 4 } });
  expect(graph.services.products.requests).toHaveLength(fetched + 2);
  expect(await graph.counted('concierge_subgraph_cost_exceeded_total', { subgraph: 'reviews' })).toBe(4);
  await expect
    .poll(() => graph.counted('graphql_errors_total', { code: 'SUBGRAPH_COST_EXCEEDED' }))
    .toBeGreaterThanOrEqual(4);
});

test('a null propagates where the field must not be null, and fields of other subgraphs stay', async () => {
  const graph = await served({ reviews: { maxCost: 1 }, prices: { maxCost: 2 } });
  const { data, errors } = await graph.query('{ products(count: 2) { name price must { id } } }');
  expect(data).toEqual({ products: null });
  expect(errors).toMatchObject([0, 1].map((index) => ({ path: ['products', index, 'must'] })));
  const other = await graph.query('{ products(count: 2) { name price stars } }');
  expect(other.data).toEqual({
    products: [0, 1].map((index) => ({ name: `Product ${index}`, price: 9, stars: null })),
  });
  // A lookup field for one key, sent once for each.
  expect((await graph.query('{ products(count: 3) { price } }')).errors).toMatchObject(
    [0, 1, 2].map((index) => ({ path: ['products', index, 'price'], extensions: { limit: 2, value: 3 } })),
  );
});

test('the fetches of one operation share the budget; root fields, mutations and subscriptions too', async () => {
  const graph = await served({ products: { maxCost: 45 } });
  expect((await graph.query('{ dear }')).data).toEqual({ dear: 1 });
  expect(await graph.query('{ dear dearer }')).toMatchObject({
    data: { dear: null, dearer: null },
    errors: [{ path: ['dear'] }, { path: ['dearer'] }],
  });
  const url = `${graph.origins[0]?.replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  onTestFinished(() => void client.dispose());
  const first = client.iterate({ query: 'subscription { changed }' }).next();
  expect(await first.catch((errors: unknown) => errors)).toMatchObject([
    { extensions: { code: 'SUBGRAPH_COST_EXCEEDED', subgraph: 'products', limit: 45, value: 50 } },
  ]);
});

test('in measure mode the fetch is sent, counted and logged; a client can have another mode', async () => {
  const graph = await served(
    { reviews: { maxCost: 30 } },
    { config: { limits: { mode: { subgraphCost: 'measure' } } }, view: { limits: { mode: 'enforce' } } },
  );
  const { data, errors } = await graph.query(reviewed, { variables: { count: 4 } });
  expect([data, errors]).toEqual([
    { products: expect.arrayContaining([{ name: 'Product 3', reviews: [{ text: 'good' }] }]) },
    undefined,
  ]);
  const measured = { rule: 'subgraphs.reviews.maxCost', code: 'SUBGRAPH_COST_EXCEEDED', limit: 30, value: 40 };
  await expect
    .poll(() => graph.logs.map((lines) => lines.findLast(({ msg }) => msg === 'request')?.wouldReject))
    .toEqual([[measured], [measured]]);
  const { rule, code } = measured;
  expect(await graph.counted('concierge_would_reject_total', { rule, code })).toBe(2);
  const enforced = await graph.query(reviewed, { variables: { count: 4 }, path: '/graphql/web' });
  expect(enforced.errors).toMatchObject([0, 1, 2, 3].map(() => ({ extensions: { code } })));
});

test('a service whose types and fields have other names in the graph has the costs of its own SDL', async () => {
  const graph = await serveGraph({
    services: {
      products: `${merge} type Query { products: [Product!] _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
        type Product { id: ID! name: String }`,
      items: `${merge} ${cost} type Query { _items(ids: [ID!]!): [Item]! @merge(keyField: "id") }
        type Item { id: ID! opinions: [Opinion!] } type Opinion @cost(weight: "5") { text: String }`,
    },
    settings: {
      items: {
        maxCost: 60,
        transforms: {
          rename: { types: { Item: 'Product', Opinion: 'Review' }, fields: { 'Item.opinions': 'reviews' } },
        },
      },
    },
  });
  graph.services.products!.returns = () => ({ data: { products: ['1', '2'].map((id) => ({ id, name: 'a' })) } });
  const { data, errors } = await graph.query('{ products { name reviews { text } } }');
  expect(data).toEqual({ products: [0, 1].map(() => ({ name: 'a', reviews: null })) });
  // Twice an item and ten opinions of 5.
  expect(errors?.[0]).toMatchObject({ extensions: { subgraph: 'items', limit: 60, value: 102 } });
  expect(graph.services.items?.requests).toEqual([]);
});

test('an explanation has what each fetch costs, sent or not', async () => {
  const graph = await served(
    { reviews: { maxCost: 30 }, products: { maxCost: 100 } },
    { config: { authentication: { jwt: [{ issuer: 'test', secret }] }, explain: { scopes: ['stock:read'] } } },
  );
  const headers = { authorization: `Bearer ${await token('ann')}`, 'x-concierge-explain': '1' };
  const explained = async (count: number) => {
    const { text } = await post(graph.origins[0]!, reviewed, { headers, variables: { count } });
    return JSON.parse(text).extensions.explain.fetches;
  };
  expect(await explained(3)).toMatchObject([
    { subgraph: 'products', cost: 3, outcome: 'ok' },
    { subgraph: 'reviews', cost: 30, outcome: 'ok' },
  ]);
  expect(await explained(4)).toMatchObject([
    { subgraph: 'products', cost: 4, outcome: 'ok' },
    { subgraph: 'reviews', cost: 40, address: null, outcome: 'SUBGRAPH_COST_EXCEEDED' },
  ]);
});

test('in a federated graph, the budget counts the entities that are fetched', async () => {
  const supergraph = supergraphOf(
    ['catalogue', 'stock'],
    `type Query @join__type(graph: CATALOGUE) @join__type(graph: STOCK) { items: [Item] @join__field(graph: CATALOGUE) }
    type Item @join__type(graph: CATALOGUE, key: "id") @join__type(graph: STOCK, key: "id") {
      id: ID!
      name: String @join__field(graph: CATALOGUE)
      parts: [Part!] @join__field(graph: STOCK)
    }
    type Part @join__type(graph: STOCK) { name: String }`,
  );
  // Each item costs 1, and its parts 10: there is no length for them.
  const settings = { stock: { maxCost: 22 } };
  const graph = await serveGraph({ services: { catalogue: '', stock: '' }, supergraph, settings });
  const { catalogue, stock } = graph.services as Record<'catalogue' | 'stock', (typeof graph.services)[string]>;
  let count = 2;
  catalogue.returns = () => ({
    data: { items: Array.from({ length: count }, (_, index) => ({ __typename: 'Item', id: `${index}`, name: 'a' })) },
  });
  stock.returns = () => ({ data: { _entities: [{ parts: [{ name: 'x' }] }, { parts: [] }] } });
  const query = '{ items { name parts { name } } }';
  expect((await graph.query(query)).data).toEqual({
    items: [
      { name: 'a', parts: [{ name: 'x' }] },
      { name: 'a', parts: [] },
    ],
  });
  count = 3;
  expect(await graph.query(query)).toMatchObject({
    data: { items: [0, 1, 2].map(() => ({ name: 'a', parts: null })) },
    errors: [0, 1, 2].map((index) => ({
      path: ['items', index, 'parts'],
      extensions: { code: 'SUBGRAPH_COST_EXCEEDED', subgraph: 'stock', limit: 22, value: 33 },
    })),
  });
});
