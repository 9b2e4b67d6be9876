// Cost of bodies in the smallest of pieces: a gateway in a process of its own reports how much memory and
// processor time they took. And the time limit for a body.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { temporaryFolder } from '../harness/folder.ts';
import { startGatewayProcess } from '../harness/gateway.ts';
import { startService } from '../values/served-graph.ts';

const token = 'a-token-that-only-operators-have';

/** @param settings of the configuration besides, as code. */
async function start(settings = '') {
  const service = await startService(() => ({ data: { echo: 'once' } }));
  const folder = temporaryFolder({
    'service.graphql': 'type Query { echo(text: String): String }',
    'gateway.config.mjs': `
      process.on('SIGUSR2', () => console.log(JSON.stringify({ usage: process.resourceUsage() })));
      export default {
        port: 0,
        log: { level: 'info', format: 'json' },
        cache: { purge: { token: '${token}' } },
        subgraphs: { service: { url: '${service.url}', schema: 'service.graphql' } },
        ${settings}
      };`,
  });
  const gateway = await startGatewayProcess(`${folder}/gateway.config.mjs`, { isSingle: true });
  onTestFinished(async () => {
    await gateway.process.stop();
  });
  /** Memory that there was at most, in MB; processor time so far, in milliseconds. */
  const usage = async () => {
    gateway.process.clear();
    gateway.process.signal('SIGUSR2');
    const line = await gateway.process.line(({ usage }) => usage !== undefined);
    const { maxRSS, userCPUTime, systemCPUTime } = line.usage as NodeJS.ResourceUsage;
    return { memory: maxRSS / 1024, time: (userCPUTime + systemCPUTime) / 1000 };
  };
  return { url: new URL(gateway.url), usage };
}

async function open(url: URL, path: string, head: readonly string[]): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  // What the gateway cuts off, it resets.
  socket.on('error', () => {});
  socket.write([`POST ${path} HTTP/1.1`, 'host: gateway', 'connection: close', ...head, '', ''].join('\r\n'));
  return socket;
}

const operation = '{"query":"{ echo }"}';
const MEGABYTE = 1_048_576;
const head = ['content-type: application/json', 'transfer-encoding: chunked'];
const authorized = [...head, `authorization: Bearer ${token}`];

/** Of the response, which may come before the request has been sent. */
async function statusOf(socket: Socket): Promise<number> {
  const [first] = await once(socket, 'data');
  socket.destroy();
  return Number(String(first).slice(9, 12));
}

/** A body of one-byte chunks. */
const inBytes = (body: string) => Buffer.from(`${Array.from(body, (byte) => `1\r\n${byte}\r\n`).join('')}0\r\n\r\n`);

const attacks: [what: string, path: string, head: string[], count: number, body: string, status: number][] = [
  ['four bodies of 100 kB', '/graphql', head, 4, operation + ' '.repeat(100_000), 200],
  ['four of 1 MB', '/graphql', head, 4, operation + ' '.repeat(MEGABYTE - operation.length), 400],
  ['four that are too long', '/graphql', head, 4, ' '.repeat(MEGABYTE + 1), 400],
  ['four invalidations', '/admin/invalidate', authorized, 4, `{"type":"A"}${' '.repeat(65_000)}`, 202],
  ['four invalidations that are too long', '/admin/invalidate', authorized, 4, ' '.repeat(MEGABYTE), 413],
];

test('bodies in chunks of one byte take little memory and time, many at once as well', async () => {
  const { url, usage } = await start();
  const { memory } = await usage();
  for (const [what, path, head, count, body, status] of attacks) {
    const bytes = inBytes(body);
    const { time } = await usage();
    const responses = Array.from({ length: count }, async () => {
      const socket = await open(url, path, head);
      socket.write(bytes);
      return statusOf(socket);
    });
    expect([what, await Promise.all(responses)]).toEqual([what, Array.from({ length: count }, () => status)]);
    const after = await usage();
    // Measured: 160 MB in all, most of it garbage; 180 ms for each, and up to twice that on a busy machine.
    expect(after.memory - memory).toBeLessThan(300);
    expect(after.time - time).toBeLessThan(count * 1500);
  }
});

test('a WebSocket message in frames of one byte is rejected before it takes memory', async () => {
  const { url, usage } = await start();
  const socket = new WebSocket(`ws://${url.host}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  const before = await usage();
  const closed = once(socket, 'close');
  for (let byte = 0; byte < 200_000; byte++) socket.send(' ', { fin: false });
  const [code] = await closed;
  expect(code).toBe(1008);
  const after = await usage();
  expect(after.memory - before.memory).toBeLessThan(100);
});

test('a body that comes byte by byte is cut off after `requestTimeout`, and others are served meanwhile', async () => {
  const { url } = await start("requestTimeout: '500ms',");
  const plain = ['content-type: application/json', 'content-length: 1000'];
  const slow = [
    { path: '/graphql', head, byte: '1\r\n \r\n' },
    { path: '/graphql', head: plain, byte: ' ' },
    { path: '/admin/invalidate', head: authorized, byte: '1\r\n \r\n' },
    { path: '/admin/invalidate', head: [...plain, `authorization: Bearer ${token}`], byte: ' ' },
  ];
  const responses = slow.map(async ({ path, head, byte }) => {
    const socket = await open(url, path, head);
    const trickle = setInterval(() => socket.write(byte), 20);
    onTestFinished(() => clearInterval(trickle));
    return statusOf(socket);
  });
  const other = await open(url, '/graphql', ['content-type: application/json', `content-length: ${operation.length}`]);
  other.write(operation);
  expect(await text(other)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await Promise.all(responses)).toEqual(slow.map(() => 408));
});
