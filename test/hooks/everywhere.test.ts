// Hooks wherever requests to services are made: below the query root of a payload, on federated graphs, in client views
// and behind what resolvers load. What they read of a caller keeps its responses apart there too.
import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { HookContext } from '../../gateway/index.ts';
import { supergraphOf } from '../values/federated.ts';
import {
  post,
  type ServedGraph,
  type ServedGraphOptions,
  type ServiceRequest,
  serveGraph,
} from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';
import type { Hooks } from './shop.ts';

const cached = '@cacheControl(maxAge: 60)';
const namesSdl = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  type Query { item: Item ${cached} shelf: Shelf ${cached} _items(ids: [ID!]!): [Item]! @merge(keyField: "id") }
  type Item ${cached} { id: ID! name: String ${cached} }
  type Shelf ${cached} { label: String query: Query ${cached} }
`;
const pricesSdl = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  type Query { cheapest: Int ${cached} _prices(ids: [ID!]!): [Item]! @merge(keyField: "id") }
  type Item ${cached} { id: ID! price: Int ${cached} }
`;
const supergraph = supergraphOf(
  ['names', 'prices'],
  `directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT
  enum CacheControlScope { PUBLIC PRIVATE }
  type Query @join__type(graph: NAMES) @join__type(graph: PRICES) {
    item: Item @join__field(graph: NAMES) ${cached}
  }
  type Item @join__type(graph: NAMES, key: "id") @join__type(graph: PRICES, key: "id") {
    id: ID!
    name: String @join__field(graph: NAMES) ${cached}
    price: Int @join__field(graph: PRICES) ${cached}
  }`,
);
const fields = {
  schema: `type Query { loaded: String ${cached} nested: String ${cached} }`,
  resolvers: {
    Query: {
      loaded: async (_: unknown, __: unknown, context: Loading) =>
        JSON.stringify(await context.load('Item', '1', 'name price')),
      nested: async (_: unknown, __: unknown, context: Loading) =>
        JSON.stringify(await context.graph('{ item { name price } }')),
    },
  },
};
interface Loading {
  load(type: string, id: string, selection: string): Promise<unknown>;
  graph(query: string): Promise<unknown>;
}

interface Place {
  options: Omit<ServedGraphOptions, 'config' | 'services'>;
  query: string;
  path?: string;
  /** What tells that the response has data of the services. */
  has: string;
  /** Subgraphs that are requested for it. */
  subgraphs: readonly string[];
}

const places: [where: string, place: Place][] = [
  [
    'the query root of a payload',
    { options: {}, query: '{ shelf { label query { cheapest } } }', has: 'cheapest', subgraphs: ['names', 'prices'] },
  ],
  [
    'a federated graph',
    { options: { supergraph }, query: '{ item { name price } }', has: 'Lamp', subgraphs: ['names', 'prices'] },
  ],
  [
    'a client view',
    {
      options: { view: { rename: { types: { Item: 'Thing' }, fields: { 'Item.name': 'title' } } } },
      query: '{ item { title price } }',
      path: '/graphql/web',
      has: 'Lamp',
      subgraphs: ['names', 'prices'],
    },
  ],
  [
    'a client view of a federated graph',
    {
      options: { supergraph, view: { rename: { fields: { 'Item.name': 'title' } } } },
      query: '{ item { title price } }',
      path: '/graphql/web',
      has: 'Lamp',
      subgraphs: ['names', 'prices'],
    },
  ],
  ['context.load', { options: { fields }, query: '{ loaded }', has: 'Lamp', subgraphs: ['names', 'prices'] }],
  ['context.graph', { options: { fields }, query: '{ nested }', has: 'Lamp', subgraphs: ['names', 'prices'] }],
];

function response({ query, variables }: ServiceRequest): unknown {
  const item = { __typename: 'Item', id: '1', name: 'Lamp', price: 7 };
  const key = Object.values(variables).length > 0 ? [item] : null;
  const data: Record<string, unknown> = {};
  for (const root of ['item', 'shelf', 'cheapest', '_items', '_prices', '_entities']) {
    const found = new RegExp(`(?:(\\w+): )?\\b${root}\\b`).exec(query);
    if (!found) continue;
    data[found[1] ?? root] =
      root === 'item'
        ? item
        : root === 'shelf'
          ? { __typename: 'Shelf', label: 'a', query: { __typename: 'Query' } }
          : root === 'cheapest'
            ? 7
            : (key ?? [item]);
  }
  return { data };
}

async function serve({ options }: Place, hooks: Hooks): Promise<ServedGraph> {
  const graph = await serveGraph({
    ...options,
    services: { names: namesSdl, prices: pricesSdl },
    config: {
      trustedProxies: ['loopback'],
      authentication: { identityHeader: {} },
      deduplicateInFlight: true,
      hooks,
    },
  });
  for (const service of Object.values(graph.services)) service.returns = response;
  return graph;
}

const guard = ({ identity }: HookContext) => {
  if (identity?.subject === 'mallory') throw new GraphQLError('Not for you.', { extensions: { code: 'NOT_YOURS' } });
};
const guards: [hook: string, hooks: Hooks][] = [
  ['onOperation', { onOperation: (_, context) => guard(context) }],
  ['onSubgraphRequest', { onSubgraphRequest: (_, context) => guard(context) }],
  [
    'a later turn of onSubgraphRequest',
    {
      onSubgraphRequest: async (_, context) => {
        await null;
        guard(context);
      },
    },
  ],
  ['onSubgraphResponse', { onSubgraphResponse: (_, context) => guard(context) }],
  ['onResponse', { onResponse: (_, context) => guard(context) }],
];

const ofRequests = guards.filter(([hook]) => hook.startsWith('onSubgraph'));

describe.each(places)('in %s', (_where, place) => {
  const path = place.path === undefined ? {} : { path: place.path };
  const as = (user: string | undefined) => ({ ...path, ...(user !== undefined && { headers: { 'x-user-id': user } }) });

  test('requests and responses pass the hooks, each once, on both HTTP paths and over WebSockets', async () => {
    const seen: string[] = [];
    const graph = await serve(place, {
      onSubgraphRequest: ({ subgraph }) => void seen.push(`to ${subgraph}`),
      onSubgraphResponse: ({ subgraph, failure }) => void seen.push(`from ${subgraph}${failure ? ', failed' : ''}`),
    });
    const expected = place.subgraphs.flatMap((subgraph) => [`to ${subgraph}`, `from ${subgraph}`]).sort();
    for (const origin of graph.origins) {
      seen.length = 0;
      expect(await overWebSocket(origin, place)).toContain(place.has);
      expect(seen.toSorted()).toEqual(expected);
      seen.length = 0;
      const headers = { 'cache-control': 'no-cache' };
      expect((await post(origin, place.query, { ...path, headers })).text).toContain(place.has);
      expect(seen.toSorted()).toEqual(expected);
    }
  });

  test.each(guards)('what %s reads of the caller keeps callers apart', async (_hook, hooks) => {
    const graph = await serve(place, hooks);
    for (const origin of graph.origins) {
      for (const user of ['ada', 'ada', 'mallory', 'ada', undefined, 'mallory']) {
        const { text, headers } = await post(origin, place.query, as(user));
        expectFor(user, text, place);
        expect(headers.get('cache-control')).not.toContain('public');
      }
      for (const user of ['mallory', 'ada']) expectFor(user, await overWebSocket(origin, place, user), place);
    }
  });

  test.each(ofRequests)('what %s reads of the caller keeps requests in flight apart', async (_hook, hooks) => {
    const graph = await serve(place, hooks);
    for (const origin of graph.origins) {
      const users = ['ada', 'mallory', 'ada', 'mallory'];
      const all = await Promise.all(users.map((user) => post(origin, place.query, as(user))));
      for (const [index, { text }] of all.entries()) expectFor(users[index], text, place);
    }
  });

  test('an error that is not meant for clients is masked, and the response not cached', async () => {
    const failing = () => {
      throw new Error('secret inside');
    };
    for (const hooks of [{ onSubgraphRequest: failing }, { onSubgraphResponse: failing }]) {
      const graph = await serve(place, hooks);
      for (const origin of graph.origins) {
        const { text, headers } = await post(origin, place.query, path);
        expect(text).not.toContain('secret');
        expect(text).not.toContain(place.has);
        expect(text).toMatch(/Unexpected error|RESOLVER_ERROR/);
        expect(headers.get('cache-control')).toBe('no-store');
      }
    }
  });

  test('header fields that a hook sets reach the services, and `varyBy` tells them apart in caches', async () => {
    const tenantOf = (context: HookContext) => context.header('x-tenant') ?? 'public';
    const graph = await serve(place, {
      subgraphHeaders: ['x-tenant'],
      onSubgraphRequest: (request, context) => request.setHeader('x-tenant', tenantOf(context)),
      varyBy: (context) => ({ tenant: tenantOf(context) }),
    });
    for (const service of Object.values(graph.services)) {
      service.returns = (request) =>
        JSON.stringify(response(request)).replaceAll('Lamp', `Lamp of ${request.headers['x-tenant']}`);
    }
    for (const origin of graph.origins) {
      for (const tenant of ['a', 'b', 'a']) {
        const { text } = await post(origin, place.query, { ...path, headers: { 'x-tenant': tenant } });
        if (place.has === 'Lamp') expect(text).toContain(`Lamp of ${tenant}`);
      }
    }
    const sent = Object.values(graph.services).flatMap(({ requests }) => requests.map(({ headers }) => headers));
    expect(new Set(sent.map((headers) => headers['x-tenant']))).toEqual(new Set(['a', 'b']));
  });
});

function expectFor(user: string | undefined, text: string, { has }: Place): void {
  if (user === 'mallory') {
    expect(text).toContain('Not for you.');
    expect(text).not.toContain(has);
  } else {
    expect(text).toContain(has);
    expect(text).not.toContain('errors');
  }
}

async function overWebSocket(origin: string, { path = '/graphql', query }: Place, user?: string): Promise<string> {
  const headers: Record<string, string> = user === undefined ? {} : { 'x-user-id': user };
  const client = await PlainClient.open(`${origin.replace('http', 'ws')}${path}`, undefined, { headers });
  const { payload } = await client.query('1', query);
  client.socket.close();
  return JSON.stringify(payload);
}
