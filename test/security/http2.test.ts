// Attacks over HTTP/2: attack, the frames after the preface (RFC 9113, section 4.1), and how it ends: the error of the
// connection (GOAWAY) or of the stream (RST_STREAM), or the status of a response. Frames are written byte by byte.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { type Certificate, createCertificate } from '../http/certificate.ts';
import { type Attacked, startAttacked } from './attacked.ts';

let at: Attacked;
let certificate: Certificate;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
  certificate = createCertificate();
  const folder = temporaryFolder({}, (one) => undo.unshift(one));
  const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(tls.cert, certificate.cert);
  writeFileSync(tls.key, certificate.key);
  at = await startAttacked((one) => undo.unshift(one), { tls, requestTimeout: 500 });
});
afterAll(async () => {
  for (const one of undo) await one();
});

const [DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
];
const [END_STREAM, END_HEADERS, PADDED] = [1, 4, 8];
const codes = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
];

function frame(type: number, stream: number, payload: Buffer | number[] = [], flags = 0): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, Buffer.from(payload)]);
}

/** An integer of HPACK with a prefix of 7 bits (RFC 7541, section 5.1). */
function integer(value: number): number[] {
  if (value < 127) return [value];
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

const text = (value: string) => [...integer(value.length), ...Buffer.from(value, 'latin1')];
/** Fields that are literal, and not indexed. */
const block = (fields: readonly (readonly [string, string])[]) =>
  Buffer.from(fields.flatMap(([name, value]) => [0, ...text(name), ...text(value)]));

const get = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/health'],
  [':authority', 'gateway'],
] as const;
const post = [
  [':method', 'POST'],
  [':scheme', 'https'],
  [':path', '/graphql'],
  [':authority', 'gateway'],
  ['content-type', 'application/json'],
] as const;
const body = Buffer.from('{"query":"mutation { write }"}');
const headers = (fields: readonly (readonly [string, string])[], stream = 1, flags = END_STREAM | END_HEADERS) =>
  frame(HEADERS, stream, block(fields), flags);
/** The connection ends, with a reason or without one. */
const over = 'ended|ENHANCE_YOUR_CALM|INTERNAL_ERROR|PROTOCOL_ERROR';
const repeated = (count: number, one: (index: number) => Buffer) =>
  Array.from({ length: count }, (_, index) => one(index));
const without = (name: string) => get.filter(([each]) => each !== name);

test.each<[attack: string, sent: Buffer[], outcome: string]>([
  ['nothing wrong', [headers(get)], '200'],
  // Floods.
  [
    'streams that are reset at once',
    repeated(1000, (index) =>
      Buffer.concat([headers(post, 2 * index + 1, END_HEADERS), frame(RST_STREAM, 2 * index + 1, [0, 0, 0, 8])]),
    ),
    over,
  ],
  [
    'streams that the gateway has to reset',
    repeated(1000, (index) =>
      Buffer.concat([headers(post, 2 * index + 1, END_HEADERS), frame(WINDOW_UPDATE, 2 * index + 1, [0, 0, 0, 0])]),
    ),
    over,
  ],
  [
    'a head that never ends',
    [headers(get, 1, END_STREAM), ...repeated(2000, () => frame(CONTINUATION, 1, block([['x', 'y'.repeat(1000)]])))],
    over,
  ],
  [
    'a head of frames without a byte',
    [headers(get, 1, END_STREAM), ...repeated(20_000, () => frame(CONTINUATION, 1))],
    over,
  ],
  ['settings', repeated(20_000, () => frame(SETTINGS, 0, [0, 3, 0, 0, 0, 1])), over],
  ['pings', repeated(50_000, () => frame(PING, 0, [1, 2, 3, 4, 5, 6, 7, 8])), over],
  ['more settings than there are', [frame(SETTINGS, 0, Buffer.alloc(6 * 2000, 1))], over],
  ['frames of data without a byte', [headers(post, 1, END_HEADERS), ...repeated(20_000, () => frame(DATA, 1))], over],
  [
    'priorities',
    [...repeated(20_000, (index) => frame(PRIORITY, 2 * index + 1, [0, 0, 0, 0, 1])), headers(get, 40_001)],
    over,
  ],
  ['frames of types that are none', [...repeated(5000, () => frame(0xbe, 0, [1])), headers(get)], '200'],
  // Flow control.
  ['a window that grows by nothing', [frame(WINDOW_UPDATE, 0, [0, 0, 0, 0])], 'PROTOCOL_ERROR'],
  ['a window beyond the largest', [frame(WINDOW_UPDATE, 0, [0x7f, 0xff, 0xff, 0xff])], 'FLOW_CONTROL_ERROR'],
  ['an initial window beyond the largest', [frame(SETTINGS, 0, [0, 4, 0xff, 0xff, 0xff, 0xff])], 'FLOW_CONTROL_ERROR'],
  // Frames that are out of place.
  ['a frame that is too large', [frame(DATA, 1, Buffer.alloc(20_000))], 'FRAME_SIZE_ERROR'],
  ['data of no stream', [frame(DATA, 0, body)], 'PROTOCOL_ERROR'],
  [
    'padding that is longer than its frame',
    [headers(post, 1, END_HEADERS), frame(DATA, 1, [200, 1], PADDED)],
    'PROTOCOL_ERROR',
  ],
  [
    'a push of a client',
    [headers(get, 1, END_HEADERS), frame(PUSH_PROMISE, 1, [0, 0, 0, 2], END_HEADERS)],
    'PROTOCOL_ERROR',
  ],
  ['a stream of the gateway', [headers(get, 2)], 'PROTOCOL_ERROR'],
  [
    'a field from a table that has none',
    [frame(HEADERS, 1, [0xff, 0xff, 0x7f], END_STREAM | END_HEADERS)],
    'COMPRESSION_ERROR',
  ],
  ['a head with another head in it', [headers(get, 1, END_STREAM), headers(get, 3)], 'PROTOCOL_ERROR'],
  // Fields that would be others over HTTP/1.1.
  ['a line break in a value', [headers([...get, ['x', 'a\r\nx-user-id: root']])], '200'],
  ['a line break in the path', [headers([...without(':path'), [':path', '/health\r\nx: y']])], 'PROTOCOL_ERROR'],
  ['a name in capitals', [headers([...get, ['X-User-Id', 'root']])], 'PROTOCOL_ERROR'],
  ['a name with a colon', [headers([...get, ['x:y', 'z']])], '200'],
  ['chunks', [headers([...post, ['transfer-encoding', 'chunked']], 1, END_HEADERS)], 'PROTOCOL_ERROR'],
  ['fields of a connection', [headers([...get, ['connection', 'x-user-id']])], 'PROTOCOL_ERROR'],
  ['an upgrade', [headers([...get, ['upgrade', 'websocket']])], 'PROTOCOL_ERROR'],
  ['a path twice', [headers([...get, [':path', '/graphql']])], 'PROTOCOL_ERROR'],
  ['no path', [headers(without(':path'))], 'PROTOCOL_ERROR'],
  ['a pseudo field at the end', [headers([...without(':path'), ['x', 'y'], [':path', '/health']])], 'PROTOCOL_ERROR'],
  ['a pseudo field that is none', [headers([...get, [':protocol', 'websocket']])], 'PROTOCOL_ERROR'],
  ['two hosts', [headers([...post, ['host', 'other']])], '400'],
  [
    'a body longer than it says',
    [headers([...post, ['content-length', '5']], 1, END_HEADERS), frame(DATA, 1, body, END_STREAM)],
    'PROTOCOL_ERROR|INTERNAL_ERROR',
  ],
  [
    'a body shorter than it says',
    [headers([...post, ['content-length', '500']], 1, END_HEADERS), frame(DATA, 1, body, END_STREAM)],
    'PROTOCOL_ERROR',
  ],
  [
    'two lengths',
    [
      headers([...post, ['content-length', '5'], ['content-length', String(body.length)]], 1, END_HEADERS),
      frame(DATA, 1, body, END_STREAM),
    ],
    'PROTOCOL_ERROR',
  ],
  [
    'CONNECT',
    [
      headers(
        [
          [':method', 'CONNECT'],
          [':authority', 'a:80'],
        ],
        1,
        END_HEADERS,
      ),
    ],
    '405',
  ],
])('%s', async (_attack, sent, outcome) => {
  const [origin] = at.origins as [string];
  let found = await outcomeOf(origin, sent);
  // Node may close a connection before the reason is sent.
  for (let again = 0; again < 5 && found === 'ended' && outcome !== over; again += 1) {
    found = await outcomeOf(origin, sent);
  }
  expect(found).toMatch(new RegExp(`^(${outcome})$`));
  expect(at.writes()).toBe(0);
  expect(await outcomeOf(origin, [headers(get)])).toBe('200');
});

test('a field with a line break is left out', async () => {
  const query = Buffer.from('{"query":"{ received }"}');
  const fields = [...post, ['x-tenant', 'a\r\nx-who: root'], ['x-tenant', 'b\0c'], ['x-other', 'a\nb']] as const;
  const [origin] = at.origins as [string];
  expect(await outcomeOf(origin, [headers(fields, 1, END_HEADERS), frame(DATA, 1, query, END_STREAM)])).toBe('200');
  expect(at.service.requested).toHaveLength(1);
  const received = at.service.requested[0]?.headers;
  expect([received?.['x-tenant'], received?.['x-who'], received?.['x-other']]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('no connection has more than 100 streams at the same time', async () => {
  const [origin] = at.origins as [string];
  const streams = repeated(150, (index) => headers(post, 2 * index + 1, END_HEADERS));
  expect(await outcomeOf(origin, streams)).toBe('REFUSED_STREAM');
});

/** The first error or response. */
async function outcomeOf(origin: string, sent: readonly Buffer[]): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), ca: certificate.cert, ALPNProtocols: ['h2'] });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(Buffer.concat([frame(SETTINGS, 0), ...sent]));
  const outcome = await new Promise<string>((resolve) => {
    let bytes = Buffer.alloc(0);
    socket.once('close', () => resolve('ended'));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 9 && bytes.length >= 9 + bytes.readUIntBE(0, 3)) {
        const length = bytes.readUIntBE(0, 3);
        const payload = bytes.subarray(9, 9 + length);
        const type = bytes[3];
        if (type === GOAWAY) resolve(codes[payload.readUInt32BE(4)] ?? 'unknown');
        if (type === RST_STREAM) resolve(codes[payload.readUInt32BE()] ?? 'unknown');
        if (type === HEADERS) resolve(statusOf(payload));
        bytes = bytes.subarray(9 + length);
      }
    });
  });
  socket.destroy();
  return outcome;
}

/** Of a head of Node, which begins with the status: one of HPACK's table, or a literal of three digits. */
function statusOf(payload: Buffer): string {
  const known = ['200', '204', '206', '304', '400', '404', '500'];
  return known[(payload[0] as number) - 0x88] ?? payload.toString('latin1', 2, 5);
}
