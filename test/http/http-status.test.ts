// HTTP statuses with `httpStatus: 'spec'`: every kind of response, on both HTTP paths, by POST and by GET, with each type.
import { describe, expect, test } from 'vitest';
import type { BothPaths, RawRequest } from '../fast-path/both-paths.ts';
import { posting, sameResponse } from '../fast-path/both-paths.ts';
import { serveShop } from './served.ts';

const json = 'application/json';
const graphql = 'application/graphql-response+json';
const requestId = { 'x-request-id': 'test' };

type Parameters = Record<string, unknown>;

const byPost = (parameters: unknown, accept: string, headers: RawRequest['headers'] = {}): RawRequest =>
  posting(parameters, { accept, ...requestId, ...headers });

const byGet = (parameters: Parameters, accept: string): RawRequest => {
  const texts = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return { method: 'GET', path: `/graphql?${new URLSearchParams(texts)}`, headers: { accept, ...requestId } };
};

/** The status with the type, of both paths. */
async function outcome(httpPaths: Pick<BothPaths, 'short' | 'yoga'>, request: RawRequest): Promise<string> {
  const { status, headers } = await sameResponse(httpPaths, request);
  return `${status} ${String(headers['content-type']).replace('; charset=utf-8', '')}`;
}

const unknownHash = { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } };

/** Status with GraphQL's type, and with plain JSON. */
const rows: [name: string, parameters: Parameters, status: number, withJson?: number][] = [
  ['data', { query: '{ hello }' }, 200],
  ['data and errors', { query: '{ hello failing }' }, 294, 200],
  ['no data, of an operation that was executed', { query: 'query { product { note secret } failing }' }, 294, 200],
  ['a syntax error', { query: '{' }, 400],
  ['an invalid document', { query: '{ nothing }' }, 422],
  ['no such operation', { query: 'query A { hello } query B { hello }' }, 422],
  ['a variable of another type', { query: 'query ($n: Int!) { text(length: $n) }', variables: { n: 'x' } }, 422],
  ['a document beyond a limit', { query: '{ product { id } a: hello b: hello c: hello }' }, 422],
  ['an unknown hash', { extensions: unknownHash }, 404],
  ['no document', {}, 422],
  ['an empty document', { query: '' }, 422],
];

describe('with `httpStatus: "spec"`', () => {
  test('a response has the status of what it contains, or of what is wrong, by POST and by GET, with each type', async () => {
    const documents = { automaticPersistedQueries: true };
    const { httpPaths } = await serveShop({ httpStatus: 'spec', limits: { aliases: 2 }, documents });
    for (const [name, parameters, status, withJson = status] of rows) {
      const plain = withJson < 300 ? json : graphql;
      const expected = [name, `${status} ${graphql}`, `${withJson} ${plain}`, `${status} ${graphql}`];
      for (const request of [byPost, byGet]) {
        const found = [name];
        for (const accept of [graphql, json, `${graphql}, ${json};q=0.9`]) {
          found.push(await outcome(httpPaths, request(parameters, accept)));
        }
        expect(found).toEqual(expected);
      }
    }
  });

  test('a request that cannot be read is 400; one that can, and is none of GraphQL, is 422', async () => {
    const { httpPaths } = await serveShop({ httpStatus: 'spec' });
    for (const body of ['NONSENSE', '{"query":', '']) {
      expect(await outcome(httpPaths, byPost(body, graphql))).toBe(`400 ${graphql}`);
    }
    const invalid = { ...byPost('', json), body: Buffer.from([0x22, 0xff, 0x22]) };
    expect(await outcome(httpPaths, invalid)).toBe(`400 ${graphql}`);
    const gzip = byPost('{}', graphql, { 'content-encoding': 'gzip' });
    expect(await outcome(httpPaths, gzip)).toBe(`400 ${graphql}`);
    const envelopes: unknown[] = [
      ...[7, 'text', [], { query: 7 }, { qeury: '{ hello }' }],
      ...[
        { query: '{ hello }', variables: [7] },
        { query: '{ hello }', operationName: 7 },
      ],
      ...[{ query: '{ hello }', extensions: 'x' }, { query: '{ hello }', extra: 1 }, { documentId: 7 }],
    ];
    for (const envelope of envelopes) {
      const found = await outcome(httpPaths, byPost(JSON.stringify(envelope), graphql));
      expect([envelope, found]).toEqual([envelope, `422 ${graphql}`]);
    }
  });

  test('what the request may not do, or is too much, has the status that it has anywhere', async () => {
    const { httpPaths } = await serveShop({
      httpStatus: 'spec',
      maxBodyBytes: 300,
      rateLimits: { request: { limit: 6, duration: '1h' } },
    });
    const mutation = { query: 'mutation { setStock(inStock: 1) { id } }' };
    const rejected: [request: RawRequest, status: string][] = [
      [byGet(mutation, graphql), `405 ${graphql}`],
      [byPost({ query: '{ hello }' }, 'image/png'), `406 ${graphql}`],
      [byPost({ query: `{ hello } ${' '.repeat(300)}` }, graphql), `413 ${graphql}`],
      [byPost('{ hello }', graphql, { 'content-type': 'text/html' }), `415 ${graphql}`],
      [byPost({ query: '{ hello }' }, graphql, { authorization: 'Bearer x' }), `401 ${graphql}`],
      [byPost({ query: '{ hello }' }, graphql), `200 ${graphql}`],
      [byPost({ query: '{ hello }' }, graphql), `429 ${graphql}`],
    ];
    for (const [request, expected] of rejected) expect(await outcome(httpPaths, request)).toBe(expected);
  });

  test('a whole request without the right to it is 401; a field without it is partial', async () => {
    const secret = { query: '{ hello product { secret } }' };
    const fields = await serveShop({ httpStatus: 'spec' });
    expect(await outcome(fields.httpPaths, byPost(secret, graphql))).toBe(`294 ${graphql}`);
    const whole = await serveShop({ httpStatus: 'spec', authorization: { mode: 'request' } });
    expect(await outcome(whole.httpPaths, byPost(secret, graphql))).toBe(`401 ${graphql}`);
  });

  test('batches are 200, and the error of a document in an event stream is an event', async () => {
    const { httpPaths } = await serveShop({ httpStatus: 'spec' });
    const batch = [{ query: '{ hello failing }' }, { query: '{ nothing }' }];
    expect(await outcome(httpPaths, byPost(batch, `${graphql}, ${json};q=0.9`))).toBe(`200 ${json}`);
    const stream = byPost({ query: '{ nothing }' }, 'text/event-stream');
    expect(await outcome(httpPaths, stream)).toBe('200 text/event-stream');
  });

  test('the status line says what 294 is', async () => {
    const { httpPaths } = await serveShop({ httpStatus: 'spec' });
    const { statusText, body } = await sameResponse(httpPaths, byPost({ query: '{ hello failing }' }, graphql));
    expect(statusText).toBe('Partial Success');
    expect(JSON.parse(body)).toMatchObject({ data: { hello: 'hi', failing: null }, errors: [{ path: ['failing'] }] });
  });
});

test('by default, no status is other than it was', async () => {
  const { httpPaths } = await serveShop();
  const found = async (parameters: Parameters, accept: string) => outcome(httpPaths, byPost(parameters, accept));
  expect(await found({ query: '{ hello failing }' }, graphql)).toBe(`200 ${graphql}`);
  expect(await found({ query: '{ nothing }' }, graphql)).toBe(`400 ${graphql}`);
  expect(await found({ query: '{ nothing }' }, json)).toBe(`200 ${json}`);
  expect(await found({}, graphql)).toBe(`400 ${graphql}`);
});
