// Settings of a client beside its view: they apply to its requests alone.
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { PlainClient } from '../websocket/shop.ts';
import { type HttpPaths, renaming, Shop, send } from './shop.ts';

const idOf = (text: string) => hash('sha256', text);
const operations = `
query Cached { cached { name } }
query Person($id: ID!) { person(id: $id) { ...Card } }
query Both($age: Boolean!) { cached { name age @include(if: $age) } }
mutation Rename($input: NameInput!) { rename(input: $input) { ...Card } }
subscription Changed { changed { name } }
fragment Card on Person { id name }
`;
const stored = 'query Cached {\n  cached {\n    name\n  }\n}';
const other = '{ person(id: "u2") { name } }';
const response = { data: { cached: { name: 'Name of u1' } } };

let shop: Shop;
let httpPaths: HttpPaths;
beforeAll(async () => {
  shop = await Shop.start();
  httpPaths = await shop.httpPaths(
    {
      web: { definition: { ...renaming, limits: { depth: 3 } }, files: { 'operations/web.graphql': operations } },
      strict: {
        definition: { ...renaming, trustedDocuments: 'only', automaticPersistedQueries: true },
        files: {
          'operations/strict.graphql': operations,
          'documents/relay.json': JSON.stringify({ '0123456789abcdef0123456789abcdef': stored }),
        },
      },
      office: { definition: { ...renaming, authentication: 'required' } },
      busy: { definition: { ...renaming, ratePlan: 'busy' } },
      stored: {
        definition: { ...renaming, automaticPersistedQueries: true, cors: { origin: 'https://shop.example' } },
      },
    },
    { rateLimits: { plans: { busy: { request: { limit: 3, duration: '1h' } } } } },
  );
});
afterAll(() => shop.stop());

test("a client's limits are its own", async () => {
  const deep = '{ person(id: "u1") { friend { friend { name } } } }';
  const { body } = await httpPaths.query(deep);
  expect(body.errors[0].extensions).toEqual({ code: 'MAX_DEPTH_EXCEEDED', limit: 3, value: 4 });
  expect((await httpPaths.query(deep, { path: '/graphql/stored' })).body.errors).toBeUndefined();
});

describe('where authentication is required', () => {
  test('anonymous requests are rejected by every transport, and the page still opens', async () => {
    const path = '/graphql/office';
    const get = `${path}?query=${encodeURIComponent('{ __typename }')}`;
    for (const request of [
      { path, body: stored },
      { path, body: [{ query: stored }] },
      { path: get },
      { path: get, headers: { accept: 'text/html' } },
    ]) {
      const { status, body, headers } = await httpPaths.send(request);
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="graphql"');
      expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    }
    const byHeader = await httpPaths.query(stored, { path: '/graphql', headers: { 'graphql-client-name': 'office' } });
    expect(byHeader.status).toBe(401);
    const page = await httpPaths.send({ path, headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(page.text).toContain('<title>Concierge</title>');
    const [{ origin }] = httpPaths.gateways;
    const client = new PlainClient(`${origin.replace('http', 'ws')}${path}`);
    await once(client.socket, 'open');
    client.send({ type: 'connection_init' });
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  test('downstream caches may not share its responses', async () => {
    const { body, headers } = await httpPaths.query(stored, {
      path: '/graphql/office',
      headers: { 'x-user-id': 'kim' },
    });
    expect(body).toEqual(response);
    expect(headers.get('cache-control')).toBe('private, max-age=60');
    expect(headers.get('vary')).toContain('x-user-id');
  });
});

test("a client's rate plan applies to its requests alone", async () => {
  const [{ origin }] = httpPaths.gateways;
  const headers = { 'x-user-id': 'lee' };
  const statuses: number[] = [];
  for (let count = 0; count < 4; count += 1) {
    statuses.push((await send(origin, { path: '/graphql/busy', body: stored, headers })).status);
  }
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await send(origin, { body: stored, headers })).status).toBe(200);
});

test("a client's CORS is its own", async () => {
  const headers = { origin: 'https://shop.example' };
  const allowed = await httpPaths.query(stored, { path: '/graphql/stored', headers });
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  expect((await httpPaths.query(stored, { headers })).headers.get('access-control-allow-origin')).toBeNull();
});

describe('trusted documents', () => {
  const forms: [what: string, body: object][] = [
    ['GraphQL over HTTP', { documentId: idOf(stored) }],
    ['with the algorithm', { documentId: `sha256:${idOf(stored)}` }],
    ['Relay', { doc_id: idOf(stored) }],
    ['Apollo', { extensions: { persistedQuery: { version: 1, sha256Hash: idOf(stored) } } }],
    [
      'Apollo with the text',
      { query: stored, extensions: { persistedQuery: { version: 1, sha256Hash: idOf(stored) } } },
    ],
    ['with the name of its operation', { documentId: idOf(stored), operationName: 'Cached' }],
    ['by its text', { query: stored }],
  ];
  test.each(forms)('are executed by their ids: %s', async (_what, body) => {
    for (const path of ['/graphql/web', '/graphql/strict']) {
      expect((await httpPaths.query(body, { path })).body, path).toEqual(response);
      const parameters = Object.entries(body).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]);
      const { body: byGet } = await httpPaths.send({ path: `${path}?${new URLSearchParams(parameters)}` });
      expect(byGet, path).toEqual(response);
    }
  });

  test('have variables, may be mutations, and come in batches', async () => {
    const card = '\n\nfragment Card on Person {\n  id\n  name\n}';
    const person = idOf(`query Person($id: ID!) {\n  person(id: $id) {\n    ...Card\n  }\n}${card}`);
    const rename = idOf(`mutation Rename($input: NameInput!) {\n  rename(input: $input) {\n    ...Card\n  }\n}${card}`);
    const variables = { id: 'u2' };
    const path = '/graphql/strict';
    const card2 = { id: 'u2', name: 'Name of u2' };
    expect((await httpPaths.query({ documentId: person, variables }, { path })).body).toEqual({
      data: { person: card2 },
    });
    const input = { id: 'u1', name: 'x' };
    const renamed = await httpPaths.query({ documentId: rename, variables: { input } }, { path });
    expect(renamed.body).toEqual({ data: { rename: { id: 'u1', name: 'x' } } });
    const batch = [{ documentId: idOf(stored) }, { query: other }, { documentId: person, variables }];
    const { body } = await httpPaths.query(batch, { path });
    expect(body.map(({ data }: { data?: unknown }) => data)).toEqual([response.data, undefined, { person: card2 }]);
    expect(body[1].errors[0].extensions.code).toBe('PERSISTED_QUERY_ID_REQUIRED');
    const byGet = `${path}?documentId=${rename}&variables=${encodeURIComponent(JSON.stringify({ input }))}`;
    expect((await httpPaths.send({ path: byGet })).status).toBe(405);
  });

  test.each<[what: string, body: object | string, code: string]>([
    ['another text', other, 'PERSISTED_QUERY_ID_REQUIRED'],
    ['the text without its blanks', 'query Cached { cached { name } }', 'PERSISTED_QUERY_ID_REQUIRED'],
    ['introspection', '{ __schema { queryType { name } } }', 'PERSISTED_QUERY_ID_REQUIRED'],
    ['an unknown id', { documentId: 'f'.repeat(64) }, 'PERSISTED_QUERY_NOT_IN_LIST'],
    [
      'a hash with its text',
      { query: other, extensions: { persistedQuery: { version: 1, sha256Hash: idOf(other) } } },
      'PERSISTED_QUERY_NOT_IN_LIST',
    ],
    ['an id beside another text', { query: other, documentId: idOf(stored) }, 'CANNOT_SEND_PQ_ID_AND_BODY'],
    ['a broken text', '{', 'PERSISTED_QUERY_ID_REQUIRED'],
  ])('are all that is executed where only they are allowed: not %s', async (_what, query, code) => {
    const { status, body } = await httpPaths.query(query, { path: '/graphql/strict' });
    expect(status).toBe(400);
    expect(body.errors[0].extensions.code).toBe(code);
    expect(body.data).toBeUndefined();
  });

  test("of another tool's manifest are executed by that tool's ids", async () => {
    const { body } = await httpPaths.query({ doc_id: '0123456789abcdef0123456789abcdef' }, { path: '/graphql/strict' });
    expect(body).toEqual(response);
  });

  test('by GET have an ETag, and get 304 while unchanged', async () => {
    const [{ origin }] = httpPaths.gateways;
    for (const { origin } of httpPaths.gateways.slice(0, 2)) {
      const path = `/graphql/strict?documentId=${idOf(stored)}`;
      const first = await send(origin, { path });
      expect(first.headers.get('cache-control')).toBe('public, max-age=60');
      const etag = String(first.headers.get('etag'));
      const again = await send(origin, { path, headers: { 'if-none-match': etag } });
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    const url = `/graphql/strict?documentId=${idOf(stored)}`;
    expect((await send(origin, { path: url, headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });
});

describe('automatic persisted queries', () => {
  const persisted = (text: string, sha256Hash = idOf(text)) => ({
    extensions: { persistedQuery: { version: 1, sha256Hash } },
  });
  const path = '/graphql/stored';

  test('are registered once, and then executed by their hash', async () => {
    const unknown = await httpPaths.query(persisted(other), { path });
    expect([unknown.status, unknown.body.errors[0].message]).toEqual([200, 'PersistedQueryNotFound']);
    const registered = await httpPaths.query({ query: other, ...persisted(other) }, { path });
    expect(registered.body).toEqual({ data: { person: { name: 'Name of u2' } } });
    expect((await httpPaths.query(persisted(other), { path })).body).toEqual(registered.body);
    const byGet = `${path}?extensions=${encodeURIComponent(JSON.stringify(persisted(other).extensions))}`;
    expect((await httpPaths.send({ path: byGet })).body).toEqual(registered.body);
  });

  test('whose hash is not the given one are rejected', async () => {
    const { status, body } = await httpPaths.query({ query: stored, ...persisted(other) }, { path });
    expect([status, body.errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
  });

  test('are validated on the view of the requesting client, whichever client registered them', async () => {
    const ofGraph = '{ innerCached { secretNotes } }';
    const registering = await httpPaths.query({ query: ofGraph, ...persisted(ofGraph) }, { path });
    expect(registering.body.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect((await httpPaths.query(persisted(ofGraph), { path })).body.data).toBeUndefined();
  });

  test('are rejected where they are off', async () => {
    const { body } = await httpPaths.query(persisted(other), {
      path: '/graphql/office',
      headers: { 'x-user-id': 'max' },
    });
    expect(body.errors[0].message).toBe('PersistedQueryNotSupported');
  });
});

describe('when the gateway starts', () => {
  test('a trusted document that its view does not allow is reported with its file and its operation', async () => {
    const files = { 'operations/old.graphql': 'query Fine { cached { id } }\nquery Old {\n  innerCached { id }\n}' };
    const starting = shop.gateway({ web: { definition: renaming, files } });
    await expect(starting).rejects.toThrow(ComposeError);
    await expect(starting).rejects.toThrow(
      /client web: .*clients\/web\/operations\/old\.graphql:3:3 Old: Cannot query field "innerCached" on type "Query"/,
    );
  });

  test('an unknown rate plan is reported with the client', async () => {
    await expect(shop.gateway({ web: { definition: { ratePlan: 'gold' } } })).rejects.toThrow(
      'client web: ratePlan is "gold": there is no such plan in rateLimits.plans',
    );
  });
});
