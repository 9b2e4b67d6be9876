// Content negotiation over HTTP: the type and the status of the response by Accept, by Content-Type, and by what the
// request has.
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { posting, type RawRequest, sameResponse, sendRaw } from '../fast-path/both-paths.ts';
import { serveShop } from './served.ts';

const json = 'application/json';
const graphql = 'application/graphql-response+json';
const hello = { query: '{ hello }' };
const found = '{"data":{"hello":"hi"}}';
const getting = (headers: RawRequest['headers']): RawRequest => ({
  method: 'GET',
  path: '/graphql?query={hello}',
  headers: { 'x-request-id': 'test', ...headers },
});

test('Accept decides by quality, and by the most specific range', async () => {
  const { httpPaths } = await serveShop();
  const rows: [accept: string, type: string][] = [
    [`${json};q=0.1, ${graphql}`, graphql],
    [`${json};q=0.9, ${graphql};q=0.8`, json],
    [`${json};q=0, */*`, graphql],
    [`*/*;q=0.1, ${graphql};q=0.05`, json],
    [`${json}; charset="utf-8"`, json],
    [`${graphql};charset="UTF-8";q=1`, graphql],
    [`${json}; charset=latin1, ${graphql}`, graphql],
    ['APPLICATION/JSON', json],
    [', ,', json],
  ];
  for (const [accept, type] of rows) {
    for (const request of [posting(hello, { accept, 'x-request-id': 'test' }), getting({ accept })]) {
      const { status, headers, body } = await sameResponse(httpPaths, request);
      expect([accept, status, headers['content-type'], body]).toEqual([accept, 200, `${type}; charset=utf-8`, found]);
    }
  }
});

test('a single result is an event or a part where no plain JSON is preferred, and is delayed by no proxy', async () => {
  const { httpPaths } = await serveShop();
  const event = `:\n\nevent: next\ndata: ${found}\n\nevent: complete\ndata:\n\n`;
  const part = `\r\n---\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 23\r\n\r\n${found}\r\n-----\r\n`;
  const rows: [accept: string, type: string, body: string][] = [
    ['text/event-stream', 'text/event-stream', event],
    ['text/event-stream, application/json;q=0.5', 'text/event-stream', event],
    ['multipart/mixed', 'multipart/mixed; boundary="-"', part],
    ['multipart/mixed;q=0.2, text/*;q=0.1', 'multipart/mixed; boundary="-"', part],
  ];
  for (const [accept, type, expected] of rows) {
    for (const request of [posting(hello, { accept, 'x-request-id': 'test' }), getting({ accept })]) {
      const { status, headers, body } = await sameResponse(httpPaths, request);
      expect([accept, status, body]).toEqual([accept, 200, expected]);
      expect(headers).toMatchObject({
        'content-type': type,
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      });
      expect(headers).not.toHaveProperty('etag');
    }
  }
});

test('the events of a subscription are delayed, stored and changed by no proxy', async () => {
  const { origins } = await serveShop();
  for (const origin of origins) {
    for (const accept of ['text/event-stream', '*/*']) {
      const { status, headers } = await sendRaw(
        origin,
        posting({ query: 'subscription { failing }' }, { accept, 'x-request-id': 'test' }),
      );
      expect([accept, status]).toEqual([accept, 200]);
      if (accept === '*/*') continue;
      expect(headers).toMatchObject({ 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' });
    }
  }
});

describe('406', () => {
  test('has a body with a code, and nothing is executed', async () => {
    const { httpPaths, shop } = await serveShop();
    const before = shop.requests.length;
    const mutation = { query: 'mutation { setStock(inStock: 1) { id } }' };
    for (const accept of ['image/png', 'text/html', `${json};q=0`, '*/*;q=0', `${json}; charset=latin1`, '*/json']) {
      for (const request of [posting(mutation, { accept }), posting(hello, { accept }), getting({ accept })]) {
        const response = await sameResponse(httpPaths, request);
        expect([accept, response.status]).toEqual([accept, 406]);
        expect(response.headers['content-type']).toBe(`${json}; charset=utf-8`);
        expect(JSON.parse(response.body).errors[0].extensions).toEqual({ code: 'BAD_REQUEST' });
      }
    }
    expect(shop.requests.length).toBe(before);
  });

  test('has the same body where plugins see every request', async () => {
    const { httpPaths } = await serveShop({ plugins: [{}] });
    for (const request of [
      posting(hello, { accept: 'image/png' }),
      posting({ query: '{ nothing }' }, { accept: '*/json' }),
    ]) {
      const response = await sameResponse(httpPaths, request);
      expect([response.status, response.headers['content-type']]).toEqual([406, `${json}; charset=utf-8`]);
      expect(JSON.parse(response.body).errors[0].extensions).toEqual({ code: 'BAD_REQUEST' });
    }
  });

  test('is for a subscription of a client that accepts no events, and none is begun', async () => {
    const { httpPaths, shop } = await serveShop();
    const before = shop.requests.length;
    for (const accept of [json, graphql, `${graphql}, ${json};q=0.9`, 'text/event-stream;q=0, */*']) {
      const subscription = { query: 'subscription { stockChanged { id } }' };
      const response = await sameResponse(httpPaths, posting(subscription, { accept }));
      expect([accept, response.status]).toEqual([accept, 406]);
      expect(JSON.parse(response.body).errors[0]).toMatchObject({
        message: expect.stringContaining('text/event-stream'),
        extensions: { code: 'BAD_REQUEST' },
      });
    }
    expect(shop.requests.length).toBe(before);
  });
});

test('GraphiQL is for whom prefers a page; a result that is preferred needs a proof against CSRF', async () => {
  const { httpPaths } = await serveShop({ graphiql: true, csrf: true });
  const rows: [accept: string, method: string, status: number, type: string][] = [
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'GET', 200, 'text/html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'HEAD', 200, 'text/html'],
    [`text/html;q=0.9, ${json};q=0.8`, 'GET', 200, 'text/html'],
    [`${json}, text/html;q=0.1`, 'GET', 403, json],
    ['text/html;q=0, */*', 'GET', 403, json],
    [`${json}, text/html`, 'HEAD', 403, json],
    ['TEXT/HTML, */*;q=0.1', 'GET', 403, json],
  ];
  for (const [accept, method, status, type] of rows) {
    const request = { ...getting({ accept }), method };
    const response = await sameResponse(httpPaths, request);
    expect([accept, method, response.status, response.headers['content-type']]).toEqual([accept, method, status, type]);
  }
  const proven = getting({ accept: `${json}, text/html;q=0.1`, 'graphql-require-preflight': '1' });
  expect(await sameResponse(httpPaths, proven)).toMatchObject({ status: 200, body: found });
});

test('what is rejected before its body is read has the preferred type of a result as well', async () => {
  const { httpPaths } = await serveShop();
  const rows: [accept: string, type: string][] = [
    [`${graphql}, ${json};q=0.9`, graphql],
    [`${json}, ${graphql};q=0.9`, json],
    ['text/event-stream', json],
    ['image/png', json],
  ];
  for (const [accept, type] of rows) {
    const wrongToken = await sameResponse(httpPaths, posting(hello, { accept, authorization: 'Bearer x' }));
    expect([accept, wrongToken.status, wrongToken.headers['content-type']]).toEqual([accept, 401, type]);
    const noPath = await sameResponse(httpPaths, { ...posting(hello, { accept }), path: '/nothing' });
    expect([accept, noPath.status, noPath.headers['content-type']]).toEqual([accept, 404, type]);
  }
});

test('the list of a batch, and the rejection of one, is plain JSON where that is acceptable', async () => {
  const { httpPaths } = await serveShop({ limits: { batch: 2 } });
  for (const [accept, type] of [
    [`${graphql}, ${json};q=0.1`, json],
    [`${graphql}, */*;q=0.1`, json],
    [graphql, graphql],
    [`${graphql}, ${json};q=0`, graphql],
  ] as const) {
    for (const [operations, status] of [
      [2, 200],
      [3, 413],
    ] as const) {
      const response = await sameResponse(httpPaths, posting(Array(operations).fill(hello), { accept }));
      const found = [accept, response.status, response.headers['content-type']];
      expect(found).toEqual([accept, status, `${type}; charset=utf-8`]);
    }
  }
});

test('415 has a body with a code', async () => {
  const { httpPaths } = await serveShop();
  const types = [
    'text/json',
    'application/vnd.api+json',
    'application/jsonp',
    'text/plain',
    'application/json; charset=iso-8859-1',
    'application/json; charset="utf-16"',
    'json',
    '',
  ];
  for (const type of types) {
    for (const accept of [json, graphql]) {
      const response = await sameResponse(httpPaths, posting(hello, { 'content-type': type, accept }));
      expect([type, response.status]).toEqual([type, 415]);
      expect(JSON.parse(response.body).errors[0]).toMatchObject({ extensions: { code: 'BAD_REQUEST' } });
    }
  }
  for (const type of [
    'application/json;charset="utf-8"',
    'Application/Json; Charset=UTF-8; x="a,b"',
    'application/json;',
  ]) {
    expect(await sameResponse(httpPaths, posting(hello, { 'content-type': type }))).toMatchObject({ status: 200 });
  }
});

test('a request that names no document is 400, with each media type', async () => {
  const { httpPaths } = await serveShop();
  const bodies = [{}, { query: null }, { query: '' }, { variables: {} }, { operationName: 'A' }, { documentId: null }];
  for (const accept of [json, graphql]) {
    const requests: RawRequest[] = [
      ...bodies.map((body) => posting(body, { accept })),
      ...['', '?', '?query=', '?variables={}', '?operationName=A'].map(
        (search): RawRequest => ({
          method: 'GET',
          path: `/graphql${search}`,
          headers: { accept },
        }),
      ),
    ];
    for (const request of requests) {
      const response = await sameResponse(httpPaths, request);
      expect([request, response.status]).toEqual([request, 400]);
      expect(JSON.parse(response.body).errors[0]).toMatchObject({
        message: 'The request names no document: send "query", or "documentId".',
        extensions: { code: 'BAD_REQUEST' },
      });
    }
  }
});

describe('an unknown document', () => {
  const sha256Hash = hash('sha256', hello.query, 'hex');
  const persisted = { extensions: { persistedQuery: { version: 1, sha256Hash } } };
  const search = new URLSearchParams({ extensions: JSON.stringify(persisted.extensions) });
  const rows: [what: string, automatic: boolean, request: RawRequest, code: string, status: number][] = [
    ['a hash', true, posting(persisted), 'PERSISTED_QUERY_NOT_FOUND', 404],
    ['a hash by GET', true, { method: 'GET', path: `/graphql?${search}` }, 'PERSISTED_QUERY_NOT_FOUND', 404],
    ['an id', true, posting({ documentId: 'unknown' }), 'PERSISTED_QUERY_NOT_FOUND', 404],
    ['a hash, where none are accepted', false, posting(persisted), 'PERSISTED_QUERY_NOT_SUPPORTED', 400],
  ];
  test.each(rows)('%s: 200 for clients that know application/json alone, else %3$s', async (...row) => {
    const [, automaticPersistedQueries, request, code, status] = row;
    const { httpPaths } = await serveShop({ documents: { automaticPersistedQueries } });
    for (const [accept, expected] of [
      ['*/*', 200],
      [json, 200],
      [`${graphql}, ${json};q=0.9`, status],
    ] as const) {
      const response = await sameResponse(httpPaths, { ...request, headers: { ...request.headers, accept } });
      expect([accept, response.status]).toEqual([accept, expected]);
      expect(response.headers['cache-control']).toBe('no-store');
      expect(JSON.parse(response.body)).toMatchObject({ errors: [{ extensions: { code } }] });
    }
  });

  test('Apollo: the hash, then the hash with the text, then the hash alone', async () => {
    const { httpPaths } = await serveShop({ documents: { automaticPersistedQueries: true } });
    for (const accept of ['*/*', `${graphql},${json};q=0.9`]) {
      const query = `{ hello __typename } # ${accept}`;
      const id = hash('sha256', query, 'hex');
      const extensions = { persistedQuery: { version: 1, sha256Hash: id } };
      const unknown = await sameResponse(
        httpPaths,
        posting({ operationName: null, variables: {}, extensions }, { accept }),
      );
      expect(JSON.parse(unknown.body).errors[0].message).toBe('PersistedQueryNotFound');
      for (const body of [
        { query, variables: {}, extensions },
        { variables: {}, extensions },
      ]) {
        const response = await sameResponse(httpPaths, posting(body, { accept }));
        expect([response.status, JSON.parse(response.body).data]).toEqual([200, { hello: 'hi', __typename: 'Query' }]);
      }
    }
  });
});

test('a result without data is never 200 with the GraphQL media type, also where a hook gives its error no status', async () => {
  const { GraphQLError } = await import('graphql');
  const { httpPaths } = await serveShop({
    hooks: {
      onOperation: () => {
        throw new GraphQLError('closed', { extensions: { code: 'SHOP_CLOSED' } });
      },
    },
  });
  for (const [accept, status] of [
    [json, 200],
    [graphql, 400],
    [`${graphql}, ${json};q=0.9`, 400],
  ] as const) {
    const response = await sameResponse(httpPaths, posting(hello, { accept }));
    expect([accept, response.status]).toEqual([accept, status]);
    expect(JSON.parse(response.body)).toEqual({ errors: [{ message: 'closed', extensions: { code: 'SHOP_CLOSED' } }] });
  }
});
