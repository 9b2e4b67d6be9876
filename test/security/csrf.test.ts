// Cross-site request forgery: requests that a browser sends for a page of another origin without a preflight, and the
// proof that a request is none of those. Attack, expected status and code, and nothing that a service executes.
import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';

import { type CachingGateway, type Service, startCachingGateway, startService } from '../caching/services.ts';
import { posting, type RawRequest, sendRaw } from '../fast-path/both-paths.ts';

let shop: Service;
const token = 'header.payload.signature';
beforeAll(async () => {
  shop = await startService({
    name: 'shop',
    sdl: 'type Query { secret: String } type Mutation { pay: String }',
    resolvers: { Query: { secret: () => 'secret' }, Mutation: { pay: () => 'paid' } },
  });
});
afterAll(() => shop.stop());

const page = 'https://shop.example';
const get = (headers: RawRequest['headers'] = {}): RawRequest => ({
  method: 'GET',
  path: '/graphql?query={secret}',
  headers,
});
const form = (headers: RawRequest['headers'] = {}): RawRequest => ({
  headers: { 'content-type': 'text/plain', ...headers },
  body: '{"query":"mutation { pay }"}',
});
const json = (headers: RawRequest['headers'] = {}) => posting({ query: 'mutation { pay }' }, headers);
const crossSite = { 'sec-fetch-site': 'cross-site' };
const sameSite = { 'sec-fetch-site': 'same-site' };

const rejected: [attack: string, request: RawRequest][] = [
  ['an image whose address is a query', get({ ...crossSite, accept: 'image/*' })],
  ['a GET that proves nothing', get()],
  ['a form', form()],
  ['a form of another origin', form({ origin: 'https://evil.example', ...crossSite })],
  ['a form with Basic credentials, which browsers attach', form({ authorization: 'Basic YW5uOng=' })],
  ['a GET with Negotiate credentials', get({ authorization: 'Negotiate YIIB' })],
  ['a GET with Digest credentials', get({ authorization: 'Digest username="bearer x"' })],
  ['a GET with the word Bearer alone', get({ authorization: 'Bearer ' })],
  ['a GET with a cookie', get({ cookie: 'session=1' })],
  ...['x-request-id', 'traceparent', 'x-real-ip', 'x-forwarded-for', 'forwarded', 'via', 'cf-ray', 'x-user-id'].map(
    (name): [string, RawRequest] => [`a GET with ${name}, which proxies add`, get({ [name]: 'x' })],
  ),
  ['a page of another site, whatever it proves', json({ origin: 'https://evil.example', ...crossSite })],
  ['a page of another host of the site', json({ origin: 'https://blog.shop.example', ...sameSite })],
  [
    'a page of another site with a token',
    get({ ...crossSite, origin: 'https://evil.example', authorization: `Bearer ${token}` }),
  ],
  ['a page of another site with a header', get({ ...crossSite, origin: 'null', 'apollo-require-preflight': '1' })],
  ['a page of another site without an origin', get({ ...crossSite, 'x-graphql-yoga-csrf': '1' })],
  ['an allowed page that proves nothing', get({ ...crossSite, origin: page })],
  ['a form of an allowed page', form({ ...crossSite, origin: page })],
  ['a form with two values of sec-fetch-site', form({ 'sec-fetch-site': ['cross-site', 'same-origin'] })],
  ['a form with an unknown value of sec-fetch-site', form({ 'sec-fetch-site': 'elsewhere' })],
  ['a form with the type of JSON for a parameter', form({ 'content-type': 'text/plain;a="application/json"' })],
  ['a form with a list of types', form({ 'content-type': 'text/plain, application/json' })],
  ['a form with the type of JSON first', form({ 'content-type': 'application/json, text/plain' })],
  ['a form with an empty header', form({ 'apollo-require-preflight': '' })],
  ['a form with a header of spaces', form({ 'apollo-require-preflight': '  ' })],
  ['Basic credentials of the text Bearer', form({ authorization: 'Basic Bearer x' })],
  ['a form without a type', { headers: {}, body: '{"query":"mutation { pay }"}' }],
];

const served: [what: string, request: RawRequest][] = [
  ['JSON', json()],
  ['JSON of this origin', json({ 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1' })],
  ['JSON of an allowed page', json({ ...crossSite, origin: page })],
  ['a GET of an allowed page with a header', get({ ...sameSite, origin: page, 'graphql-client-name': 'web' })],
  ["urql's GET, of this origin", get({ 'sec-fetch-site': 'same-origin', accept: 'application/graphql-response+json' })],
  ['an address that a person has typed', get({ 'sec-fetch-site': 'none', accept: 'application/json' })],
  ["graphql-request's GET with an API key", get({ 'x-api-key': 'open-sesame' })],
  ...['x-graphql-yoga-csrf', 'apollo-require-preflight', 'graphql-require-preflight', 'apollographql-client-name'].map(
    (name): [string, RawRequest] => [`a GET with ${name}`, get({ [name]: 'x' })],
  ),
];

const common: Partial<GatewayConfig> = {
  cors: { origin: page },
  graphiql: true,
  trustedProxies: [],
  authentication: { apiKeys: { keys: [{ name: 'job', hash: `sha256:${hash('sha256', 'open-sesame')}` }] } },
};

describe.each([
  ['fast path', true],
  ['Yoga', false],
])('%s', (_path, fastPath) => {
  let gateway: CachingGateway;
  beforeAll(async () => {
    gateway = await startCachingGateway([shop], { ...common, fastPath }, afterAll);
  });
  afterAll(() => gateway.stop());

  test.each(rejected)('is rejected: %s', async (_attack, request) => {
    shop.requested.length = 0;
    const { status, body } = await sendRaw(gateway.origin, request);
    expect([status, JSON.parse(body).errors[0].extensions]).toEqual([403, { code: 'CSRF_PREVENTION_FAILED' }]);
    expect(shop.requested).toHaveLength(0);
  });

  test.each(served)('is served: %s', async (_what, request) => {
    const { status, body } = await sendRaw(gateway.origin, request);
    expect([status, JSON.parse(body).data]).toEqual([
      200,
      request.method === 'GET' ? { secret: 'secret' } : { pay: 'paid' },
    ]);
  });

  test("a GET with a bearer token is served, as graphql-request's; the token counts", async () => {
    const { status, body } = await sendRaw(gateway.origin, get({ authorization: `Bearer ${token}` }));
    expect([status, JSON.parse(body).errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('a link from another site opens the page, and executes nothing', async () => {
    shop.requested.length = 0;
    const link = get({ ...crossSite, 'sec-fetch-mode': 'navigate', accept: 'text/html,*/*;q=0.8' });
    const { status, headers } = await sendRaw(gateway.origin, link);
    expect([status, headers['content-type']]).toEqual([200, 'text/html']);
    expect(shop.requested).toHaveLength(0);
  });
});

test('behind a proxy that makes bearer tokens of cookies, a token proves nothing; JSON and headers still do', async () => {
  const gateway = await startCachingGateway([shop], { ...common, csrf: { bearer: false } }, afterAll);
  try {
    const statusOf = async (request: RawRequest) => (await sendRaw(gateway.origin, request)).status;
    expect(await statusOf(get({ authorization: `Bearer ${token}` }))).toBe(403);
    expect(await statusOf(form({ authorization: `Bearer ${token}` }))).toBe(403);
    expect(await statusOf(json())).toBe(200);
    expect(await statusOf(get({ 'apollo-require-preflight': '1' }))).toBe(200);
  } finally {
    await gateway.stop();
  }
});
