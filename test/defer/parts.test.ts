// Responses in parts over HTTP, on the fast path and on Yoga's, before services that a test holds and releases.
import { beforeEach, expect, test } from 'vitest';
import { type ServedGraph, serveGraph } from '../values/served-graph.ts';
import { mergeByIds, mergeByPaths, type Part } from './merged-parts.ts';
import { allParts, collect, forms, partsOf, requestParts } from './read-parts.ts';

const services = {
  users: `
    type Query {
      me: User
      users: [User]
      nodes: [Node!]!
      slow: Int
      _users(ids: [ID!]!): [User] @merge(keyField: "id")
    }
    type Mutation { rename(name: String): User }
    interface Node { id: ID! }
    type User implements Node { id: ID!  name: String  friend: User }
    type Team implements Node { id: ID!  title: String }`,
  orders: `
    type Query { orders: [Int] _users(ids: [ID!]!): [User] @merge(keyField: "id") }
    type User { id: ID!  limit: Int  total: Int! }`,
  points: `
    type Query { _users(ids: [ID!]!): [User] @merge(keyField: "id") }
    type User { id: ID!  points: Int }`,
};

/** A service that responds when it is released. */
class Held {
  readonly arrived = Promise.withResolvers<void>();
  readonly released = Promise.withResolvers<void>();
}

let graph: ServedGraph;
let held: Record<string, Held>;

const user = (id: string) => ({ __typename: 'User', id, name: `N${id}`, friend: { id: '9', name: 'N9' } });

beforeEach(async () => {
  graph = await serveGraph({ services });
  held = {};
  const waits = (name: string, data: (keys: string[]) => unknown) => async (request: { variables: object }) => {
    held[name]?.arrived.resolve();
    await held[name]?.released.promise;
    return { data: data(Object.values(request.variables)[0] ?? []) };
  };
  const { users, orders, points } = graph.services;
  users!.returns = async ({ query }) => {
    if (query.includes('slow')) {
      held.slow?.arrived.resolve();
      await held.slow?.released.promise;
      return { data: { slow: 7 } };
    }
    const nodes = [user('1'), { __typename: 'Team', id: '2', title: 'T' }, user('3')];
    return { data: { me: user('1'), users: [user('1'), null, user('2')], nodes, rename: user('1') } };
  };
  orders!.returns = waits('orders', (keys) => ({
    orders: [1],
    _users: keys.map((id) => ({ id, limit: Number(id) * 10, total: id === '2' ? null : 5 })),
  }));
  points!.returns = waits('points', (keys) => ({ _users: keys.map((id) => ({ id, points: Number(id) })) }));
});

const merged = (parts: Part[]) => (parts[0]?.pending ? mergeByIds : mergeByPaths)(parts);

test.each(Object.entries(forms))(
  '%s: each part comes when its own fetches are done, in either order',
  async (_, accept) => {
    const query = '{ me { id ... @defer(label: "o") { limit } ... @defer(label: "p") { points } } }';
    for (const [index, origin] of graph.origins.entries()) {
      const order = index === 0 ? ['points', 'orders'] : ['orders', 'points'];
      held = { orders: new Held(), points: new Held() };
      const parts = partsOf(await requestParts(origin, { query, accept }));
      const received = [(await parts.next()).value as Part];
      expect(received[0]).toMatchObject({ data: { me: { id: '1' } }, hasNext: true });
      await Promise.all(Object.values(held).map(({ arrived }) => arrived.promise));
      for (const name of order) {
        held[name]?.released.resolve();
        received.push((await parts.next()).value as Part);
        expect(Object.keys(received.at(-1)?.incremental?.[0]?.data ?? {})).toEqual([
          name === 'orders' ? 'limit' : 'points',
        ]);
      }
      expect((await parts.next()).done).toBe(true);
      expect(merged(received)).toEqual({ data: { me: { id: '1', limit: 10, points: 1 } }, errors: [], failed: [] });
    }
  },
);

test('media types, and header fields of streams: nothing stores or delays them', async () => {
  for (const origin of graph.origins) {
    const query = '{ me { ... @defer { limit } } }';
    const types = [];
    for (const accept of Object.values(forms)) {
      const response = await requestParts(origin, { query, accept });
      types.push(response.headers.get('content-type'));
      expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
      expect(response.headers.get('etag')).toBeNull();
      expect(response.headers.get('x-request-id')).toBeTruthy();
      await response.text();
    }
    expect(types).toEqual([
      'multipart/mixed;boundary="graphql";deferSpec=20220824',
      'multipart/mixed;boundary="graphql";incrementalSpec=v0.2',
      'text/event-stream',
    ]);
  }
});

test('the formats, byte for byte', async () => {
  const query = '{ users { ... @defer(label: "t") { total ... @defer { points } } } }';
  const [origin = ''] = graph.origins;
  const failure = {
    message: 'Cannot return null for non-nullable field User.total.',
    path: ['users', 2, 'total'],
    extensions: { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'orders' },
  };
  const [, ids, events] = Object.values(forms);
  const named = forms['multipart, deferSpec=20220824'];
  for (const accept of [named, 'multipart/mixed', 'text/event-stream'])
    expect(await allParts(origin, { query, accept })).toEqual([
      { data: { users: [{}, null, {}] }, hasNext: true },
      {
        incremental: [
          { data: { total: 5 }, path: ['users', 0], label: 't' },
          { data: null, path: ['users', 2], label: 't', errors: [failure] },
        ],
        hasNext: true,
      },
      { incremental: [{ data: { points: 1 }, path: ['users', 0] }], hasNext: false },
    ]);
  for (const accept of [ids, events] as string[]) {
    expect(await allParts(origin, { query, accept })).toEqual([
      {
        data: { users: [{}, null, {}] },
        pending: [
          { id: '0', path: ['users', 0], label: 't' },
          { id: '1', path: ['users', 2], label: 't' },
        ],
        hasNext: true,
      },
      {
        pending: [{ id: '2', path: ['users', 0] }],
        incremental: [{ id: '0', data: { total: 5 } }],
        completed: [{ id: '0' }, { id: '1', errors: [failure] }],
        hasNext: true,
      },
      { incremental: [{ id: '2', data: { points: 1 } }], completed: [{ id: '2' }], hasNext: false },
    ]);
  }
});

const whole = { data: { me: { id: '1', limit: 10 } } };
const simple = '{ me { id ... @defer { limit } } }';

test.each([
  ['application/json'],
  ['*/*'],
  ['application/json, multipart/mixed;deferSpec=20220824;q=0.5'],
  ['application/graphql-response+json;q=0.9, text/event-stream;q=0.8'],
  ['application/json, multipart/mixed;deferSpec=20990101'],
  ['application/json, multipart/mixed;incrementalSpec=v0.2;q=0'],
  ['application/json, multipart/mixed;subscriptionSpec=1.0'],
])('Accept: %s has the whole response in one part', async (accept) => {
  for (const origin of graph.origins) {
    const response = await requestParts(origin, { query: simple, accept });
    expect(response.headers.get('content-type')).toContain('json');
    expect(await response.json()).toEqual(whole);
  }
});

test('batches, and what is not deferred by its condition, have their responses in one part', async () => {
  const accept = forms['multipart, incrementalSpec=v0.2'];
  const query = 'query ($yes: Boolean!) { me { id ... @defer(if: $yes) { limit } } }';
  for (const origin of graph.origins) {
    const count = async (text: string, variables = {}) =>
      (await allParts(origin, { query: text, variables, accept })).length;
    expect(await count(query, { yes: true })).toBe(2);
    expect(await count(query, { yes: false })).toBe(1);
    expect(await count(query, { yes: true })).toBe(2);
    expect(await count('{ me { id ... @defer(if: false) { limit } } }')).toBe(1);
    // What needs no fetch of its own comes with the first part.
    expect(await count('{ me { id ... @defer { name } } }')).toBe(1);
    expect(await count('{ me { limit ... @defer { limit id } } }')).toBe(1);
    // The default of the condition holds where a nullable variable has no value; a null is an error of the field.
    const nullable = 'query ($yes: Boolean) { me { id ... @defer(if: $yes) { limit } } }';
    expect(await count(nullable)).toBe(2);
    const [invalid] = await allParts(origin, { query: nullable, variables: { yes: null }, accept });
    expect(invalid).toMatchObject({
      data: { me: null },
      errors: [{ path: ['me'], extensions: { code: 'BAD_USER_INPUT' } }],
    });
  }
});

test('root fields of a service, beside others of the same one, do not wait for each other', async () => {
  for (const origin of graph.origins) {
    held = { slow: new Held() };
    const query = '{ me { name } ... @defer { slow orders } }';
    const parts = partsOf(await requestParts(origin, { query, accept: 'multipart/mixed;incrementalSpec=v0.2' }));
    expect((await parts.next()).value).toMatchObject({ data: { me: { name: 'N1' } }, pending: [{ path: [] }] });
    held.slow?.released.resolve();
    expect((await parts.next()).value).toMatchObject({
      incremental: [{ data: { slow: 7, orders: [1] } }],
      hasNext: false,
    });
  }
});

test('objects of several types, below a root that is deferred as a whole', async () => {
  const query = `{
    ... @defer { nodes { __typename ...OfUser @defer ... on Team { title } } }
  }
  fragment OfUser on User { id limit friend { name ... @defer { points } } }`;
  for (const accept of Object.values(forms)) {
    const parts = await allParts(graph.origins[0] as string, { query, accept });
    expect(parts[0]?.data).toEqual({});
    const friend = { name: 'N9', points: 9 };
    const ofUser = (id: string) => ({ __typename: 'User', id, limit: Number(id) * 10, friend });
    const nodes = [ofUser('1'), { __typename: 'Team', title: 'T' }, ofUser('3')];
    expect(merged(parts)).toEqual({ data: { nodes }, errors: [], failed: [] });
  }
});

test('a fragment that is deferred and not, and two deferred ones with the same field', async () => {
  const accept = forms['multipart, incrementalSpec=v0.2'];
  const query = `{
    me { ...Limit @defer ...Limit ... @defer(label: "a") { points total } ... @defer(label: "b") { points } }
  }
  fragment Limit on User { limit }`;
  for (const origin of graph.origins) {
    held = { points: new Held() };
    const parts = partsOf(await requestParts(origin, { query, accept }));
    const first = (await parts.next()).value as Part;
    expect(first.data).toEqual({ me: { limit: 10 } });
    expect(first.pending?.map(({ label }) => label).sort()).toEqual(['a', 'b']);
    held.points?.released.resolve();
    const rest = await collect(parts);
    expect(merged([first, ...rest]).data).toEqual({ me: { limit: 10, points: 1, total: 5 } });
  }
});

test('a mutation: below its root field, and its service is not requested again', async () => {
  const accept = forms['multipart, incrementalSpec=v0.2'];
  for (const origin of graph.origins) {
    held = { orders: new Held() };
    const { users } = graph.services;
    users!.requests.length = 0;
    const query = 'mutation { rename(name: "x") { name ... @defer { limit } } other: rename(name: "y") { id } }';
    const parts = partsOf(await requestParts(origin, { query, accept }));
    expect((await parts.next()).value).toMatchObject({ data: { rename: { name: 'N1' }, other: { id: '1' } } });
    held.orders?.released.resolve();
    expect((await parts.next()).value).toMatchObject({ incremental: [{ data: { limit: 10 } }], hasNext: false });
    expect(users!.requests.length).toBe(2);
  }
});

test('a service that fails: the error is in its own part, and the others are whole', async () => {
  graph.services.orders!.returns = () => ({ status: 500 });
  const query = '{ me { id ... @defer { limit points } ... @defer { total } } }';
  for (const accept of Object.values(forms)) {
    for (const origin of graph.origins) {
      const parts = await allParts(origin, { query, accept });
      expect(parts[0]).not.toHaveProperty('errors');
      const { data, errors, failed } = merged(parts);
      expect(data).toEqual({ me: { id: '1', limit: null, points: 1 } });
      expect(failed).toEqual([['me']]);
      expect(errors.map(({ path, extensions }) => [path?.join('.'), extensions?.code]).sort()).toEqual([
        ['me.limit', 'SUBGRAPH_UNAVAILABLE'],
        ['me.total', 'SUBGRAPH_UNAVAILABLE'],
      ]);
    }
  }
});

test('a client that leaves cancels the deferred fetches', async () => {
  for (const origin of graph.origins) {
    held = { orders: new Held() };
    const controller = new AbortController();
    const response = await requestParts(origin, {
      query: simple,
      accept: 'multipart/mixed',
      signal: controller.signal,
    });
    const parts = partsOf(response);
    await parts.next();
    await held.orders?.arrived.promise;
    controller.abort();
    await graph.services.orders!.requests.at(-1)?.cancelled;
    held.orders?.released.resolve();
  }
});

test('a HEAD has the head of the response in parts, and cancels the deferred fetches', async () => {
  for (const origin of graph.origins) {
    held = { orders: new Held(), slow: new Held() };
    const query = encodeURIComponent('{ slow ... @defer { orders } }');
    const head = fetch(`${origin}/graphql?query=${query}`, { method: 'HEAD', headers: { accept: 'multipart/mixed' } });
    await held.orders?.arrived.promise;
    held.slow?.released.resolve();
    const { status, headers } = await head;
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('multipart/mixed')]);
    await graph.services.orders!.requests.at(-1)?.cancelled;
    held.orders?.released.resolve();
  }
});
