// The gateway embedded in another server: aborts, streams, bodies that were read before, addresses of clients, and its
// end.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type ClientHttp2Stream, connect, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect as connectSocket } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import express, { type RequestHandler } from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError, createGateway, file, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { listen } from '../harness/listen.ts';
import { type Behaviour, closedUrl, responding, silence, startUpstream } from '../harness/servers.ts';

const json = { 'content-type': 'application/json' };
const query = '{ greeting }';
const hello: Behaviour = responding(200, { data: { greeting: 'Hello' } });

interface Setup {
  config: GatewayConfig;
  folder: string;
}

function setUp(url: string, options: Partial<GatewayConfig> = {}): Setup {
  const folder = temporaryFolder({
    'greetings.graphql': 'type Query { greeting(text: String): String }',
    'own.graphql': 'type Subscription { ticks: Int }',
  });
  const subgraphs = { greetings: { url, schema: 'greetings.graphql' } };
  return { folder, config: { port: 0, log: { level: 'silent' }, subgraphs, ...options } };
}

async function embedded(behaviour: Behaviour = hello, options: Partial<GatewayConfig> = {}) {
  const service = await startUpstream(behaviour);
  const { config, folder } = setUp(service.url, options);
  const gateway = createGateway(config, folder);
  onTestFinished(async () => {
    await gateway.stop();
    await service.stop();
  });
  return { service, gateway };
}

const posted = (init: RequestInit = {}) =>
  new Request('http://localhost/graphql', { method: 'POST', headers: json, body: JSON.stringify({ query }), ...init });

/** A subscription that ticks when the test does. It can only end between two ticks. */
function ticking() {
  let isEnded = false;
  let next = Promise.withResolvers<number>();
  const tick = (value: number) => next.resolve(value);
  async function* subscribe() {
    try {
      for (;;) {
        const value = await next.promise;
        next = Promise.withResolvers();
        yield { ticks: value };
      }
    } finally {
      isEnded = true;
    }
  }
  const ended = () =>
    expect
      .poll(() => {
        tick(0);
        return isEnded;
      })
      .toBe(true);
  const fields = { schema: 'own.graphql', resolvers: { Subscription: { ticks: { subscribe } } } };
  return { options: { fields }, tick, ended };
}

const subscription = {
  headers: { ...json, accept: 'text/event-stream' },
  body: JSON.stringify({ query: 'subscription { ticks }' }),
};

test('an aborted request rejects with its reason, and cancels what runs for it', async () => {
  const { gateway, service } = await embedded(silence);
  const client = new AbortController();
  const response = gateway.fetch(posted({ signal: client.signal }));
  const { aborted } = await service.firstRequest;
  client.abort(new Error('The visitor has left.'));
  await expect(response).rejects.toThrow('The visitor has left.');
  expect(await aborted).toBe(true);
  await expect(gateway.fetch(posted({ signal: AbortSignal.abort() }))).rejects.toThrow(/aborted/);
  await expect(gateway.inject({ query, signal: AbortSignal.abort(new Error('Enough.')) })).rejects.toThrow('Enough.');
});

test('events arrive as they happen, and a reader that leaves ends the subscription', async () => {
  const { options, tick, ended } = ticking();
  const { gateway } = await embedded(hello, options);
  const response = await gateway.fetch(posted(subscription));
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events = (response.body as ReadableStream<Uint8Array>).getReader();
  const read = async () => Buffer.from((await events.read()).value ?? []).toString();
  expect(await read()).toBe(':\n\n');
  for (const value of [1, 2]) {
    tick(value);
    expect(await read()).toBe(`event: next\ndata: {"data":{"ticks":${value}}}\n\n`);
  }
  await events.cancel();
  await ended();
});

test('a client of the gateway itself that leaves ends its subscription', async () => {
  const { options, ended } = ticking();
  const { gateway } = await embedded(hello, options);
  const client = new AbortController();
  const url = `${await gateway.start()}/graphql`;
  const response = await fetch(url, { method: 'POST', ...subscription, signal: client.signal });
  await response.body?.getReader().read();
  client.abort();
  await ended();
});

async function subscribeOverHttp2(gateway: Gateway): Promise<ClientHttp2Stream> {
  const server = createHttp2Server((request, response) => {
    void gateway.listener(request as never, response as never);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => session.destroy());
  const stream = session.request({ ':method': 'POST', ':path': '/graphql', ...subscription.headers });
  stream.end(subscription.body);
  await once(stream, 'data');
  return stream;
}

test('a client over HTTP/2 that leaves ends its subscription', async () => {
  const { options, ended } = ticking();
  const { gateway } = await embedded(hello, options);
  const stream = await subscribeOverHttp2(gateway);
  stream.close();
  await ended();
});

test('a subscription over HTTP/2 ends with the gateway, and nothing else does', async () => {
  const { options, ended } = ticking();
  const { gateway } = await embedded(hello, { ...options, shutdownGrace: 1 });
  const stream = await subscribeOverHttp2(gateway);
  const closed = once(stream, 'end');
  expect(await gateway.stop()).toBe(0);
  await closed;
  await ended();
});

test('a response whose client has left already is not served', async () => {
  const { gateway, service } = await embedded();
  const server = createServer(async (request, response) => {
    response.destroy();
    await once(response, 'close');
    await gateway.listener(request, response);
    server.emit('served');
  });
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  const served = once(server, 'served');
  await expect(fetch(`${origin}/graphql?query=${encodeURIComponent(query)}`, { headers: json })).rejects.toThrow();
  await served;
  expect(service.requests).toEqual([]);
});

async function behind(gateway: Gateway, ...before: RequestHandler[]): Promise<string> {
  const app = express();
  for (const handler of before) app.use(handler);
  app.use('/graphql', gateway.listener);
  const { origin, stop } = await listen(createServer(app));
  onTestFinished(stop);
  return `${origin}/graphql`;
}

test.each<[what: string, before: RequestHandler]>([
  ['as bytes', express.raw({ type: '*/*' })],
  ['as text', express.text({ type: '*/*' })],
])('a body that was read %s before is used as it is', async (_what, before) => {
  const { gateway, service } = await embedded();
  const url = await behind(gateway, before);
  const body = JSON.stringify({ query });
  const inGzip = { headers: { ...json, 'content-encoding': 'gzip' }, body: new Uint8Array(gzipSync(body)) };
  for (const init of [{ headers: json, body }, inGzip]) {
    const response = await fetch(url, { method: 'POST', ...init });
    expect([response.status, await response.json()]).toEqual([200, { data: { greeting: 'Hello' } }]);
  }
  expect(service.requests).toHaveLength(2);
});

test('a body that was parsed before is an error that says what to do: digits of its numbers may be lost', async () => {
  const { gateway, service } = await embedded();
  const response = await fetch(await behind(gateway, express.json()), {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ query }),
  });
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    errors: [{ message: expect.stringContaining('mount the gateway before body parsers such as express.json()') }],
  });
  expect(service.requests).toEqual([]);
  const used = posted();
  await used.text();
  await expect(gateway.fetch(used)).rejects.toThrow('pass a clone');
});

test('the whole path counts where Express has cut off the one it is mounted at, for views and pages too', async () => {
  const { gateway } = await embedded(hello, { graphiql: true });
  const url = await behind(gateway);
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  const page = await fetch(url, { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain('<title>Concierge</title>');
  const byUrl = await fetch(`${url}?query=${encodeURIComponent(query)}`, { headers: json });
  expect(await byUrl.json()).toEqual({ data: { greeting: 'Hello' } });
});

test('addresses of clients: given to fetch, and through trusted proxies', async () => {
  const options = { addresses: { deny: ['192.0.2.7'] }, trustedProxies: ['loopback'] };
  const { gateway } = await embedded(hello, options);
  const forwarded = { ...json, 'x-forwarded-for': '192.0.2.7' };
  const statuses = [
    await gateway.fetch(posted(), { remoteAddress: '192.0.2.7' }),
    await gateway.fetch(posted({ headers: forwarded }), { remoteAddress: '127.0.0.1' }),
    await gateway.inject({ query, headers: forwarded }),
    await gateway.inject({ query, remoteAddress: '192.0.2.7' }),
    // Whatever a client says, without a proxy that is trusted.
    await gateway.fetch(posted({ headers: forwarded })),
    await gateway.inject({ query, headers: forwarded, remoteAddress: '198.51.100.1' }),
    await gateway.inject({ query }),
  ].map(({ status }) => status);
  expect(statuses).toEqual([403, 403, 403, 403, 200, 200, 200]);
});

test('inject sends GraphQL parameters, or a body as it is', async () => {
  const { gateway, service } = await embedded();
  const variables = { text: 'Good morning' };
  const document = 'query Greet($text: String) { greeting(text: $text) }';
  const posting = await gateway.inject({ query: document, variables, operationName: 'Greet' });
  expect(posting.json()).toEqual({ data: { greeting: 'Hello' } });
  expect(posting.headers['content-type']).toBe('application/json; charset=utf-8');
  const byUrl = await gateway.inject({ method: 'GET', query: document, variables, headers: json });
  expect(byUrl.json()).toEqual(posting.json());
  for (const { body } of service.requests) expect(JSON.stringify(body)).toContain('Good morning');
  expect((await gateway.inject({ body: [{ query }] })).status).toBe(200);
  expect((await gateway.inject({ body: '{', headers: json })).status).toBe(400);
  expect((await gateway.inject({ path: '/healthcheck' })).json()).toMatchObject({ status: 'ok' });
  const zipped = await gateway.inject({ query, headers: { 'accept-encoding': 'gzip;q=1, identity;q=0' } });
  expect([zipped.headers['content-encoding'], zipped.bytes[0]]).toEqual(['gzip', 0x1f]);
  await expect(gateway.inject({ query, body: '{}' })).rejects.toThrow('give "body" or GraphQL parameters, not both');
});

test('inject reads a stream to its end', async () => {
  async function* subscribe() {
    yield { ticks: 1 };
  }
  const fields = { schema: 'own.graphql', resolvers: { Subscription: { ticks: { subscribe } } } };
  const { gateway } = await embedded(hello, { fields });
  const { body } = await gateway.inject({ query: 'subscription { ticks }', headers: { accept: 'text/event-stream' } });
  expect(body).toBe(':\n\nevent: next\ndata: {"data":{"ticks":1}}\n\nevent: complete\ndata:\n\n');
});

test('a gateway that stops finishes what runs, and accepts nothing new; stopping twice is stopping once', async () => {
  const respond = Promise.withResolvers<void>();
  const { gateway, service } = await embedded((response, request) => {
    respond.promise.then(() => hello(response, request));
  });
  const running = gateway.inject({ query });
  await service.firstRequest;
  const stopped = [gateway.stop(), gateway.stop()];
  const late = await gateway.inject({ query });
  expect([late.status, late.json()]).toMatchObject([503, { errors: [{ extensions: { code: 'SHUTTING_DOWN' } }] }]);
  expect((await gateway.inject({ path: '/readiness' })).status).toBe(503);
  expect((await gateway.inject({ path: '/healthcheck' })).status).toBe(200);
  respond.resolve();
  expect((await running).json()).toEqual({ data: { greeting: 'Hello' } });
  expect(await Promise.all(stopped)).toEqual([0, 0]);
});

test('requests that outlast the grace period get what is known', async () => {
  const { gateway, service } = await embedded(silence, { shutdownGrace: 1 });
  const running = gateway.fetch(posted());
  const { aborted } = await service.firstRequest;
  expect(await gateway.stop()).toBe(1);
  expect(await (await running).json()).toMatchObject({ errors: [{ extensions: { code: expect.any(String) } }] });
  expect(await aborted).toBe(true);
});

test('a gateway is disposed of at the end of a block', async () => {
  const { config, folder } = setUp(closedUrl);
  let outside: Gateway;
  {
    await using gateway = createGateway(config, folder);
    expect((await gateway.inject({ path: '/readiness' })).status).toBe(200);
    outside = gateway;
  }
  expect((await outside.inject({ path: '/readiness' })).status).toBe(503);
});

test('WebSockets that are off are rejected', async () => {
  const { gateway } = await embedded(hello, { websocket: { enabled: false } });
  const server = createServer(gateway.listener).on('upgrade', gateway.upgrade);
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  const socket = connectSocket(Number(new URL(origin).port), '127.0.0.1');
  socket.write('GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 404 /);
});

test('a configuration may be a function, with secrets beside it', async () => {
  const { config, folder } = setUp(closedUrl);
  temporaryFolder();
  const made = createGateway(async () => ({ ...config, path: `/${file('greetings.graphql').slice(0, 4)}` }), folder);
  const gateway = await made;
  onTestFinished(async () => {
    await gateway.stop();
  });
  expect((await gateway.inject({ path: '/type', query: '{ __typename }' })).json()).toEqual({
    data: { __typename: 'Query' },
  });
  expect((await gateway.inject({ path: '/graphql', query })).body).toContain('GraphQL is at /type.');
  await expect(createGateway(() => ({ ...config, path: '/type/' }))).rejects.toThrow(ConfigError);
  await expect(
    createGateway(() => {
      throw new Error('The vault is closed.');
    }),
  ).rejects.toThrow('The vault is closed.');
});
