// Absence is cached like everything else, and ends with the change that ends it: nulls, empty lists, filtered lists,
// entities that were not found.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { type CachingGateway, openCachingGateway, type Service } from './services.ts';

const redis = new RedisServer();
let prefixes = 0;
const purgeToken = 'purge-token-of-this-test';

beforeAll(() => redis.start());
afterAll(() => redis.close());

interface Thing {
  __typename: 'Thing';
  id: string;
  status: string;
  owner: string | null;
}

const thingsSdl = `
  enum Status { DRAFT LIVE }
  interface Named @cacheControl(maxAge: 600) { id: ID! status: Status }
  type Thing implements Named @key(selectionSet: "{ id }") @cacheControl(maxAge: 600) {
    id: ID!
    status: Status
    owner: Owner @cacheControl(maxAge: 600)
  }
  type Other implements Named @cacheControl(maxAge: 600) { id: ID! status: Status }
  type Owner @cacheControl(maxAge: 600) { id: ID! }
  union Any @cacheControl(maxAge: 600) = Thing | Other
  type ThingConnection @cacheControl(maxAge: 600) { edges: [ThingEdge!]! nodes: [Thing!]! totalCount: Int! }
  type ThingEdge @cacheControl(maxAge: 600) { node: Thing! }
  type Query {
    thing(id: ID!): Thing
    named(id: ID!): Named
    any(id: ID!): Any
    things(status: Status): [Thing!]!
    first(status: Status): Thing
    page(status: Status): ThingConnection @cacheControl(maxAge: 600)
    all: [Thing!]!
    allOrNone: [Thing!]
    matrix: [[Thing]]
    ready: Boolean @cacheControl(maxAge: 600)
  }
  type Mutation {
    create(id: ID!): Thing
    createTagged(id: ID!): Boolean @invalidates(type: "Thing", id: "id")
    publish(id: ID!): Thing
    adopt(id: ID!, owner: ID!): Thing
    touch(id: ID!): Other
  }
`;

const notesSdl = `
  type Thing @key(selectionSet: "{ id }") @cacheControl(maxAge: 600) { id: ID! note: String }
  type Query { _notes(ids: [ID!]!): [Thing]! @merge(keyField: "id") }
  type Mutation { annotate(id: ID!, note: String!): Thing }
`;

interface Opened extends CachingGateway {
  things: Map<string, Thing>;
  services: Service[];
}

/** Two services, one with the things and one with notes on them, and a gateway over both. */
async function open(options: Partial<GatewayConfig>): Promise<Opened> {
  const things = new Map<string, Thing>();
  const notes = new Map<string, string>();
  const add = (id: string, status = 'DRAFT'): Thing => {
    const thing: Thing = { __typename: 'Thing', id, status, owner: null };
    things.set(id, thing);
    return thing;
  };
  add('1', 'LIVE');
  add('2');
  const live = ({ status }: { status?: string }) => [...things.values()].filter((thing) => thing.status === status);
  const get = (_: unknown, { id }: { id: string }) => things.get(id) ?? null;
  const { services, ...gateway } = await openCachingGateway(
    [
      {
        name: 'things',
        sdl: thingsSdl,
        resolvers: {
          Thing: { owner: ({ owner }: Thing) => owner && { id: owner } },
          Query: {
            thing: get,
            named: get,
            any: get,
            things: (_: unknown, args: { status?: string }) => live(args),
            first: (_: unknown, args: { status?: string }) => live(args)[0] ?? null,
            page: (_: unknown, args: { status?: string }) => ({
              edges: live(args).map((node) => ({ node })),
              nodes: live(args),
              totalCount: live(args).length,
            }),
            all: () => [...things.values()],
            allOrNone: () => (things.size === 0 ? null : [...things.values()]),
            ready: () => true,
            matrix: () => [[things.get('7') ?? null], []],
          },
          Mutation: {
            create: (_: unknown, { id }: { id: string }) => add(id),
            createTagged: (_: unknown, { id }: { id: string }) => add(id) && true,
            publish: (_: unknown, { id }: { id: string }) => Object.assign(things.get(id) as Thing, { status: 'LIVE' }),
            adopt: (_: unknown, { id, owner }: { id: string; owner: string }) =>
              Object.assign(things.get(id) as Thing, { owner }),
            touch: (_: unknown, { id }: { id: string }) => ({ id, status: 'LIVE' }),
          },
        },
      },
      {
        name: 'notes',
        sdl: notesSdl,
        resolvers: {
          Query: {
            _notes: (_: unknown, { ids }: { ids: string[] }) =>
              ids.map((id) => (notes.has(id) ? { id, note: notes.get(id) } : null)),
          },
          Mutation: {
            annotate: (_: unknown, { id, note }: { id: string; note: string }) => {
              notes.set(id, note);
              return { id, note };
            },
          },
        },
      },
    ],
    options,
  );
  // The connection to Redis is there.
  await vi.waitFor(
    async () => expect((await gateway.send('{ ready }')).headers.age ?? options.cache?.responses).toBeDefined(),
    { timeout: 30_000 },
  );
  for (const service of services) service.requested.length = 0;
  return { ...gateway, things, services };
}

const stores: [string, () => Partial<GatewayConfig>][] = [
  ['memory, fast path', () => ({})],
  ['memory, Yoga path', () => ({ fastPath: false })],
  ['Redis, fast path', () => ({ redis: { url: redis.socket, prefix: `absence${prefixes++}` } })],
];

const changes: [string, (gateway: Opened) => Promise<unknown>][] = [
  ['a mutation that returns it', ({ send }) => send('mutation { create(id: "7") { id } }')],
  ['a directive with its id', ({ send }) => send('mutation { createTagged(id: "7") }')],
  [
    'an invalidation with its id',
    ({ gateway, things }) => {
      things.set('7', { __typename: 'Thing', id: '7', status: 'LIVE', owner: null });
      return gateway.cache.invalidate({ type: 'Thing', id: '7' });
    },
  ],
  [
    'a purge with its id',
    ({ origin, things }) => {
      things.set('7', { __typename: 'Thing', id: '7', status: 'LIVE', owner: null });
      return fetch(`${origin}/admin/invalidate`, {
        method: 'POST',
        headers: { authorization: `Bearer ${purgeToken}` },
        body: '{"type":"Thing","id":"7"}',
      });
    },
  ],
];

describe.each(stores)('in %s', (_store, options) => {
  test.each(changes)('a null ends after %s', async (_change, change) => {
    const opened = await open({ ...options(), cache: { purge: { token: purgeToken } } });
    const queries = [
      '{ found: thing(id: "7") { id } }',
      'query ($id: ID = "7") { found: thing(id: $id) { status } }',
      '{ found: named(id: "7") { id } }',
      '{ found: any(id: "7") { ... on Other { id } ... on Thing { status } } }',
      '{ ...F } fragment F on Query { found: named(id: "7") { ... on Thing { id } } }',
    ];
    for (const query of queries) {
      expect((await opened.send(query)).data).toEqual({ found: null });
      expect((await opened.send(query)).headers.age, query).toBeDefined();
    }
    expect((await opened.send('{ matrix { id } }')).data).toEqual({ matrix: [[null], []] });
    await change(opened);
    for (const query of queries) expect((await opened.send(query)).data.found, query).not.toBeNull();
    expect((await opened.send('{ matrix { id } }')).data).toEqual({ matrix: [[{ id: '7' }], []] });
  });

  test('lists that arguments filter have an object that a change moves into them', async () => {
    const { send, things } = await open(options());
    things.delete('1');
    const queries = [
      '{ things(status: LIVE) { id } }',
      'query ($s: Status = LIVE) { things(status: $s) { id } }',
      '{ first(status: LIVE) { id } }',
      '{ page(status: LIVE) { edges { node { id } } } }',
      '{ page(status: LIVE) { nodes { id } } }',
      '{ page(status: LIVE) { totalCount } }',
    ];
    const before = await Promise.all(queries.map((query) => send(query)));
    await send('mutation { publish(id: "2") { id } }');
    for (const [index, query] of queries.entries()) {
      expect((await send(query)).text, query).toBe(
        before[index]?.text.replace(/\[\]|null|:0/, (text) =>
          text === ':0'
            ? ':1'
            : text === 'null'
              ? '{"id":"2"}'
              : query.includes('node {')
                ? '[{"node":{"id":"2"}}]'
                : '[{"id":"2"}]',
        ),
      );
    }
    // Also where the list was not empty.
    await send('mutation { create(id: "3") { id } }');
    const full = '{ things(status: LIVE) { id } }';
    expect((await send(full)).data.things).toHaveLength(1);
    await send('mutation { publish(id: "3") { id } }');
    expect((await send(full)).data.things).toHaveLength(2);
  });

  test('an empty list without arguments, and a list that was null, end with the first object', async () => {
    const { send, things } = await open(options());
    things.clear();
    expect((await send('{ all { id } }')).data).toEqual({ all: [] });
    expect((await send('{ allOrNone { id } }')).data).toEqual({ allOrNone: null });
    await send('mutation { create(id: "7") { id } }');
    expect((await send('{ all { id } }')).data).toEqual({ all: [{ id: '7' }] });
    expect((await send('{ allOrNone { id } }')).data).toEqual({ allOrNone: [{ id: '7' }] });
  });

  test('a null below an object ends with a change of that object, or of any of its own type', async () => {
    const { send, gateway, things } = await open(options());
    const query = '{ thing(id: "1") { id owner { id } } }';
    expect((await send(query)).data.thing.owner).toBeNull();
    await send('mutation { adopt(id: "1", owner: "ann") { id } }');
    expect((await send(query)).data.thing.owner).toEqual({ id: 'ann' });
    Object.assign(things.get('1') as Thing, { owner: null });
    await gateway.cache.invalidate({ type: 'Thing', id: '1' });
    expect((await send(query)).data.thing.owner).toBeNull();
    Object.assign(things.get('1') as Thing, { owner: 'bob' });
    await gateway.cache.invalidate({ type: 'Owner', id: 'bob' });
    expect((await send(query)).data.thing.owner).toEqual({ id: 'bob' });
  });

  test('an entity that was not found is fetched again once it is there', async () => {
    for (const cache of [
      { responses: false, entities: true },
      { responses: true, entities: true },
    ]) {
      const { send, services } = await open({ ...options(), cache });
      const [, notes] = services as [Service, Service];
      const query = '{ all { id note } }';
      const nothing = [
        { id: '1', note: null },
        { id: '2', note: null },
      ];
      expect((await send(query)).data.all).toEqual(nothing);
      expect((await send(query)).data.all).toEqual(nothing);
      expect(notes.requested).toHaveLength(1);
      await send('mutation { annotate(id: "2", note: "new") { id } }');
      expect((await send(query)).data.all).toEqual([
        { id: '1', note: null },
        { id: '2', note: 'new' },
      ]);
    }
  });

  test('a change of another type leaves the absence cached', async () => {
    const { send, services } = await open(options());
    const [things] = services as [Service, Service];
    await send('{ thing(id: "7") { id } }');
    await send('mutation { touch(id: "7") { id } }');
    await send('{ thing(id: "7") { id } }');
    expect(things.requested.filter(({ query }) => query.startsWith('query') || query.startsWith('{'))).toHaveLength(1);
  });
});

test('variables that the operation does not declare are no part of the key', async () => {
  const { send, services } = await open({});
  const [things] = services as [Service, Service];
  const query = 'query ($id: ID!) { thing(id: $id) { id } }';
  for (const more of [{}, { nonce: 1 }, { nonce: 2 }, { __proto__: null, other: { deep: [1] } }]) {
    expect((await send(query, { variables: { id: '1', ...more } })).data).toEqual({ thing: { id: '1' } });
  }
  expect(things.requested).toHaveLength(1);
  expect((await send(query, { variables: { id: '2', nonce: 1 } })).data).toEqual({ thing: { id: '2' } });
});
