// Browser security of responses: content types as they are, no page around GraphiQL, no scripts in it but its own. And
// requests that name more than one host. Attack, expected status, and header fields.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CachingGateway, type Service, startCachingGateway, startService } from '../caching/services.ts';
import { posting, type RawRequest, sendRaw } from '../fast-path/both-paths.ts';

let shop: Service;
beforeAll(async () => {
  shop = await startService({
    name: 'shop',
    sdl: 'type Query { hello: String @cacheControl(maxAge: 60) }',
    resolvers: { Query: { hello: () => '<script>alert(1)</script>' } },
  });
});
afterAll(() => shop.stop());

const token = 'a-token-that-only-operators-have';

describe.each([
  ['fast path', true],
  ['Yoga', false],
])('%s', (_path, fastPath) => {
  let gateway: CachingGateway;
  beforeAll(async () => {
    const options = { fastPath, graphiql: true, cache: { purge: { token } } };
    gateway = await startCachingGateway([shop], options, afterAll);
  });
  afterAll(() => gateway.stop());

  const hello = { query: '{ hello }' };
  test.each<[string, number, RawRequest]>([
    ['a query', 200, posting(hello)],
    ['a cached response', 200, posting(hello)],
    ['GET', 200, { method: 'GET', path: '/graphql?query={hello}', headers: { 'x-graphql-yoga-csrf': '1' } }],
    ['an event stream', 200, posting(hello, { accept: 'text/event-stream' })],
    ['an error of the document', 200, posting({ query: '{ nothing }' })],
    ['a body that is no JSON', 400, posting('{')],
    ['a form', 403, { headers: { 'content-type': 'text/plain' }, body: '{}' }],
    ['a token that is none', 401, posting(hello, { authorization: 'Basic x' })],
    ['another path', 404, { method: 'GET', path: '/' }],
    ['the page', 200, { method: 'GET', headers: { accept: 'text/html' } }],
    ['OPTIONS, without CORS', 204, { method: 'OPTIONS' }],
    ['health', 200, { method: 'GET', path: '/health' }],
    ['invalidation without a token', 401, { path: '/admin/invalidate', body: '{}' }],
  ])('%s: browsers do not guess its type', async (_what, status, request) => {
    const response = await sendRaw(gateway.origin, request);
    expect([response.status, response.headers['x-content-type-options']]).toEqual([status, 'nosniff']);
  });

  test('a response that is not modified has it as well', async () => {
    const get: RawRequest = { method: 'GET', path: '/graphql?query={hello}', headers: { 'x-graphql-yoga-csrf': '1' } };
    const { headers } = await sendRaw(gateway.origin, get);
    const again = { ...get, headers: { ...get.headers, 'if-none-match': headers.etag as string } };
    const response = await sendRaw(gateway.origin, again);
    expect([response.status, response.headers['x-content-type-options']]).toEqual([304, 'nosniff']);
  });

  test('GraphiQL runs its own scripts only, connects to the gateway only, and stands in no frame', async () => {
    const { headers } = await sendRaw(gateway.origin, { method: 'GET', headers: { accept: 'text/html' } });
    expect(headers['x-frame-options']).toBe('DENY');
    const policy = new Map(
      String(headers['content-security-policy'])
        .split('; ')
        .map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1)]),
    );
    expect(policy.get('default-src')).toEqual(["'none'"]);
    expect(policy.get('frame-ancestors')).toEqual(["'none'"]);
    expect(policy.get('connect-src')).toEqual(["'self'"]);
    expect(policy.get('script-src')).toEqual([expect.stringMatching(/^'sha256-.{44}'$/)]);
  });

  test.each<[string, string[], number]>([
    ['one host', ['Host: 127.0.0.1'], 200],
    ['two hosts', ['Host: 127.0.0.1', 'Host: evil.example'], 400],
    ['the same host twice', ['Host: 127.0.0.1', 'host: 127.0.0.1'], 400],
    ['no host', [], 400],
    ['a list of hosts', ['Host: 127.0.0.1,evil.example'], 400],
    ['a host with a path', ['Host: 127.0.0.1/evil'], 400],
    ['a host with a user', ['Host: 127.0.0.1@evil.example'], 400],
    ['a host that is none', ['Host: a b'], 400],
    ['a port that is none', ['Host: 127.0.0.1:99999'], 400],
    ['half an IPv6 address', ['Host: [::1'], 400],
    ['an IPv6 address', ['Host: [::1]:80'], 200],
    ['two tokens', ['Host: 127.0.0.1', 'Authorization: Bearer a', 'authorization: Bearer b'], 400],
    ['a token beside an empty field', ['Host: 127.0.0.1', 'Authorization:', 'Authorization: Bearer b'], 400],
    ['one empty Authorization twice', ['Host: 127.0.0.1', 'Authorization:', 'Authorization:'], 200],
    ['the host of a proxy', ['Host: 127.0.0.1', 'X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example'], 200],
  ])('a request with %s', async (_what, hosts, status) => {
    const body = JSON.stringify(hello);
    const head = ['POST /graphql HTTP/1.1', ...hosts, 'Content-Type: application/json', 'Connection: close'];
    expect(await rawStatus([...head, `Content-Length: ${body.length}`, '', body])).toBe(status);
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const key = ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: graphql-transport-ws'];
    const webSocket = await rawStatus(['GET /graphql HTTP/1.1', ...hosts, ...upgrade, ...key, '', '']);
    expect(webSocket).toBe(status === 200 ? 101 : status);
  });

  test.each([
    ['http://gateway.example/graphql', 200],
    ['HTTP://gateway.example:8080/graphql/?x=1', 200],
    ['https://gateway.example/graphql', 200],
    ['http://gateway.example', 404],
    ['http://user@gateway.example/graphql', 400],
    ['http://gateway.example:99999/graphql', 400],
    ['ftp://gateway.example/graphql', 404],
  ])('the target %s, as for a proxy, has the path after its host (RFC 9112, section 3.2.2)', async (target, status) => {
    const body = JSON.stringify(hello);
    const head = ['Host: other.example', 'Content-Type: application/json', 'Connection: close'];
    const length = `Content-Length: ${body.length}`;
    expect(await rawStatus([`POST ${target} HTTP/1.1`, ...head, length, '', body])).toBe(status);
    const upgrade = ['Host: other.example', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const key = ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: graphql-transport-ws'];
    // A page of the host in the target, which replaces the one in the header.
    const origin = `Origin: ${target.startsWith('https') ? 'https' : 'http'}://${URL.parse(target)?.host}`;
    const webSocket = await rawStatus([`GET ${target} HTTP/1.1`, ...upgrade, origin, ...key, '', '']);
    expect(webSocket).toBe(status === 200 ? 101 : status);
  });

  /** The status of the first response to these lines. */
  async function rawStatus(lines: readonly string[]): Promise<number> {
    const { hostname, port } = new URL(gateway.origin);
    const socket = connect(Number(port), hostname);
    socket.write(lines.join('\r\n'));
    const first = await new Promise<string>((resolve, reject) => {
      socket.once('data', (data) => resolve(String(data)));
      socket.once('error', reject);
    });
    socket.destroy();
    return Number(/^HTTP\/1\.1 (\d+)/.exec(first)?.[1]);
  }
});
