// Attacks over a WebSocket: attack, the bytes after the handshake, and what comes back: messages, and the code with which
// the gateway closes the connection, or `open` where it goes on. Frames are written byte by byte (RFC 6455, section 5.2).
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Attacked, openRaw, startAttacked } from './attacked.ts';

let at: Attacked;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
  const websocket = { initTimeout: 300, maxMessageBytes: 10_000 };
  at = await startAttacked((one) => undo.unshift(one), { websocket });
});
afterAll(async () => {
  for (const one of undo) await one();
});

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10];
const FIN = 0x80;
const COMPRESSED = 0x40;

/** A frame of a client, with a mask of zeros. @param length what it announces, if not that of its payload. */
function frame(
  payload: Buffer | string,
  first = FIN | TEXT,
  length = Buffer.byteLength(payload),
  isMasked = true,
): Buffer {
  const mask = isMasked ? 0x80 : 0;
  const head =
    length < 126
      ? Buffer.from([first, mask | length])
      : length < 65_536
        ? Buffer.from([first, mask | 126, length >> 8, length & 255])
        : Buffer.from([first, mask | 127, 0, 0, 0, 0, ...new Uint8Array(new Uint32Array([length]).buffer).reverse()]);
  return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0), Buffer.from(payload)]);
}

const message = (value: unknown) => frame(JSON.stringify(value));
const init = message({ type: 'connection_init' });
const subscribe = (id: unknown, query = '{ sum }', more = {}) =>
  message({ type: 'subscribe', id, payload: { query, ...more } });
const ack = '{"type":"connection_ack"}';
const next = (id: string, data = '{"sum":1}') =>
  `{"id":${JSON.stringify(id)},"type":"next","payload":{"data":${data}}}`;
const complete = (id: string) => `{"id":${JSON.stringify(id)},"type":"complete"}`;
const nested = `${'['.repeat(4000)}${']'.repeat(4000)}`;
const overlong = Buffer.concat([
  Buffer.from([FIN | TEXT, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
  Buffer.alloc(4),
]);

type Sent = Buffer | readonly Buffer[];

test.each<[attack: string, sent: Sent, received: (string | number)[]]>([
  ['nothing wrong', [init, subscribe('1')], [ack, next('1'), complete('1'), 'open']],
  // Frames.
  ['a frame without a mask', frame('{}', FIN | TEXT, 2, false), [1002]],
  ['a reserved bit', frame('{}', FIN | 0x20 | TEXT), [1002]],
  ['an operation code that is none', frame('{}', FIN | 3), [1002]],
  ['a control frame in fragments', frame('', PING), [1002]],
  ['a control frame that is too long', frame('x'.repeat(126), FIN | PING), [1002]],
  ['a continuation of nothing', frame('{}', FIN | CONTINUATION), [1002]],
  ['a message within another', [frame('{', TEXT), frame('}', FIN | TEXT)], [1002]],
  ['a close frame of one byte', frame('x', FIN | CLOSE), [1002]],
  ['a close code that is none', frame(Buffer.from([0x03, 0xed]), FIN | CLOSE), [1002]],
  ['a length beyond 63 bits', overlong, [1009]],
  ['a gigabyte that is announced', frame('', FIN | TEXT, 1_000_000_000), [1009]],
  ['a message that is too long', frame('x'.repeat(10_001)), [1009]],
  [
    'a message that is too long in all',
    [frame('{"a":"', TEXT), ...Array.from({ length: 20 }, () => frame('x'.repeat(600), CONTINUATION))],
    [1009],
  ],
  [
    'compression that was not agreed on',
    frame(deflateRawSync(Buffer.alloc(1_000_000, ' ')), FIN | COMPRESSED | TEXT),
    [1002],
  ],
  [
    'a message in fragments of no bytes',
    [frame('', TEXT), frame('', CONTINUATION), frame(init.subarray(6), FIN | CONTINUATION)],
    [ack, 'open'],
  ],
  ['pongs that nobody wants', [init, ...Array.from({ length: 500 }, () => frame('x', FIN | PONG))], [ack, 'open']],
  // Texts.
  ['text that is no UTF-8', frame(Buffer.from([0x22, 0xff, 0x22])), [1007]],
  ['half a character at the end', frame(Buffer.from([0x22, 0xe2, 0x82])), [1007]],
  ['a binary message that is no UTF-8', frame(Buffer.from([0x22, 0xff, 0x22]), FIN | BINARY), [1007]],
  ['no JSON', frame('{'), [4400]],
  ['null', frame('null'), [4400]],
  ['a list', frame(`[${init.subarray(6)}]`), [4400]],
  ['a message nested 4,000 levels deep', frame(nested), [4400]],
  ['a type of __proto__', frame('{"__proto__":{"type":"connection_init"}}'), [4400]],
  ['a type that is none', message({ type: 'toString' }), [4400]],
  // The protocol.
  ['silence', [], [4408]],
  ['pings, and no connection_init', [message({ type: 'ping' })], ['{"type":"pong"}', 4408]],
  ['an operation before connection_init', subscribe('1', 'mutation { write }'), [4401]],
  ['connection_init twice at once', [init, init], [ack, 4429]],
  ['a payload that is a list', message({ type: 'connection_init', payload: [] }), [4400]],
  [
    'a token that is an object',
    message({ type: 'connection_init', payload: { authorization: { toString: 1 } } }),
    [4401],
  ],
  [
    'a token that is none',
    message({ type: 'connection_init', payload: { headers: { AUTHORIZATION: 'Bearer a.b.c' } } }),
    [4401],
  ],
  [
    'an identity of its own',
    [
      message({ type: 'connection_init', payload: { 'x-user-id': 'root', headers: { 'x-who': 'root' } } }),
      subscribe('1', '{ account { owner } }'),
    ],
    [ack, next('1', '{"account":{"owner":"nobody"}}'), complete('1'), 'open'],
  ],
  ['an id that is a number', [init, subscribe(1)], [ack, 4400]],
  ['an id of no characters', [init, subscribe('')], [ack, 4400]],
  ['an id that is taken', [init, subscribe('1', 'subscription { ticks }'), subscribe('1')], [ack, 4409]],
  [
    'ids that objects have',
    [init, subscribe('__proto__'), subscribe('constructor')],
    [ack, next('__proto__'), complete('__proto__'), next('constructor'), complete('constructor'), 'open'],
  ],
  [
    'the end of what was never begun',
    [init, ...Array.from({ length: 500 }, (_, id) => message({ type: 'complete', id: String(id) })), subscribe('1')],
    [ack, next('1'), complete('1'), 'open'],
  ],
  ['a query that is an object', [init, message({ type: 'subscribe', id: '1', payload: { query: {} } })], [ack, 4400]],
  ['variables that are text', [init, subscribe('1', '{ sum }', { variables: 'x' })], [ack, 4400]],
])('%s', async (_attack, sent, received) => {
  for (const origin of at.origins) expect(await exchanged(origin, sent, received)).toEqual(received);
  expect(at.writes()).toBe(0);
});

test.each([
  ['graphql-ws', 'Sec-WebSocket-Protocol: graphql-ws\r\n', 4406],
  ['none', '', 4406],
  [
    'graphql-transport-ws among others, and compression',
    'Sec-WebSocket-Protocol: mqtt, graphql-transport-ws\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n',
    'open',
  ],
])('of these protocols: %s', async (_which, field, outcome) => {
  for (const origin of at.origins) {
    const { socket, head } = await handshake(origin, field);
    expect(head).not.toMatch(/sec-websocket-extensions/i);
    expect(await receivedOn(socket, 1, outcome === 'open' ? [init, frame('', FIN | PING)] : [])).toEqual([
      outcome === 'open' ? ack : outcome,
    ]);
  }
});

const graphql = 'Sec-WebSocket-Protocol: graphql-transport-ws\r\n';

async function handshake(origin: string, fields = graphql): Promise<{ socket: Socket; head: string }> {
  const socket = openRaw(origin);
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${fields}\r\n`,
  );
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  const end = bytes.indexOf('\r\n\r\n') + 4;
  if (end < bytes.length) socket.unshift(bytes.subarray(end));
  return { socket, head: bytes.toString('latin1', 0, end) };
}

async function exchanged(origin: string, sent: Sent, expected: readonly unknown[]): Promise<(string | number)[]> {
  const { socket } = await handshake(origin);
  return receivedOn(socket, expected.length, [sent].flat(), expected.at(-1) === 'open');
}

/** Messages and the close code; `open` where the connection still has a response to a ping after all of it. */
async function receivedOn(
  socket: Socket,
  count: number,
  sent: readonly Buffer[],
  isOpen = false,
): Promise<(string | number)[]> {
  socket.write(Buffer.concat(sent));
  const received: (string | number)[] = [];
  let bytes: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    for (let read = nextFrame(bytes); read; read = nextFrame(bytes)) {
      bytes = read.rest;
      if (read.code === TEXT) received.push(String(read.payload));
      if (read.code === CLOSE) received.push(read.payload.length > 1 ? read.payload.readUInt16BE() : 1005);
      if (read.code === PONG && received.length === count - 1) received.push('open');
      if (received.length >= count) {
        socket.destroy();
        return received;
      }
      if (isOpen && received.length === count - 1) socket.write(frame('', FIN | PING));
    }
  }
  return received;
}

function nextFrame(bytes: Buffer): { code: number; payload: Buffer; rest: Buffer } | null {
  if (bytes.length < 2) return null;
  const short = (bytes[1] as number) & 127;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < start) return null;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < start + length) return null;
  return {
    code: (bytes[0] as number) & 15,
    payload: bytes.subarray(start, start + length),
    rest: bytes.subarray(start + length),
  };
}
