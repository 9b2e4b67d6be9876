// Attacks by one request: attack, and the status with the code or the data that the attacker gets. The same over both HTTP
// paths, byte for byte, and in an embedded gateway.
import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Attacked, type AttackRequest, issuer, purgeToken, startAttacked } from './attacked.ts';

let at: Attacked;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
  const pages = { graphiql: true, landingPage: true, cors: { origin: ['https://shop.example'] } };
  at = await startAttacked((one) => undo.unshift(one), pages);
});
afterAll(async () => {
  for (const one of undo) await one();
});

type Row = [attack: string, request: AttackRequest, response: string];

/** Sends the request in every way. Mutations are never executed. */
async function attack(request: AttackRequest, expected: string): Promise<void> {
  const before = at.writes();
  for (const [way, send] of Object.entries(at.ways)) expect([way, await send(request)]).toEqual([way, expected]);
  expect(at.writes()).toBe(before);
}

const csrf = { 'x-graphql-yoga-csrf': '1' };
const query = (text: string, variables?: string): AttackRequest => ({
  body: `{"query":${JSON.stringify(text)}${variables === undefined ? '' : `,"variables":${variables}`}}`,
});
const get = (path: string, headers: Record<string, string> = {}): AttackRequest => ({
  method: 'GET',
  path,
  headers: { ...csrf, ...headers },
});
const any = (value: string) => query('query ($v: JSON) { any(value: $v) }', `{"v":${value}}`);
const sum = '200 {"sum":1}';
const hello = '200 {"hello":"hi"}';
const nested = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels);
const keys = (count: number) => Array.from({ length: count }, (_, index) => `"k${index}":1`).join();

describe('JSON', () => {
  test.each<Row>([
    ['nested beyond the bound', any(nested(1001)), '400 BAD_REQUEST'],
    ['lists nested 100,000 levels deep', any(nested(100_000)), '400 BAD_REQUEST'],
    [
      'objects nested as deep, where nobody looks',
      { body: `{"query":"{ sum }","a":${nested(100_000, '{"a":[', ']}')}}` },
      '400 BAD_REQUEST',
    ],
    ['30,000 keys', any(`{${keys(30_000)}}`), '413 VARIABLES_TOO_LARGE'],
    ['20,000 parameters', { body: `{"query":"{ sum }",${keys(20_000)}}` }, '400 BAD_REQUEST'],
    ['20,000 extensions', { body: `{"query":"{ sum }","extensions":{${keys(20_000)}}}` }, sum],
    [
      'a number of 250,000 digits',
      query('query ($v: Int) { sum(x: $v) }', `{"v":${'9'.repeat(250_000)}}`),
      '200 BAD_USER_INPUT',
    ],
    ['a number that no number is', any('1e999999999'), '200 {"any":null}'],
    ['a literal of 20,000 digits', query(`{ sum(x: ${'9'.repeat(20_000)}) }`), '200 GRAPHQL_VALIDATION_FAILED'],
    ['a key twice: the last counts', { body: '{"query":"mutation { write }","query":"{ sum }"}' }, sum],
    ['a key twice, escaped', { body: '{"query":"mutation { write }","\\u0071uery":"{ sum }"}' }, sum],
    ['a variable twice', query('query ($v: Int) { sum(x: $v) }', '{"v":5,"v":1}'), sum],
    ['__proto__ as a parameter', { body: '{"query":"{ sum }","__proto__":{"variables":{}}}' }, '400 BAD_REQUEST'],
    ['__proto__ in place of the query', { body: '{"__proto__":{"query":"mutation { write }"}}' }, '400 BAD_REQUEST'],
    [
      '__proto__ in a value',
      any('{"__proto__":{"admin":true},"constructor":{"prototype":1}}'),
      '200 {"any":{"__proto__":{"admin":true},"constructor":{"prototype":1}}}',
    ],
    [
      'names that a parser could take for others',
      any('[{"a":1,"b\\\\":1},{"a":1,"b\\n":2},{"a":1,"b\\"":3}]'),
      '200 {"any":[{"a":1,"b\\\\":1},{"a":1,"b\\n":2},{"a":1,"b\\"":3}]}',
    ],
    ['a batch of 50,000', { body: `[${'{},'.repeat(50_000)}{}]` }, '413 BATCH_LIMIT_EXCEEDED'],
    ['a batch within a batch', { body: '[[{"query":"mutation { write }"}]]' }, '200 BAD_REQUEST'],
    ['a byte order mark', { body: '\ufeff{"query":"{ sum }"}' }, '400 BAD_REQUEST'],
    ['UTF-16', { body: Buffer.from('{"query":"{ sum }"}', 'utf16le') }, '400 BAD_REQUEST'],
    [
      'bytes that are no UTF-8',
      { body: Buffer.from('{"query":"{ sum }","operationName":"\xff"}', 'latin1') },
      '400 BAD_REQUEST',
    ],
    [
      'an overlong encoding of a quote',
      { body: Buffer.from('{"query":"{ sum }\xc0\xa2"}', 'latin1') },
      '400 BAD_REQUEST',
    ],
  ])('%s', (_attack, request, response) => attack(request, response));
});

describe('a body that is compressed', () => {
  const body = '{"query":"{ sum }"}';
  const coded = (coding: string, bytes: Buffer): AttackRequest => ({
    body: bytes,
    headers: { 'content-encoding': coding },
  });
  const bomb = Buffer.concat([
    Buffer.from('{"query":"{ sum }","a":"'),
    Buffer.alloc(3_000_000, ' '),
    Buffer.from('"}'),
  ]);
  test.each<Row>([
    ['a bomb in gzip', coded('gzip', gzipSync(bomb)), '413 BODY_TOO_LARGE'],
    ['a bomb within a bomb', coded('gzip', gzipSync(gzipSync(bomb))), '400 BAD_REQUEST'],
    ['twice in gzip', coded('gzip, gzip', gzipSync(gzipSync(body))), '415 BAD_REQUEST'],
    [
      'two fields that name gzip',
      { body: gzipSync(body), headers: { 'content-encoding': 'gzip', 'Content-Encoding': 'gzip' } },
      '415 BAD_REQUEST',
    ],
    [
      'a bomb of many members',
      coded('gzip', Buffer.concat(Array.from({ length: 2000 }, () => gzipSync(Buffer.alloc(10_000, ' '))))),
      '413 BODY_TOO_LARGE',
    ],
    ['a bomb in Brotli', coded('br', brotliCompressSync(Buffer.alloc(3_000_000, ' '))), '415 BAD_REQUEST'],
    ['a bomb in Zstandard', coded('zstd', zstdCompressSync(bomb)), '415 BAD_REQUEST'],
    ['deflate', coded('deflate', deflateSync(body)), '415 BAD_REQUEST'],
    ['a coding that is none', coded('unknown', Buffer.from(body)), '415 BAD_REQUEST'],
    ['no coding before gzip', coded('identity, gzip', gzipSync(body)), '415 BAD_REQUEST'],
    [
      'gzip with bytes after its end',
      coded('gzip', Buffer.concat([gzipSync(body), Buffer.from('{"query":"mutation { write }"}')])),
      '400 BAD_REQUEST',
    ],
    ['gzip that breaks off', coded('gzip', gzipSync(body).subarray(0, -9)), '400 BAD_REQUEST'],
  ])('%s', (_attack, request, response) => attack(request, response));
});

describe('a form', () => {
  const parts = [
    '--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"query":"mutation { write }"}',
    '\r\n--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{"0":["variables.file"]}',
    '\r\n--b\r\ncontent-disposition: form-data; name="0"; filename="a.txt"\r\n\r\nsecret\r\n--b--\r\n',
  ].join('');
  const form = (type: string, body: string): AttackRequest => ({ body, headers: { ...csrf, 'content-type': type } });
  test.each<Row>([
    ['in parts, with a file', form('multipart/form-data; boundary=b', parts), '415 BAD_REQUEST'],
    ['in parts of another kind', form('Multipart/Mixed; boundary=b', parts), '415 BAD_REQUEST'],
    [
      'in parts, of a page',
      { body: parts, headers: { 'content-type': 'multipart/form-data' } },
      '403 CSRF_PREVENTION_FAILED',
    ],
    [
      'of a page, as text',
      { body: '{"query":"mutation { write }"}', headers: { 'content-type': 'text/plain' } },
      '403 CSRF_PREVENTION_FAILED',
    ],
    [
      'whose parameters are there twice',
      form('application/x-www-form-urlencoded', 'query={sum}&query=mutation{write}'),
      sum,
    ],
  ])('%s', (_attack, request, response) => attack(request, response));
});

const exp = 4_102_444_800;
const claims = { iss: issuer, sub: 'ann', exp };
const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const head = { alg: 'RS256', kid: 'one' };
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });

function signed(header: unknown, payload: unknown, key: KeyObject = at.privateKey): string {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
}

function hashed(header: unknown, secret: string): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

describe('a token', () => {
  const rejected = '401 UNAUTHENTICATED';
  const ann = '200 {"account":{"owner":"ann"}}';
  test.each<[attack: string, token: () => string, response: string]>([
    ['that is right', () => signed(head, claims), ann],
    ['with alg none', () => `${part({ alg: 'none' })}.${part(claims)}.`, rejected],
    [
      'with alg nOnE and a signature',
      () => `${part({ alg: 'nOnE' })}.${part(claims)}.${signed(head, claims).split('.')[2]}`,
      rejected,
    ],
    ['whose algorithm is there twice', () => signed('{"alg":"RS256","alg":"none"}', claims), rejected],
    ['in HS256 with the public key as the secret', () => hashed({ alg: 'HS256', kid: 'one' }, at.publicKey), rejected],
    ['in HS256 with no secret', () => hashed({ alg: 'HS256' }, ''), rejected],
    ['without its signature', () => `${signed(head, claims).split('.').slice(0, 2).join('.')}.`, rejected],
    ['of another key', () => signed(head, claims, other.privateKey), rejected],
    [
      'with its key in jwk',
      () => signed({ ...head, jwk: other.publicKey.export({ format: 'jwk' }) }, claims, other.privateKey),
      rejected,
    ],
    ['with its keys at jku', () => signed({ ...head, jku: 'http://127.0.0.1:9/' }, claims, other.privateKey), rejected],
    [
      'with its certificate at x5u',
      () => signed({ ...head, x5u: 'http://127.0.0.1:9/' }, claims, other.privateKey),
      rejected,
    ],
    ['whose kid is a path', () => signed({ ...head, kid: '../../../dev/null' }, claims, other.privateKey), rejected],
    ['whose kid is SQL', () => signed({ ...head, kid: "' OR 1=1 --" }, claims, other.privateKey), rejected],
    ['with a critical header', () => signed({ ...head, crit: ['exp'], exp }, claims), rejected],
    ['with b64 false', () => signed({ ...head, crit: ['b64'], b64: false }, claims), rejected],
    ['within a token', () => signed({ ...head, cty: 'JWT' }, signed(head, claims)), rejected],
    ['of five parts', () => 'a.b.c.d.e', rejected],
    ['whose claims are a list', () => signed(head, [claims]), rejected],
    [
      'whose claims are those of __proto__',
      () => signed(head, `{"iss":"${issuer}","exp":${exp},"__proto__":{"sub":"ann"}}`),
      rejected,
    ],
    ['of another issuer', () => signed(head, { ...claims, iss: 'https://evil.example' }), rejected],
    ['of a list of issuers', () => signed(head, { ...claims, iss: [issuer] }), rejected],
    ['that has expired', () => signed(head, { ...claims, exp: 1 }), rejected],
    ['without an end', () => signed(head, { iss: issuer, sub: 'ann' }), rejected],
    ['whose end is text', () => signed(head, { ...claims, exp: String(exp) }), rejected],
    ['whose subject is an object', () => signed(head, { ...claims, sub: { toString: 1 } }), rejected],
    [
      'whose subject would be a header of its own',
      () => signed(head, { ...claims, sub: 'ann\r\nx-who: root' }),
      '200 {"account":{"owner":"ann%0D%0Ax-who: root"}}',
    ],
    ['longer than tokens are', () => signed(head, { ...claims, more: 'x'.repeat(9000) }), rejected],
  ])('%s', (_attack, token, response) =>
    attack({ ...query('{ account { owner } }'), headers: { authorization: `Bearer ${token()}` } }, response),
  );
});

describe('a name that a client gives itself', () => {
  const anonymous = '200 {"account":{"owner":"nobody"}}';
  const account = query('{ account { owner } }');
  test.each<Row>([
    [
      'in the header of the identity, from an address that is no proxy',
      { ...account, headers: { 'x-user-id': 'root' } },
      anonymous,
    ],
    [
      'as a proxy would',
      { ...account, headers: { 'x-user-id': 'root', 'x-forwarded-for': '10.0.0.1', forwarded: 'for=10.0.0.1' } },
      anonymous,
    ],
    ['in the header that services read', { ...account, headers: { 'x-who': 'root' } }, anonymous],
    [
      'under a name that some servers read as that',
      { ...account, headers: { x_who: 'root', X_Who: 'root' } },
      anonymous,
    ],
    [
      'in extensions',
      {
        body: '{"query":"{ account { owner } }","extensions":{"headers":{"x-who":"root"},"authorization":"Bearer x"}}',
      },
      anonymous,
    ],
  ])('%s', (_attack, request, response) => attack(request, response));
});

describe('caches in front', () => {
  const notFound = '404 NOT_FOUND';
  const unkeyed = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'ftp',
    'x-original-url': '/admin',
    'x-rewrite-url': '/admin',
    forwarded: 'host=evil.example',
  };
  test.each<Row>([
    ['headers that no cache has in its key', get('/graphql?query={hello}', unkeyed), hello],
    [
      'another method in a header',
      get('/graphql?query=mutation{write}', { 'x-http-method-override': 'POST', 'x-method-override': 'POST' }),
      '405 BAD_REQUEST',
    ],
    ['another method in the URL', get('/graphql?query=mutation{write}&_method=POST'), '405 BAD_REQUEST'],
    ['a parameter twice: the first counts', get('/graphql?query={hello}&query={sum}'), hello],
    ['a parameter behind a semicolon', get('/graphql?utm=1;query={sum}&query={hello}'), hello],
    ['a parameter as a list', get('/graphql?query[]={sum}'), '400 BAD_REQUEST'],
    ['the end of a file of style', get('/graphql/x.css?query={account{owner}}'), notFound],
    ['the same after a semicolon', get('/graphql;x.css?query={account{owner}}'), notFound],
    ['the same after an encoded slash', get('/graphql%2fx.css?query={account{owner}}'), notFound],
    ['the same after an encoded question mark', get('/graphql%3Fx.css?query={account{owner}}'), notFound],
    ['two slashes', get('/graphql//?query={account{owner}}'), notFound],
    ['encoded dots', get('/graphql/%2e%2e%2fgraphql?query={account{owner}}'), notFound],
    ['capitals', get('/GRAPHQL?query={account{owner}}'), notFound],
    ['a path within the admin paths', get('/admin/invalidate/x.css'), notFound],
  ])('%s', (_attack, request, response) => attack(request, response));

  test('store nothing that is private, wrong or rejected', async () => {
    const ann = { authorization: `Bearer ${signed(head, claims)}` };
    for (const origin of at.origins) {
      for (const [path, headers, expected] of [
        ['/graphql?query={account{owner}}', ann, /^private|^no-store$/],
        ['/graphql?query={hello}', ann, /^private/],
        ['/graphql?query={nothing}', {}, /^no-store$/],
        ['/graphql?query={hello}', { authorization: 'Bearer x' }, /^no-store$/],
        ['/nothing', {}, /^no-store$/],
        ['/graphql/x.css', ann, /^no-store$/],
      ] as const) {
        const response = await fetch(`${origin}${path}`, { headers: { ...csrf, ...headers } });
        await response.text();
        expect([path, response.headers.get('cache-control')]).toEqual([path, expect.stringMatching(expected)]);
      }
    }
  });
});

describe('pages', () => {
  const script = '</script><script>alert(1)</script>';
  test.each([
    [
      'the query of GraphiQL',
      `/graphql?query=${encodeURIComponent(script)}&variables=${encodeURIComponent(`{"a":"${script}"}`)}`,
    ],
    ['the name of a client', `/graphql/${encodeURIComponent(script)}`],
    ['any path', `/${encodeURIComponent(script)}`],
    ['any parameter of the landing page', `/?${encodeURIComponent(script)}`],
  ])('%s stands in none', async (_where, path) => {
    for (const origin of at.origins) {
      for (const sent of [path, decodeURIComponent(path)]) {
        const headers = {
          accept: 'text/html',
          'graphql-client-name': script,
          'x-forwarded-host': `"${script}`,
          referer: `http://a/${script}`,
        };
        const response = await at.received(origin, { method: 'GET', path: sent.replaceAll(' ', '+'), headers });
        const isHtml = /^content-type: text\/html/im.test(response);
        expect(isHtml && response.includes('alert(1)')).toBe(false);
        expect(response).toMatch(/^x-content-type-options: nosniff/im);
      }
    }
  });
});

test('tokens of the purge endpoint are not found by guessing', async () => {
  const guesses = [
    undefined,
    '',
    'Bearer',
    `Bearer ${purgeToken.slice(0, -1)}`,
    `Bearer ${purgeToken}x`,
    `Basic ${btoa(`a:${purgeToken}`)}`,
    purgeToken,
    `Bearer ${purgeToken.toUpperCase()}`,
    `Bearer "${purgeToken}"`,
  ];
  for (const authorization of guesses) {
    const headers = authorization === undefined ? undefined : { authorization };
    await attack(
      { path: '/admin/invalidate', body: '{"type":"Account"}', ...(headers && { headers }) },
      '401 UNAUTHENTICATED',
    );
  }
});
