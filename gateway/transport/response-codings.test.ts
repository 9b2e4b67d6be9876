// Content codings of responses, over real HTTP: decoded within the bound, on every kind of body.
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { Behaviour } from '../../test/harness/servers.ts';
import { scope, upstream } from '../../test/harness/test-upstream.ts';
import { SubgraphClient, type SubgraphClientOptions } from './subgraph-client.ts';

const body = '{"query":"{ product { name } }"}';
const result = { data: { product: { name: 'Käsespätzle €'.repeat(2000) } } };
const text = Buffer.from(JSON.stringify(result));

function client(url: string, options: Partial<SubgraphClientOptions> = {}): SubgraphClient {
  const made = new SubgraphClient({
    ...{ name: 'products', urls: [url], timeout: 20_000, maxResponseBytes: 1_000_000 },
    subscriptions: { max: 10, end: 'complete', startTimeout: 20_000 },
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

const coded =
  (coding: string, bytes: Buffer, status = 200, type = 'application/json'): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-type': type, 'content-encoding': coding });
    for (let at = 0; at < bytes.length; at += 1000) response.write(bytes.subarray(at, at + 1000));
    response.end();
  };

test.each<[string, Buffer]>([
  ['gzip', gzipSync(text)],
  ['x-gzip', gzipSync(text)],
  ['GZIP', gzipSync(text)],
  ['br', brotliCompressSync(text)],
  ['zstd', zstdCompressSync(text)],
  ['identity', text],
  ['none', text],
  ['gzip', Buffer.concat([gzipSync(text.subarray(0, 99)), gzipSync(text.subarray(99))])],
])('a response in %s is decoded', async (coding, bytes) => {
  const server = await upstream(coded(coding, bytes));
  expect(await client(server.url).send(body, scope())).toMatchObject(result);
  expect(server.requests[0]?.headers['accept-encoding']).toBe('gzip, br, zstd');
});

test('errors in a compressed body are read with any status', async () => {
  const errors = [{ message: 'Cannot query field "name".' }];
  const server = await upstream(coded('gzip', gzipSync(JSON.stringify({ errors })), 400));
  expect(await client(server.url).send(body, scope())).toMatchObject({ errors });
});

test.each<[string, string, Buffer, string | RegExp]>([
  ['of a coding that was not accepted', 'deflate', text, 'the content coding "deflate" was not accepted'],
  ['of several codings', 'gzip, br', text, 'the content coding "gzip, br" was not accepted'],
  ['that is no gzip', 'gzip', text, /^the response of \d+ bytes is not valid gzip/],
  ['that is cut off', 'gzip', gzipSync(text).subarray(0, -9), /not valid gzip/],
  ['that is cut off in br', 'br', brotliCompressSync(text).subarray(0, -9), /not valid br/],
  ['with a wrong checksum', 'gzip', Buffer.concat([gzipSync(text).subarray(0, -8), Buffer.alloc(8)]), /not valid gzip/],
  [
    'of 32 MB in 32 kB',
    'gzip',
    gzipSync(Buffer.alloc(33_000_000, ' ')),
    /bytes of gzip, is longer than 1000000 bytes$/,
  ],
  ['of 32 MB in br', 'br', brotliCompressSync(Buffer.alloc(33_000_000, ' ')), /is longer than 1000000 bytes$/],
  ['of 32 MB in zstd', 'zstd', zstdCompressSync(Buffer.alloc(33_000_000, ' ')), /is longer than 1000000 bytes$/],
  ['of no JSON', 'gzip', gzipSync('<html>'), 'HTTP status 200, 6 bytes, not a GraphQL response'],
  ['without a body', 'gzip', Buffer.alloc(0), 'HTTP status 200, 0 bytes, not a GraphQL response'],
])('a response %s is an error', async (_kind, coding, bytes, detail) => {
  const server = await upstream(coded(coding, bytes));
  const failure = await client(server.url)
    .send(body, scope())
    .catch((error) => error);
  expect(failure).toMatchObject({
    code: 'SUBGRAPH_BAD_RESPONSE',
    detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
  });
});

test('a client that leaves while a response is decoded settles once', async () => {
  const leaving = scope();
  const server = await upstream(coded('gzip', gzipSync(text)));
  let settled = 0;
  const outcome = new Promise<string | undefined>((resolve) => {
    client(server.url).execute(body, leaving, (error) => {
      settled += 1;
      resolve(error?.name);
    });
  });
  leaving.cancellation.cancel();
  expect(await outcome).toBe('RequestCancelled');
  expect(settled).toBe(1);
});

test('without compression nothing is accepted', async () => {
  const server = await upstream(coded('identity', text));
  expect(await client(server.url, { compression: false }).send(body, scope())).toMatchObject(result);
  expect(server.requests[0]?.headers).not.toHaveProperty('accept-encoding');
});

test.each(['text/event-stream', 'application/json'])(
  'a subscription accepts no coding, and %s in gzip is an error',
  async (type) => {
    const server = await upstream(coded('gzip', gzipSync('event: complete\n\n'), 200, type));
    const failure = await client(server.url)
      .subscribe(body, scope())
      .catch((error) => error);
    expect(failure).toMatchObject({
      code: 'SUBGRAPH_BAD_RESPONSE',
      detail: 'the content coding "gzip" was not accepted',
    });
    expect(server.requests[0]?.headers).not.toHaveProperty('accept-encoding');
  },
);
