// Request smuggling and malformed heads: attack, the bytes, and every response that comes back for them until the
// connection ends. Over raw connections, since a client library would never send them; the same over both HTTP paths.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Attacked, exchange, responsesIn, startAttacked } from './attacked.ts';

let at: Attacked;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
  at = await startAttacked((one) => undo.unshift(one), { requestTimeout: 300 });
});
afterAll(async () => {
  for (const one of undo) await one();
});

const body = '{"query":"{ sum(x: 7) }"}';
const length = body.length;
const line = 'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
const open = `${line}Connection: close\r\n`;
const sized = `Content-Length: ${length}\r\n\r\n${body}`;
const chunks = (text: string, extension = '') => `${text.length.toString(16)}${extension}\r\n${text}\r\n0\r\n\r\n`;
const chunked = `Transfer-Encoding: chunked\r\n\r\n${chunks(body)}`;

const write = '{"query":"mutation { write }"}';
/** A request that is none of its own: it is within another one's body. */
const hidden = `${line}Content-Length: ${write.length}\r\n\r\n${write}`;
/** A request after another one. */
const next = 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const containing = (text: string) => `Content-Length: ${text.length}\r\n\r\n${text}`;

const served = '200 {"sum":7}';
const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

test.each<[attack: string, bytes: string, responses: string[]]>([
  ['a body with a length', open + sized, [served]],
  ['a body in chunks', open + chunked, [served]],
  // Two ways to find the end of the body.
  [
    'a length and chunks',
    `${line}Content-Length: ${length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    ['400'],
  ],
  ['chunks and a length', `${line}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${chunks(body)}`, ['400']],
  [
    'chunked and identity',
    `${line}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${chunks(body)}`,
    ['400'],
  ],
  ['chunked, then another coding', `${line}Transfer-Encoding: chunked, gzip\r\n\r\n${chunks(body)}`, ['400']],
  [
    'another coding before chunked',
    `${line}Transfer-Encoding: gzip, chunked\r\n\r\n${chunks(body)}${next}`,
    ['400 BAD_REQUEST'],
  ],
  [
    'identity before chunked',
    `${line}Transfer-Encoding: identity, chunked\r\n\r\n${chunks(body)}${next}`,
    ['400 BAD_REQUEST'],
  ],
  [
    'the same for a health check',
    `GET /health HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${next}`,
    ['400 BAD_REQUEST'],
  ],
  [
    'the same for an upgrade',
    `GET /graphql HTTP/1.1\r\nHost: a\r\n${upgrade}Sec-WebSocket-Version: 13\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    ['400 BAD_REQUEST'],
  ],
  ['chunked twice', `${line}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${chunks(body)}`, ['400']],
  ['chunked with capitals and a tab', `${open}Transfer-Encoding:\tCHUNKED\r\n\r\n${chunks(body)}`, [served]],
  ['xchunked', `${line}Transfer-Encoding: xchunked\r\n\r\n${chunks(body)}`, ['400 BAD_REQUEST']],
  ['chunked in quotes', `${line}Transfer-Encoding: "chunked"\r\n\r\n${chunks(body)}`, ['400 BAD_REQUEST']],
  ['chunked after a vertical tab', `${line}Transfer-Encoding:\v chunked\r\n\r\n${chunks(body)}`, ['400']],
  ['chunks in HTTP/1.0', open.replace('HTTP/1.1', 'HTTP/1.0') + chunked, ['400 BAD_REQUEST']],
  [
    'chunks in HTTP/1.0 that keeps the connection',
    line.replace('HTTP/1.1', 'HTTP/1.0\r\nConnection: keep-alive') + chunked + next,
    ['400 BAD_REQUEST'],
  ],
  ['a space before the colon', `${line}Transfer-Encoding : chunked\r\n${sized}`, ['400']],
  // Lines that a proxy may take for one, or for two.
  ['a folded line', `${line}X: a\r\n Transfer-Encoding: chunked\r\n${sized}`, ['400']],
  ['a folded first field', `POST /graphql HTTP/1.1\r\n Host: a\r\n${sized}`, ['400']],
  ['line feeds alone', `POST /graphql HTTP/1.1\nHost: a\nContent-Length: ${length}\n\n${body}`, ['400']],
  ['a line feed alone in a field', `${line}X: a\nTransfer-Encoding: chunked\r\n${sized}`, ['400']],
  ['a carriage return alone in a field', `${line}X: a\rTransfer-Encoding: chunked\r\n${sized}`, ['400']],
  ['two carriage returns', `${line}X: a\r\r${sized}`, ['400']],
  ['a NUL in a field', `${line}X: a\0b\r\n${sized}`, ['400']],
  ['a name with a space', `${line}X Y: a\r\n${sized}`, ['400']],
  ['a line without a colon', `${line}XY\r\n${sized}`, ['400']],
  ['a field without a name', `${line}: a\r\n${sized}`, ['400']],
  // Lengths.
  ['two lengths', `${line}Content-Length: ${length + 1}\r\n${sized}`, ['400']],
  ['the same length twice', `${line}Content-Length: ${length}\r\n${sized}`, ['400']],
  ['a list of lengths', `${line}Content-Length: ${length}, ${length}\r\n\r\n${body}`, ['400']],
  ['a negative length', `${line}Content-Length: -1\r\n\r\n${body}`, ['400']],
  ['a length with a sign', `${line}Content-Length: +${length}\r\n\r\n${body}`, ['400']],
  ['a hexadecimal length', `${line}Content-Length: 0x19\r\n\r\n${body}`, ['400']],
  ['a length with a fraction', `${line}Content-Length: ${length}.0\r\n\r\n${body}`, ['400']],
  ['a length beyond 64 bits', `${line}Content-Length: 99999999999999999999\r\n\r\n${body}`, ['400']],
  [
    'a length beyond exact numbers',
    `${line}Content-Length: 9007199254740993\r\n\r\n${hidden}`,
    ['413 BODY_TOO_LARGE', '408'],
  ],
  // Chunks.
  ['an extension of a chunk', `${open}Transfer-Encoding: chunked\r\n\r\n${chunks(body, ';a="b"')}`, [served]],
  ['a line feed in an extension', `${line}Transfer-Encoding: chunked\r\n\r\n${chunks(body, ';a\nb')}`, ['400']],
  [
    'an extension of 20 kB',
    `${line}Transfer-Encoding: chunked\r\n\r\n${chunks(body, `;${'a'.repeat(20_000)}`)}`,
    ['413'],
  ],
  ['a chunk of a negative size', `${line}Transfer-Encoding: chunked\r\n\r\n-19\r\n${body}\r\n0\r\n\r\n`, ['400']],
  ['a chunk whose size has a prefix', `${line}Transfer-Encoding: chunked\r\n\r\n0x19\r\n${body}\r\n0\r\n\r\n`, ['400']],
  [
    'a chunk beyond 64 bits',
    `${line}Transfer-Encoding: chunked\r\n\r\n10000000000000019\r\n${body}\r\n0\r\n\r\n`,
    ['400'],
  ],
  ['chunks with line feeds alone', `${line}Transfer-Encoding: chunked\r\n\r\n19\n${body}\n0\n\n`, ['400']],
  [
    'a chunk that is longer than its size',
    `${line}Transfer-Encoding: chunked\r\n\r\n18\r\n${body}\r\n0\r\n\r\n`,
    ['400'],
  ],
  [
    'a length in the trailers',
    `${line}Transfer-Encoding: chunked\r\n\r\n19\r\n${body}\r\n0\r\nContent-Length: 5\r\n\r\n`,
    ['400'],
  ],
  [
    'trailers that would be fields',
    `${open}Transfer-Encoding: chunked\r\n\r\n19\r\n${body}\r\n0\r\nAuthorization: Basic x\r\nX-Who: root\r\n\r\n`,
    [served],
  ],
  // Requests within a body are never executed, whatever becomes of the one around them.
  ['within a body that is too long', `${line}Content-Length: 2000000\r\n\r\n${hidden}`, ['413 BODY_TOO_LARGE', '408']],
  [
    'within a form',
    `${line.replace('application/json', 'multipart/form-data')}${containing(hidden)}${next}`,
    ['403 CSRF_PREVENTION_FAILED', '200'],
  ],
  [
    'within a body for no endpoint',
    `${line.replace('/graphql', '/nothing')}${containing(hidden)}${next}`,
    ['404 NOT_FOUND', '200'],
  ],
  [
    'within the body of a GET',
    `GET /graphql?query={sum(x:7)} HTTP/1.1\r\nHost: a\r\nX-GraphQL-Yoga-CSRF: 1\r\n${containing(hidden)}${next}`,
    [served, '200'],
  ],
  [
    'within the body of a health check',
    `GET /health HTTP/1.1\r\nHost: a\r\n${containing(hidden)}${next}`,
    ['200', '200'],
  ],
  [
    'within the body of OPTIONS',
    `OPTIONS /graphql HTTP/1.1\r\nHost: a\r\n${containing(hidden)}${next}`,
    ['204', '200'],
  ],
  [
    'within a purge without the token',
    `${line.replace('/graphql', '/admin/invalidate')}${containing(hidden)}${next}`,
    ['401 UNAUTHENTICATED'],
  ],
  [
    'after an upgrade that is rejected',
    `GET /graphql HTTP/1.1\r\nHost: a\r\n${upgrade}Sec-WebSocket-Version: 777\r\n\r\n${hidden}`,
    ['400 BAD_REQUEST'],
  ],
  ['after CONNECT', `CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n${hidden}`, ['405']],
  // Other protocols, and heads without end.
  [
    'an upgrade to HTTP/2 without TLS',
    `GET /health HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    ['200'],
  ],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ['400']],
  ['HTTP/0.9', 'GET /graphql\r\n\r\n', ['400 BAD_REQUEST']],
  ['HTTP/1.2', next.replace('1.1', '1.2'), ['400']],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', ['400']],
  ['spaces in the target', 'GET /graphql?query={ sum } HTTP/1.1\r\nHost: a\r\n\r\n', ['400']],
  ['a method in lower case', 'post /graphql HTTP/1.1\r\nHost: a\r\n\r\n', ['400']],
  ['TRACE', 'TRACE /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Secret: a\r\n\r\n', ['405 BAD_REQUEST']],
  ['a field of 20 kB', `${line}X: ${'a'.repeat(20_000)}\r\n${sized}`, ['431']],
  ['2,500 fields', `${line}${'X: a\r\n'.repeat(2500)}${sized}`, ['431']],
  ['an expectation that is none', `${open}Expect: nothing\r\n${sized}`, [served]],
])('%s', async (_attack, bytes, responses) => {
  for (const origin of at.origins) {
    const received = await exchange(origin, Buffer.from(bytes, 'latin1'));
    expect(responsesIn(received)).toEqual(responses);
    expect(received).not.toContain('X-Secret');
  }
  expect(at.writes()).toBe(0);
});
