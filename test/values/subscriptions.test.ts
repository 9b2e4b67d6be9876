// Subscriptions over several services: the event comes from one, and fields of others are fetched anew for each event.
// Over both transports, of the graph, of a view and of a supergraph.
import { describe, expect, test } from 'vitest';
import {
  type ServedGraph,
  type ServedGraphOptions,
  type Service,
  type ServiceRequest,
  serveGraph,
} from './served-graph.ts';
import { overMultipart, overServerSentEvents, overWebSocket, type Subscribe } from './subscribing.ts';

const feed = `
  type Query { item: Item }
  type Subscription { changed(id: ID, kind: Kind = ALL): Item any: Thing some: [Named] secret: Item @authenticated }
  enum Kind { ALL SOME }
  union Thing = Item | Alarm
  interface Named { name: String }
  type Item implements Named { id: ID! name: String code: String @authenticated }
  type Alarm implements Named { name: String level: Int }
`;
const store = `
  type Query { _items(ids: [ID!]!): [Item]! @merge(keyField: "id") }
  type Item { id: ID! stock: Int @cacheControl(maxAge: 60) price: Int @authenticated margin: Int! @authenticated }
`;

/** An event stream of these responses, whole. */
function streamOf(events: readonly unknown[]) {
  const body = events.map((event) => `event: next\ndata: ${JSON.stringify(event)}\n\n`).join('');
  const headers = { 'content-type': 'text/event-stream' };
  return { status: 200, headers, body: `${body}event: complete\ndata:\n\n` };
}

const changed = (...ids: string[]) => ids.map((id) => ({ data: { changed: { id, name: `Item ${id}` } } }));

interface Feed extends ServedGraph {
  feed: Service;
  store: Service;
}

/** Stock goes down with each request, from 99. */
async function serve(events: readonly unknown[], options: Partial<ServedGraphOptions> = {}): Promise<Feed> {
  const graph = await serveGraph({ services: { feed, store }, ...options });
  const { feed: feedService, store: storeService } = graph.services as { feed: Service; store: Service };
  feedService.returns = () => streamOf(events);
  let stock = 100;
  storeService.returns = ({ variables }: ServiceRequest) => {
    stock -= 1;
    const [ids = []] = Object.values(variables) as string[][];
    return { data: { _items: ids.map((id) => ({ id, stock })) } };
  };
  return { ...graph, feed: feedService, store: storeService };
}

const denied = (...path: (string | number)[]) => ({
  message: expect.any(String),
  path,
  extensions: { code: 'UNAUTHENTICATED' },
});

describe.each<[string, Subscribe]>([
  ['WebSocket', overWebSocket],
  ['server-sent events', overServerSentEvents],
  ['multipart', overMultipart],
])('over %s', (_name, subscribe) => {
  const resultsOf = async (graph: ServedGraph, query: string, request = {}) => {
    const { results, end } = await subscribe(graph.origins[0] as string, query, request);
    expect(end, JSON.stringify(results)).toBe('complete');
    return results;
  };

  test('five events of one item have the stock of their time', async () => {
    const graph = await serve(changed('7', '7', '7', '7', '7'));
    const results = await resultsOf(graph, 'subscription { changed { id stock } }');
    expect(results).toEqual([99, 98, 97, 96, 95].map((stock) => ({ data: { changed: { id: '7', stock } } })));
    expect(graph.feed.requests).toHaveLength(1);
    expect(graph.store.requests).toHaveLength(5);
  });

  test('an entity that is cached for queries is fetched for an event', async () => {
    const graph = await serve(changed('7', '7'), { config: { cache: { entities: true } } });
    const { returns } = graph.feed;
    graph.feed.returns = () => ({ data: { item: { id: '7' } } });
    const cached = await fetch(`${graph.origins[0]}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ item { stock } }"}',
    });
    expect(await cached.json()).toEqual({ data: { item: { stock: 99 } } });
    graph.feed.returns = returns;
    expect(await resultsOf(graph, 'subscription { changed { stock } }')).toEqual(
      [98, 97].map((stock) => ({ data: { changed: { stock } } })),
    );
  });

  test('aliases, fragments, variables, @skip and @include are those of the client', async () => {
    const graph = await serve(changed('1', '1'));
    const query = `subscription Watch($id: ID, $yes: Boolean!, $no: Boolean = false, $kind: Kind) {
      latest: changed(id: $id, kind: $kind) { ...more called: name id @include(if: $no) stock @skip(if: $yes) }
    }
    fragment more on Item { ... @include(if: $yes) { left: stock } ... on Named { __typename } }`;
    const results = await resultsOf(graph, query, { variables: { id: 'a', yes: true } });
    expect(results).toEqual(
      [99, 98].map((left) => ({ data: { latest: { left, __typename: 'Item', called: 'Item 1' } } })),
    );
    expect(Object.values(graph.feed.requests[0]?.variables ?? {})).toEqual(['a']);
    const without = await resultsOf(graph, query, { variables: { yes: false, no: true } });
    expect(without).toEqual(
      [97, 96].map((stock) => ({ data: { latest: { called: 'Item 1', id: '1', stock, __typename: 'Item' } } })),
    );
  });

  test('events of several types have what is selected of each', async () => {
    const item = { __typename: 'Item', id: '1', name: 'Lamp' };
    const alarm = { __typename: 'Alarm', level: 3 };
    const graph = await serve([item, alarm, item].map((any) => ({ data: { any } })));
    const query = 'subscription { any { __typename ... on Item { stock } ... on Alarm { level } } }';
    expect(await resultsOf(graph, query)).toEqual([
      { data: { any: { __typename: 'Item', stock: 99 } } },
      { data: { any: { __typename: 'Alarm', level: 3 } } },
      { data: { any: { __typename: 'Item', stock: 98 } } },
    ]);
    const list = [item, { __typename: 'Alarm', name: 'Fire' }];
    graph.feed.returns = () => streamOf([{ data: { some: list } }, { data: { some: [] } }, { data: { some: null } }]);
    expect(await resultsOf(graph, 'subscription { some { name ... on Item { stock } } }')).toEqual([
      { data: { some: [{ name: 'Lamp', stock: 97 }, { name: 'Fire' }] } },
      { data: { some: [] } },
      { data: { some: null } },
    ]);
  });

  test('a view has its own names, and null for what it hides', async () => {
    const view = { exclude: ['Alarm'], rename: { types: { Item: 'Article' }, fields: { 'Item.stock': 'left' } } };
    const events = ['Item', 'Alarm', 'Item'].map((__typename) => ({ data: { any: { __typename, id: '1' } } }));
    const graph = await serve(events, { view });
    const query = 'subscription { any { __typename ... on Article { left } } }';
    expect(await resultsOf(graph, query, { path: '/graphql/web' })).toEqual([
      { data: { any: { __typename: 'Article', left: 99 } } },
      { data: { any: null } },
      { data: { any: { __typename: 'Article', left: 98 } } },
    ]);
  });

  test.each([
    ['subscription ($no: Boolean!) { changed @skip(if: $no) { id } }', 'skip'],
    [
      'subscription ($no: Boolean!) { ...root } fragment root on Subscription { changed @include(if: $no) { id } }',
      'include',
    ],
    ['subscription ($no: Boolean!) { ... @include(if: $no) { changed { id } } }', 'include'],
    ['subscription { changed @skip(if: true) { id } }', 'skip'],
  ])('a condition at the root is not valid: %s', async (query, directive) => {
    const graph = await serve(changed('7'));
    const { results } = await subscribe(graph.origins[0] as string, query, { variables: { no: false } });
    expect(results).toMatchObject([
      {
        errors: [
          {
            message: `The root field of a subscription cannot have @${directive}: select the field, or leave the subscription out.`,
            extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
          },
        ],
      },
    ]);
    expect(graph.feed.requests).toEqual([]);
  });

  describe('unauthorized fields', () => {
    test('are null in every event, and are not fetched', async () => {
      const graph = await serve(changed('7', '7'));
      const query = 'subscription { changed { id code mine: price stock } }';
      expect(await resultsOf(graph, query)).toEqual(
        [99, 98].map((stock) => ({
          data: { changed: { id: '7', code: null, mine: null, stock } },
          errors: expect.arrayContaining([denied('changed', 'code'), denied('changed', 'mine')]),
        })),
      );
      expect(await resultsOf(graph, 'subscription { changed { price } }')).toHaveLength(2);
      expect(graph.store.requests).toHaveLength(2);
      expect(JSON.stringify([...graph.feed.requests, ...graph.store.requests])).not.toMatch(/code|price/);
    });

    test('that are not nullable propagate their null', async () => {
      const graph = await serve(changed('7'));
      expect(await resultsOf(graph, 'subscription { changed { id margin } }')).toEqual([
        { data: { changed: null }, errors: [denied('changed', 'margin')] },
      ]);
    });

    test('under a view, have the names of its client', async () => {
      const graph = await serve(changed('7'), { view: { rename: { fields: { 'Item.price': 'cost' } } } });
      const results = await resultsOf(graph, 'subscription { changed { cost stock } }', { path: '/graphql/web' });
      expect(results).toEqual([{ data: { changed: { cost: null, stock: 99 } }, errors: [denied('changed', 'cost')] }]);
    });

    test('that are the event itself: the service is not subscribed to', async () => {
      const graph = await serve(changed('7'));
      expect(await resultsOf(graph, 'subscription { news: secret { id } }')).toEqual([{ errors: [denied('news')] }]);
      expect(graph.feed.requests).toEqual([]);
    });
  });

  test('a service that fails for one event has its errors at its own fields of that event', async () => {
    const graph = await serve(changed('7', '7', '7'));
    const { returns } = graph.store;
    graph.store.returns = (request) =>
      graph.store.requests.length === 2 ? { status: 500, body: 'down' } : returns(request);
    expect(await resultsOf(graph, 'subscription { event: changed { id left: stock } }')).toEqual([
      { data: { event: { id: '7', left: 99 } } },
      {
        data: { event: { id: '7', left: null } },
        errors: [
          {
            message: expect.any(String),
            path: ['event', 'left'],
            extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'store' },
          },
        ],
      },
      { data: { event: { id: '7', left: 98 } } },
    ]);
  });

  test('errors that an event has of its own are at their place', async () => {
    const error = { message: 'Unnamed.', path: ['changed', 'name'], extensions: { code: 'UNNAMED' } };
    const graph = await serve([
      { data: { changed: { id: '7', name: null } }, errors: [error] },
      { data: null, errors: [{ message: 'Lost.', extensions: { code: 'LOST' } }] },
      ...changed('8'),
    ]);
    expect(await resultsOf(graph, 'subscription { event: changed { called: name stock } }')).toEqual([
      {
        data: { event: { called: null, stock: 99 } },
        errors: [{ message: 'Unnamed.', path: ['event', 'called'], extensions: { code: 'UNNAMED', subgraph: 'feed' } }],
      },
      {
        data: { event: null },
        errors: [expect.objectContaining({ message: 'Lost.', extensions: { code: 'LOST', subgraph: 'feed' } })],
      },
      { data: { event: { called: 'Item 8', stock: 98 } } },
    ]);
  });

  test('a field that no service can be queried for is rejected, with the coordinate in the names of the client', async () => {
    const services = { feed, store: store.replace('_items(ids: [ID!]!): [Item]! @merge(keyField: "id")', 'a: Int') };
    const view = { rename: { fields: { 'Item.stock': 'left' } } };
    const graph = await serve(changed('7'), { services, view });
    const results = await resultsOf(graph, 'subscription { changed { left } }', { path: '/graphql/web' });
    expect(results).toEqual([
      {
        errors: [
          {
            message: 'This operation cannot be planned: Item.left cannot be reached from where it is selected.',
            extensions: { code: 'OPERATION_NOT_PLANNABLE' },
          },
        ],
      },
    ]);
    expect(graph.feed.requests).toEqual([]);
  });

  test("the gateway's own events have a context of their own, and fields of services", async () => {
    const contexts = new Set<unknown>();
    async function* ticks() {
      for (const id of ['1', '1', '2']) yield { tick: { id } };
    }
    const fields = {
      schema: 'type Subscription { tick: Item failing: Int } type Item { id: ID! seen: Int }',
      resolvers: {
        Subscription: {
          tick: { subscribe: () => ticks() },
          failing: {
            subscribe: () => {
              throw new Error('secret of the resolver');
            },
          },
        },
        Item: {
          seen: (_item: unknown, _args: unknown, context: unknown) => contexts.add(context).size,
        },
      },
    };
    const graph = await serve([], { fields });
    expect(await resultsOf(graph, 'subscription { tick { id seen stock } }')).toEqual(
      [
        ['1', 1, 99],
        ['1', 2, 98],
        ['2', 3, 97],
      ].map(([id, seen, stock]) => ({ data: { tick: { id, seen, stock } } })),
    );
    const { results } = await subscribe(graph.origins[0] as string, 'subscription { failing }');
    expect(results).toMatchObject([{ errors: [{ path: ['failing'], extensions: { code: expect.any(String) } }] }]);
    expect(JSON.stringify(results)).not.toContain('secret');
  });

  test('a supergraph fetches entities for each event', async () => {
    const graph = await serve(changed('7', '7'), { supergraph });
    let stock = 100;
    graph.store.returns = ({ variables }) => {
      stock -= 1;
      const [representations = []] = Object.values(variables) as { id: string }[][];
      return { data: { _entities: representations.map(({ id }) => ({ __typename: 'Item', id, stock })) } };
    };
    expect(await resultsOf(graph, 'subscription { changed { name stock price } }')).toEqual(
      [99, 98].map((left) => ({
        data: { changed: { name: 'Item 7', stock: left, price: null } },
        errors: [denied('changed', 'price')],
      })),
    );
  });
});

const supergraph = `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) {
    query: Query
    subscription: Subscription
  }
  directive @authenticated on FIELD_DEFINITION
  directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
  directive @join__graph(name: String!, url: String!) on ENUM_VALUE
  directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
  directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  scalar join__FieldSet
  scalar link__Import
  enum link__Purpose { SECURITY EXECUTION }
  enum join__Graph { FEED @join__graph(name: "feed", url: "feed_URL") STORE @join__graph(name: "store", url: "store_URL") }
  type Query @join__type(graph: FEED) @join__type(graph: STORE) { item: Item @join__field(graph: FEED) }
  type Subscription @join__type(graph: FEED) @join__type(graph: STORE) { changed: Item @join__field(graph: FEED) }
  type Item @join__type(graph: FEED, key: "id") @join__type(graph: STORE, key: "id") {
    id: ID!
    name: String @join__field(graph: FEED)
    stock: Int @join__field(graph: STORE)
    price: Int @join__field(graph: STORE) @authenticated
  }
`;
