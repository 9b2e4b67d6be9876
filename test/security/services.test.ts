// Services that send garbage: attack, the bytes that a service sends, and what the client gets. Another service's data in
// the same response is not affected, nothing of the garbage reaches the client, and the next request is served.
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Attacked, startAttacked } from './attacked.ts';

let at: Attacked;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
  at = await startAttacked((one) => undo.unshift(one));
});
afterAll(async () => {
  for (const one of undo) await one();
});

const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const closing = `${head}Connection: close\r\n\r\n`;
const json = (body: string) => `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const fine = '{"data":{"raw":"fine"}}';
const coded = (coding: string, body: Buffer) =>
  Buffer.concat([Buffer.from(`${head}Content-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
const bomb = Buffer.concat([Buffer.from('{"data":{"raw":"'), Buffer.alloc(3_000_000, 'a'), Buffer.from('"}}')]);
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const SECRET = 'SECRET-of-the-service';
const errors = (count: number) => Array.from({ length: count }, () => `{"message":"${SECRET}"}`).join();

const unavailable = 'SUBGRAPH_UNAVAILABLE';
const bad = 'SUBGRAPH_BAD_RESPONSE';

test.each<[attack: string, bytes: Buffer | string, outcome: string]>([
  ['nothing wrong', json(fine), 'fine'],
  ['nothing', '', unavailable],
  ['no HTTP', `${SECRET}\r\n\r\n`, bad],
  ['a head without an end', `${head}X: ${'a'.repeat(300_000)}`, bad],
  ['a head of 5,000 fields', `${head}${'X: a\r\n'.repeat(5000)}Content-Length: ${fine.length}\r\n\r\n${fine}`, bad],
  ['two lengths', `${head}Content-Length: ${fine.length}\r\nContent-Length: 5\r\n\r\n${fine}`, bad],
  [
    'a length and chunks',
    `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${fine.length.toString(16)}\r\n${fine}\r\n0\r\n\r\n`,
    bad,
  ],
  ['less than it announces', `${head}Content-Length: 1000\r\n\r\n${fine}`, unavailable],
  ['more than it announces', `${json(fine)}${json(`{"data":{"raw":"${SECRET}"}}`)}`, bad],
  ['a body of no length', `${closing}${fine}`, 'fine'],
  [
    'a response before its request',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <${SECRET}>\r\n\r\n${json(fine)}`,
    'fine',
  ],
  ['a redirect', 'HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n', bad],
  ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', bad],
  ['a page', json(`<html>${SECRET}</html>`), bad],
  ['JSON that breaks off', json('{"data":{"raw":"fi'), bad],
  ['bytes after the end of JSON', json(`${fine}${fine}`), bad],
  [
    'bytes that are no UTF-8',
    Buffer.concat([
      Buffer.from(`${head}Content-Length: 24\r\n\r\n{"data":{"raw":"fine`),
      Buffer.from([0xff]),
      Buffer.from('"}}'),
    ]),
    bad,
  ],
  ['a list', json('[{"data":{"raw":"x"}}]'), bad],
  ['data that is a list', json('{"data":[{"raw":"x"}]}'), bad],
  ['data that is text', json(`{"data":"${SECRET}"}`), bad],
  ['errors that are text', json(`{"data":{"raw":"x"},"errors":"${SECRET}"}`), bad],
  ['an object in place of text', json(`{"data":{"raw":{"a":"${SECRET}"}}}`), bad],
  ['a list in place of text', json(`{"data":{"raw":["${SECRET}"]}}`), bad],
  ['nothing of what was requested', json(`{"data":{"other":"${SECRET}"}}`), bad],
  ['fields under __proto__', json('{"data":{"__proto__":{"raw":"x"}}}'), bad],
  [
    'fields that were not requested',
    json(`{"data":{"raw":"fine","more":"${SECRET}","__proto__":{"a":1}},"extensions":{"a":"${SECRET}"}}`),
    'fine',
  ],
  ['a value nested 100,000 levels deep', json(`{"data":{"raw":${nested(100_000)}}}`), bad],
  ['a body nested 100,000 levels deep', json(nested(100_000)), bad],
  ['20,000 errors', json(`{"data":null,"errors":[${errors(20_000)}]}`), 'SUBGRAPH_ERROR'],
  [
    'errors of any kind',
    json(`{"data":null,"errors":[null,1,"${SECRET}",[],{"path":{"a":1},"locations":1,"extensions":[]}]}`),
    'SUBGRAPH_ERROR',
  ],
  [
    'errors with paths of any kind',
    json(`{"data":{"raw":null},"errors":[{"message":"${SECRET}","path":["__proto__",-1,{},null]}]}`),
    'SUBGRAPH_ERROR',
  ],
  ['a body that is too long', json(`{"data":{"raw":"${'a'.repeat(1_000_001)}"}}`), bad],
  ['a bomb in gzip', coded('gzip', gzipSync(bomb)), bad],
  ['a bomb in Brotli', coded('br', brotliCompressSync(bomb)), bad],
  ['a bomb in Zstandard', coded('zstd', zstdCompressSync(bomb)), bad],
  ['gzip within gzip', coded('gzip, gzip', gzipSync(gzipSync(fine))), bad],
  ['gzip that is none', coded('gzip', Buffer.from(fine)), bad],
  [
    'a status that is none',
    `HTTP/1.1 999 OK\r\nContent-Type: application/json\r\nContent-Length: ${fine.length}\r\n\r\n${fine}`,
    bad,
  ],
  ['a status of its own, without a response', `HTTP/1.1 500 ${SECRET}\r\nContent-Length: 0\r\n\r\n`, unavailable],
])('%s', async (_attack, bytes, outcome) => {
  at.respond(bytes);
  for (const origin of at.origins) {
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ sum raw }"}',
    });
    const text = await response.text();
    const { data, errors: reported = [] } = JSON.parse(text);
    const found = reported.length > 0 ? reported[0].extensions.code : data.raw;
    expect([response.status, data.sum, found], text.slice(0, 500)).toEqual([200, 1, outcome]);
    expect(data.raw).toBe(outcome === 'fine' ? 'fine' : null);
    expect(reported.length).toBeLessThanOrEqual(100);
    expect(text).not.toMatch(/SECRET|127\.0\.0\.1/);
    expect(response.headers.get('cache-control')).toBe('no-store');
  }
});

test.each([
  '{"toString":0}',
  '{"valueOf":0,"toString":0}',
  '{"toJSON":0,"then":0}',
  '{"__proto__":{"toString":0}}',
  '[{"toString":0}]',
  '[5]',
])('a value that cannot become one of any type is null, and nothing else is lost: %s', async (value) => {
  for (const [field, sent, expected] of [
    ['raw', value, null],
    ['other', value, null],
    ['float', value, null],
    ['flag', value, null],
    ['id', value, null],
    ['list', `[${value}]`, [null]],
  ] as const) {
    at.respond(json(`{"data":{"${field}":${sent}}}`));
    for (const origin of at.origins) {
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"query":"{ sum ${field} }"}`,
      });
      expect(await response.json()).toMatchObject({
        data: { sum: 1, [field]: expected },
        errors: [{ extensions: { code: bad, subgraph: 'raw' } }],
      });
    }
  }
});

test('a response that drips, byte by byte, ends with the time-out of the service', async () => {
  at.drip(`${head}Content-Length: 100000\r\n\r\n`);
  const responses = at.origins.map(async (origin) => {
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ sum raw }"}',
    });
    return response.json();
  });
  const expected = { data: { sum: 1, raw: null }, errors: [{ extensions: { code: 'SUBGRAPH_TIMEOUT' } }] };
  for (const response of await Promise.all(responses)) expect(response).toMatchObject(expected);
});
