// Nested execution by resolvers of own fields: batched by type and selection, once for equal queries, with the caller's
// rights, and with errors that stay with their id.
import { describe, expect, test } from 'vitest';
import type { ResolverContext } from '../../gateway/index.ts';
import { executing } from './graphql-service.ts';
import { post, type ServedGraphOptions, serveGraph } from './served-graph.ts';

const catalogSdl = `
  type Query {
    all: [Product!]!
    one: Product
    me: Person @authenticated
    _products(ids: [ID!]!): [Product]! @merge(keyField: "id")
  }
  type Mutation { rename: Product }
  type Product { id: ID!  title: String  must: String!  secret: String @authenticated }
  type Person { name: String }`;
const stockSdl = `
  type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Product { id: ID!  stock: Int }`;

const newsSdl = 'type Query { ready: Boolean } type Subscription { changed: Product } type Product { id: ID! }';

const ownSdl = `
  type Query {
    _own(ids: [ID!]!): [Product]! @merge(keyField: "id")
    loaded(type: String, id: ID, selection: String): String
    nested(query: String!): String
    changing: String
  }
  type Mutation { first: String  second: String }
  type Product { id: ID!  label: String  shelf: String  both: String }`;

/** Own fields: of the graph, and of a client. */
const resolvers = {
  Query: {
    _own: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
    loaded: async (
      _: unknown,
      { type = 'Product', id, selection = 'title' }: Record<string, string>,
      context: ResolverContext,
    ) => JSON.stringify(await context.load(type, id, selection)),
    nested: async (_: unknown, { query }: { query: string }, context: ResolverContext) =>
      JSON.stringify(await context.graph(query)),
    changing: async (_: unknown, __: unknown, context: ResolverContext) => {
      const title = async () => (await context.load<{ title: string }>('Product', '1', 'title'))?.title;
      const before = await title();
      await context.graph('mutation { rename { id } }');
      await context.graph('mutation { rename { id } }');
      return `${before} ${await title()}`;
    },
  },
  Mutation: {
    first: async (_: unknown, __: unknown, context: ResolverContext) =>
      JSON.stringify([await context.load('Product', '1', 'title'), await context.graph('{ one { title } }')]),
    second: async (_: unknown, __: unknown, context: ResolverContext) =>
      JSON.stringify([await context.load('Product', '1', 'title'), await context.graph('{ one { title } }')]),
  },
  Product: {
    label: async ({ id }: { id: string }, _: unknown, context: ResolverContext) => {
      const product = await context.load<{ title: string; stock: number }>('Product', id, '{ title stock }');
      return product && `${product.title} (${product.stock})`;
    },
    shelf: async ({ id }: { id: string }, _: unknown, context: ResolverContext) =>
      JSON.stringify(await context.load('Product', id, 'must')),
    both: async ({ id }: { id: string }, _: unknown, context: ResolverContext) => {
      const { data } = await context.graph('{ one { title } }');
      const loaded = await context.load<{ title: string }>('Product', Number(id), 'title');
      return `${loaded?.title} of ${JSON.stringify(data)}`;
    },
  },
};

const ids = Array.from({ length: 20 }, (_, index) => String(index + 1));

async function serve(where: 'graph' | 'view', more: Partial<ServedGraphOptions> = {}) {
  const fields = { schema: ownSdl, resolvers };
  const graph = await serveGraph({
    services: { catalog: catalogSdl, stock: stockSdl },
    ...(where === 'graph' ? { fields } : { view: { fields } }),
    ...more,
  });
  const { catalog, stock } = graph.services;
  let turn = 0;
  const row = (id: string) => {
    if (id === '13') return null;
    return { id, title: `T${id}.${turn}`, must: id === '7' ? new Error('broken') : 'm', secret: 's' };
  };
  const found = { all: () => ids.map((id) => ({ id })), one: () => row('1'), me: { name: 'Anna' } };
  const rename = () => {
    turn += 1;
    return row('1');
  };
  const _products = (args: { ids: string[] }) => args.ids.map(row);
  if (catalog) catalog.returns = executing(catalogSdl, { ...found, rename, _products });
  const stocks = (args: { ids: string[] }) =>
    args.ids.map((id) => (id === '13' ? null : { id, stock: Number(id) + turn }));
  if (stock) stock.returns = executing(stockSdl, { _products: stocks });
  const path = where === 'graph' ? '/graphql' : '/graphql/web';
  return {
    graph,
    path,
    next: () => {
      turn += 1;
    },
    query: (query: string, headers?: Record<string, string>) =>
      graph.query(query, { path, ...(headers && { headers }) }),
    /** Requests of one gateway. */
    sent: () =>
      Object.values(graph.services).flatMap(({ requests }) => requests.splice(0).map(({ query }) => query)).length / 2,
  };
}

describe.for(['graph', 'view'] as const)('own fields of a %s', (where) => {
  test('load what twenty items need in one request to each service, anew for each request', async () => {
    const { query, next, sent } = await serve(where);
    for (const turn of [0, 1]) {
      const { data, errors } = await query('{ all { id label } }');
      expect(errors).toBeUndefined();
      const label = (id: string) => (id === '13' ? null : `T${id}.${turn} (${Number(id) + turn})`);
      expect(data).toEqual({ all: ids.map((id) => ({ id, label: label(id) })) });
      // The list, and one request to each service that has a part of the entities.
      expect(sent()).toBe(3);
      next();
    }
  });

  test('have the errors of an id at that id alone', async () => {
    const { query } = await serve(where);
    const { data, errors } = await query('{ all { id shelf } }');
    const shelf = (id: string) => (id === '7' ? null : id === '13' ? 'null' : '{"must":"m"}');
    expect(data).toEqual({ all: ids.map((id) => ({ id, shelf: shelf(id) })) });
    expect(errors).toMatchObject([{ path: ['all', 6, 'shelf'], extensions: { code: 'SUBGRAPH_ERROR' } }]);
  });

  test('have the rights of the caller, and no others', async () => {
    const { query } = await serve(where);
    const { data, errors } = await query('{ loaded(id: 1, selection: "secret") nested(query: "{ me { name } }") }');
    expect(data).toMatchObject({ loaded: null, nested: expect.stringContaining('UNAUTHENTICATED') });
    expect(errors).toMatchObject([{ path: ['loaded'], extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('execute a query once for all, and load an id as number or text', async () => {
    const { query, sent } = await serve(where);
    const { data } = await query('{ all { both } }');
    const both = (id: string) => `${id === '13' ? undefined : `T${id}.0`} of {"one":{"title":"T1.0"}}`;
    expect(data).toEqual({ all: ids.map((id) => ({ both: both(id) })) });
    expect(sent()).toBe(3);
  });

  test('see what a mutation in between has changed, and execute each mutation', async () => {
    const { graph, path } = await serve(where);
    for (const [index, origin] of graph.origins.entries()) {
      const { data } = await post(origin, '{ changing }', { path });
      expect(data).toEqual({ changing: `T1.${2 * index} T1.${2 * index + 2}` });
    }
  });

  test('of a mutation load anew for each of its fields', async () => {
    const { graph, path } = await serve(where);
    for (const [index, origin] of graph.origins.entries()) {
      const { data } = await post(origin, 'mutation { first rename { title } second }', { path });
      const seen = (turn: number) =>
        JSON.stringify([{ title: `T1.${turn}` }, { data: { one: { title: `T1.${turn}` } } }]);
      const titled = { title: `T1.${index + 1}` };
      expect(data).toEqual({ first: seen(index), rename: titled, second: seen(index + 1) });
    }
  });

  test('have the reason of a failed load in the log, and not in the response', async () => {
    const { query } = await serve(where);
    for (const args of [
      'type: "Nothing", id: 1',
      'type: "Person", id: 1',
      'selection: "titel", id: 1',
      'id: null',
      'id: 1, selection: "title } one: Product(ids: []) { id"',
    ]) {
      const { data, errors } = await query(`{ loaded(${args}) }`);
      expect(data).toEqual({ loaded: null });
      expect(errors).toMatchObject([
        { message: expect.stringMatching(/^Unexpected error/), extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ]);
    }
  });

  test('get null for a missing object, whatever is selected', async () => {
    const { query } = await serve(where);
    for (const selection of ['id', 'id must stock', '__typename id']) {
      const { data, errors } = await query(`{ loaded(id: "13", selection: "${selection}") }`);
      expect(errors).toBeUndefined();
      expect(data).toEqual({ loaded: 'null' });
    }
    const { data } = await query('{ loaded(id: "2", selection: "id __typename must") }');
    expect(data).toEqual({ loaded: '{"id":"2","__typename":"Product","must":"m"}' });
  });

  test('get results that are read-only', async () => {
    const { query } = await serve(where);
    const { data } = await query('{ nested(query: "{ one { title } }") loaded(id: 1) }');
    expect(data).toEqual({ nested: '{"data":{"one":{"title":"T1.0"}}}', loaded: '{"title":"T1.0"}' });
  });
});

test('each event of a subscription loads anew', async () => {
  const { graph, next, path } = await serve('graph', {
    services: { catalog: catalogSdl, stock: stockSdl, news: newsSdl },
  });
  const { news, catalog } = graph.services;
  const event = 'event: next\ndata: {"data":{"changed":{"id":"1"}}}\n\n';
  if (news) {
    news.returns = () => ({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `${event}${event}event: complete\ndata:\n\n`,
    });
  }
  const returns = catalog?.returns;
  if (catalog && returns) {
    catalog.returns = (request) => {
      next();
      return returns(request);
    };
  }
  for (const [index, origin] of graph.origins.entries()) {
    const stream = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: 'subscription { changed { label } }' }),
    });
    const labels = [...(await stream.text()).matchAll(/"label":"(T1\.\d+)/g)].map(([, label]) => label);
    expect(labels).toEqual([1, 2].map((turn) => `T1.${2 * index + turn}`));
  }
});

test('the cache policy of what is loaded applies to the response', async () => {
  const schema = `type Query { open: String @cacheControl(maxAge: 60)  own: String @cacheControl(maxAge: 60) }
    directive @cacheControl(maxAge: Int) on FIELD_DEFINITION`;
  const field = (selection: string) => async (_: unknown, __: unknown, context: ResolverContext) =>
    JSON.stringify(await context.load('Product', '1', selection));
  const { query } = await serve('graph', {
    fields: { schema, resolvers: { Query: { open: field('title'), own: field('secret') } } },
    config: { trustedProxies: ['loopback'], authentication: { identityHeader: {} } },
  });
  const headers = { 'x-user-id': 'anna' };
  const open = await query('{ open }', headers);
  expect(open.headers.get('cache-control')).toContain('public');
  const own = await query('{ own }', headers);
  expect(own.data).toEqual({ own: '{"secret":"s"}' });
  expect(own.headers.get('cache-control')).not.toContain('public');
});
