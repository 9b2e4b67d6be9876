// Drain of a gateway that stops: what is served until load balancers have noticed, what its clients get at the end of
// the grace period, and where subscriptions go.
import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http';
import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Gateway } from '../../gateway/index.ts';
import { freePorts } from '../harness/ports.ts';
import { PlainClient, Shop } from '../websocket/shop.ts';

interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Local port of the connection. */
  port: number | undefined;
}

/** Sends a request, by POST where it has a query. */
async function fetchBy(
  agent: Agent,
  url: string,
  query: string | null = null,
  headers: Record<string, string> = {},
): Promise<Received> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  const request = send(url, { agent, ...(query === null ? { headers } : post) });
  request.end(query === null ? undefined : JSON.stringify({ query }));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const port = response.socket.localPort;
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, body, port };
}

function keepAlive(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** Ends the delay of `stop`, which would outlast the test. */
async function end(gateway: Gateway, stopped: Promise<number>): Promise<number> {
  void gateway.stop({ delay: 0 });
  return stopped;
}

const LONG = 3_600_000;

test.each([
  ['the fast path', true],
  ['Yoga', false],
])('a stopping gateway serves on, not ready, and each response closes its connection (%s)', async (_path, fastPath) => {
  const shop = await Shop.start();
  const [port = 0] = await freePorts(1);
  const { gateway, http } = await shop.gateway({ fastPath, health: { port }, metrics: { public: true } });
  const { origin } = new URL(http);
  const [kept, running] = [keepAlive(), keepAlive()];
  const before = await fetchBy(kept, http, '{ hello }');
  expect(before.headers.connection).toBe('keep-alive');
  const slow = fetchBy(running, http, '{ slow }');
  await shop.slow.firstRequest;

  const stopped = gateway.stop({ delay: LONG });
  // On the connection that was kept, then on new ones.
  const on = await fetchBy(kept, http, '{ hello }');
  expect([on.status, on.headers.connection, on.port]).toEqual([200, 'close', before.port]);
  for (const [path, status] of [
    ['/readiness', 503],
    ['/healthcheck', 200],
    ['/metrics', 200],
    ['/nothing', 404],
    ['/graphql?query={hello}', 200],
    ['/graphql?query={', 400],
  ] as const) {
    const headers = { 'apollo-require-preflight': '1', accept: 'application/graphql-response+json' };
    const response = await fetchBy(kept, `${origin}${path}`, null, headers);
    expect([path, response.status, response.headers.connection]).toEqual([path, status, 'close']);
  }
  expect((await fetch(`http://127.0.0.1:${port}/readiness`)).status).toBe(503);
  expect((await fetch(`http://127.0.0.1:${port}/healthcheck`)).status).toBe(200);
  const client = await PlainClient.open(http.replace('http', 'ws'));
  expect(await client.query('1', '{ hello }')).toMatchObject({ type: 'next' });
  await shop.respondSlowly();
  expect((await slow).headers.connection).toBe('close');
  expect(await end(gateway, stopped)).toBe(0);
  await expect(fetchBy(kept, http, '{ hello }')).rejects.toThrow('ECONNREFUSED');
});

test('a connection that is idle at the end of the delay is closed, and does not delay the end', async () => {
  const shop = await Shop.start();
  const { gateway, http } = await shop.gateway({ shutdownGrace: LONG, shutdownDelay: 1 });
  await fetchBy(keepAlive(), http, '{ hello }');
  expect(await gateway.stop()).toBe(0);
});

test('at the end of the grace, requests get what is known, and an error for the rest', async () => {
  const shop = await Shop.start();
  const { gateway, http, url } = await shop.gateway({ shutdownGrace: 100, deduplicateInFlight: false });
  const client = await PlainClient.open(url);
  client.subscribe('1', '{ hello slow }');
  const [partial, nothing] = [
    fetchBy(keepAlive(), http, '{ hello slow }'),
    fetchBy(keepAlive(), http, 'query Own { slow }', { accept: 'application/graphql-response+json' }),
  ];
  await expect.poll(() => shop.slow.requests.length, { timeout: 60_000 }).toBe(3);
  expect(await gateway.stop()).toBe(3);
  const rest = {
    data: { hello: 'hi', slow: null },
    errors: [{ path: ['slow'], extensions: { code: 'SUBGRAPH_TIMEOUT', subgraph: 'slow' } }],
  };
  const { status, body } = await partial;
  expect([status, JSON.parse(body)]).toMatchObject([200, rest]);
  const rejected = await nothing;
  expect([rejected.status, rejected.headers['retry-after']]).toEqual([503, '1']);
  expect(JSON.parse(rejected.body)).toMatchObject({ errors: [{ extensions: { code: 'SHUTTING_DOWN' } }] });
  expect(await client.message()).toMatchObject({ id: '1', type: 'next', payload: rest });
  expect(await client.closed).toMatchObject({ code: 1001 });
});

test('subscriptions are sent away at the start of the grace, and clients of graphql-ws go on elsewhere', async () => {
  const shop = await Shop.start();
  const [first, second] = [await shop.gateway({ shutdownGrace: LONG }), await shop.gateway()];
  const urls = [first.url, second.url];
  const client = createClient({
    url: () => urls.shift() ?? second.url,
    webSocketImpl: WebSocket,
    retryWait: () => Promise.resolve(),
  });
  onTestFinished(async () => client.dispose());
  const events = client.iterate({ query: 'subscription { stockChanged { id } }' });
  const next = async () => (await events.next()).value?.data;
  const received = next();
  await shop.subscribed(1);
  shop.publish({ id: 'p1' });
  expect(await received).toEqual({ stockChanged: { id: 'p1' } });
  const resumed = next();
  expect(await first.gateway.stop()).toBe(0);
  await shop.subscribed(1);
  shop.publish({ id: 'p2' });
  expect(await resumed).toEqual({ stockChanged: { id: 'p2' } });
});

test('event streams end without `complete`, so that clients subscribe again', async () => {
  const shop = await Shop.start();
  const { gateway, http } = await shop.gateway({ shutdownGrace: LONG });
  const query = 'subscription { stockChanged { id } }';
  const streams = ['1', '2', '3'].map(() => fetchBy(keepAlive(), http, query, { accept: 'text/event-stream' }));
  await shop.subscribed(3);
  expect(await gateway.stop()).toBe(0);
  for (const stream of streams) expect(await stream).toMatchObject({ status: 200, body: ':\n\n' });
});

test('subscriptions in parts end with an error, so that no client takes it for their regular end', async () => {
  const shop = await Shop.start();
  const { gateway, http } = await shop.gateway({ shutdownGrace: LONG });
  const accept = 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0, application/json';
  const stream = fetchBy(keepAlive(), http, 'subscription { stockChanged { id } }', { accept });
  await shop.subscribed(1);
  expect(await gateway.stop()).toBe(0);
  const { body } = await stream;
  const [, , last, end] = body.split('\r\n--graphql');
  const error = {
    message: 'The gateway is shutting down. Subscribe again.',
    extensions: { code: 'SHUTTING_DOWN' },
  };
  expect(JSON.parse((last as string).split('\r\n\r\n')[1] as string)).toEqual({ payload: null, errors: [error] });
  expect(end).toBe('--\r\n');
});
