// Clients that send or read slowly: their time and what waits for them are bounded, over every transport, with short
// limits. Responses are longer than what the sockets of both sides hold.
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { LimitedLog } from '../../gateway/telemetry/limited-log.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { startUpstream } from '../harness/servers.ts';
import { createCertificate } from '../http/certificate.ts';
import { PlainClient } from '../websocket/shop.ts';

const MEGABYTE = 1_048_576;
/** More than the buffers of sockets on this machine hold. */
const LONG = 8 * MEGABYTE;

const longText = `{"data":{"text":"${'x'.repeat(LONG)}"}}`;
const longEvent = `event: next\ndata: {"data":{"text":"${'x'.repeat(MEGABYTE)}"}}\n\n`;

interface Cut {
  address: string;
  bytes: number;
  reason: string;
}

/** A gateway over a service with a long text, and a stream of events that does not end. */
async function start(options: Partial<GatewayConfig>) {
  const service = await startUpstream((response, { headers }) => {
    if (headers.accept !== 'text/event-stream') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(longText);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const fill = () => {
      while (response.write(longEvent));
    };
    response.on('drain', fill);
    fill();
  });
  onTestFinished(() => service.stop());
  const schema = 'type Query { text: String hello: String } type Subscription { text: String }';
  const gateway = createGateway(
    {
      port: 0,
      shutdownGrace: 1,
      log: { level: 'silent' },
      subgraphs: { service: { url: service.url, schema } },
      ...options,
    },
    temporaryFolder(),
  );
  const cuts: Cut[] = [];
  vi.spyOn(LimitedLog.prototype, 'write').mockImplementation((fields) => {
    const line = fields() as Cut;
    if ('bytes' in line) cuts.push(line);
  });
  const url = new URL(await gateway.start());
  onTestFinished(async () => void (await gateway.stop()));
  return { url, cuts, service, port: Number(url.port) };
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const post = (query: string, accept = 'application/json') => {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\naccept: ${accept}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

/** All that the server sends until it closes the connection. */
async function received(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.resume();
  await once(socket, 'close');
  return text;
}

const status = (text: string) => text.slice(9, 12);

test('slow heads, slow bodies and idle connections end after their times, and long heads are rejected', async () => {
  const { port } = await start({
    requestTimeout: 1_500,
    http: { headersTimeout: 800, idleTimeout: 200, maxHeaderBytes: 2048 },
  });
  const send = async (text: string) => {
    const socket = await open(port);
    socket.write(text);
    return received(socket);
  };
  const many = (text: string) => Promise.all(Array.from({ length: 50 }, () => send(text)));
  const [nothing, heads, bodies, idle, long] = await Promise.all([
    open(port).then(received),
    many('POST /graphql HTTP/1.1\r\nhost: a\r\n'),
    many(`${post('{ hello }').slice(0, -1)}`),
    send(post('{ __typename }')),
    send(`GET /healthcheck HTTP/1.1\r\nhost: a\r\nx-long: ${'x'.repeat(3000)}\r\n\r\n`),
  ]);
  expect(status(nothing)).toBe('408');
  expect(new Set(heads.map(status))).toEqual(new Set(['408']));
  expect(new Set(bodies.map(status))).toEqual(new Set(['408']));
  expect(status(idle)).toBe('200');
  expect(idle).toContain('"__typename":"Query"');
  expect(status(long)).toBe('431');
});

test('over HTTP/2, connections without a first request end after the time for a head', async () => {
  const { cert, key } = createCertificate();
  const folder = temporaryFolder({ 'cert.pem': cert, 'key.pem': key });
  const tls = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  const { url } = await start({ tls, http: { headersTimeout: 100, maxHeaderBytes: 4096 } });
  const session = connectHttp2(url, { ca: cert });
  await once(session, 'remoteSettings');
  expect(session.remoteSettings.maxHeaderListSize).toBe(4096);
  await once(session, 'close');
});

const maxUnsentTotal = 20 * MEGABYTE;

test.each([
  ['the fast path', true, 6],
  ['Yoga', false, 3],
])('of many clients that read nothing, those beyond the bound in all are cut off: %s', async (_, fastPath, count) => {
  const { port, cuts } = await start({ fastPath, http: { maxUnsentTotal, stallTimeout: '4s' } });
  const collect = collector();
  const before = collect();
  const sockets = await Promise.all(Array.from({ length: count }, () => open(port)));
  for (const socket of sockets) socket.pause().write(post('{ text }'));
  await vi.waitFor(() => expect(cuts.length).toBeGreaterThanOrEqual(count - 2), { timeout: 60_000 });
  const reason = `more than ${maxUnsentTotal} bytes wait for clients (http.maxUnsentTotal)`;
  const cut = { address: '127.0.0.1', bytes: longText.length, reason };
  expect(cuts.slice(0, count - 2)).toEqual(Array.from({ length: count - 2 }, () => cut));
  // Two responses are held.
  await vi.waitFor(() => expect(collect() - before).toBeLessThan(2 * maxUnsentTotal), { timeout: 60_000 });
  expect(status(await Promise.any(sockets.map(firstBytes)))).toBe('200');
  for (const socket of sockets) socket.destroy();
  await vi.waitFor(() => expect(collect() - before).toBeLessThan(4 * MEGABYTE), { timeout: 60_000 });
});

test.each([
  ['the fast path', true],
  ['Yoga', false],
])('a client that reads nothing is cut off after a while: %s', async (_, fastPath) => {
  const { port, cuts } = await start({ fastPath, http: { stallTimeout: 300 } });
  const socket = await open(port);
  socket.pause().write(post('{ text }'));
  await vi.waitFor(() => expect(cuts).toHaveLength(1), { timeout: 60_000 });
  expect(cuts[0]?.reason).toBe('the client has read nothing for 300 ms (http.stallTimeout)');
  expect(status(await received(socket))).toBe('200');
});

async function firstBytes(socket: Socket): Promise<string> {
  socket.resume();
  const [chunk] = await once(socket, 'data');
  return String(chunk);
}

/** Collects garbage; returns the bytes of buffers that are in use. */
function collector(): () => number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
}

test('a client that reads slowly gets its whole response, also where more than the bound waits', async () => {
  const { port, cuts } = await start({ http: { maxUnsentTotal: MEGABYTE } });
  const socket = await open(port);
  socket.write(post('{ text }'));
  let bytes = 0;
  for await (const chunk of socket) {
    bytes += (chunk as Buffer).length;
    if (bytes > LONG) break;
    await delay(1);
  }
  expect(bytes).toBeGreaterThan(LONG);
  expect(cuts).toEqual([]);
});

test('over HTTP/2, a response that is not read is cut off alone, and many on one connection beyond its bound', async () => {
  const { cert, key } = createCertificate();
  const folder = temporaryFolder({ 'cert.pem': cert, 'key.pem': key });
  const tls = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  const { url, cuts } = await start({ tls, http: { stallTimeout: 1000, maxUnsentBytes: 10 * MEGABYTE } });
  const session = connectHttp2(url, { ca: cert });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  const request = (query: string) => {
    const headers = { ':method': 'POST', ':path': '/graphql', 'content-type': 'application/json' };
    const stream = session.request(headers);
    stream.on('error', () => {});
    stream.end(JSON.stringify({ query }));
    return stream;
  };
  const streams = [request('{ text }'), request('{ text }')];
  await Promise.all(streams.map((stream) => once(stream, 'response')));
  await vi.waitFor(() => expect(cuts).toHaveLength(2), { timeout: 60_000 });
  expect(cuts.map(({ reason }) => reason)).toEqual([
    `more than ${10 * MEGABYTE} bytes wait on its connection (http.maxUnsentBytes)`,
    'the client has read nothing for 1000 ms (http.stallTimeout)',
  ]);
  const other = request('{ __typename }');
  const [headers] = await once(other, 'response');
  expect(headers[':status']).toBe(200);
});

test.each(['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'])(
  'events as %s that are not read end, and their subscription at the service',
  async (accept) => {
    const { port, cuts, service } = await start({ http: { stallTimeout: 600 } });
    const socket = await open(port);
    socket.pause().write(post('subscription { text }', accept));
    const { aborted } = await service.firstRequest;
    expect(await aborted).toBe(true);
    expect(cuts.map(({ reason }) => reason)).toEqual(['the client has read nothing for 600 ms (http.stallTimeout)']);
  },
);

test('what waits for WebSockets counts in all, and has its own time', async () => {
  const { url, cuts } = await start({
    http: { stallTimeout: 400, maxUnsentTotal: 6 * MEGABYTE },
    websocket: { stallTimeout: '1m' },
  });
  const clients = await Promise.all(Array.from({ length: 2 }, () => PlainClient.open(`ws://${url.host}/graphql`)));
  for (const client of clients) {
    client.subscribe('1', '{ text }');
    client.socket.pause();
  }
  await vi.waitFor(() => expect(cuts).toHaveLength(1), { timeout: 60_000 });
  expect(cuts[0]?.reason).toContain('http.maxUnsentTotal');
  for (const client of clients) client.socket.resume();
  const ends = await Promise.all(clients.map((client) => Promise.race([client.closed, client.message()])));
  expect(ends).toContainEqual({ code: 4413, reason: 'Too slow: messages are not read' });
  expect(ends).toContainEqual(expect.objectContaining({ type: 'next' }));
});
