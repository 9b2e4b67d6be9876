// The query root below the root: in a payload, a list, an interface, and in itself. Fields of other services are
// planned as root fields without a key, for all objects of one selection together.
import { expect, test } from 'vitest';
import { executing } from './graphql-service.ts';
import { post, type QueryOptions, type ServedGraphOptions, type Service, serveGraph } from './served-graph.ts';
import { overServerSentEvents, overWebSocket } from './subscribing.ts';

const cartSdl = `
  type Query implements Node {
    cart: Cart!  node(id: ID!): Node  nodes: [Node]!  query: Query!  roots: [[Query]!]!  maybe: Maybe  self: Query  any: [Any!]!
    id: ID!  cachedRoot: Query @cacheControl(maxAge: 60)
  }
  interface Node { id: ID! }
  union Any = Query | Cart
  type Mutation { add(sku: ID!, lost: Boolean): Payload  addNow(sku: ID!): Payload! }
  type Payload { cart: Cart  query: Query!  maybe: Query }
  type Maybe { query: Query }
  type Subscription { added: Payload }
  type Cart implements Node { id: ID!  skus: [ID!]!  query: Query! }`;
const stockSdl = `
  type Query {
    stock(of: ID): Int  owner: Owner!  guarded: Int @authenticated  broken: Int  brokenHard: Int!  shortLived: Int @cacheControl(maxAge: 7)
    _owners(ids: [ID!]!): [Owner]! @merge(keyField: "id")
  }
  type Mutation { take: Int }
  type Owner { id: ID!  name: String }`;
const peopleSdl = `
  type Query { people: [Owner!]!  _owners(ids: [ID!]!): [Owner]! @merge(keyField: "id") }
  type Owner { id: ID!  age: Int  query: Query! }`;

/** Whatever a service returns depends on what has been added since the request began. */
async function serve(options: Omit<ServedGraphOptions, 'services'> = {}) {
  const { services, origins } = await serveGraph({
    services: { carts: cartSdl, stock: stockSdl, people: peopleSdl },
    ...options,
  });
  const { carts, stock, people } = services as Record<'carts' | 'stock' | 'people', Service>;
  let skus: string[] = [];
  const cart: Record<string, unknown> = { __typename: 'Cart', id: 'c', skus: () => skus };
  const query: Record<string, unknown> = { __typename: 'Query', id: 'q', cart };
  cart.query = query;
  const add = ({ sku, lost }: { sku: string; lost?: boolean }) => {
    skus = [...skus, sku];
    return lost ? null : { cart, query, maybe: sku === 'none' ? null : query };
  };
  Object.assign(query, {
    node: ({ id }: { id: string }) => (id === 'q' ? query : cart),
    nodes: [query, null, cart, query],
    any: [query, cart],
    roots: [[query, null], [query]],
    query,
    self: query,
    cachedRoot: query,
    maybe: null,
    add,
    addNow: add,
  });
  const execute = executing(cartSdl, query);
  carts.returns = (request) => {
    if (!request.query.startsWith('subscription')) return execute(request);
    const events = ['1', '2'].map((id) => ({ data: { added: { query: { __typename: 'Query' }, cart: { id } } } }));
    const body = events.map((event) => `event: next\ndata: ${JSON.stringify(event)}\n\n`).join('');
    const headers = { 'content-type': 'text/event-stream' };
    return { status: 200, headers, body: `${body}event: complete\ndata:\n\n` };
  };
  const fails = () => new Error('not today');
  const owner = ({ id }: { id: string }) => ({ id, name: `owner ${id}` });
  stock.returns = executing(stockSdl, {
    stock: ({ of = '0' }: { of?: string }) => 10 * skus.length + Number(of),
    owner: owner({ id: '1' }),
    _owners: ({ ids }: { ids: string[] }) => ids.map((id) => owner({ id })),
    guarded: 1,
    broken: fails,
    brokenHard: fails,
    shortLived: 5,
  });
  const person = ({ id }: { id: string }) => ({ id, age: 30 + Number(id), query: {} });
  people.returns = executing(peopleSdl, {
    people: [person({ id: '1' }), person({ id: '2' })],
    _owners: ({ ids }: { ids: string[] }) => ids.map((id) => person({ id })),
  });
  return {
    origins,
    services: { carts, stock, people },
    /** The response of both gateways, with the number of requests that each service has had for it. */
    async run(text: string, request: QueryOptions = {}) {
      const each = [];
      for (const origin of origins) {
        skus = [];
        for (const { requests } of Object.values(services)) requests.length = 0;
        const { status, data, errors = [], headers } = await post(origin, text, request);
        each.push({
          status,
          data,
          errors: errors.map(({ path, extensions }) => [path?.join('.'), extensions.code]),
          cacheControl: headers.get('cache-control'),
          requests: Object.values(services).map(({ requests }) => requests.length),
        });
      }
      const [first, other] = each;
      expect(other).toEqual(first);
      return first as NonNullable<typeof first>;
    },
  };
}

const query = { cart: { id: 'c' } };

test.for<[what: string, text: string, data: unknown, requests: number[]]>([
  ['in the root itself', '{ query { stock cart { id } } }', { query: { stock: 0, ...query } }, [1, 1, 0]],
  [
    'in lists with nulls, once for all of it',
    '{ roots { stock owner { name } } }',
    { roots: [[{ stock: 0, owner: { name: 'owner 1' } }, null], [{ stock: 0, owner: { name: 'owner 1' } }]] },
    [1, 1, 0],
  ],
  [
    'at several places with equal selections, once, whatever the names in the response',
    '{ a: query { stock } query { s: stock } cart { query { stock } } }',
    { a: { stock: 0 }, query: { s: 0 }, cart: { query: { stock: 0 } } },
    [1, 1, 0],
  ],
  [
    'one of an interface, beside others',
    '{ nodes { id ... on Query { s: stock(of: 4) } } }',
    { nodes: [{ id: 'q', s: 4 }, null, { id: 'c' }, { id: 'q', s: 4 }] },
    [1, 1, 0],
  ],
  [
    'one of a union, in a fragment',
    '{ any { __typename ...F } } fragment F on Query { stock }',
    { any: [{ __typename: 'Query', stock: 0 }, { __typename: 'Cart' }] },
    [1, 1, 0],
  ],
  ['null: not fetched', '{ maybe { query { stock } } }', { maybe: null }, [1, 0, 0]],
  [
    'with nothing but its type',
    '{ query { __typename query { t: __typename } } }',
    { query: { __typename: 'Query', query: { t: 'Query' } } },
    [1, 0, 0],
  ],
  [
    'with entities of other services below',
    '{ query { owner { name age } } }',
    { query: { owner: { name: 'owner 1', age: 31 } } },
    [1, 1, 1],
  ],
  [
    'in entities of a list, and of several services',
    '{ people { name query { stock cart { id } } } }',
    {
      people: [
        { name: 'owner 1', query: { stock: 0, ...query } },
        { name: 'owner 2', query: { stock: 0, ...query } },
      ],
    },
    [1, 2, 1],
  ],
  [
    'in what was fetched for it',
    '{ query { owner { query { cart { query { stock } } } } } }',
    { query: { owner: { query: { cart: { query: { stock: 0 } } } } } },
    [2, 2, 1],
  ],
  [
    'left out by a condition',
    'query ($no: Boolean = false) { query { stock @include(if: $no) cart { id } } }',
    { query },
    [1, 0, 0],
  ],
])('the query root %s', async ([, text, data, requests]) => {
  const { run } = await serve();
  expect(await run(text)).toMatchObject({ status: 200, data, errors: [], requests });
});

test.for<[what: string, text: string, data: unknown, requests: number[]]>([
  ['the state that it has made', '{ add(sku: "1") { query { stock } } }', { add: { query: { stock: 10 } } }, [1, 1, 0]],
  [
    'each its own, in series',
    '{ a: add(sku: "1") { query { stock } } b: addNow(sku: "2") { query { stock } } }',
    { a: { query: { stock: 10 } }, b: { query: { stock: 20 } } },
    [2, 2, 0],
  ],
  ['nothing where the payload is null', '{ add(sku: "1", lost: true) { query { stock } } }', { add: null }, [1, 0, 0]],
  [
    'nothing where the root in it is null',
    '{ add(sku: "none") { maybe { stock } } }',
    { add: { maybe: null } },
    [1, 0, 0],
  ],
  [
    'arguments by variables',
    '($of: ID) { add(sku: "1") { query { a: stock(of: $of) b: stock(of: "2") } } }',
    { add: { query: { a: 15, b: 12 } } },
    [1, 1, 0],
  ],
])('the query root in the payload of a mutation has %s', async ([, text, data, requests]) => {
  const { run } = await serve();
  const variables = text.startsWith('(') ? { of: '5' } : {};
  expect(await run(`mutation ${text}`, { variables })).toMatchObject({ data, errors: [], requests });
});

test('the query root in an event of a subscription is fetched for each event', async () => {
  const { origins, services } = await serve();
  for (const subscribe of [overWebSocket, overServerSentEvents]) {
    services.stock.requests.length = 0;
    const { results, end } = await subscribe(
      origins[0] as string,
      'subscription { added { cart { id } query { stock } } }',
    );
    expect(end).toBe('complete');
    expect(results).toEqual(['1', '2'].map((id) => ({ data: { added: { cart: { id }, query: { stock: 0 } } } })));
    expect(services.stock.requests).toHaveLength(2);
  }
});

test.for<[what: string, text: string, data: unknown, errors: unknown[]]>([
  [
    'a field',
    '{ query { broken stock } }',
    { query: { broken: null, stock: 0 } },
    [['query.broken', 'SUBGRAPH_ERROR']],
  ],
  [
    'a non-null field, whose null takes the root with it',
    '{ self { stock brokenHard broken } cart { id } }',
    { self: null, ...query },
    [['self.brokenHard', 'SUBGRAPH_ERROR']],
  ],
  [
    'a field at each place of its root',
    '{ roots { broken } }',
    { roots: [[{ broken: null }, null], [{ broken: null }]] },
    [
      ['roots.0.0.broken', 'SUBGRAPH_ERROR'],
      ['roots.1.0.broken', 'SUBGRAPH_ERROR'],
    ],
  ],
])('an error below the query root is at its path: %s', async ([, text, data, errors]) => {
  const { run } = await serve();
  const received = await run(text);
  expect(received.data).toEqual(data);
  expect(received.errors.toSorted()).toEqual(errors.toSorted());
});

test('a service that cannot be reached leaves the rest of the response', async () => {
  const { run, services } = await serve();
  services.stock.returns = () => ({ status: 500 });
  expect(await run('mutation { add(sku: "1") { query { stock shortLived cart { id } } } }')).toMatchObject({
    data: { add: { query: { stock: null, shortLived: null, ...query } } },
    errors: [
      ['add.query.stock', 'SUBGRAPH_UNAVAILABLE'],
      ['add.query.shortLived', 'SUBGRAPH_UNAVAILABLE'],
    ],
  });
});

test('fields below the query root are authorized, counted and cached as they are at the root', async () => {
  const { run } = await serve({ config: { limits: { depth: 4 } } });
  expect(await run('{ query { guarded stock } }')).toMatchObject({
    data: { query: { guarded: null, stock: 0 } },
    errors: [['query.guarded', 'UNAUTHENTICATED']],
    requests: [1, 1, 0],
  });
  expect(await run('{ query { guarded } }')).toMatchObject({ requests: [1, 0, 0] });
  expect(await run('{ cachedRoot { shortLived } }')).toMatchObject({
    data: { cachedRoot: { shortLived: 5 } },
    cacheControl: 'public, max-age=7',
  });
  expect(await run('{ cachedRoot { stock } }')).toMatchObject({ cacheControl: 'public, max-age=60' });
  const deep = await run('{ query { query { query { query { stock } } } } }');
  expect([deep.errors, deep.requests]).toEqual([[[undefined, 'MAX_DEPTH_EXCEEDED']], [0, 0, 0]]);
});

test("a view's names and exclusions hold below the query root", async () => {
  const { run } = await serve({
    view: { exclude: ['Query.broken'], rename: { fields: { 'Query.stock': 'inventory', 'Query.query': 'root' } } },
  });
  const path = '/graphql/web';
  expect(await run('{ root { i: inventory(of: 2) owner { age } } }', { path })).toMatchObject({
    data: { root: { i: 2, owner: { age: 31 } } },
    errors: [],
    requests: [1, 1, 1],
  });
  expect((await run('{ root { broken } }', { path })).errors).toEqual([[undefined, 'GRAPHQL_VALIDATION_FAILED']]);
  expect((await run('{ root { brokenHard } }', { path })).errors).toEqual([['root.brokenHard', 'SUBGRAPH_ERROR']]);
});
