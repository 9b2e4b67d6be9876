// Surroundings of responses in parts: policies, views, caches, costs, deadlines, other transports, and what is about
// responses as a whole.
import { expect, test, vi } from 'vitest';
import { collectLines } from '../harness/log-lines.ts';
import type { LogLine } from '../harness/process.ts';
import { supergraphOf } from '../values/federated.ts';
import { type ServedGraphOptions, serveGraph } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';
import { mergeByIds, type Part } from './merged-parts.ts';
import { allParts, forms, partsOf, requestParts } from './read-parts.ts';

const accept = forms['multipart, incrementalSpec=v0.2'];
const cached = '@cacheControl(maxAge: 60)';

const services = {
  users: `
    type Query { me: User ${cached} users: [User] ${cached} }
    type User ${cached} { id: ID!  name: String }`,
  orders: `
    type Query { _users(ids: [ID!]!): [User] @merge(keyField: "id") }
    type User ${cached} { id: ID!  limit: Int  secret: Int @authenticated  mood: Mood }
    enum Mood { GOOD BAD }`,
};

async function serve(options: Partial<ServedGraphOptions> = {}) {
  const graph = await serveGraph({ services, ...options });
  const { users, orders } = graph.services;
  users!.returns = () => ({ data: { me: { id: '1', name: 'Ada' }, users: [{ id: '1', name: 'Ada' }] } });
  orders!.returns = ({ variables }) => {
    const entities = (Object.values(variables)[0] as string[]).map((id) => ({ id, limit: 10, secret: 1, mood: 'BAD' }));
    return { data: { _users: entities, _entities: entities } };
  };
  return graph;
}

const query = '{ me { id ... @defer { limit } } }';
const whole = { data: { me: { id: '1', limit: 10 } } };

test('a field that the caller may not have is null in its own part, and is not fetched', async () => {
  const graph = await serve();
  for (const origin of graph.origins) {
    const [first, later] = await allParts(origin, { query: '{ me { id ... @defer { limit secret } } }', accept });
    expect(first).toMatchObject({ data: { me: { id: '1' } } });
    expect(first).not.toHaveProperty('errors');
    expect(later?.incremental).toEqual([
      {
        id: '0',
        data: { limit: 10, secret: null },
        errors: [expect.objectContaining({ path: ['me', 'secret'], extensions: { code: 'UNAUTHENTICATED' } })],
      },
    ]);
  }
  expect(graph.services.orders!.requests.some(({ query: sent }) => sent.includes('secret'))).toBe(false);
});

test("a client's view: its names, in data, errors and labels", async () => {
  const view = {
    rename: { types: { User: 'Person' }, fields: { 'User.limit': 'creditLimit', 'Query.me': 'self' } },
  };
  const graph = await serve({ view });
  const text = '{ self { __typename ... on Person @defer(label: "credit") { creditLimit mood } } }';
  for (const origin of graph.origins) {
    const parts = await allParts(origin, { query: text, accept, path: '/graphql/web' });
    expect(mergeByIds(parts).data).toEqual({ self: { __typename: 'Person', creditLimit: 10, mood: 'BAD' } });
  }
  graph.services.orders!.returns = () => ({ data: { _users: [{ id: '1', limit: 'many', mood: 'BAD' }] } });
  const parts = await allParts(graph.origins[0] as string, { query: text, accept, path: '/graphql/web' });
  const { data, errors } = mergeByIds(parts);
  expect(data).toMatchObject({ self: { creditLimit: null } });
  expect(errors[0]?.message).toContain('Person.creditLimit');
  // The directive is in each client's schema.
  const names = '{ __schema { directives { name } } }';
  const seen = await graph.query(names, { path: '/graphql/web' });
  expect(JSON.stringify(seen.data)).toContain('"defer"');
});

test('a federated graph', async () => {
  const supergraph = supergraphOf(
    ['users', 'orders'],
    `type Query @join__type(graph: USERS) @join__type(graph: ORDERS) { me: User @join__field(graph: USERS) }
     type User @join__type(graph: USERS, key: "id") @join__type(graph: ORDERS, key: "id") {
       id: ID!  name: String @join__field(graph: USERS)  limit: Int @join__field(graph: ORDERS)
     }`,
  );
  const graph = await serve({ supergraph });
  graph.services.orders!.returns = () => ({ data: { _entities: [{ limit: 10 }] } });
  for (const origin of graph.origins) {
    const parts = await allParts(origin, { query, accept });
    expect(parts).toHaveLength(2);
    expect(mergeByIds(parts).data).toEqual(whole.data);
  }
});

test('a response in parts is not stored; one that is stored has one part; entities are cached for both', async () => {
  const graph = await serve({ config: { cache: { responses: true, entities: true } } });
  for (const origin of graph.origins) {
    const { users, orders } = graph.services;
    const counts = () => [users, orders].map((service) => service!.requests.splice(0).length);
    expect(await allParts(origin, { query, accept })).toHaveLength(2);
    expect(counts()).toEqual([1, 1]);
    // The entity of the deferred fetch comes from the entity cache.
    const again = await allParts(origin, { query, accept });
    expect([again.length, mergeByIds(again).data]).toEqual([2, whole.data]);
    expect(counts()).toEqual([1, 0]);
    const plain = await requestParts(origin, { query, accept: 'application/json' });
    expect(plain.headers.get('etag')).toBeTruthy();
    expect(await plain.json()).toEqual(whole);
    expect(counts()).toEqual([1, 0]);
    expect(await allParts(origin, { query, accept })).toEqual([whole]);
    expect(counts()).toEqual([0, 0]);
  }
});

test('budgets are charged the estimate: what the parts cost is not counted', async () => {
  const config = {
    rateLimits: { cost: { budget: 1000, duration: 3600 }, headers: 'always' as const },
    limits: { costHeaders: true },
  };
  const graph = await serve({ config });
  const lists = '{ users { id ... @defer { limit } } }';
  for (const origin of graph.origins) {
    const remaining = async (type: string) => {
      const response = await requestParts(origin, { query: lists, accept: type });
      await response.text();
      const [estimated, actual] = ['estimated', 'actual'].map((name) => response.headers.get(`x-cost-${name}`));
      return { estimated: Number(estimated), actual };
    };
    const inParts = await remaining(accept);
    expect(inParts.actual).toBeNull();
    const inOne = await remaining('application/json');
    expect(Number(inOne.actual)).toBeLessThan(inOne.estimated);
    expect(inParts.estimated).toBe(inOne.estimated);
  }
});

test("the request's deadline: what has not come by then fails, and the response ends", async () => {
  const graph = await serve({ config: { deadline: '500ms' } });
  const never = Promise.withResolvers<unknown>();
  graph.services.orders!.returns = () => never.promise;
  for (const origin of graph.origins) {
    const parts = partsOf(await requestParts(origin, { query, accept }));
    expect((await parts.next()).value).toMatchObject({ data: { me: { id: '1' } }, hasNext: true });
    const last = (await parts.next()).value as Part;
    expect(last).toMatchObject({
      incremental: [
        { data: { limit: null }, errors: [{ path: ['me', 'limit'], extensions: { code: 'SUBGRAPH_TIMEOUT' } }] },
      ],
      hasNext: false,
    });
    expect((await parts.next()).done).toBe(true);
  }
  never.resolve({ data: null });
});

test('a fallback in a deferred part, while its service is down', async () => {
  const graph = await serve({
    services: { ...services, orders: services.orders.replace('limit: Int', 'limit: Int @fallback(value: 3)') },
  });
  graph.services.orders!.returns = () => ({ status: 503 });
  for (const origin of graph.origins) {
    const [, later] = await allParts(origin, { query, accept });
    expect(later?.incremental).toEqual([{ id: '0', data: { limit: 3 }, extensions: { degraded: [['me', 'limit']] } }]);
  }
});

test('what is about whole responses gets whole responses: hooks, plugins, explanations', async () => {
  const seen: unknown[] = [];
  const configs: Partial<ServedGraphOptions>['config'][] = [
    { hooks: { onResponse: (response: { data?: unknown }) => void seen.push(response.data) } as never },
    {
      plugins: [
        {
          onExecute: () => ({
            onExecuteDone: ({ result }: { result: { data?: unknown } }) => void seen.push(result.data),
          }),
        } as never,
      ],
    },
  ];
  for (const config of configs) {
    const graph = await serve({ config: config as never });
    for (const origin of graph.origins) {
      expect(await allParts(origin, { query, accept })).toEqual([whole]);
      expect(seen.splice(0)).toEqual([whole.data]);
    }
  }
});

test('a batch, and an operation over WebSocket, have whole responses', async () => {
  const graph = await serve({ config: { limits: { batch: 2 } } });
  for (const origin of graph.origins) {
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: `${accept}, application/json` },
      body: JSON.stringify([{ query }, { query }]),
    });
    expect(await response.json()).toEqual([whole, whole]);
    const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`);
    client.send({ id: '1', type: 'subscribe', payload: { query } });
    expect(await client.message()).toEqual({ id: '1', type: 'next', payload: whole });
    expect(await client.message()).toEqual({ id: '1', type: 'complete' });
  }
});

test('the log line of a response in parts has the codes of errors in all of them', async () => {
  const logs: LogLine[][] = [];
  const graph = await serve({ withLog: (log) => void logs.push(collectLines(log)) });
  graph.services.orders!.returns = () => ({ status: 500 });
  for (const [index, origin] of graph.origins.entries()) {
    await allParts(origin, { query, accept });
    const line = () => logs[index]?.find(({ path }) => path === '/graphql');
    await vi.waitUntil(line);
    expect(line()?.errors).toEqual(['SUBGRAPH_UNAVAILABLE']);
  }
});

test('more deferred fields than one response may have parts for come with what is around them', async () => {
  const graph = await serve({ config: { limits: { directives: 200, aliases: 200 } } });
  graph.services.users!.returns = () => ({
    data: { me: { id: '1' }, users: Array.from({ length: 101 }, (_, index) => ({ id: String(index) })) },
  });
  const fragments = Array.from({ length: 100 }, (_, index) => `... @defer { a${index}: limit }`).join(' ');
  const user = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`a${index}`, 10]));
  const users = Array.from({ length: 101 }, () => user);
  for (const each of Object.values(forms)) {
    const [origin = ''] = graph.origins;
    expect(await allParts(origin, { query: `{ users { ${fragments} } }`, accept: each })).toEqual([
      { data: { users } },
    ]);
    const nested = `{ me { id } ... @defer(label: "all") { users { ${fragments} } } }`;
    const [first, later, ...others] = await allParts(origin, { query: nested, accept: each });
    expect([first?.data, others]).toEqual([{ me: { id: '1' } }, []]);
    expect(later?.incremental?.map(({ data }) => data)).toEqual([{ users }]);
  }
});
