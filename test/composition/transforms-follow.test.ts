// Transforms of names through the graph: views, subscriptions, caches and their invalidation, errors, and root types that
// are objects of an interface.
import { expect, test, vi } from 'vitest';
import type { ClientDefinition } from '../../gateway/client-views/definition.ts';
import { composeGraph } from '../../gateway/compose/graph.ts';
import { transformsSection } from '../../gateway/config/renames.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { sourceTransform } from '../../gateway/transforms/source-transform.ts';
import { executing } from '../values/graphql-service.ts';
import { post, serveGraph } from '../values/served-graph.ts';
import { overServerSentEvents, overWebSocket } from '../values/subscribing.ts';

const shop = `
  type Query {
    product(id: ID!): Product @cacheControl(maxAge: 60)
    hits: [Hit]
    list(page: Page): [Product] @listSize(slicingArguments: ["page.first"], requireOneSlicingArgument: true)
    nested(a: ID): Wrapper
    _products(ids: [ID!]!): [Product]! @merge(keyField: "id")
  }
  type Mutation { rename(input: RenameInput!): Product @invalidates(type: "Product", id: "input.productId") }
  type Subscription { changed(kind: Kind = NEW): Product }
  input Page { first: Int }
  input RenameInput { productId: ID! name: String! }
  enum Kind { NEW USED }
  interface Hit { name: String }
  type Wrapper { id: ID product: Product }
  type Product implements Hit { id: ID! name: String kind: Kind price: Int @authenticated }
`;
const reviews = `
  type Query { product: Int _reviewed(ids: [ID!]!): [Item]! @merge(keyField: "id") }
  type Item { id: ID! stars: Int }
`;
const transforms = {
  prefix: { rootFields: 'shop_' },
  rename: {
    types: { Product: 'Item', Kind: 'ItemKind' },
    fields: { 'Hit.name': 'title' },
    arguments: { 'Mutation.rename(input:)': 'change' },
    inputFields: { 'RenameInput.productId': 'id', 'Page.first': 'top' },
    values: { 'Kind.NEW': 'FRESH' },
  },
};

const names = new Map([['1', 'one']]);
const productOf = (id: string) => ({
  __typename: 'Product',
  id,
  name: names.get(id) ?? `product ${id}`,
  kind: 'NEW',
  price: 3,
});

async function serve(view?: ClientDefinition, config: Partial<GatewayConfig> = {}) {
  names.set('1', 'one');
  const graph = await serveGraph({
    services: { shop, reviews },
    settings: { shop: { transforms } },
    ...(view && { view }),
    config: { cache: { responses: false }, ...config } as Partial<GatewayConfig>,
  });
  const executed = executing(shop, {
    product: ({ id }: { id: string }) => productOf(id),
    hits: () => [productOf('1')],
    list: () => [productOf('1'), productOf('2')],
    _products: ({ ids }: { ids: string[] }) => ids.map(productOf),
    rename: ({ input }: { input: { productId: string; name: string } }) => {
      names.set(input.productId, input.name);
      return productOf(input.productId);
    },
  });
  graph.services.shop!.returns = (request) => {
    if (!request.query.startsWith('subscription')) return executed(request);
    expect(request.query).toContain('changed');
    const event = { data: { shop_changed: { __typename: 'Product', id: '1', title: names.get('1'), kind: 'NEW' } } };
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `event: next\ndata: ${JSON.stringify(event)}\n\nevent: complete\ndata:\n\n`,
    };
  };
  graph.services.reviews!.returns = executing(reviews, {
    product: 1,
    _reviewed: ({ ids }: { ids: string[] }) =>
      ids.map((id) => ({ id, stars: Number(id) + (names.get('1')?.length ?? 0) })),
  });
  return graph;
}

test('a view renames what the transforms have renamed', async () => {
  const { query, services } = await serve({
    rename: {
      types: { Item: 'Article' },
      fields: { 'Query.shop_product': 'article', 'Mutation.shop_rename': 'rename', 'Hit.title': 'label' },
      inputFields: { 'RenameInput.id': 'articleId' },
      values: { 'ItemKind.FRESH': 'BRAND_NEW' },
    },
  });
  const view = { path: '/graphql/web' };
  const read = await query('{ article(id: 1) { __typename label kind stars } shop_hits { __typename label } }', view);
  expect(read.data).toEqual({
    article: { __typename: 'Article', label: 'one', kind: 'BRAND_NEW', stars: 4 },
    shop_hits: [{ __typename: 'Article', label: 'one' }],
  });
  const changed = await query('mutation ($c: RenameInput!) { rename(change: $c) { label } }', {
    ...view,
    variables: { c: { articleId: '1', name: 'uno' } },
  });
  expect(changed.data).toEqual({ rename: { label: 'uno' } });
  expect(services.shop!.requests.map(({ query: text }) => text).join()).not.toMatch(
    /Article|Item|label\b(?!:)|shop_\w+\s*\(/,
  );
});

test.each([
  ['WebSocket', overWebSocket],
  ['server-sent events', overServerSentEvents],
])('subscriptions over %s', async (_name, subscribe) => {
  const { origins } = await serve();
  for (const name of ['first', 'second']) {
    names.set('1', name);
    const { results } = await subscribe(
      origins[0] as string,
      'subscription ($kind: ItemKind) { shop_changed(kind: $kind) { __typename title kind stars } }',
      { variables: { kind: 'FRESH' } },
    );
    expect(results).toEqual([
      { data: { shop_changed: { __typename: 'Item', title: name, kind: 'FRESH', stars: 1 + name.length } } },
    ]);
  }
});

test('a mutation makes cached responses stale by the names of the graph', async () => {
  const { origins, services } = await serve(undefined, { cache: {} } as Partial<GatewayConfig>);
  for (const origin of origins) {
    const send = async () => (await post(origin, '{ shop_product(id: 1) { id title kind } }')).data;
    names.set('1', 'one');
    await post(origin, 'mutation { shop_rename(change: { id: 1, name: "one" }) { id } }');
    expect(await send()).toEqual({ shop_product: { id: '1', title: 'one', kind: 'FRESH' } });
    const requests = services.shop!.requests.length;
    expect(await send()).toEqual({ shop_product: { id: '1', title: 'one', kind: 'FRESH' } });
    expect(services.shop!.requests.length).toBe(requests);
    await post(origin, 'mutation ($id: ID!) { shop_rename(change: { id: $id, name: "changed" }) { id } }', {
      variables: { id: '1' },
    });
    expect(await send()).toEqual({ shop_product: { id: '1', title: 'changed', kind: 'FRESH' } });
  }
});

test('rate limits and access rules are at the names of the graph', async () => {
  const { query } = await serve();
  const unsliced = await query('{ shop_list { title } }');
  expect(unsliced.errors?.[0]?.message).toContain('page.top');
  const guarded = await query('{ shop_list(page: { top: 2 }) { title price } }');
  expect(guarded.data).toEqual({
    shop_list: [
      { title: 'one', price: null },
      { title: 'product 2', price: null },
    ],
  });
  expect(guarded.errors?.[0]?.path).toEqual(['shop_list', 0, 'price']);
});

test("a service's error stands at the response key of the client", async () => {
  const { query, services } = await serve();
  services.shop!.returns = () => ({
    data: { shop_product: { title: null } },
    errors: [{ message: 'no name', path: ['shop_product', 'title'], extensions: { code: 'NO_NAME' } }],
  });
  const { data, errors } = await query('{ p: shop_product(id: 1) { title } }');
  expect(data).toEqual({ p: { title: null } });
  expect(errors).toMatchObject([{ message: 'no name', path: ['p', 'title'], extensions: { code: 'NO_NAME' } }]);
});

test('a root type of another name is an object of an interface and of a field', async () => {
  const hasura = `
    schema { query: query_root }
    type query_root implements Node { id: ID! node(id: ID!): Node again: query_root name: String }
    interface Node { id: ID! }
    type Thing implements Node { id: ID! }
  `;
  const { query, services } = await serveGraph({ services: { hasura } });
  const root: object = { __typename: 'query_root', id: 'query', name: 'root', again: () => root };
  services.hasura!.returns = executing(hasura, { ...root, node: () => root });
  const { data, errors } = await query(
    '{ node(id: "query") { __typename id ... on Query { name again { __typename name } } } again { __typename } __typename }',
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    node: { __typename: 'Query', id: 'query', name: 'root', again: { __typename: 'Query', name: 'root' } },
    again: { __typename: 'Query' },
    __typename: 'Query',
  });
});

test.each<[string, object, string]>([
  [
    'an unknown type',
    { rename: { types: { Produkt: 'Item' } } },
    'rename.types: Produkt is not in shop; did you mean Product?',
  ],
  [
    'an unknown field',
    { rename: { fields: { 'Product.nam': 'x' } } },
    'rename.fields: Product.nam is not in shop; did you mean Product.name?',
  ],
  [
    'an unknown value',
    { rename: { values: { 'Kind.NEWS': 'x' } } },
    'rename.values: Kind.NEWS is not in shop; did you mean Kind.NEW?',
  ],
  [
    'another kind of coordinate',
    { rename: { fields: { 'Kind.NEW': 'x' } } },
    'rename.fields: Kind.NEW belongs under rename.values',
  ],
  [
    'an unknown exclusion',
    { exclude: ['Query.prodct'] },
    'exclude: Query.prodct is not in shop; did you mean Query.product or Query._products?',
  ],
  [
    'a root type',
    { rename: { types: { Query: 'Root' } } },
    'rename.types: Query is a root type, which cannot be renamed',
  ],
  [
    'a taken name',
    { rename: { types: { Kind: 'Product' } } },
    'rename: Kind cannot be called Product, which is the name of another type in shop',
  ],
  [
    'one name for two fields',
    { rename: { fields: { 'Product.kind': 'price' } } },
    'rename: Product.price and Product.kind would both be called price',
  ],
  ['a required argument', { exclude: ['Query.product(id:)'] }, 'exclude: Query.product(id:)'],
])('%s stops composition', (_what, given, expected) => {
  const printed = vi.spyOn(console, 'warn');
  const sources = [
    {
      name: 'shop',
      sdl: shop,
      transform: sourceTransform('shop', transformsSection.parse(given)),
    },
  ];
  expect(() => composeGraph(sources)).toThrow(
    `subgraphs.shop.transforms: ${expected}`.replace('exclude: Query.product(id:)', ''),
  );
  expect(printed).not.toHaveBeenCalled();
  printed.mockRestore();
});
