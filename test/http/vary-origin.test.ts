// CORS and shared caches (Fetch standard, "CORS protocol and HTTP caches"): every response of an endpoint with CORS
// varies by Origin, whatever Origin was; a cache between gives no page the response that another page, or no page, has
// got.
import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { posting, type RawRequest, type RawResponse, sendRaw } from '../fast-path/both-paths.ts';
import { serveShop } from './served.ts';

const page = 'https://shop.example';
const cors = { origin: [page, 'https://other.example'] };
const origins: [origin: string | undefined, allowed: boolean][] = [
  [undefined, false],
  [page, true],
  ['https://evil.example', false],
  ['null', false],
];
const hello = { query: '{ hello }' };
const get: RawRequest = { method: 'GET', path: '/graphql?query={hello}' };
const persistedQuery = { version: 1, sha256Hash: hash('sha256', hello.query, 'hex') };
const events = { accept: 'text/event-stream' };

const rows: [what: string, status: number, request: RawRequest, config?: Partial<GatewayConfig>][] = [
  ['a query', 200, posting({ query: '{ product { id } }' })],
  ['a cached response', 200, posting(hello)],
  ['GET', 200, get],
  ['HEAD', 200, { ...get, method: 'HEAD' }],
  ['a batch', 200, posting([hello, { query: '{ product { id } }' }])],
  ['an invalid document', 200, posting({ query: '{ nothing }' })],
  ['an invalid document', 400, posting({ query: '{ nothing }' }, { accept: 'application/graphql-response+json' })],
  ['an error of a field', 200, posting({ query: '{ failing }' })],
  ['a mutation', 200, posting({ query: 'mutation { setStock(inStock: 1) { id } }' })],
  ['an event stream', 200, posting({ query: 'subscription { failing }' }, events)],
  ['a single event', 200, posting(hello, events)],
  ['GraphiQL', 200, { method: 'GET', headers: { accept: 'text/html' } }, { graphiql: true }],
  ['OPTIONS', 204, { method: 'OPTIONS' }],
  [
    'a persisted query',
    200,
    posting({ ...hello, extensions: { persistedQuery } }),
    { documents: { automaticPersistedQueries: true } },
  ],
  [
    'an unknown persisted query',
    200,
    posting({ extensions: { persistedQuery: { ...persistedQuery, sha256Hash: '0'.repeat(64) } } }),
    { documents: { automaticPersistedQueries: true } },
  ],
  ['a body that is no JSON', 400, posting('{')],
  ['two hosts in one', 400, posting(hello, { host: 'a, b' })],
  ['a token that is none', 401, posting(hello, { authorization: 'Bearer x.y.z' })],
  ['an address that is denied', 403, posting(hello), { addresses: { deny: ['127.0.0.1'] } }],
  ['a form', 403, { headers: { 'content-type': 'text/plain' }, body: '{}' }, { csrf: true }],
  ['an unknown client', 404, { ...posting(hello), path: '/graphql/unknown' }],
  ['another method', 405, { method: 'PUT' }],
  ['a mutation by GET', 405, { method: 'GET', path: '/graphql?query=mutation{setStock(inStock:1){id}}' }],
  ['no acceptable type', 406, posting(hello, { accept: 'image/png' })],
  ['a body that is too long', 413, posting({ query: `{ hello } #${'x'.repeat(1000)}` }), { maxBodyBytes: 500 }],
  ['another content type', 415, posting(hello, { 'content-type': 'text/json' })],
  ['too many requests', 429, posting(hello), { rateLimits: { request: { limit: 1, duration: '1h' } } }],
  [
    'too many event streams',
    503,
    posting({ query: 'subscription { stockChanged { id } }' }, events),
    { connections: { max: 1 } },
  ],
];

test.each(rows)('%s varies by Origin: %i', async (what, status, request, config = {}) => {
  const { origins: gateways } = await serveShop({ cors, ...config });
  for (const gateway of gateways) {
    if (what === 'too many event streams') {
      // It stays open: its head is all that is read.
      const { body } = await fetch(`${gateway}/graphql`, {
        method: 'POST',
        headers: request.headers as never,
        body: request.body as string,
      });
      await body?.getReader().read();
    }
    // Uses up a budget, or fills the cache.
    if (status === 429) await sendRaw(gateway, request);
    for (const [origin, allowed] of origins) {
      const headers = { ...request.headers, ...(origin !== undefined && { origin }) };
      const response = await sendRaw(gateway, { ...request, headers });
      expectOrigin(response, origin, status, allowed);
    }
  }
});

test('a response that the page has varies by Origin: 304', async () => {
  const { origins: gateways } = await serveShop({ cors });
  for (const gateway of gateways) {
    const { headers } = await sendRaw(gateway, get);
    for (const [origin, allowed] of origins) {
      const sent = { 'if-none-match': String(headers.etag), ...(origin !== undefined && { origin }) };
      expectOrigin(await sendRaw(gateway, { ...get, headers: sent }), origin, 304, allowed);
    }
  }
});

test('an endpoint without CORS does not vary by Origin', async () => {
  const { origins: gateways } = await serveShop();
  for (const gateway of gateways) {
    const { headers } = await sendRaw(gateway, { ...get, headers: { origin: page } });
    expect(headers.vary).not.toContain('Origin');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

test('pages may read the headers that this configuration sends, or those that it names', async () => {
  const rateLimits = { request: { limit: 1000, duration: '1m' } } as const;
  const exposed: [config: Partial<GatewayConfig>, headers: string | undefined][] = [
    [{ cors }, 'Retry-After, ETag, x-request-id'],
    [{ cors, rateLimits }, 'Retry-After, RateLimit, RateLimit-Policy, ETag, x-request-id'],
    [
      { cors, rateLimits: { plans: { gold: rateLimits } } },
      'Retry-After, RateLimit, RateLimit-Policy, ETag, x-request-id',
    ],
    [{ cors, rateLimits: { ...rateLimits, headers: false } }, 'Retry-After, ETag, x-request-id'],
    [{ cors, cache: { responses: false } }, 'Retry-After, x-request-id'],
    [{ cors: { ...cors, exposeHeaders: ['x-mine', 'ETag'] } }, 'x-mine, ETag'],
    [{ cors: { ...cors, exposeHeaders: [] } }, undefined],
  ];
  for (const [config, expected] of exposed) {
    const { origins: gateways } = await serveShop(config);
    for (const gateway of gateways) {
      const { headers } = await sendRaw(gateway, posting(hello, { origin: page }));
      expect(headers['access-control-expose-headers']).toBe(expected);
    }
  }
});

function expectOrigin(response: RawResponse, origin: string | undefined, status: number, allowed: boolean): void {
  const { headers } = response;
  expect([origin, response.status]).toEqual([origin, status]);
  expect([origin, headers.vary?.toLowerCase().split(/, */)]).toEqual([origin, expect.arrayContaining(['origin'])]);
  expect([origin, headers['access-control-allow-origin']]).toEqual([origin, allowed ? origin : undefined]);
}
