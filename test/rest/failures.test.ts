// Failures of REST services: statuses, bodies of another form, values that a request cannot have, and retries.
import { expect, test } from 'vitest';
import { serveRestGraph } from './rest-graph.ts';
import { startRestService } from './rest-service.ts';

const sdl = (url: string, more = '') => `
  extend schema @source(name: "api", http: { baseURL: "${url}" }, errors: { message: "error.text", extensions: "code: error.code status: $status" })
  type Query {
    user(id: ID!): User @connect(http: { GET: "/users/{$args.id}" }, entity: true, selection: "id name tags")
    plain(id: ID): String @connect(http: { GET: "/plain/{$args.id}.json" }, selection: "$.value", errors: { message: "$.none" })
    search(text: String): [User!] @connect(http: { POST: "/search", body: "text: $args.text" }, selection: "id name tags")
    page(of: String!): String @connect(http: { GET: "/page", path: "$(['p', $args.of])", headers: [{ name: "x-of", value: "of {$args.of}" }] }, selection: "$.value", isSuccess: "ok->eq(true)")
  }
  type Mutation {
    add(name: String): User @connect(http: { POST: "/users", body: "name: $args.name" }, selection: "id name tags")
    put(id: ID!): User @connect(http: { PUT: "/users/{$args.id}" }, selection: "id name tags")
    remove(id: ID!): Removed @connect(http: { DELETE: "/users/{$args.id}" }, selection: "id: $args.id")
  }
  type Removed { id: ID! }
  type User { id: ID! name: String tags: [String!] }
  ${more}
`;

async function serve(handler: Parameters<typeof startRestService>[0], settings = {}) {
  const rest = await startRestService(handler);
  const graph = await serveRestGraph({
    services: { api: sdl(rest.url) },
    settings: { api: { retry: false, ...settings } },
  });
  return { rest, graph };
}

test('a status of 4xx is an error at the field, with the message and the code of the body', async () => {
  const { graph } = await serve(
    () => ({ status: 422, body: { error: { text: 'No such name.', code: 'NAME', more: 1 } } }),
    {
      errors: { extensions: ['status'] },
    },
  );
  const { data, errors } = await graph.query('{ a: user(id: 1) { id } search(text: "x") { id } }');
  expect(data).toEqual({ a: null, search: null });
  const error = { message: 'No such name.', extensions: { code: 'NAME', status: 422, subgraph: 'api' } };
  expect(errors).toEqual([
    { ...error, path: ['a'] },
    { ...error, path: ['search'] },
  ]);
});

test('without a message of its own, a failure has a code, and nothing of the body', async () => {
  const { graph } = await serve(() => ({ status: 400, body: { secret: 1 } }));
  const { errors } = await graph.query('{ user(id: 1) { id } }');
  expect(errors).toEqual([
    {
      message: 'The subgraph "api" rejected the request.',
      path: ['user'],
      extensions: { code: 'SUBGRAPH_ERROR', subgraph: 'api' },
    },
  ]);
});

test.each([
  [500, 'oh', 'SUBGRAPH_UNAVAILABLE'],
  [503, '{"a":1}', 'SUBGRAPH_UNAVAILABLE'],
  [429, '{}', 'RATE_LIMIT_EXCEEDED'],
  [403, '{}', 'SUBGRAPH_ERROR'],
  [302, '', 'SUBGRAPH_BAD_RESPONSE'],
  [200, '<html>', 'SUBGRAPH_BAD_RESPONSE'],
  [200, '{"id":1', 'SUBGRAPH_BAD_RESPONSE'],
  [200, '"text"', 'SUBGRAPH_BAD_RESPONSE'],
  [200, '[{"id":1}]', 'SUBGRAPH_BAD_RESPONSE'],
  [200, '{"id":{"a":1}}', 'SUBGRAPH_BAD_RESPONSE'],
  [200, '{"id":1,"tags":{"a":"b"}}', 'SUBGRAPH_BAD_RESPONSE'],
])('status %i with the body %s is %s', async (status, body, code) => {
  const { graph } = await serve(() => ({ status, body }));
  const { data, errors } = await graph.query('{ user(id: 1) { id name tags } }');
  expect(errors?.map(({ extensions }) => (extensions as unknown as { code: string }).code)).toEqual([code]);
  expect(JSON.stringify(data)).toMatch(/^\{"user":(null|\{"id":"1","name":null,"tags":null\})\}$/);
});

test('values that are nested beyond the stack are errors, and the gateway goes on', async () => {
  const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const { graph } = await serve(({ url }) => (url.startsWith('/users') ? nested : `{"value":"x","ok":${nested}}`));
  const { data, errors } = await graph.query('{ user(id: 1) { id } page(of: "a") plain(id: 1) }');
  expect(data).toEqual({ user: null, page: null, plain: 'x' });
  expect(errors).toMatchObject([{ path: ['user'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }, { path: ['page'] }]);
});

test('isSuccess decides about a response', async () => {
  const { graph } = await serve(({ url }) =>
    url === '/page/p/a' ? { ok: true, value: 'x' } : { ok: false, error: { text: 'Not ok.' } },
  );
  expect((await graph.query('{ page(of: "a") }')).data).toEqual({ page: 'x' });
  expect((await graph.query('{ page(of: "b") }')).errors).toMatchObject([{ message: 'Not ok.', path: ['page'] }]);
});

const accented = '\u00e9 \u{1F600}/?#%&=+\u0000"\\';

test('a value stays in its segment of the path', async () => {
  const { rest, graph } = await serve(() => ({ id: 1 }));
  for (const id of [
    accented,
    '../../admin',
    'a/../b',
    '%2e%2e',
    '...',
    ' ',
    '//evil.example',
    'a\r\nx: y',
    '{$args.id}',
  ]) {
    rest.requests.length = 0;
    await graph.query('query ($id: ID!) { user(id: $id) { id } }', { variables: { id } });
    expect(rest.requests.map(({ url }) => url)).toEqual(Array(2).fill(`/users/${encodeURIComponent(id)}`));
  }
});

test.each(['', '.', '..'])('"%s" cannot be a segment of the path', async (id) => {
  const { rest, graph } = await serve(() => ({ id: 1 }));
  const query = 'query ($id: ID!, $of: String!) { user(id: $id) { id } page(of: $of) }';
  const { data, errors } = await graph.query(query, { variables: { id, of: id } });
  expect(data).toEqual({ user: null, page: null });
  const reason = id === '' ? 'a segment of the path would be empty' : `a segment of the path would be "${id}"`;
  const message = `The request to the subgraph "api" cannot be made: ${reason}.`;
  expect(errors).toMatchObject(
    ['user', 'page'].map((name) => ({ message, path: [name], extensions: { code: 'BAD_USER_INPUT' } })),
  );
  expect(rest.requests).toEqual([]);
});

test('half of a surrogate pair and a line feed in a header are rejected', async () => {
  const { rest, graph } = await serve(() => ({ id: 1, ok: true }));
  const half = await graph.query('query ($id: ID!) { user(id: $id) { id } }', { variables: '{"id":"a\\ud800"}' });
  expect(half.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  const line = await graph.query('query ($of: String!) { page(of: $of) }', { variables: { of: 'a\r\nx-admin: 1' } });
  expect(line.errors).toMatchObject([
    { message: expect.stringContaining('x-of'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  expect(rest.requests).toEqual([]);
});

test('a mutation by DELETE has its result without a body', async () => {
  const { rest, graph } = await serve(() => ({ status: 204 }));
  expect((await graph.query('mutation { remove(id: "u1") { id } }')).data).toEqual({ remove: { id: 'u1' } });
  expect(rest.requests.map(({ method, url, body }) => [method, url, body])).toEqual(
    Array(2).fill(['DELETE', '/users/u1', '']),
  );
});

test('GET, PUT and DELETE are sent again after a status of 503, POST is not', async () => {
  const attempts = new Map<string, number>();
  const { graph } = await serve(
    ({ method }) => {
      attempts.set(method, (attempts.get(method) ?? 0) + 1);
      return (attempts.get(method) as number) % 2 === 1 ? { status: 503 } : { id: 1, name: 'n' };
    },
    { retry: { maxAttempts: 2, budget: 1, minPerSecond: 100 } },
  );
  expect((await graph.query('{ user(id: 1) { name } }')).data).toEqual({ user: { name: 'n' } });
  expect((await graph.query('mutation { put(id: 1) { name } }')).data).toEqual({ put: { name: 'n' } });
  expect((await graph.query('mutation { remove(id: 1) { id } }')).data).toEqual({ remove: { id: '1' } });
  expect([...attempts]).toEqual([
    ['GET', 4],
    ['PUT', 4],
    ['DELETE', 4],
  ]);
  attempts.clear();
  const [first] = graph.origins;
  const response = await fetch(`${first}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'mutation { add(name: "x") { name } }' }),
  });
  expect(await response.json()).toMatchObject({
    data: { add: null },
    errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
  });
  expect([...attempts]).toEqual([['POST', 1]]);
});
