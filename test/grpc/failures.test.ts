// Failures of services that speak gRPC: statuses, time, connections, and what clients get.
import { once } from 'node:events';
import { createServer, type Http2Server, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { serveShop } from './shop-gateway.ts';
import { pending, shopReturns, startShop } from './shop-service.ts';

const off = { breaker: false, retry: false } as const;

const cases = [
  ['CANCELLED', 'SUBGRAPH_UNAVAILABLE', 'The subgraph "shop" could not be reached.'],
  ['UNKNOWN', 'SUBGRAPH_ERROR', 'The subgraph "shop" reported an error.'],
  ['INVALID_ARGUMENT', 'BAD_USER_INPUT', 'the details'],
  ['DEADLINE_EXCEEDED', 'SUBGRAPH_TIMEOUT', 'The subgraph "shop" did not respond in time.'],
  ['ALREADY_EXISTS', 'ALREADY_EXISTS', 'the details'],
  ['PERMISSION_DENIED', 'SUBGRAPH_ERROR', 'The subgraph "shop" rejected the request.'],
  ['RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED', 'The subgraph "shop" has received too many requests.'],
  ['FAILED_PRECONDITION', 'FAILED_PRECONDITION', 'the details'],
  ['ABORTED', 'ABORTED', 'the details'],
  ['OUT_OF_RANGE', 'BAD_USER_INPUT', 'the details'],
  ['UNIMPLEMENTED', 'SUBGRAPH_BAD_RESPONSE', 'The subgraph "shop" returned an unusable response.'],
  ['INTERNAL', 'SUBGRAPH_ERROR', 'The subgraph "shop" reported an error.'],
  ['UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE', 'The subgraph "shop" could not be reached.'],
  ['DATA_LOSS', 'SUBGRAPH_ERROR', 'The subgraph "shop" reported an error.'],
  ['UNAUTHENTICATED', 'SUBGRAPH_ERROR', 'The subgraph "shop" rejected the request.'],
] as const;

test('each status is an error of the catalogue, or one of the service, whose internal failures do not show', async () => {
  let fails: status = status.OK;
  const shop = await startShop(() => ({ fails, details: 'the details' }));
  const { send, request } = await serveShop({ shop, subgraph: { ...off, errors: { extensions: ['grpcStatus'] } } });
  for (const [name, code, message] of cases) {
    fails = status[name];
    const { data, errors } = await send('{ item(id: "i1") { id } }');
    const { grpcStatus = name, ...extensions } = errors[0].extensions;
    expect({ data, message: errors[0].message, grpcStatus, extensions, path: errors[0].path }).toEqual({
      ...{ data: { item: null }, message, grpcStatus: name, extensions: { code, subgraph: 'shop' }, path: ['item'] },
    });
  }
  fails = status.NOT_FOUND;
  expect(await request('{ item(id: "i1") { id } list { id status } search { id } }')).toEqual({
    data: { item: null, list: ['i1', 'i2', 'i3'].map((id) => ({ id, status: null })), search: [] },
  });
  // A mutation has had no effect: null alone would hide that.
  expect(await send('mutation { updateItem(input: { id: "i1" }) { id } }')).toMatchObject({
    data: { updateItem: null },
    errors: [{ message: 'the details', path: ['updateItem'], extensions: { code: 'NOT_FOUND' } }],
  });
});

test('of several calls for one request each fails alone', async () => {
  const shop = await startShop((call) =>
    call.request.id === 'i2' ? { fails: status.UNAVAILABLE } : shopReturns(call),
  );
  const { request } = await serveShop({ shop, subgraph: off });
  expect(
    await request('{ a: item(id: "i1") { name } b: item(id: "i2") { name } c: item(id: "none") { name } }'),
  ).toEqual({
    data: { a: { name: 'Lamp' }, b: null, c: null },
    errors: [
      {
        message: 'The subgraph "shop" could not be reached.',
        path: ['b'],
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'shop' },
      },
    ],
  });
});

test('one of several calls that fails leaves its field the fallback', async () => {
  const shop = await startShop((call) =>
    call.request.id === 'i2' ? { fails: status.UNAVAILABLE } : shopReturns(call),
  );
  const { request } = await serveShop({ shop, subgraph: off });
  expect(await request('{ a: makerOf(id: "i1") b: makerOf(id: "i2") }')).toEqual({
    data: { a: 'Ex', b: 'unknown' },
    extensions: { degraded: [['b']] },
  });
});

test('queries are sent again while the service is unavailable, mutations are not', async () => {
  const shop = await startShop();
  const { send } = await serveShop({ shop });
  const failOnce = () => {
    const count = shop.calls.length;
    shop.returns = (call) => (shop.calls.length === count + 1 ? { fails: status.UNAVAILABLE } : shopReturns(call));
  };
  failOnce();
  expect(await send('{ item(id: "i1") { name } }')).toEqual({ data: { item: { name: 'Lamp' } } });
  expect(shop.calls).toHaveLength(2);
  failOnce();
  expect(await send('mutation { updateItem(input: { id: "i1" }) { name } }')).toMatchObject({
    errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
  });
  expect(shop.calls).toHaveLength(3);
});

test('a call has what is left of the time, and ends with it', async () => {
  const shop = await startShop(() => pending);
  const { send } = await serveShop({ shop, subgraph: { ...off, timeout: '200ms' } });
  const sent = send('{ item(id: "i1") { name } }');
  const call = await shop.call(1);
  expect(Number(call.deadline) - Date.now()).toBeLessThanOrEqual(200);
  expect(await sent).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }] });
  await call.cancelled;
});

test('a client that leaves cancels its calls', async () => {
  const shop = await startShop(() => pending);
  const { url } = await serveShop({ shop });
  const leaving = new AbortController();
  const body = JSON.stringify({ query: '{ item(id: "i1") { name } }' });
  const sent = fetch(`${url}/graphql`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body, signal: leaving.signal },
  });
  const call = await shop.call(1);
  leaving.abort();
  await expect(sent).rejects.toThrow();
  await call.cancelled;
});

test('metadata is what is forwarded, and what the configuration adds; credentials of the caller may be rejected', async () => {
  const shop = await startShop();
  const subgraph = { headers: { 'x-key': 'secret' } };
  const config: Partial<GatewayConfig> = {
    forward: { headers: ['authorization', 'x-tenant', 'x-odd'] },
    tracing: { exporter: 'none' },
  };
  const { send } = await serveShop({ shop, subgraph, config });
  const headers = { authorization: 'Basic eDp5', 'x-tenant': 't1', 'x-odd': 'é', 'x-request-id': 'r-1' };
  await send('{ item(id: "i1") { name } }', { headers });
  const { metadata } = await shop.call(1);
  expect(metadata.getMap()).toMatchObject({ authorization: 'Basic eDp5', 'x-tenant': 't1', 'x-key': 'secret' });
  expect(metadata.get('x-request-id')).toHaveLength(1);
  expect(metadata.get('traceparent')).toEqual([expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/)]);
  expect(metadata.get('x-odd')).toEqual([]);
  for (const [name, code] of [
    ['UNAUTHENTICATED', 'UNAUTHENTICATED'],
    ['PERMISSION_DENIED', 'FORBIDDEN'],
  ] as const) {
    shop.returns = () => ({ fails: status[name], details: 'a secret of the service' });
    const response = await send('{ item(id: "i1") { name } }', { headers });
    expect(response.errors[0].extensions.code).toBe(code);
    expect(JSON.stringify(response)).not.toContain('a secret');
  }
});

test('the circuit breaker opens while most calls fail, and nothing is sent then', async () => {
  const shop = await startShop(() => ({ fails: status.UNAVAILABLE }));
  const { send } = await serveShop({ shop, subgraph: { retry: false, breaker: { minRequests: 3, open: '1h' } } });
  for (let count = 0; count < 3; count++) await send('{ item(id: "i1") { name } }');
  expect(await send('{ item(id: "i1") { name } }')).toMatchObject({
    errors: [{ extensions: { code: 'SUBGRAPH_CIRCUIT_OPEN' } }],
  });
  expect(shop.calls).toHaveLength(3);
});

test('a service that restarts is connected to again; one that is down is unavailable', async () => {
  const shop = await startShop();
  const port = Number(shop.address.split(':')[1]);
  const { send } = await serveShop({ shop, subgraph: off });
  const query = '{ item(id: "i1") { name } }';
  expect(await send(query)).toEqual({ data: { item: { name: 'Lamp' } } });
  shop.stop();
  expect(await send(query)).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  await startShop(shopReturns, { port });
  await expect.poll(() => send(query), { timeout: 15_000, interval: 50 }).toEqual({ data: { item: { name: 'Lamp' } } });
});

test('messages may be larger than the 4 MB of grpc-js, up to the maximum of the subgraph', async () => {
  const name = 'x'.repeat(6_000_000);
  const shop = await startShop(() => ({ itemId: 'i1', name }), { options: { 'grpc.max_send_message_length': -1 } });
  const [large, small] = [await serveShop({ shop }), await serveShop({ shop, subgraph: { maxResponseBytes: '5mb' } })];
  const { data } = await large.send('{ item(id: "i1") { name } }');
  expect(data.item.name.length).toBe(name.length);
  expect(await small.send('{ item(id: "i1") { name } }')).toMatchObject({
    errors: [{ extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }],
  });
});

/** A server of HTTP/2 that speaks gRPC by hand. */
async function startStreams(respond: (stream: ServerHttp2Stream, count: number) => void) {
  const server: Http2Server = createServer();
  const sessions = new Set<Http2Session>();
  const streams: ServerHttp2Stream[] = [];
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream) => respond(stream, streams.push(stream)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, sessions };
}

const head = { ':status': 200, 'content-type': 'application/grpc+proto' };

test('errors in trailers alone, resets, and ends of connections are failures of the call, and no more', async () => {
  const responses: ((stream: ServerHttp2Stream) => void)[] = [
    (stream) => stream.respond({ ...head, 'grpc-status': '3', 'grpc-message': 'bad%20id' }, { endStream: true }),
    (stream) => stream.close(2),
    (stream) => stream.respond({ ':status': 503 }, { endStream: true }),
    (stream) => {
      stream.respond(head);
      stream.end('not a message');
    },
    (stream) => stream.session?.destroy(),
    (stream) => stream.respond({ ':status': 200, 'content-type': 'text/html' }, { endStream: true }),
  ];
  const { address } = await startStreams((stream, count) => {
    stream.on('error', () => undefined);
    responses[count - 1]?.(stream);
  });
  const { send } = await serveShop({ subgraph: { ...off, grpc: address, timeout: '5s' } });
  const found: string[] = [];
  for (let index = 0; index < responses.length; index++) {
    const { data, errors } = await send('{ item(id: "i1") { name } }');
    expect(data).toEqual({ item: null });
    found.push(`${errors[0].extensions.code}: ${errors[0].message}`);
  }
  expect(found).toEqual([
    'BAD_USER_INPUT: bad id',
    'SUBGRAPH_UNAVAILABLE: The subgraph "shop" could not be reached.',
    'SUBGRAPH_UNAVAILABLE: The subgraph "shop" could not be reached.',
    'SUBGRAPH_BAD_RESPONSE: The subgraph "shop" returned an unusable response.',
    'SUBGRAPH_UNAVAILABLE: The subgraph "shop" could not be reached.',
    'SUBGRAPH_BAD_RESPONSE: The subgraph "shop" returned an unusable response.',
  ]);
});

test('compressed messages are read', async () => {
  const message = gzipSync(Buffer.from([0x0a, 2, 0x69, 0x39, 0x12, 3, 0x5a, 0x69, 0x70]));
  const frame = Buffer.concat([Buffer.from([1, 0, 0, 0, message.length]), message]);
  const { address } = await startStreams((stream) => {
    stream.respond({ ...head, 'grpc-encoding': 'gzip' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(frame);
  });
  const { send } = await serveShop({ subgraph: { grpc: address } });
  expect(await send('{ item(id: "i9") { id name } }')).toEqual({ data: { item: { id: 'i9', name: 'Zip' } } });
});

test('a connection that goes away is replaced, and calls in flight on it end as they would', async () => {
  const shop = await startShop();
  const { send } = await serveShop({ shop, subgraph: off });
  await send('{ item(id: "i1") { name } }');
  const held = Promise.withResolvers<void>();
  shop.returns = async (call) => {
    await held.promise;
    return shopReturns(call);
  };
  const running = send('{ item(id: "i1") { name } }');
  await shop.call(2);
  // GOAWAY
  shop.server.drain(shop.address, 60_000);
  shop.returns = shopReturns;
  const next = send('{ item(id: "i2") { name } }');
  expect(await next).toEqual({ data: { item: { name: 'Map' } } });
  held.resolve();
  expect(await running).toEqual({ data: { item: { name: 'Lamp' } } });
});
