// Values of a WebSocket's connectionParams in place of headers, which browsers cannot set on an upgrade request.
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { checkConfig } from '../../gateway/config/load.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { type Service, serveGraph } from '../values/served-graph.ts';
import { PlainClient } from './shop.ts';

const sdl = `
  type Query { tenant: String @cacheControl(maxAge: 60) language: String @cacheControl(maxAge: 60) }
  type Subscription { tenants: String }
`;

const names = ['x-tenant', 'accept-language'];

/** A service that returns the headers that it receives; resolves to the address for WebSockets. */
async function open(config: Partial<GatewayConfig> = {}) {
  const { services, origins } = await serveGraph({
    services: { first: sdl },
    config: {
      forward: { headers: names },
      websocket: { connectionParams: names },
      deduplicateInFlight: true,
      ...config,
    },
  });
  const service = services.first as Service;
  service.returns = ({ query, headers }) => {
    const tenant = headers['x-tenant'] ?? null;
    if (!query.startsWith('subscription')) return { data: { tenant, language: headers['accept-language'] ?? null } };
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `event: next\ndata: {"data":{"tenants":${JSON.stringify(tenant)}}}\n\nevent: complete\ndata:\n\n`,
    };
  };
  return { service, url: `${(origins[0] as string).replace('http', 'ws')}/graphql` };
}

/** The tenant that the service sees for a connection. */
async function tenantOf(url: string, payload: object, headers: Record<string, string> = {}): Promise<unknown> {
  const client = await PlainClient.open(url, payload, { headers });
  return ((await client.query('1', '{ tenant }')).payload as { data: { tenant: unknown } }).data.tenant;
}

test.each<[string, object, unknown]>([
  ['directly', { 'x-tenant': 'a' }, 'a'],
  ['in other case', { 'X-Tenant': 'a' }, 'a'],
  ['among its headers', { headers: { 'x-tenant': 'a' } }, 'a'],
  ['in both, equal', { 'x-tenant': 'a', headers: { 'X-TENANT': ' a ' } }, 'a'],
  ['as null', { 'x-tenant': null }, null],
  ['as false', { headers: { 'x-tenant': false } }, null],
  ['not at all', {}, null],
  ['with bytes above ASCII', { 'x-tenant': 'caf\xe9' }, 'caf\xe9'],
])('a value that the payload has %s is forwarded as a header', async (_how, payload, tenant) => {
  const { url } = await open();
  expect(await tenantOf(url, payload)).toBe(tenant);
});

test('values that are not listed are forwarded neither to services nor as other headers', async () => {
  const { url, service } = await open({ forward: { headers: [...names, 'x-other'] } });
  await tenantOf(url, {
    'x-other': 'o',
    'x-more': 'm',
    host: 'h',
    headers: { cookie: 'c', 'x-forwarded-for': '192.0.2.7' },
  });
  const [{ headers } = { headers: {} }] = service.requests;
  expect(Object.keys(headers)).not.toContain('x-other');
  expect(JSON.stringify(headers)).not.toMatch(/"(o|m|h|c)"|192\.0\.2\.7/);
  // Nor by default.
  const closed = await open({ websocket: {} });
  expect(await tenantOf(closed.url, { 'x-tenant': 'a' })).toBeNull();
});

test('a header of the upgrade request is not replaced, except the one that browsers send on their own', async () => {
  const { url } = await open();
  const headers = { 'x-tenant': 'set by a proxy', 'accept-language': 'en' };
  const client = await PlainClient.open(url, { 'x-tenant': 'b', 'accept-language': 'de' }, { headers });
  expect((await client.query('1', '{ tenant language }')).payload).toEqual({
    data: { tenant: 'set by a proxy', language: 'de' },
  });
});

test('connections with different values share no cached response, and no request in flight', async () => {
  const { url, service } = await open();
  for (const tenant of ['a', 'b', 'a', 'b']) expect(await tenantOf(url, { 'x-tenant': tenant })).toBe(tenant);
  expect(service.requests).toHaveLength(2);

  const uncached = await open({ cache: { responses: false } });
  const { returns } = uncached.service;
  const both = Promise.withResolvers<void>();
  uncached.service.returns = async (request) => {
    if (uncached.service.requests.length === 2) both.resolve();
    await both.promise;
    return returns(request);
  };
  expect(await Promise.all(['a', 'b'].map((one) => tenantOf(uncached.url, { 'x-tenant': one })))).toEqual(['a', 'b']);
});

test('they hold for every operation of the connection, subscriptions included', async () => {
  const { url } = await open();
  const client = await PlainClient.open(url, { 'x-tenant': 'a' });
  for (const id of ['1', '2']) {
    client.subscribe(id, 'subscription { tenants }');
    expect((await client.message()).payload).toEqual({ data: { tenants: 'a' } });
    expect((await client.message()).type).toBe('complete');
  }
});

test('hooks read them as headers, also without forwarding', async () => {
  const seen: unknown[] = [];
  const { url } = await open({
    forward: {},
    hooks: { onOperation: (_operation, context) => void seen.push(context.header('x-tenant')) },
  });
  await tenantOf(url, { 'x-tenant': 'a' });
  expect(seen).toEqual(['a']);
});

test.each<[string, unknown]>([
  ['a line break', 'a\r\nx-user-id: admin'],
  ['a character that no header has', '名'],
  ['a NUL', 'a\0'],
  ['a number', 7],
  ['an object', { a: 1 }],
  ['a list', ['a']],
  ['more than 4096 characters', 'a'.repeat(4097)],
])('a value with %s closes the connection with 4400', async (_what, value) => {
  const { url, service } = await open();
  const client = new PlainClient(url);
  await once(client.socket, 'open');
  client.send({ type: 'connection_init', payload: { 'x-tenant': value } });
  expect(await client.closed).toEqual({
    code: 4400,
    reason: "Bad request: The connection's x-tenant is no header value of at most 4096 characters.",
  });
  expect(service.requests).toHaveLength(0);
});

test('two different values for one name close the connection with 4400', async () => {
  const { url } = await open();
  const client = new PlainClient(url);
  await once(client.socket, 'open');
  client.send({ type: 'connection_init', payload: { 'x-tenant': 'a', headers: { 'x-tenant': 'b' } } });
  expect(await client.closed).toEqual({
    code: 4400,
    reason: 'Bad request: The connection gives two values for x-tenant.',
  });
});

test.each<[string, Partial<GatewayConfig>, string, RegExp]>([
  ['is forwarded nowhere', {}, 'x-tenant', /used nowhere: add it to forward\.headers/],
  ['holds the token', {}, 'Authorization', /credentials of connection_init are read without being listed/],
  ['names an address', {}, 'x-forwarded-for', /clients could name any address/],
  ['belongs to the connection', {}, 'connection', /one connection only/],
  ['carries the identity', { forward: { claims: { 'x-who': 'sub' } } }, 'x-who', /identity or the address/],
  ['carries the address', { forward: { clientAddress: 'x-ip' } }, 'x-ip', /identity or the address/],
])('a header that %s cannot be listed', (_what, config, name, message) => {
  const subgraphs = { users: { url: 'http://127.0.0.1:1', schema: 'a.graphql' } };
  expect(() => checkConfig({ subgraphs, ...config, websocket: { connectionParams: [name] } })).toThrow(message);
});
