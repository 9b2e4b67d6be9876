// A generated SDK over real HTTP: with the gateway of its client, and with servers that misbehave.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type ClientOptions, createClient, ProfileDocument, RequestError } from '../../clients/web/generated/sdk.ts';
import { texts } from '../../clients/web/generated/texts.ts';
import { type ClientGateway, startClientGateway } from '../harness/client-gateway.ts';
import { customer } from '../harness/demo-users.ts';
import { urlsOf } from '../harness/gateway.ts';
import {
  type Behaviour,
  closedUrl,
  cutOff,
  responding,
  silence,
  startUpstream,
  type Upstream,
} from '../harness/servers.ts';
import { startServices } from '../harness/subgraphs.ts';

let gateway: ClientGateway;
let partial: ClientGateway;
const ends: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  const services = await startServices();
  const { products, ...others } = urlsOf(services);
  ends.push(() => services.stop());
  gateway = await startClientGateway({ ...others, products });
  ends.push(() => gateway.stop());
  partial = await startClientGateway(others);
  ends.push(() => partial.stop());
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

interface Sent {
  url: string;
  init: RequestInit;
}

/** The SDK of the demo's web client, signed in, and what it sends. */
function julien(at: ClientGateway, options: Partial<ClientOptions> = {}) {
  const sent: Sent[] = [];
  const client = createClient({
    url: `${at.origin}/graphql/web`,
    token: () => customer.authorization.replace('Bearer ', ''),
    fetch: (url, init) => {
      sent.push({ url, init });
      return fetch(url, init);
    },
    ...options,
  });
  return { client, sent };
}

async function misbehaving(behave: Behaviour): Promise<Upstream> {
  const upstream = await startUpstream(behave);
  onTestFinished(() => upstream.stop());
  return upstream;
}

async function failure(work: Promise<unknown>): Promise<RequestError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RequestError) return error;
  throw new Error(`It did not fail with a RequestError, but with ${error}`);
}

test("a document is requested by its id, with the client's name and version", async () => {
  const { client, sent } = julien(gateway);
  const { data, errors } = await client.profile({ orders: 2, recommendations: 3 });
  expect(errors).toEqual([]);
  expect(data?.profile).toMatchObject({ id: 'u1', name: 'Julien Mercier', orders: { nodes: [{}, {}] } });
  expect(data?.profile?.recommendations).toHaveLength(3);
  expect(sent).toHaveLength(1);
  const { method, headers, body } = sent[0]!.init;
  expect(method).toBe('POST');
  expect(headers).toMatchObject({ 'graphql-client-name': 'web', 'graphql-client-version': '1' });
  expect(JSON.parse(String(body))).toEqual({
    documentId: ProfileDocument.id,
    variables: { orders: 2, recommendations: 3 },
  });
});

test('without trusted documents, their texts are sent', async () => {
  const { client, sent } = julien(gateway, { texts });
  expect((await client.product({ id: 'p1' })).data?.product).toMatchObject({ id: 'p1' });
  expect(JSON.parse(String(sent[0]?.init.body)).query).toMatch(/^query Product/);
});

test('by GET, queries are URLs that a cache can store, and mutations are posted', async () => {
  const { client, sent } = julien(gateway, { useGet: true });
  expect((await client.product({ id: 'p1' })).data?.product?.name).toBeTypeOf('string');
  expect((await client.products()).data?.products.nodes.length).toBeGreaterThan(0);
  expect((await client.cancelOrder({ id: 'o0' })).errors).toMatchObject([{ code: 'NOT_FOUND', path: ['cancelOrder'] }]);
  expect(sent.map(({ init }) => init.method)).toEqual(['GET', 'GET', 'POST']);
  expect(sent[0]?.init.body).toBeUndefined();
  expect(Object.keys(sent[0]?.init.headers ?? {})).not.toContain('content-type');
  const { searchParams } = new URL(sent[0]!.url);
  expect([...searchParams.keys()]).toEqual(['documentId', 'variables']);
  expect(searchParams.get('variables')).toBe('{"id":"p1"}');
  expect([...new URL(sent[1]!.url).searchParams.keys()]).toEqual(['documentId']);
});

test('by GET, what is too long for a URL is posted, and variables that are not JSON are the same error', async () => {
  const { client, sent } = julien(gateway, { useGet: true });
  await client.products({ search: 'a'.repeat(20_000) });
  expect(sent.map(({ init }) => init.method)).toEqual(['POST']);
  for (const [value, type] of [
    [1n, 'bigint'],
    [Number.NaN, 'NaN'],
    [() => 1, 'function'],
  ] as const) {
    const wrong = { search: value as unknown as string };
    const error = new TypeError(
      `Products: the variable "search" cannot be written as JSON: it has a value of the type ${type}`,
    );
    await expect(julien(gateway, {}).client.products(wrong)).rejects.toThrow(error);
    await expect(client.products(wrong)).rejects.toThrow(error);
  }
});

test('when a service is down, the rest is there, and errors have paths and codes, fallbacks paths', async () => {
  const { data, errors, degraded } = await julien(partial).client.profile({ orders: 1 });
  expect(data?.profile).toMatchObject({ name: 'Julien Mercier', orders: { nodes: [{ shippingEstimate: null }] } });
  expect(data?.profile?.recommendations).toEqual([]);
  expect(degraded).toEqual([['profile', 'recommendations']]);
  expect(errors.map(({ path, code }) => `${path.join('.')} ${code}`).sort()).toEqual([
    'profile.orders.nodes.0.shippingEstimate SUBGRAPH_UNAVAILABLE',
  ]);
});

test('an anonymous caller sends no token, and gets UNAUTHENTICATED in the response', async () => {
  const { client, sent } = julien(gateway, { token: () => null });
  const { data, errors } = await client.profile();
  expect(data).toEqual({ profile: null });
  expect(errors).toMatchObject([{ code: 'UNAUTHENTICATED', path: ['profile'] }]);
  expect(Object.keys(sent[0]?.init.headers ?? {})).not.toContain('authorization');
});

test("a token that is rejected is an error, with the gateway's message", async () => {
  const error = await failure(julien(gateway, { token: () => 'unknown' }).client.profile());
  expect(error).toMatchObject({ operation: 'Profile', status: 401, errors: [{ code: 'UNAUTHENTICATED', path: [] }] });
  expect(error.message).toMatch(/^Profile: .+ \(HTTP 401\)$/);
});

test('headers of a request go over those of the client', async () => {
  const upstream = await misbehaving(responding(200, { data: { profile: null } }));
  const client = createClient({ url: upstream.url, headers: { 'x-a': '1', 'x-b': '1' }, name: 'kiosk', version: '7' });
  await client.profile({}, { headers: { 'x-b': '2' } });
  expect(upstream.requests[0]?.headers).toMatchObject({
    'x-a': '1',
    'x-b': '2',
    'graphql-client-name': 'kiosk',
    'graphql-client-version': '7',
  });
});

test('a document that the gateway does not have is a RequestError with its code, by POST and by GET', async () => {
  const unknown = 'f'.repeat(64);
  for (const useGet of [false, true]) {
    const { client } = julien(gateway, {
      useGet,
      fetch: (url, { body, ...init }) =>
        fetch(url.replace(/documentId=\w+/, `documentId=${unknown}`), {
          ...init,
          ...(body && { body: JSON.stringify({ ...JSON.parse(String(body)), documentId: unknown }) }),
        }),
    });
    const error = await failure(client.profile());
    expect(error).toMatchObject({ status: 404, errors: [{ code: 'PERSISTED_QUERY_NOT_FOUND', path: [] }] });
  }
});

test.each<[string, Behaviour, Partial<RequestError>, RegExp]>([
  [
    'a page of a proxy',
    responding(502, '<h1>Bad Gateway</h1>', 'text/html'),
    { status: 502 },
    /rejected the request \(HTTP 502\)/,
  ],
  [
    'a page in place of a response',
    responding(200, '<h1>Hello</h1>', 'text/html'),
    { status: 200 },
    /not a GraphQL response/,
  ],
  ['JSON that is no GraphQL response', responding(200, '[]'), { status: 200 }, /not a GraphQL response \(HTTP 200\)/],
  ['a response that breaks off', cutOff, { status: null }, /could not be reached, or broke off/],
])('%s is an error with its status', async (_what, behave, found, message) => {
  const error = await failure(createClient({ url: (await misbehaving(behave)).url }).profile());
  expect(error).toMatchObject({ name: 'RequestError', operation: 'Profile', errors: [], ...found });
  expect(error.message).toMatch(message);
});

test('a failed connection is an error with its cause', async () => {
  const error = await failure(createClient({ url: closedUrl }).profile());
  expect(error).toMatchObject({ status: null, errors: [], retryAfter: null });
  expect(error.cause).toBeInstanceOf(Error);
});

test('a rejection of the whole request has the time to wait', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '7' });
    response.end(JSON.stringify({ errors: [{ message: 'Too many requests.', extensions: { code: 'RATE_LIMITED' } }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const error = await failure(
    createClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` }).profile(),
  );
  expect(error).toMatchObject({ status: 429, retryAfter: 7, errors: [{ code: 'RATE_LIMITED' }] });
});

test('data is a result whatever the status is, and errors alone are one where the request was fine', async () => {
  const failed = await misbehaving(responding(500, { data: null, errors: [{ message: 'It broke.' }] }));
  expect(await createClient({ url: failed.url }).profile()).toEqual({
    data: null,
    errors: [{ message: 'It broke.', code: null, path: [], extensions: {} }],
    degraded: [],
  });
  const invalid = await misbehaving(responding(200, { errors: [{ message: 'No such field.' }] }));
  expect(await createClient({ url: invalid.url }).profile()).toMatchObject({ data: null, errors: [{ code: null }] });
});

test('a cancelled request ends with its reason, and disconnects from the server', async () => {
  const upstream = await misbehaving(silence);
  const giveUp = new AbortController();
  const requested = createClient({ url: upstream.url }).profile({}, { signal: giveUp.signal });
  const request = await upstream.firstRequest;
  giveUp.abort(new Error('the page was left'));
  await expect(requested).rejects.toThrow('the page was left');
  expect(await request.aborted).toBe(true);
});
