// Development sign-in: the token endpoint of GraphiQL, the pages that get a token, and those that do not.

import { Readable } from 'node:stream';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGateway } from '../gateway/index.ts';
import { demoConfig, root, startGateway, type TestGateway } from './harness/gateway.ts';
import type { ParsedJson } from './harness/parsed-json.ts';
import { send } from './harness/subgraphs.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({});
});
afterAll(() => gateway.stop());

interface Usage {
  method?: 'GET' | 'POST';
  headers?: Record<string, string | undefined>;
  body?: string | Readable;
}

/** Requests a token as GraphiQL does, but for what is given here. */
async function requestToken({ method = 'POST', headers = {}, body = '{"user":"u1"}' }: Usage = {}) {
  const usual = { 'content-type': 'application/json', 'x-concierge-development': 'sign-in' };
  const sent = Object.entries({ ...usual, ...headers }).filter(([, value]) => value !== undefined);
  const response = await request(`${gateway.origin}/development/token`, {
    method,
    headers: Object.fromEntries(sent) as Record<string, string>,
    ...(method === 'POST' && { body }),
  });
  const parsed: ParsedJson = await response.body.json();
  return { status: response.statusCode, headers: response.headers, body: parsed };
}

test('a user of the configuration gets a token that the gateway accepts, with the scopes and roles of the configuration', async () => {
  const { status, headers, body } = await requestToken({ body: '{"user":"u3"}' });
  expect(status).toBe(200);
  expect(headers['cache-control']).toBe('no-store');
  expect(body).toEqual({ token: expect.any(String), expiresIn: 3600 });
  const claims = JSON.parse(Buffer.from(body.token.split('.')[1], 'base64url').toString());
  expect(claims).toMatchObject({
    iss: 'concierge-development',
    sub: 'u3',
    scope: 'orders:read orders:search users:read stock:write',
    roles: ['order-desk'],
  });
  const response = await send(gateway.url, '{ profile { id } }', {
    headers: { authorization: `Bearer ${body.token}` },
  });
  expect(response).toEqual({ data: { profile: { id: 'u3' } } });
});

test.each<[string, Record<string, string | undefined>]>([
  ['a request without the header of the page', { 'x-concierge-development': undefined }],
  ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ['a page of another port', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }],
  ['a page of another origin, in a browser that sends no site', { origin: 'http://evil.example' }],
  ['a page that has no origin', { origin: 'null' }],
  ['a page whose name leads here', { host: 'evil.example:4000', origin: 'http://evil.example:4000' }],
  ['a page at an address of the network', { host: '192.0.2.7', origin: 'http://192.0.2.7' }],
  ['a visitor of a tunnel that runs here', { 'x-forwarded-for': '192.0.2.7' }],
  ['a visitor behind two proxies, one of them here', { 'x-forwarded-for': '192.0.2.7, 127.0.0.1' }],
  ['a visitor of a proxy that notes the address otherwise', { 'x-real-ip': '192.0.2.7' }],
  ['a visitor of a proxy that follows the standard', { forwarded: 'for=127.0.0.1' }],
])('%s gets none', async (_who, headers) => {
  const { status, body } = await requestToken({ headers });
  expect(status).toBe(403);
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
});

test.each(['localhost:4000', '[::1]:4000', 'shop.localhost:4000', '127.0.0.2'])(
  'a page at %s gets one',
  async (host) => {
    const { status } = await requestToken({
      headers: { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' },
    });
    expect(status).toBe(200);
  },
);

test.each<[string, Usage, number]>([
  ['GET', { method: 'GET' }, 405],
  ['a user who is not in the configuration', { body: '{"user":"root"}' }, 400],
  ['a body that is no JSON', { body: 'u1' }, 400],
  ['a body without a user', { body: '["u1"]' }, 400],
  ['a body that is too long', { body: `{"user":"u1","more":"${'x'.repeat(5000)}"}` }, 413],
  ['a body without a content-length', { body: Readable.from(['{"user":"u1"}']) }, 413],
])('%s is rejected', async (_what, caller, status) => {
  const response = await requestToken(caller);
  expect(response.status).toBe(status);
  expect(response.body.errors[0].message).not.toBe('');
});

test('without the development key there is neither the endpoint nor the bar in GraphiQL', async () => {
  const plain = createGateway(demoConfig({}), { folder: root });
  const origin = await plain.start();
  const html = async (url: string) => (await fetch(url, { headers: { accept: 'text/html' } })).text();
  expect((await fetch(`${origin}/development/token`, { method: 'POST' })).status).toBe(404);
  expect(await html(`${origin}/graphql`)).not.toContain('id="sign-in"');
  expect(await html(gateway.url)).toContain('id="sign-in"');
  await plain.stop();
});
