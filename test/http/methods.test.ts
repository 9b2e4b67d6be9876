// Methods and paths (RFC 9110, section 9): HEAD is GET without the body, OPTIONS and 405 list the methods of the path,
// and a slash at the end of a path changes nothing.
import { describe, expect, test } from 'vitest';
import { posting, type RawRequest, sameResponse, sendRaw } from '../fast-path/both-paths.ts';
import { overServerSentEvents, overWebSocket } from '../values/subscribing.ts';
import { serveShop } from './served.ts';

const anonymous = { 'x-request-id': 'test' };
const query = (text: string, path = '/graphql') => `${path}?query=${encodeURIComponent(text)}`;

test('HEAD has the status and the header fields of GET, and no body', async () => {
  const page = { origin: 'https://shop.example' };
  const { httpPaths } = await serveShop({ cors: page, graphiql: true, cache: { responses: false } }, { web: {} });
  const requests: RawRequest[] = [
    { path: query('{ hello }') },
    { path: query('{ hello }', '/graphql/web') },
    { path: query('{ product { id name } }') },
    { path: query('{ product { secret } }') },
    { path: query('{ hello }'), headers: page },
    { path: query('{ hello }'), headers: { accept: 'application/graphql-response+json' } },
    { path: query('{ nothing }'), headers: { accept: 'application/graphql-response+json' } },
    { path: query('mutation { setStock(inStock: 1) { id } }') },
    { path: query('{ hello }'), headers: { authorization: 'Bearer none' } },
    { path: query('{ hello }', '/graphql/unknown') },
    { path: '/elsewhere' },
    { path: '/graphql', headers: { accept: 'text/html' } },
  ];
  for (const request of requests) {
    const headers = { ...anonymous, ...request.headers };
    const get = await sameResponse(httpPaths, { ...request, method: 'GET', headers });
    const head = await sameResponse(httpPaths, { ...request, method: 'HEAD', headers });
    expect(get.body).not.toBe('');
    expect([request.path, comparable(head)]).toEqual([request.path, { ...comparable(get), body: '' }]);
  }
});

test('HEAD of a health check has no body', async () => {
  const { origins } = await serveShop();
  for (const path of ['/health', '/healthcheck', '/readiness']) {
    const get = await sendRaw(origins[0] as string, { method: 'GET', path });
    const head = await sendRaw(origins[0] as string, { method: 'HEAD', path });
    expect(get.status).toBe(200);
    expect(comparable(head)).toEqual({ ...comparable(get), body: '' });
  }
});

test('HEAD of a response that the client has is 304', async () => {
  const { origins } = await serveShop();
  for (const origin of origins) {
    const { headers } = await sendRaw(origin, { method: 'GET', path: query('{ hello }') });
    const again = { 'if-none-match': String(headers.etag) };
    const { status } = await sendRaw(origin, { method: 'HEAD', path: query('{ hello }'), headers: again });
    expect(status).toBe(304);
  }
});

test('HEAD of a subscription has the head of its event stream, and leaves no subscription open', async () => {
  const { shop, origins } = await serveShop();
  for (const origin of origins) {
    const { status, headers, body } = await sendRaw(origin, {
      method: 'HEAD',
      path: query('subscription { stockChanged { id } }'),
      headers: { accept: 'text/event-stream' },
    });
    expect([status, headers['content-type'], body]).toEqual([200, 'text/event-stream', '']);
    await shop.subscribed(0);
  }
});

describe('the methods of a path', () => {
  const otherMethods = ['PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'];
  const ofGraphs = 'GET, HEAD, POST, OPTIONS';
  const paths: [path: string, methods: string][] = [
    ['/graphql', ofGraphs],
    ['/graphql/', ofGraphs],
    ['/graphql/web', ofGraphs],
    ['/health', 'GET, HEAD, OPTIONS'],
    ['/readiness', 'GET, HEAD, OPTIONS'],
    ['/admin/invalidate', 'POST, OPTIONS'],
  ];
  test.each([
    ['without CORS', {}],
    ['with CORS', { cors: { origin: 'https://shop.example' } }],
  ])('are in the response to OPTIONS, and to any other method: %s', async (_what, config) => {
    const token = '0123456789abcdef';
    const { origins } = await serveShop({ ...config, cache: { purge: { token } } }, { web: {} });
    for (const [path, allow] of paths) {
      for (const origin of origins) {
        const headers: Record<string, string> = path.startsWith('/admin') ? { authorization: `Bearer ${token}` } : {};
        const options = await sendRaw(origin, { method: 'OPTIONS', path, headers });
        expect([path, options.status, options.headers.allow, options.body]).toEqual([path, 204, allow, '']);
        for (const method of [...otherMethods, ...(allow.includes('POST') ? [] : ['POST'])]) {
          const response = await sendRaw(origin, { method, path, headers });
          expect([path, method, response.status, response.headers.allow]).toEqual([path, method, 405, allow]);
          expect(JSON.parse(response.body).errors[0].extensions.code).toBe('BAD_REQUEST');
          expect(response.headers['cache-control']).toBe('no-store');
        }
      }
    }
  });

  test('of a path that does not exist are none: 404, also for OPTIONS', async () => {
    const { httpPaths } = await serveShop({}, { web: {} });
    for (const path of ['/elsewhere', '/graphql/unknown', '/graphql//', '/graphqlx']) {
      for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
        const response = await sameResponse(httpPaths, { method, path, headers: anonymous });
        expect([path, method, response.status]).toEqual([path, method, 404]);
        expect(response.headers['cache-control']).toBe('no-store');
      }
    }
  });
});

describe('a slash at the end of a path', () => {
  test('does not change the response', async () => {
    const { httpPaths } = await serveShop({ graphiql: true }, { web: {}, mobile: { exclude: ['Product.note'] } });
    const requests: RawRequest[] = [
      posting({ query: '{ product { id name } }' }, anonymous),
      posting([{ query: '{ product { id } }' }], anonymous),
      posting({ query: '{ product { note } }' }, anonymous),
      posting({ query: '{ nothing }' }, anonymous),
      { method: 'GET', path: '?query={product{id}}', headers: anonymous },
      { method: 'GET', headers: { ...anonymous, accept: 'text/html' } },
      { ...posting({ query: '{ product { id } }' }, { ...anonymous, accept: 'text/event-stream' }) },
    ];
    for (const path of ['/graphql', '/graphql/web', '/graphql/mobile']) {
      for (const { path: search = '', ...request } of requests) {
        const plain = await sameResponse(httpPaths, { ...request, path: path + search });
        const slashed = await sameResponse(httpPaths, { ...request, path: `${path}/${search}` });
        expect(comparable(slashed)).toEqual(comparable(plain));
      }
    }
  });

  test('does not change subscriptions, over WebSockets and as event streams', async () => {
    const { shop, origins } = await serveShop({}, { web: {} });
    for (const subscribe of [overServerSentEvents, overWebSocket]) {
      for (const path of ['/graphql/', '/graphql/web/']) {
        const outcome = subscribe(origins[0] as string, 'subscription { failing }', { path });
        expect((await outcome).results).toHaveLength(1);
      }
    }
    expect(shop.requests.length).toBeGreaterThanOrEqual(4);
  });
});

/** Without what differs from response to response. */
function comparable({ headers: { date: _, ...headers }, ...response }: Awaited<ReturnType<typeof sendRaw>>) {
  return { ...response, headers };
}
