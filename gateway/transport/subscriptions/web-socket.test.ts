// Subscriptions to a subgraph over real WebSockets: what is sent and shared, and every way in which a service may end
// or fail one.
import { describe, expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import { temporaryFolder } from '../../../test/harness/folder.ts';
import { closedUrl } from '../../../test/harness/servers.ts';
import { scope } from '../../../test/harness/test-upstream.ts';
import { createCertificate } from '../../../test/http/certificate.ts';
import { SocketService } from '../../../test/subscriptions-upstream/socket-service.ts';
import { NumberText } from '../../json/number-text.ts';
import type { SubgraphConnectionOptions } from '../connection-options.ts';
import { SubgraphClient, type SubgraphResponse } from '../subgraph-client.ts';
import { RequestCancelled } from '../subgraph-error.ts';
import type { SubscriptionSettings } from './subscription-settings.ts';

const body = '{"query":"subscription { v }"}';
const resumption = { maxAttempts: 20, maxTime: 20_000 };

function client(
  urls: string | string[],
  settings: Partial<SubscriptionSettings> = {},
  headers: string[] = [],
  connecting?: SubgraphConnectionOptions,
) {
  const made = new SubgraphClient({
    name: 'stock',
    urls: [urls].flat(),
    ...{ headers, connecting },
    timeout: 20_000,
    maxResponseBytes: 100_000,
    subscriptions: {
      ...{ max: 1000, end: 'complete', startTimeout: 20_000, protocol: 'websocket', isShared: false },
      ...settings,
    },
  });
  onTestFinished(() => made.close());
  return made;
}

/** A scope that forwards these header fields, of a caller. */
function forwarding(fields: string[], caller: string | null = null) {
  return {
    ...scope(),
    forwarded: { headersFor: () => fields, keyFor: () => JSON.stringify(fields), carriesCredentials: () => true },
    identity: caller === null ? null : { key: caller, subject: caller },
  };
}

async function outcomeOf(subscribed: Promise<AsyncIterable<SubgraphResponse>>) {
  const values: unknown[] = [];
  try {
    for await (const response of await subscribed) values.push(response.data?.v ?? response.errors);
    return { values, end: 'complete' };
  } catch (error) {
    return { values, end: (error as { code: string }).code };
  }
}

test('a handshake has the path, the header fields of the gateway and the caller; the payload has what is configured', async () => {
  const service = await SocketService.start();
  const url = service.url.replace('//', '//name:pass@');
  const connectionParams = {
    authorization: { header: 'x-user' },
    absent: { header: 'x-absent' },
    headers: { key: 'k', user: { header: 'x-user' } },
    version: 2,
  };
  const subgraph = client(url, { path: '/live?a=1', connectionParams }, ['x-key', 'secret']);
  const events = await subgraph.subscribe(
    '{"query":"subscription { v }","variables":{"a":1}}',
    forwarding(['x-user', 'u1']),
  );
  const received = await service.subscription(0);
  expect(received).toMatchObject({ query: 'subscription { v }', variables: { a: 1 } });
  expect(received.socket).toMatchObject({
    path: '/live?a=1',
    headers: {
      'sec-websocket-protocol': 'graphql-transport-ws',
      authorization: `Basic ${btoa('name:pass')}`,
      'x-request-id': 'r1',
      'x-key': 'secret',
      'x-user': 'u1',
    },
    params: { authorization: 'u1', headers: { key: 'k', user: 'u1' }, version: 2 },
  });
  received.next({ v: 1 });
  received.complete();
  expect(await outcomeOf(Promise.resolve(events))).toEqual({ values: [1], end: 'complete' });
});

test('only subscriptions of one caller with the same header fields share a socket, up to the bound', async () => {
  const service = await SocketService.start();
  const subgraph = client(service.url, { maxPerSocket: 2 });
  const scopes = [
    ...[1, 2, 3].map(() => forwarding(['x-user', 'a'], 'a')),
    forwarding(['x-user', 'b'], 'a'),
    forwarding(['x-user', 'a'], 'b'),
    forwarding(['x-user', 'a']),
    { ...forwarding(['x-user', 'a'], 'a'), isIsolated: true },
  ];
  const all = await Promise.all(scopes.map((each) => subgraph.subscribe(body, each)));
  await service.subscription(scopes.length - 1);
  expect(service.sockets).toHaveLength(6);
  const sizes = service.sockets.map((socket) => service.subscriptions.filter((each) => each.socket === socket).length);
  expect(sizes.sort()).toEqual([1, 1, 1, 1, 1, 2]);
  const overs = service.subscriptions.map(({ over }) => over);
  for (const events of all) await events.return?.();
  await Promise.all(overs);
  // A socket ends with its last subscription.
  await Promise.all(
    service.sockets.map(
      ({ webSocket }) => webSocket.readyState === 3 || new Promise((r) => webSocket.once('close', r)),
    ),
  );
});

test('a WebSocket has the TLS files of the service, also beside HTTP/2, and a signed handshake', async () => {
  const own = createCertificate({ name: 'stock.internal' });
  const service = await SocketService.start({ tls: own });
  const folder = temporaryFolder({ 'ca.pem': own.cert });
  const connecting = (tls: object) => ({
    ...{ http: '2' as const, tls, folder, options: { tls: 'tls', sign: 'sign' } },
    sign: { hmac: { secret: 'a secret that is long enough for HS256', header: 'x-signature' } },
  });
  const trusting = { ca: 'ca.pem', servername: 'stock.internal' };
  const events = await client(service.url, {}, [], connecting(trusting)).subscribe(body, scope());
  const { socket } = await service.subscription(0);
  expect(socket.headers['x-signature']).toMatch(/./);
  await events.return?.();
  for (const tls of [{ ...trusting, servername: 'other.internal' }, {}]) {
    const rejected = scope();
    const subscribed = client(service.url, {}, [], connecting(tls)).subscribe(body, rejected);
    await expect(subscribed).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(rejected.calls).toMatchObject([{ detail: expect.stringMatching(/ALTNAME|SELF_SIGNED/) }]);
  }
});

test('numbers are as the service sent them', async () => {
  const service = await SocketService.start();
  const events = await client(service.url).subscribe(body, scope());
  const { socket } = await service.subscription(0);
  socket.webSocket.send('{"id":"1","type":"next","payload":{"data":{"v":12345678901234567890}}}');
  const { value } = await events.next();
  expect(value?.data?.v).toEqual(new NumberText('12345678901234567890'));
});

test('leaving ends the subscription at the service, also while it is being opened; others on the socket go on', async () => {
  const service = await SocketService.start();
  const subgraph = client(service.url);
  const [first, second] = [await subgraph.subscribe(body, scope()), await subgraph.subscribe(body, scope())];
  const [one, other] = [await service.subscription(0), await service.subscription(1)];
  expect(other.socket).toBe(one.socket);
  await first.return?.();
  expect(await one.over).toBe('complete');
  one.next({ v: 'late' });
  other.next({ v: 2 });
  expect((await second.next()).value).toMatchObject({ data: { v: 2 } });
  let acknowledge = () => {};
  const slow = await SocketService.start({
    onInit: (socket) => {
      acknowledge = () => socket.close();
    },
  });
  const cancelled = scope();
  const opening = client(slow.url).subscribe(body, cancelled);
  const closed = expect(opening).rejects.toBeInstanceOf(RequestCancelled);
  await expect.poll(() => slow.sockets.length).toBe(1);
  cancelled.cancellation.cancel();
  await closed;
  acknowledge();
  expect(slow.subscriptions).toHaveLength(0);
  expect(cancelled.calls).toMatchObject([{ outcome: 'CANCELLED' }]);
});

describe.each<[string, (socket: WebSocket) => void, string]>([
  ['1000 without `complete`', (socket) => socket.close(1000), 'SUBGRAPH_UNAVAILABLE'],
  ['1001', (socket) => socket.close(1001), 'SUBGRAPH_UNAVAILABLE'],
  ['1011', (socket) => socket.close(1011), 'SUBGRAPH_UNAVAILABLE'],
  ['1012', (socket) => socket.close(1012), 'SUBGRAPH_UNAVAILABLE'],
  ['a cut connection', (socket) => socket.terminate(), 'SUBGRAPH_UNAVAILABLE'],
  ['4500', (socket) => socket.close(4500, 'Internal'), 'SUBGRAPH_UNAVAILABLE'],
  ['4400', (socket) => socket.close(4400), 'SUBGRAPH_ERROR'],
  ['4401', (socket) => socket.close(4401), 'SUBGRAPH_ERROR'],
  ['4403', (socket) => socket.close(4403), 'SUBGRAPH_ERROR'],
  ['4406', (socket) => socket.close(4406), 'SUBGRAPH_ERROR'],
  ['4408', (socket) => socket.close(4408), 'SUBGRAPH_TIMEOUT'],
  ['4409', (socket) => socket.close(4409), 'SUBGRAPH_ERROR'],
  ['4429', (socket) => socket.close(4429), 'RATE_LIMIT_EXCEEDED'],
  ['a message that is no JSON', (socket) => socket.send('{'), 'SUBGRAPH_BAD_RESPONSE'],
  [
    'a binary message',
    (socket) => socket.send(Buffer.from('{"type":"ping"}'), { binary: true }),
    'SUBGRAPH_BAD_RESPONSE',
  ],
  ['a message of no known type', (socket) => socket.send('{"type":"data","id":"1"}'), 'SUBGRAPH_BAD_RESPONSE'],
  [
    '`next` without a response',
    (socket) => socket.send('{"type":"next","id":"1","payload":{}}'),
    'SUBGRAPH_BAD_RESPONSE',
  ],
  [
    '`error` without errors',
    (socket) => socket.send('{"type":"error","id":"1","payload":"no"}'),
    'SUBGRAPH_BAD_RESPONSE',
  ],
  ['a message that is too large', (socket) => socket.send(' '.repeat(110_000)), 'SUBGRAPH_BAD_RESPONSE'],
])('a service that ends an open WebSocket with %s', (_name, end, code) => {
  test(`fails the subscription with ${code}, never a regular end`, async () => {
    const service = await SocketService.start();
    const subscribed = scope();
    const events = await client(service.url).subscribe(body, subscribed);
    const { next, socket } = await service.subscription(0);
    next({ v: 1 });
    expect((await events.next()).value).toMatchObject({ data: { v: 1 } });
    end(socket.webSocket);
    await expect(events.next()).rejects.toMatchObject({ code });
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(subscribed.calls).toMatchObject([{ subgraph: 'stock', outcome: code, events: 1 }]);
  });
});

test('close codes for credentials concern the caller whose credentials were sent', async () => {
  for (const [code, expected] of [
    [4401, 'UNAUTHENTICATED'],
    [4403, 'FORBIDDEN'],
  ] as const) {
    const service = await SocketService.start({ onInit: (socket) => socket.close(code) });
    const rejected = client(service.url).subscribe(body, forwarding(['authorization', 'Bearer x'], 'a'));
    await expect(rejected).rejects.toMatchObject({ code: expected });
    const own = client(service.url).subscribe(body, scope());
    await expect(own).rejects.toMatchObject({ code: 'SUBGRAPH_ERROR' });
  }
});

test('a handshake that is rejected has the code of its status', async () => {
  for (const [status, code] of [
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [200, 'SUBGRAPH_BAD_RESPONSE'],
    [404, 'SUBGRAPH_BAD_RESPONSE'],
    [429, 'RATE_LIMIT_EXCEEDED'],
    [503, 'SUBGRAPH_UNAVAILABLE'],
  ] as const) {
    const service = await SocketService.start({ status });
    await expect(client(service.url).subscribe(body, forwarding(['authorization', 'x']))).rejects.toMatchObject({
      code,
    });
  }
});

test('a service that does not acknowledge in time has timed out; one that cannot be connected to is passed over', async () => {
  const silent = await SocketService.start({ onInit: () => {} });
  const late = client(silent.url, { startTimeout: 100 }).subscribe(body, scope());
  await expect(late).rejects.toMatchObject({ code: 'SUBGRAPH_TIMEOUT' });
  const service = await SocketService.start();
  for (let sent = 0; sent < 4; sent += 1) {
    const events = await client([closedUrl, service.url]).subscribe(body, scope());
    await events.return?.();
  }
  await expect(client(closedUrl).subscribe(body, scope())).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
});

test('errors in place of events are the response of a service that has rejected the subscription', async () => {
  const service = await SocketService.start();
  const rejected = outcomeOf(client(service.url).subscribe(body, scope()));
  (await service.subscription(0)).error([{ message: 'no such field' }]);
  expect(await rejected).toEqual({ values: [[{ message: 'no such field' }]], end: 'complete' });
});

test('errors after events are the last event, and the end is no regular one', async () => {
  const service = await SocketService.start();
  const outcome = outcomeOf(client(service.url, { resumption }).subscribe(body, scope()));
  const { next, error } = await service.subscription(0);
  next({ v: 1 });
  error([{ message: 'given up' }]);
  expect(await outcome).toEqual({ values: [1, [{ message: 'given up' }]], end: 'SUBGRAPH_ERROR' });
});

test('a message that is too large ends its own subscription; others on the socket are resumed on their own', async () => {
  const service = await SocketService.start();
  const subgraph = client(service.url, { resumption });
  const [large, small] = [outcomeOf(subgraph.subscribe(body, scope())), outcomeOf(subgraph.subscribe(body, scope()))];
  await service.subscription(1);
  service.subscriptions[0]?.next({ v: 'x'.repeat(110_000) });
  const [one, other] = [await service.subscription(2), await service.subscription(3)];
  expect(new Set([service.subscriptions[0]?.socket, one.socket, other.socket]).size).toBe(3);
  one.next({ v: 'x'.repeat(110_000) });
  other.next({ v: 1 });
  other.complete();
  // Whichever was opened again first.
  expect(new Set(await Promise.all([large, small]))).toEqual(
    new Set([
      { values: [], end: 'SUBGRAPH_BAD_RESPONSE' },
      { values: [1], end: 'complete' },
    ]),
  );
});

test('a socket without a sign of life after a ping is ended; pings of the service have pongs', async () => {
  const service = await SocketService.start();
  const events = await client(service.url, { ping: 50 }).subscribe(body, scope());
  const { socket } = await service.subscription(0);
  const pong = new Promise<string>((resolve) => socket.webSocket.once('message', (data) => resolve(String(data))));
  socket.webSocket.send('{"type":"ping"}');
  expect(JSON.parse(await pong)).toEqual({ type: 'pong' });
  // It is connected, and reads nothing.
  socket.webSocket.pause();
  await expect(events.next()).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
});

test('events that are not read are bounded: the subscription fails, and others on its socket go on', async () => {
  const service = await SocketService.start();
  const subgraph = client(service.url, { maxQueued: 10 });
  const slow = await subgraph.subscribe(body, scope());
  const fast = await subgraph.subscribe(body, scope());
  const [one, other] = [await service.subscription(0), await service.subscription(1)];
  for (let sent = 0; sent < 20; sent += 1) one.next({ v: sent });
  other.next({ v: 'fast' });
  expect((await fast.next()).value).toMatchObject({ data: { v: 'fast' } });
  expect(await one.over).toBe('complete');
  await expect(slow.next()).rejects.toMatchObject({ code: 'TOO_MANY_EVENTS' });
});
