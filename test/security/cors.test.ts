// CORS: the pages of other origins that get their responses, on both HTTP paths and for every status, and the
// configurations that are rejected. Attack (or page), expected status, and response headers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkConfig } from '../../gateway/config/load.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { type CachingGateway, type Service, startCachingGateway, startService } from '../caching/services.ts';
import { posting, type RawRequest, sendRaw } from '../fast-path/both-paths.ts';
import { PlainClient } from '../websocket/shop.ts';

let shop: Service;
beforeAll(async () => {
  shop = await startService({
    name: 'shop',
    sdl: 'type Query { hello: String @cacheControl(maxAge: 60) secret: String } type Subscription { ticks: Int }',
    resolvers: { Query: { hello: () => 'hi', secret: () => 'secret' } },
  });
});
afterAll(() => shop.stop());

const paths: [path: string, options: Partial<GatewayConfig>][] = [
  ['fast path', { fastPath: true }],
  ['Yoga', { fastPath: false }],
];

async function withGateway(
  options: Partial<GatewayConfig>,
  use: (gateway: CachingGateway) => Promise<void>,
): Promise<void> {
  const gateway = await startCachingGateway([shop], options, afterAll);
  try {
    await use(gateway);
  } finally {
    await gateway.stop();
  }
}

const list = ['https://shop.example', 'https://*.apps.example', 'https://*.localhost:5173', 'capacitor://localhost'];
const pages: [origin: string, allowed: boolean][] = [
  ['https://shop.example', true],
  ['https://a.apps.example', true],
  ['https://a.b-c.apps.example', true],
  ['https://web.localhost:5173', true],
  ['capacitor://localhost', true],
  ['https://apps.example', false],
  ['https://evilapps.example', false],
  ['https://.apps.example', false],
  ['https://evil.example#.apps.example', false],
  ['https://evil.example/.apps.example', false],
  ['https://u@x.apps.example', false],
  ['http://a.apps.example', false],
  ['https://a.apps.example:8443', false],
  ['https://a.apps.example.evil.example', false],
  ['https://*.apps.example', false],
  ['http://shop.example', false],
  ['https://shop.example.evil.example', false],
  ['https://SHOP.example', false],
  ['https://evil.example', false],
  ['https://shop.example.', false],
  ['https://shop.example:443', false],
  ['https://shop.example/', false],
  ['https://shop.example, https://evil.example', false],
  ['https://shop.example%00.evil.example', false],
  ['https://shop.example@evil.example', false],
  ['https://a.apps.example.', false],
  ['https://a..apps.example', false],
  ['https://A.apps.example', false],
  ['https://evil.example?.apps.example', false],
  ['https://evil.example\\.apps.example', false],
  ['file://', false],
  ['null', false],
  ['*', false],
  ['', false],
];

describe.each(paths)('%s', (_path, options) => {
  test('a list of origins: those pages may read responses, and no others; every response varies by Origin', async () => {
    await withGateway({ ...options, cors: { origin: list } }, async ({ origin: gateway }) => {
      for (const [origin, allowed] of pages) {
        const { status, headers } = await sendRaw(gateway, posting({ query: '{ hello }' }, { origin }));
        expect([origin, status]).toEqual([origin, 200]);
        expect([origin, headers['access-control-allow-origin']]).toEqual([origin, allowed ? origin : undefined]);
        expect(headers).not.toHaveProperty('access-control-allow-credentials');
        expect(varies(headers.vary)).toContain('Origin');
      }
      const { headers } = await sendRaw(gateway, posting({ query: '{ hello }' }));
      expect(varies(headers.vary)).toContain('Origin');
      expect(headers['cache-control']).toBe('public, max-age=60');
    });
  });

  test('"*" is every page, without credentials', async () => {
    await withGateway({ ...options, cors: { origin: '*' } }, async ({ origin: gateway }) => {
      const requests: RawRequest['headers'][] = [{ origin: 'https://evil.example' }, { origin: 'null' }, {}];
      for (const sent of requests) {
        const { headers } = await sendRaw(gateway, posting({ query: '{ secret }' }, sent));
        expect(headers['access-control-allow-origin']).toBe('*');
        expect(headers).not.toHaveProperty('access-control-allow-credentials');
      }
    });
  });

  const page = 'https://shop.example';
  const rejections: [what: string, status: number, Partial<GatewayConfig>, RawRequest][] = [
    ['no GraphQL', 400, {}, posting('{"query":', { origin: page })],
    ['a document that is not valid', 200, {}, posting({ query: '{ nothing }' }, { origin: page })],
    [
      'a token that is none',
      401,
      {},
      posting({ query: '{ secret }' }, { origin: page, authorization: 'Bearer x.y.z' }),
    ],
    ['CSRF', 403, {}, { headers: { origin: page, 'content-type': 'text/plain' }, body: '{"query":"{ secret }"}' }],
    [
      'an address that is denied',
      403,
      { addresses: { deny: ['127.0.0.1'] } },
      posting({ query: '{ secret }' }, { origin: page }),
    ],
    ['an unknown client', 404, {}, { ...posting({ query: '{ secret }' }, { origin: page }), path: '/graphql/unknown' }],
    [
      'a media type that is not served',
      406,
      {},
      posting({ query: '{ secret }' }, { origin: page, accept: 'image/png' }),
    ],
    ['a body that is too long', 413, { maxBodyBytes: 10 }, posting({ query: '{ secret }' }, { origin: page })],
    ['a plugin that fails', 500, { plugins: [failing] }, posting({ query: '{ secret }' }, { origin: page })],
  ];
  test.each(rejections)('the page may read why its request is rejected: %s', async (_what, status, more, request) => {
    const cors = { origin: page, credentials: true };
    await withGateway({ ...options, ...more, cors }, async ({ origin }) => {
      const response = await sendRaw(origin, request);
      expect(response.status).toBe(status);
      expect(response.headers).toMatchObject({
        'access-control-allow-origin': page,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': expect.stringContaining('Retry-After'),
      });
      expect(varies(response.headers.vary)).toContain('Origin');
    });
  });

  test('the page may read that it sends too many requests', async () => {
    const limited = { rateLimits: { request: { limit: 1, duration: '1h' as const } }, cors: { origin: page } };
    await withGateway({ ...options, ...limited }, async ({ origin }) => {
      await sendRaw(origin, posting({ query: '{ secret }' }, { origin: page }));
      const { status, headers } = await sendRaw(origin, posting({ query: '{ secret }' }, { origin: page }));
      expect(status).toBe(429);
      expect(headers['access-control-allow-origin']).toBe(page);
    });
  });

  test('a preflight has the allowed headers for pages of these origins, and none for others', async () => {
    const cors = { origin: [page], credentials: true, maxAge: '2m' as const };
    await withGateway({ ...options, cors }, async ({ origin: gateway }) => {
      const preflight = (origin: string) =>
        sendRaw(gateway, {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'content-type',
          },
        });
      const allowed = await preflight(page);
      expect(allowed.status).toBe(204);
      expect(allowed.headers).toMatchObject({
        'access-control-allow-origin': page,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'content-type',
        'access-control-max-age': '120',
      });
      expect(varies(allowed.headers.vary)).toEqual(['Origin', 'Access-Control-Request-Headers']);
      const other = await preflight('https://evil.example');
      expect(other.status).toBe(204);
      expect(Object.keys(other.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(varies(other.headers.vary)).toContain('Origin');
    });
  });
});

const failing = {
  onRequest: () => {
    throw new Error('broken');
  },
};

test.each<[string, unknown, string]>([
  ['a path', 'https://shop.example/web', 'give "https://shop.example"'],
  ['a slash at the end', 'https://shop.example/', 'give "https://shop.example"'],
  ['the port that the scheme has', 'https://shop.example:443', 'give "https://shop.example"'],
  ['capitals', 'https://Shop.example', 'give "https://shop.example"'],
  ['no ASCII', 'https://bücher.example', 'give "https://xn--bcher-kva.example"'],
  ['a path after a pattern', 'https://*.shop.example/', 'give "https://*.shop.example"'],
  ['no scheme', 'shop.example', 'it has no scheme'],
  ['nothing', '', 'give an origin'],
  ['null', 'null', 'it would allow any page'],
  ['an empty list', [], 'at least one origin'],
  ['a pattern in the middle', 'https://shop.*.example', 'may only stand at the beginning'],
  ['a pattern of part of a label', 'https://*shop.example', 'may only stand at the beginning'],
  ['two patterns', 'https://*.*.example', 'may only stand at the beginning'],
  ['a pattern of everything', 'https://*', 'may only stand at the beginning'],
  ['a pattern of a top-level domain', 'https://*.example', 'a whole top-level domain'],
  ['a pattern of addresses', 'https://*.0.0.1', 'give an origin'],
  ['a pattern of ports', 'https://shop.example:*', 'may only stand at the beginning'],
  ['"*" beside others', ['*', 'https://shop.example'], 'give it alone'],
])('a configuration with %s for an origin is rejected with the remedy', (_what, origin, remedy) => {
  const config = { subgraphs: { a: { url: 'http://127.0.0.1:1', schema: 'a.graphql' } }, cors: { origin } };
  expect(() => checkConfig(config as GatewayConfig)).toThrow(remedy);
});

test('credentials for every page are rejected', () => {
  const subgraphs = { a: { url: 'http://127.0.0.1:1', schema: 'a.graphql' } };
  expect(() => checkConfig({ subgraphs, cors: { origin: '*', credentials: true } })).toThrow('cors.credentials');
  // To browsers it is every header without credentials only.
  const every = { origin: 'https://shop.example', exposeHeaders: ['x-cost', '*'] };
  expect(() => checkConfig({ subgraphs, cors: { ...every, credentials: true } })).toThrow('cors.exposeHeaders');
  expect(() => checkConfig({ subgraphs, cors: every })).not.toThrow();
});

describe('a WebSocket of a page of another origin', () => {
  const sent = { origin: 'https://a.apps.example', headers: { 'x-user-id': 'ann', cookie: 'session=ann' } };
  test.each([
    ['without credentials has none that the browser attached', false, null],
    ['with credentials has them', true, 'ann'],
  ])('%s', async (_what, credentials, user) => {
    const options: Partial<GatewayConfig> = {
      cors: { origin: ['https://*.apps.example'], credentials },
      forward: { claims: { 'x-user': 'sub' } },
      trustedProxies: ['loopback'],
    };
    await withGateway(options, async ({ origin }) => {
      const client = await PlainClient.open(origin.replace('http', 'ws').concat('/graphql'), {}, sent);
      expect(await client.query('1', '{ secret }')).toMatchObject({
        type: 'next',
        payload: { data: { secret: 'secret' } },
      });
      expect(shop.requested.at(-1)?.headers['x-user'] ?? null).toBe(user);
      client.socket.close();
      await client.closed;
    });
  });
});

function varies(vary: string | undefined): string[] {
  return vary?.split(/, */) ?? [];
}
