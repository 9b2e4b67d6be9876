// Root types with any name: rules on their fields apply, plans reach them, and a type is a root only where the schema
// says so.
import { afterAll, expect, test } from 'vitest';
import { composeGraph } from '../../gateway/compose/graph.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { type Service, startCachingGateway, startService } from '../caching/services.ts';
import { reasonUnplanned } from '../harness/planned.ts';

const undo: (() => unknown)[] = [];
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

const sdl = `
  schema { query: query_root mutation: mutation_root }
  type query_root {
    open: String
    secret: String @authenticated
    scoped: String @requiresScopes(scopes: [["admin"]])
    often: String @rateLimit(limit: 1, duration: 60)
    dear: String @cost(weight: "200000")
    cached: String @cacheControl(maxAge: 60)
    tagged: String @tag(name: "internal")
    again: query_root
    _users(ids: [ID!]!): [User]! @merge(keyField: "id")
  }
  type mutation_root { wipe: String @authenticated  set: String }
  extend type query_root { extended: String @authenticated }
  type User { id: ID!  name: String }`;

const people = `
  type Query { me: User }
  type User { id: ID! }`;

async function start(options: Partial<GatewayConfig> = {}) {
  const wiped: string[] = [];
  const hasura = await startService({
    name: 'hasura',
    sdl,
    resolvers: {
      query_root: {
        ...Object.fromEntries(
          ['open', 'secret', 'scoped', 'often', 'dear', 'cached', 'tagged', 'extended'].map((name) => [
            name,
            () => name,
          ]),
        ),
        again: () => ({}),
        _users: (_root: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id, name: `user ${id}` })),
      },
      mutation_root: { wipe: () => wiped.push('wipe') && 'wiped', set: () => 'set' },
    },
  });
  const people_ = await startService({
    name: 'people',
    sdl: people,
    resolvers: { Query: { me: () => ({ id: '1' }) } },
  });
  const gateway = await startCachingGateway([hasura, people_], options);
  undo.push(hasura.stop, people_.stop, gateway.stop);
  return { hasura, gateway, wiped };
}

const requested = ({ requested: received }: Service) => received.length;

for (const fastPath of [true, false]) {
  test(`rules on the fields of roots with other names apply (${fastPath ? 'fast path' : 'Yoga'})`, async () => {
    const { gateway, hasura, wiped } = await start({ fastPath: fastPath, limits: { cost: 100_000 } });
    const codes = async (query: string) => (await gateway.send(query)).errors?.map(({ extensions }) => extensions.code);
    expect(await codes('{ secret }')).toEqual(['UNAUTHENTICATED']);
    expect(await codes('{ s: extended ...F } fragment F on Query { scoped }')).toEqual([
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
    ]);
    expect(await codes('{ again { secret } }')).toEqual(['UNAUTHENTICATED']);
    expect(await codes('mutation { wipe }')).toEqual(['UNAUTHENTICATED']);
    expect(await codes('{ dear }')).toEqual(['COST_LIMIT_EXCEEDED']);
    expect(wiped).toEqual([]);
    const before = requested(hasura);
    expect((await gateway.send('{ often }')).data).toEqual({ often: 'often' });
    expect(await codes('{ often }')).toEqual(['RATE_LIMIT_EXCEEDED']);
    expect(requested(hasura)).toBe(before + 1);
    expect((await gateway.send('{ cached }')).cacheControl).toBe('public, max-age=60');
    expect((await gateway.send('mutation { set }')).data).toEqual({ set: 'set' });
  });
}

test('operations on such a service are planned, and clients see the usual names', async () => {
  const { gateway, hasura } = await start();
  const query = '{ me { name } open again { open __typename } __typename }';
  const planned = await gateway.send(query);
  expect(planned.data).toEqual({
    me: { name: 'user 1' },
    open: 'open',
    again: { open: 'open', __typename: 'Query' },
    __typename: 'Query',
  });
  expect(reasonUnplanned(gateway.gateway.engine, query)).toBeNull();
  expect(hasura.requested.some(({ query }) => query.includes('Query'))).toBe(false);
  expect(gateway.gateway.graph.sdl).not.toContain('query_root');
});

test('an ordinary type with the name of a root type stays one', () => {
  const graph = composeGraph([
    {
      name: 'billing',
      sdl: `schema { query: Query }
        type Query { plan: Subscription  _subscriptions(ids: [ID!]!): [Subscription]! @merge(keyField: "id") }
        type Subscription { id: ID! plan: String! }
        type Mutation { gene: String }
        extend type Query { mutations: [Mutation!] }`,
    },
    {
      name: 'people',
      sdl: `type Query { mine: Subscription  _subscriptions(ids: [ID!]!): [Subscription]! @merge(keyField: "id") }
        type Subscription { id: ID! owner: String }`.replace('type Query', 'schema { query: Query } type Query'),
    },
    { name: 'events', sdl: 'type Query { events: Int } type Subscription { happened: Int }' },
  ]);
  expect(graph.schema.getMutationType()).toBeUndefined();
  expect(graph.schema.getSubscriptionType()?.name).toBe('SubscriptionRoot');
  expect(Object.keys((graph.schema.getType('Subscription') as never as { getFields(): object }).getFields())).toEqual([
    'id',
    'plan',
    'owner',
  ]);
  expect(graph.warnings).toEqual([
    "the graph's subscription type is called SubscriptionRoot, since a service has an ordinary type of the usual name",
  ]);
});
