// Client selection: by the request's path or its headers, with or without a version, on both HTTP paths.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpPaths, type PathRequest, renaming, Shop, send } from './shop.ts';

const page = { accept: 'text/html' };
const hiding = ['*.secret*', 'SecretEntry'];
const clients = {
  web: { definition: renaming },
  'web@1': { definition: { exclude: hiding } },
  mobile: { definition: { version: '3', include: ['Query.innerCached', 'InnerUser.innerName'] } },
};

let shop: Shop;
let httpPaths: HttpPaths;
beforeAll(async () => {
  shop = await Shop.start();
  httpPaths = await shop.httpPaths(clients);
});
afterAll(() => shop.stop());

/** Operations that are valid for one client alone. */
const questions = {
  web: '{ cached { name } }',
  mobile: '{ innerCached { innerName } }',
  graph: '{ secretLedger { id } }',
};

/** The responding client, recognised by its schema. */
async function servingEndpoint(request: PathRequest, among = httpPaths): Promise<string> {
  const { body } = await among.query('{ __schema { queryType { fields { name } } } }', request);
  const fields = body.data.__schema.queryType.fields.map(({ name }: { name: string }) => name);
  if (fields.includes('cached')) return 'web';
  if (fields.includes('secretLedger')) return 'graph';
  return fields.length === 1 ? 'mobile' : 'web@1';
}

describe('a client is selected', () => {
  test.each<[who: string, path: string, headers?: Record<string, string>]>([
    ['graph', '/graphql'],
    ['graph', '/graphql', { 'graphql-client-name': 'unknown' }],
    ['graph', '/graphql', { 'graphql-client-version': '1' }],
    ['web', '/graphql/web'],
    ['web', '/graphql/web@2'],
    ['web', '/graphql/web%402'],
    ['web@1', '/graphql/web@1'],
    ['web@1', '/graphql/web%401'],
    ['mobile', '/graphql/mobile'],
    ['mobile', '/graphql/mobile@3'],
    ['web', '/graphql/web', { 'graphql-client-name': 'mobile' }],
    ['web@1', '/graphql/web', { 'graphql-client-version': '1' }],
    ['web', '/graphql/web', { 'graphql-client-version': '2' }],
    ['web', '/graphql/web', { 'graphql-client-version': '2.17.3' }],
    ['web@1', '/graphql/web@1', { 'graphql-client-version': '2' }],
    ['web', '/graphql', { 'graphql-client-name': 'web' }],
    ['web@1', '/graphql', { 'graphql-client-name': 'web@1' }],
    ['web@1', '/graphql', { 'graphql-client-name': 'web', 'graphql-client-version': '1' }],
    ['mobile', '/graphql', { 'x-graphql-client-name': 'mobile', 'x-graphql-client-version': '3' }],
    ['web@1', '/graphql', { 'apollographql-client-name': 'web', 'apollographql-client-version': '1' }],
    ['mobile', '/graphql', { 'graphql-client-name': 'mobile', 'apollographql-client-name': 'web' }],
  ])('%s, at %s with %j', async (caller, path, headers = {}) => {
    expect(await servingEndpoint({ path, headers })).toBe(caller);
  });

  test.each([
    '/graphql/unknown',
    '/graphql//',
    '/graphql/web//',
    '/graphql/%',
    '/graphql/constructor',
    '/graphql/__proto__',
  ])('not at %s: 404, without the names there are', async (path) => {
    const { status, body } = await httpPaths.query(questions.web, { path });
    expect(status).toBe(404);
    expect(body.errors).toEqual([
      {
        message: 'There is no client of this name. GraphQL is at /graphql.',
        extensions: { code: 'NOT_FOUND' },
      },
    ]);
  });
});

describe('requests that only Yoga handles', () => {
  const byHeader: PathRequest = { path: '/graphql', headers: { 'graphql-client-name': 'web' } };

  test.each<PathRequest>([
    byHeader,
    { path: '/graphql/web@2' },
    { path: '/graphql/web', headers: { 'graphql-client-version': '2' } },
  ])("batches, documents that are not valid and GETs are the client's too: %j", async (request) => {
    expect((await httpPaths.query([{ query: questions.web }], request)).body).toEqual([
      { data: { cached: { name: 'Name of u1' } } },
    ]);
    const { body } = await httpPaths.query('{ innerCached { innerName } }', request);
    expect(body.errors[0].message).toMatch(/^Cannot query field "innerCached" on type "Query"\./);
    const path = `${request.path}?query=${encodeURIComponent(questions.web)}`;
    expect((await httpPaths.send({ ...request, path })).body).toEqual({ data: { cached: { name: 'Name of u1' } } });
  });

  test.each(['/graphql', '/graphql/web', '/graphql/web@1', '/graphql/web@2', '/graphql/mobile'])(
    'GraphiQL is at %s',
    async (path) => {
      const { status, headers, text } = await httpPaths.send({ path, headers: page });
      expect(status).toBe(200);
      expect(headers.get('content-type')).toMatch('text/html');
      expect(text).toContain('<title>Concierge</title>');
    },
  );

  test("a client's GraphiQL has the examples that its view allows", async () => {
    const examples = [{ query: questions.web }, { query: questions.graph }];
    const { origin } = await shop.gateway(clients, { graphiql: { enabled: true, examples } });
    const ofWeb = await send(origin, { path: '/graphql/web', headers: page });
    expect(ofWeb.text).toContain(questions.web);
    expect(ofWeb.text).not.toContain('secretLedger');
    expect((await send(origin, { path: '/graphql', headers: page })).text).toContain('secretLedger');
  });
});

test('responses that downstream caches may store vary by the headers that select the client', async () => {
  const names = ['graphql-client-name', 'x-graphql-client-name', 'apollographql-client-name'];
  const versions = ['graphql-client-version', 'x-graphql-client-version', 'apollographql-client-version'];
  const vary = async (path: string, body: string, headers = {}) => {
    const response = await httpPaths.query(body, { path, headers });
    expect(response.headers.get('cache-control')).toBe('public, max-age=60');
    return response.headers.get('vary')?.split(', ');
  };
  const web = { 'graphql-client-name': 'web' };
  expect(await vary('/graphql', questions.web, web)).toEqual(['Accept', ...names, ...versions, 'Accept-Encoding']);
  expect(await vary('/graphql', questions.mobile)).toEqual(['Accept', ...names, ...versions, 'Accept-Encoding']);
  expect(await vary('/graphql/web', questions.web)).toEqual(['Accept', ...versions, 'Accept-Encoding']);
  expect(await vary('/graphql/web@1', questions.mobile)).toEqual(['Accept', 'Accept-Encoding']);
  expect(await vary('/graphql/mobile', questions.mobile)).toEqual(['Accept', 'Accept-Encoding']);
  const alone = await shop.gateway({});
  const result = await send(alone.origin, { path: '/graphql', body: questions.mobile });
  expect(result.headers.get('vary')).toBe('Accept, Accept-Encoding');
});

test('where only clients are served, a request without one gets an error that says how to name it', async () => {
  const only = await shop.httpPaths(clients, { clients: { only: true } });
  const unnamed = 'Name the client, by /graphql/<client> or graphql-client-name.';
  const unknown = 'There is no client of this name.';
  const rejected: [Record<string, string>, string][] = [
    [{}, unnamed],
    [{ 'graphql-client-name': 'unknown' }, unknown],
    [page, unnamed],
  ];
  for (const [headers, message] of rejected) {
    const { status, body } = await only.query(questions.graph, { path: '/graphql', headers });
    expect(status).toBe(404);
    expect(body.errors[0].message).toBe(message);
  }
  expect(await servingEndpoint({ path: '/graphql', headers: { 'graphql-client-name': 'mobile' } }, only)).toBe(
    'mobile',
  );
  expect(await servingEndpoint({ path: '/graphql/web' }, only)).toBe('web');
});
