// Compressed responses: content codings by Accept-Encoding, on every HTTP path, with entity tags and Vary that no cache
// between can confuse.
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type Dispatcher, request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { type CachingGateway, openCachingGateway, type ServiceDefinition } from '../caching/services.ts';

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index} of é ${index * 7919}`);

const pages: ServiceDefinition = {
  name: 'pages',
  sdl: `type Query {
    lines(count: Int!): [String!] @cacheControl(maxAge: 60)
    fresh(count: Int!): [String!]
    faulty(count: Int!): [String!]
  }`,
  resolvers: {
    Query: {
      lines: (_, { count }: { count: number }) => lines(count),
      fresh: (_, { count }: { count: number }) => lines(count),
      faulty: () => {
        throw new Error('out of paper');
      },
    },
  },
};

const httpPaths: [string, Partial<GatewayConfig>][] = [
  ['the fast path', {}],
  ['Yoga', { fastPath: false }],
  ['a gateway with plugins', { plugins: [{}] }],
];

const decoders: Record<string, (body: Buffer) => Buffer> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

interface Received {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  coding: string | undefined;
  /** Bytes on the wire. */
  bytes: Buffer;
  text: string;
}

interface Sent {
  query?: string;
  path?: string;
  method?: 'GET' | 'POST' | 'HEAD';
  headers?: Record<string, string>;
}

async function send({ origin }: Pick<CachingGateway, 'origin'>, sent: Sent): Promise<Received> {
  const { query = '{ lines(count: 100) }', method = 'POST', path, headers = {} } = sent;
  const isPost = method === 'POST';
  const response = await request(
    `${origin}${path ?? (isPost ? '/graphql' : `/graphql?query=${encodeURIComponent(query)}`)}`,
    {
      method,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'graphql-require-preflight': '1',
        ...headers,
      },
      ...(isPost && { body: JSON.stringify({ query }) }),
    },
  );
  const bytes = Buffer.from(await response.body.arrayBuffer());
  const coding = response.headers['content-encoding'] as string | undefined;
  const text = String(coding && bytes.length > 0 ? decoders[coding]?.(bytes) : bytes);
  return { status: response.statusCode, headers: response.headers, coding, bytes, text };
}

const accepting = (coding: string) => ({ headers: { 'accept-encoding': coding } });

/** RFC 9110, section 12.5.3. */
const negotiations: [acceptEncoding: string, coding: string | undefined][] = [
  ['gzip', 'gzip'],
  ['br', 'br'],
  ['zstd', 'zstd'],
  ['x-gzip', 'gzip'],
  ['GZip', 'gzip'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  [' gzip ; q=0.2 ,\tbr ;q=0.9', 'br'],
  ['br;q=0, gzip;q=0.001', 'gzip'],
  ['*', 'zstd'],
  ['*;q=0.5, zstd;q=0', 'br'],
  ['gzip;q=0.5, identity', undefined],
  ['gzip;q=0.5, identity;q=0.4', 'gzip'],
  ['gzip, identity', 'gzip'],
  ['identity', undefined],
  ['identity;q=0, gzip', 'gzip'],
  ['*;q=0, br', 'br'],
  ['gzip;q=0', undefined],
  ['deflate', undefined],
  ['gzip;q=2', undefined],
  ['gzip;q=', undefined],
  [', ,gzip', 'gzip'],
  ['', undefined],
];

describe.each(httpPaths)('%s', (_, options) => {
  test('a response is encoded as the client prefers, and is the same when decoded', async () => {
    const gateway = await openCachingGateway([pages], options);
    const plain = await send(gateway, {});
    expect(plain).toMatchObject({ status: 200, coding: undefined });
    expect(JSON.parse(plain.text)).toEqual({ data: { lines: lines(100) } });
    for (const method of ['POST', 'GET'] as const) {
      for (const field of ['lines', 'fresh']) {
        const got: typeof negotiations = [];
        for (const [acceptEncoding] of negotiations) {
          const response = await send(gateway, {
            method,
            query: `{ lines: ${field}(count: 100) }`,
            ...accepting(acceptEncoding),
          });
          expect(response.text).toBe(plain.text);
          expect(response.headers['content-length']).toBe(String(response.bytes.length));
          expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
          expect(varies(response)).toContain('accept-encoding');
          if (response.coding) expect(response.bytes.length).toBeLessThan(plain.bytes.length / 2);
          got.push([acceptEncoding, response.coding]);
        }
        expect(got).toEqual(negotiations);
      }
    }
  });

  test('short responses are sent as they are, and vary all the same', async () => {
    const gateway = await openCachingGateway([pages], options);
    const short = await send(gateway, { query: '{ lines(count: 2) }', ...accepting('gzip') });
    expect(short).toMatchObject({ status: 200, coding: undefined });
    expect(varies(short)).toContain('accept-encoding');
    // Short as it is, the client takes it in no other form.
    expect((await send(gateway, { query: '{ lines(count: 2) }', ...accepting('identity;q=0, gzip') })).coding).toBe(
      'gzip',
    );
  });

  test('errors are compressed as well', async () => {
    const gateway = await openCachingGateway([pages], { ...options, subgraphErrors: 'all' });
    const query = `{ ${Array.from({ length: 20 }, (_, at) => `a${at}: faulty(count: ${at})`).join(' ')} }`;
    const plain = await send(gateway, { query });
    const compressed = await send(gateway, { query, ...accepting('br') });
    expect(compressed.coding).toBe('br');
    expect(JSON.parse(plain.text).errors).toHaveLength(20);
    expect(compressed.text).toBe(plain.text);
    expect(varies(compressed)).toContain('accept-encoding');
  });

  test('a client that accepts no form of the response gets 406, and nothing is executed', async () => {
    const gateway = await openCachingGateway([pages], options);
    for (const acceptEncoding of ['identity;q=0', '*;q=0', 'deflate, identity;q=0', 'gzip;q=0, *;q=0']) {
      for (const method of ['POST', 'GET'] as const) {
        const response = await send(gateway, { method, ...accepting(acceptEncoding) });
        expect(response.status, acceptEncoding).toBe(406);
        expect(JSON.parse(response.text).errors[0].extensions.code).toBe('BAD_REQUEST');
      }
    }
    expect(gateway.services[0]?.requested).toEqual([]);
  });

  test('compression can be turned off, and codings with it', async () => {
    const off = await openCachingGateway([pages], { ...options, compression: false });
    for (const acceptEncoding of ['gzip', 'identity;q=0, br']) {
      const response = await send(off, accepting(acceptEncoding));
      expect(response).toMatchObject({ status: 200, coding: undefined });
      expect(varies(response)).not.toContain('accept-encoding');
    }
    const gzip = await openCachingGateway([pages], {
      ...options,
      compression: { zstd: false, br: false, minBytes: 1 },
    });
    expect((await send(gzip, accepting('zstd, br, gzip;q=0.1'))).coding).toBe('gzip');
    expect((await send(gzip, { query: '{ lines(count: 9) }', ...accepting('gzip') })).coding).toBe('gzip');
    expect((await send(gzip, accepting('zstd, br'))).coding).toBeUndefined();
    const rejected = await send(gzip, accepting('br, identity;q=0'));
    expect(rejected.status).toBe(406);
    expect(rejected.text).toContain('accept \\"identity\\" or \\"gzip\\".');
  });

  test('what must not be transformed, and what a page of another site has caused, is not compressed', async () => {
    const gateway = await openCachingGateway([pages], { ...options, csrf: false });
    const gzip = { 'accept-encoding': 'gzip' };
    const coding = async (headers: Record<string, string>) =>
      (await send(gateway, { headers: { ...gzip, ...headers } })).coding;
    expect(await coding({ 'cache-control': 'no-transform' })).toBeUndefined();
    expect(await coding({ 'sec-fetch-site': 'cross-site' })).toBeUndefined();
    expect(await coding({ 'sec-fetch-site': 'same-site' })).toBeUndefined();
    expect(await coding({ 'sec-fetch-site': 'same-origin' })).toBe('gzip');
  });

  test('responses that pages of other origins may read are compressed', async () => {
    const open = (origin: string) => openCachingGateway([pages], { ...options, csrf: false, cors: { origin } });
    const [one, all] = [await open('https://shop.example'), await open('*')];
    const page = { 'accept-encoding': 'gzip', 'sec-fetch-site': 'cross-site', origin: 'https://shop.example' };
    expect((await send(one, { headers: page })).coding).toBe('gzip');
    expect((await send(one, { headers: { ...page, origin: 'https://other.example' } })).coding).toBeUndefined();
    expect((await send(all, { headers: page })).coding).toBe('gzip');
    expect((await send(all, { headers: { ...page, cookie: 'session=1' } })).coding).toBeUndefined();
  });

  test('a HEAD request gets the head of the GET', async () => {
    const gateway = await openCachingGateway([pages], options);
    const get = await send(gateway, { method: 'GET', ...accepting('gzip') });
    const head = await send(gateway, { method: 'HEAD', ...accepting('gzip') });
    expect(head.bytes.length).toBe(0);
    for (const name of ['content-encoding', 'content-length', 'content-type', 'etag', 'vary']) {
      expect(head.headers[name], name).toBe(get.headers[name]);
    }
  });

  test('large responses at the same time are all right', async () => {
    const gateway = await openCachingGateway([pages], options);
    const plain = await send(gateway, { query: '{ fresh(count: 20000) }' });
    const responses = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        send(gateway, { query: '{ fresh(count: 20000) }', ...accepting(['gzip', 'br', 'zstd'][at % 3] as string) }),
      ),
    );
    for (const response of responses) expect(response.text === plain.text).toBe(true);
  });
});

describe.each(httpPaths.slice(0, 2))('%s', (_, options) => {
  test('each coding has an entity tag of its own, and a 304 only for a form that the client accepts', async () => {
    const gateway = await openCachingGateway([pages], options);
    const tags = new Map<string, string>();
    for (const coding of ['identity', 'gzip', 'br', 'zstd']) {
      const response = await send(gateway, { method: 'GET', ...accepting(coding) });
      tags.set(coding, String(response.headers.etag));
      expect(tags.get(coding)).toMatch(/^W\/"[^"]+"$/);
      // From the cache as well.
      const again = await send(gateway, { method: 'GET', ...accepting(coding) });
      expect(again.headers.etag).toBe(tags.get(coding));
      expect(again.bytes.equals(response.bytes)).toBe(true);
    }
    expect(new Set(tags.values()).size).toBe(4);
    for (const [coding, etag] of tags) {
      for (const acceptEncoding of ['identity', 'gzip', 'br', 'zstd', 'gzip, br', 'gzip, identity;q=0']) {
        const headers = { 'accept-encoding': acceptEncoding, 'if-none-match': etag };
        const response = await send(gateway, { method: 'GET', headers });
        const codings = acceptEncoding.split(', ');
        const isAccepted = codings.includes(coding) || (coding === 'identity' && !acceptEncoding.includes('q=0'));
        expect(response.status, `${etag} for ${acceptEncoding}`).toBe(isAccepted ? 304 : 200);
        expect(varies(response)).toContain('accept-encoding');
        if (isAccepted) {
          expect(response.headers).toMatchObject({ etag, 'cache-control': 'public, max-age=60' });
          expect(response.headers['content-encoding']).toBeUndefined();
          expect(response.bytes.length).toBe(0);
        }
      }
    }
  });
});

test('event streams are not compressed', async () => {
  const gateway = await openCachingGateway([
    {
      name: 'news',
      sdl: 'type Query { a: Int } type Subscription { ticks: String }',
      resolvers: { Query: { a: () => 1 } },
    },
  ]);
  const response = await send(gateway, {
    query: 'subscription { ticks }',
    headers: { accept: 'text/event-stream', 'accept-encoding': 'gzip, br' },
  });
  expect(response.headers['content-type']).toMatch(/^text\/event-stream/);
  expect(response.coding).toBeUndefined();
});

test('the page of GraphiQL is compressed', async () => {
  const gateway = await openCachingGateway([pages], { graphiql: true });
  const page = { path: '/graphql', method: 'GET' } as const;
  const plain = await send(gateway, { ...page, headers: { accept: 'text/html' } });
  const compressed = await send(gateway, { ...page, headers: { accept: 'text/html', 'accept-encoding': 'br' } });
  expect(compressed.coding).toBe('br');
  expect(compressed.text === plain.text).toBe(true);
  expect(compressed.bytes.length).toBeLessThan(plain.bytes.length / 2);
  expect(compressed.headers).toMatchObject({
    'x-frame-options': 'DENY',
    'content-type': plain.headers['content-type'],
  });
  expect(varies(plain)).toContain('accept-encoding');
});

test('the page of GraphiQL is kept by browsers, which ask whether it is still the same', async () => {
  const gateway = await openCachingGateway([pages], { graphiql: true });
  const page = { path: '/graphql', method: 'GET' } as const;
  const html = { accept: 'text/html', 'accept-encoding': 'br' };
  const first = await send(gateway, { ...page, headers: html });
  expect(first.headers['cache-control']).toBe('private, no-cache');
  expect(varies(first)).toContain('accept');
  const tag = String(first.headers.etag);
  const again = await send(gateway, { ...page, headers: { ...html, 'if-none-match': tag } });
  expect(again).toMatchObject({ status: 304, text: '', headers: { etag: tag, 'x-frame-options': 'DENY' } });
  const other = await send(gateway, { ...page, headers: { ...html, 'if-none-match': '"other"' } });
  expect(other).toMatchObject({ status: 200, headers: { etag: tag } });
  expect(other.text === first.text).toBe(true);
  // A page with other examples is another page.
  const examples = [{ query: '{ __typename }' }];
  const changed = await openCachingGateway([pages], { graphiql: { enabled: true, examples } });
  expect((await send(changed, { ...page, headers: { ...html, 'if-none-match': tag } })).status).toBe(200);
});

test('a plugin can rule compression out, and its cookies stay apart', async () => {
  const gateway = await openCachingGateway([pages], {
    plugins: [
      {
        onResponse: ({ response }) => {
          response.headers.set('cache-control', 'public, no-transform');
          response.headers.append('set-cookie', 'a=1');
          response.headers.append('set-cookie', 'b=2');
        },
      },
    ],
  });
  const response = await send(gateway, accepting('gzip'));
  expect(response).toMatchObject({ status: 200, coding: undefined });
  expect(response.headers['set-cookie']).toEqual(['a=1', 'b=2']);
});

test('a client that leaves while its response waits for compression costs the others nothing', async () => {
  const gateway = await openCachingGateway([pages]);
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const leaving = Array.from({ length: 20 }, () =>
    request(`${gateway.origin}/graphql`, {
      method: 'POST',
      signal: controller.signal,
      headers: { 'content-type': 'application/json', 'accept-encoding': 'gzip' },
      body: JSON.stringify({ query: '{ fresh(count: 20000) }' }),
    }),
  );
  const [first] = await Promise.allSettled([Promise.race(leaving)]);
  expect(first.status).toBe('fulfilled');
  controller.abort();
  await Promise.allSettled(leaving);
  expect((await send(gateway, { query: '{ fresh(count: 20000) }', ...accepting('gzip') })).coding).toBe('gzip');
});

function varies({ headers }: Received): string[] {
  return String(headers.vary ?? '')
    .toLowerCase()
    .split(/, */);
}
