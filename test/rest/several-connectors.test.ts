// Entities whose fields several connectors have: what one of them lacks, or fails with, leaves the others' values.
import { expect, test } from 'vitest';
import { startService } from '../values/served-graph.ts';
import { serveRestGraph } from './rest-graph.ts';
import { type RestHandler, startRestService } from './rest-service.ts';

const sdl = (url: string) => `
  extend schema @source(name: "api", http: { baseURL: "${url}" })
  type Query { listed: [User] @connect(http: { GET: "/listed" }, selection: "id") }
  type User @connect(http: { POST: "/counts", body: "ids: $batch.id" }, selection: "id unread")
    @connect(http: { GET: "/profiles/{$this.id}" }, selection: "id team lead: leadId") {
    id: ID!
    unread: Int
    team: String
    lead: ID
    leadName: String @connect(http: { GET: "/names/{$this.lead}" }, selection: "$.name")
  }
`;

const users = `
  type Query { users: [User!]! _users(ids: [ID!]!): [User]! @merge(keyField: "id") }
  type User { id: ID! }
`;

async function serve(handler: RestHandler) {
  const ids = ['1', '2', '3'];
  const rest = await startRestService(async (request) => {
    const handled = await handler(request);
    if (handled !== undefined) return handled;
    if (request.url === '/listed') return ids.map((id) => ({ id }));
    if (request.url === '/counts') return ids.map((id) => ({ id, unread: Number(id) * 10 }));
    const [, kind, id] = /^\/(\w+)\/(\w+)$/.exec(request.url) ?? [];
    return kind === 'names' ? { name: `Name of ${id}` } : { id, team: `t${id}`, leadId: `l${id}` };
  });
  const graphql = await startService(() => ({ data: { users: ids.map((id) => ({ __typename: 'User', id })) } }));
  return serveRestGraph({
    services: { api: sdl(rest.url), users },
    settings: { api: { retry: false }, users: { url: graphql.url } },
  });
}

const whole = (id: string) => ({ id, unread: Number(id) * 10, team: `t${id}`, leadName: `Name of l${id}` });

// By the service's own list, and by key from another service.
test.each(['listed', 'users'])('%s: an entity that one connector lacks has the values of the other', async (field) => {
  const graph = await serve(({ url }) => {
    if (url === '/profiles/2') return { status: 404, body: {} };
    return url === '/counts'
      ? [
          { id: '1', unread: 10 },
          { id: 2, unread: 20 },
        ]
      : undefined;
  });
  const { data, errors } = await graph.query(`{ ${field} { id unread team leadName } }`);
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    [field]: [whole('1'), { id: '2', unread: 20, team: null, leadName: null }, { ...whole('3'), unread: null }],
  });
});

test.each(['listed', 'users'])('%s: a connector that fails is an error of its fields alone', async (field) => {
  const graph = await serve(({ url }) => (url === '/profiles/2' ? { status: 500, body: {} } : undefined));
  const { data, errors } = await graph.query(`{ ${field} { id unread crew: team } }`);
  const part = (id: string) => ({ id, unread: Number(id) * 10, crew: id === '2' ? null : `t${id}` });
  expect(data).toEqual({ [field]: ['1', '2', '3'].map(part) });
  expect(errors).toMatchObject([{ path: [field, 1, 'crew'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
});

test.each(['listed', 'users'])('%s: a field fails with the connector of what it needs', async (field) => {
  const graph = await serve(({ url }) => (url === '/profiles/2' ? { status: 500, body: {} } : undefined));
  const { data, errors } = await graph.query(`{ ${field} { id unread boss: leadName } }`);
  const part = (id: string) => ({ id, unread: Number(id) * 10, boss: id === '2' ? null : `Name of l${id}` });
  expect(data).toEqual({ [field]: ['1', '2', '3'].map(part) });
  expect(errors).toMatchObject([{ path: [field, 1, 'boss'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
});

test('one entity of another form fails alone, without a part of its values', async () => {
  const graph = await serve(({ url }) =>
    url === '/counts'
      ? [
          { id: 1, unread: 10 },
          { id: 2, unread: 20 },
          { id: 3, unread: { a: 1 } },
        ]
      : undefined,
  );
  const { data, errors } = await graph.query('{ listed { id unread } }');
  expect(data).toEqual({
    listed: [
      { id: '1', unread: 10 },
      { id: '2', unread: 20 },
      { id: '3', unread: null },
    ],
  });
  expect(errors).toMatchObject([{ path: ['listed', 2, 'unread'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }]);
});

test('different rows of a batch with the same key are an error of that entity, and rows without a key are of none', async () => {
  const rest = await startRestService(({ url }) =>
    url === '/all'
      ? ['1', '2', 'null', 'undefined', ''].map((id) => ({ id }))
      : [
          { id: 1, a: 'a' },
          { id: 1, a: 'a' },
          { id: '2', a: 'b' },
          { id: 2, a: 'c' },
          { id: null, a: 'd' },
          { a: 'e' },
          null,
        ],
  );
  const graph = await serveRestGraph({
    services: {
      api: `extend schema @source(name: "api", http: { baseURL: "${rest.url}" })
        type Query { all: [Item] @connect(http: { GET: "/all" }, selection: "id") }
        type Item @connect(http: { POST: "/items", body: "ids: $batch.id" }, selection: "id a") { id: ID! a: String }`,
    },
  });
  const { data, errors } = await graph.query('{ all { id a } }');
  expect(data).toEqual({
    all: [{ id: '1', a: 'a' }, ...['2', 'null', 'undefined', ''].map((id) => ({ id, a: null }))],
  });
  expect(errors).toMatchObject([{ path: ['all', 1, 'a'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }]);
});

test('the failure of a request for thousands of entities is found in one search of the value', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
  const rest = await startRestService(({ url }) =>
    url === '/all' ? Array.from({ length: 5000 }, (_, id) => ({ id })) : { status: 500, body: {} },
  );
  const graph = await serveRestGraph({
    services: {
      api: `extend schema @source(name: "api", http: { baseURL: "${rest.url}" })
        type Query { all: [Item] @connect(http: { GET: "/all" }, selection: "id") }
        type Item @connect(http: { POST: "/items", body: "ids: $batch.id" }, selection: "id ${names.join(' ')}") {
          id: ID! ${names.map((name) => `${name}: Int`).join(' ')}
        }`,
    },
  });
  const { data, errors } = await graph.query(`{ all { ${names.join(' ')} } }`);
  const empty = Object.fromEntries(names.map((name) => [name, null]));
  expect(data).toEqual({ all: Array(5000).fill(empty) });
  expect(errors?.slice(0, 11)).toMatchObject([
    ...names.map((name) => ({ path: ['all', 0, name] })),
    { path: ['all', 1, 'a'] },
  ]);
});
