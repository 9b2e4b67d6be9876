// Fetches from REST services: fields and entities by HTTP requests, over both HTTP paths, in views, beside services of
// GraphQL and of Federation.
import { expect, test } from 'vitest';
import { startService } from '../values/served-graph.ts';
import { serveRestGraph } from './rest-graph.ts';
import { startRestService } from './rest-service.ts';

const inboxes = (url: string) => `
  extend schema @source(name: "api", http: { baseURL: "${url}/v1/" })
  type Query {
    inbox(userId: ID!): Inbox @connect(source: "api", http: { GET: "/inboxes/{$args.userId}" }, entity: true,
      selection: """
      userId: user.id
      total
      unread
      latest: items->first { id title: text number }
      items { id title: text number }
      """)
    recent(first: Int = 2, kind: String): [Item!] @connect(http: { GET: "/items?limit={$args.first}&kind={$args.kind}" }
      selection: "$.data { id title: text number }")
  }
  type Mutation {
    markRead(id: ID!, input: MarkInput): Item @connect(http: { PUT: "/items/{$args.id}", body: "read: $args.input.read by: $(\\"gw\\")" }
      selection: "id title: text number")
  }
  input MarkInput { read: Boolean }
  type Inbox { userId: ID! total: Int unread: Int latest: Item items: [Item!] }
  scalar Decimal
  type Item { id: ID! title: String number: Decimal }
  type User @connect(http: { POST: "/inboxes/search", body: "ids: $batch.id" }, selection: "$.found { id: user.id unread }") {
    id: ID!
    unread: Int
  }
`;

const users = `
  type Query { users: [User!]! _users(ids: [ID!]!): [User]! @merge(keyField: "id") }
  type User { id: ID! name: String }
`;

const item = (id: string | number) => ({ id, text: `No. ${id}`, number: 1 });

async function serve() {
  const rest = await startRestService(({ url, method, body }) => {
    if (method === 'PUT') return { ...item(url.split('/').at(-1) as string), text: body };
    if (url === '/v1/inboxes/search') {
      const { ids } = JSON.parse(body);
      const found = ids
        .filter((id: string) => id !== 'gone')
        .map((id: string) => ({ user: { id }, unread: id.length }));
      return { found: found.reverse() };
    }
    if (url.startsWith('/v1/items')) return `{"data":[{"id":12345678901234567890,"text":"a","number":1.50}]}`;
    const [, id] = /^\/v1\/inboxes\/(\w+)$/.exec(url) ?? [];
    return id === 'u1' ? { user: { id: 'u1' }, total: 3, unread: 1, items: [item(7), item(8)] } : undefined;
  });
  const graphql = await startService(({ query, variables }) => {
    const all = ['u1', 'gone', 'u22'].map((id) => ({ __typename: 'User', id, name: `Name of ${id}` }));
    if (!query.includes('_users')) return { data: { users: all } };
    const ids = Object.values(variables).flat();
    return { data: { _users: ids.map((id) => all.find((user) => user.id === id)) } };
  });
  const graph = await serveRestGraph({
    services: { inboxes: inboxes(rest.url), users },
    settings: { users: { url: graphql.url } },
  });
  return { rest, graphql, graph };
}

test('a root field is one GET, with aliases, nested values and lists', async () => {
  const { rest, graph } = await serve();
  const { data, errors } = await graph.query(
    '{ inbox(userId: "u1") { id: userId total latest { key: id ...I } items { __typename title } } } fragment I on Item { title }',
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    inbox: {
      ...{ id: 'u1', total: 3, latest: { key: '7', title: 'No. 7' } },
      items: [
        { __typename: 'Item', title: 'No. 7' },
        { __typename: 'Item', title: 'No. 8' },
      ],
    },
  });
  expect(rest.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(2).fill('GET /v1/inboxes/u1'));
  expect(rest.requests[0]?.headers).toMatchObject({ accept: 'application/json' });
  expect(rest.requests[0]?.headers).not.toHaveProperty('content-type');
});

test('numbers have the text in which they came, and an ID is a text', async () => {
  const { graph } = await serve();
  const { text } = await graph.query('{ recent { id number } }');
  expect(text).toBe('{"data":{"recent":[{"id":"12345678901234567890","number":1.50}]}}');
});

test('a parameter without a value is left out, and defaults are sent', async () => {
  const { rest, graph } = await serve();
  await graph.query('query ($kind: String) { recent(kind: $kind) { id } }', { variables: { kind: 'a b&c' } });
  await graph.query('{ recent(first: null) { id } }');
  expect(rest.requests.map(({ url }) => url)).toEqual([
    ...Array(2).fill('/v1/items?limit=2&kind=a%20b%26c'),
    ...Array(2).fill('/v1/items'),
  ]);
});

test('entities are one request, matched by their key', async () => {
  const { rest, graph } = await serve();
  const { data, errors } = await graph.query('{ users { id name unread } }');
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    users: [
      { id: 'u1', name: 'Name of u1', unread: 2 },
      { id: 'gone', name: 'Name of gone', unread: null },
      { id: 'u22', name: 'Name of u22', unread: 3 },
    ],
  });
  expect(rest.requests.map(({ method, url, body }) => [method, url, body])).toEqual(
    Array(2).fill(['POST', '/v1/inboxes/search', '{"ids":["u1","gone","u22"]}']),
  );
});

test('an entity that does not exist is null, without an error', async () => {
  const { graph } = await serve();
  expect((await graph.query('{ inbox(userId: "u2") { total } }')).text).toBe('{"data":{"inbox":null}}');
});

test('a mutation sends its body once', async () => {
  const { rest, graph } = await serve();
  const { data } = await graph.query('mutation { markRead(id: "n/1", input: { read: true }) { id title } }');
  expect(data).toEqual({ markRead: { id: 'n%2F1', title: '{"read":true,"by":"gw"}' } });
  expect(rest.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(2).fill('PUT /v1/items/n%2F1'));
});
