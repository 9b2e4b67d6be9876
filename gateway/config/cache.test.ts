// Configuration sections `cache` and `redis`: accepted values and defaults.
import { Keyv } from 'keyv';
import { expect, test } from 'vitest';
import { cacheSection } from './cache.ts';
import { checkConfig } from './load.ts';
import { redisSection } from './redis.ts';

test('the default is a response cache in memory that stores what the schema allows', () => {
  expect(cacheSection.parse({})).toEqual({
    responses: true,
    entities: false,
    memoryBytes: 64 * 1024 * 1024,
    maxEntryBytes: 1024 * 1024,
    maxWait: 20,
    staleWhileRevalidate: 0,
    staleIfError: 0,
    defaultMaxAge: 0,
    maxTtl: '24h',
    serviceHeaders: 'honour',
    varyByHeader: false,
  });
});

const message = (section: typeof cacheSection | typeof redisSection, value: unknown) =>
  section.safeParse(value).error?.issues.map(({ path, message: reported }) => `${path.join('.')}: ${reported}`);

test.each([
  [{ maxWait: 0 }, 'maxWait: give milliseconds as a number above 0'],
  [{ staleIfError: -1 }, 'staleIfError: give milliseconds as a number, 0 for never'],
  [{ staleIfError: '1 day' }, 'staleIfError: give milliseconds as a number, 0 for never'],
  [{ memoryBytes: '64MB' }, 'memoryBytes: give bytes as a whole number above 0, or text such as "64kb", "10mb"'],
  [{ memoryBytes: 1000 }, 'maxEntryBytes: give no more than memoryBytes'],
  [{ defaultMaxAge: 1.5 }, 'defaultMaxAge: give seconds as a whole number'],
  [{ responses: 'yes' }, 'responses: give true or false'],
  [{ purge: {} }, 'purge.token: give a secret of at least 16 characters'],
  [{ purge: { token: 'short' } }, 'purge.token: give a secret of at least 16 characters'],
  [{ purge: { token: 'x'.repeat(16), path: 'admin' } }, 'purge.path: give a path such as "/admin/invalidate"'],
])('cache %j is rejected', (value, expected) => {
  expect(message(cacheSection, value)).toEqual([expect.stringContaining(expected)]);
});

test.each(['redis://127.0.0.1:6379', 'rediss://user:secret@redis.example/1', '/run/redis.sock'])(
  '%s is a Redis',
  (url) => {
    expect(redisSection.parse({ url })).toEqual({ url, cluster: false, prefix: 'concierge' });
  },
);

test.each(['127.0.0.1:6379', 'http://127.0.0.1', 'redis://[', ''])('"%s" is no Redis', (url) => {
  expect(message(redisSection, { url })).toEqual([expect.stringContaining('url: give an address such as')]);
});

test('a store is a Keyv, or what one takes', () => {
  const map = new Map();
  const keyv = new Keyv({ store: map });
  for (const store of [map, keyv]) expect(cacheSection.parse({ store }).store).toBe(store);
  for (const store of ['sqlite://cache.sqlite', {}, null, { get: () => null }]) {
    expect(message(cacheSection, { store })).toEqual([
      expect.stringContaining('store: give a Keyv, or a store that Keyv accepts'),
    ]);
  }
});

test('a store and Redis exclude one another', () => {
  const subgraphs = { a: { url: 'http://a.example', schema: 'a.graphql' } };
  const both = { subgraphs, cache: { store: new Map() }, redis: { url: 'redis://127.0.0.1:6379' } };
  expect(() => checkConfig(both)).toThrow(
    'cache.store is an instance of Map: Redis (`redis`, or REDIS_URL) is the cache store already: choose one of the two',
  );
  const circular = Object.assign(new (class Pool {})(), { self: {} as unknown, password: 'hidden' });
  circular.self = circular;
  expect(() => checkConfig({ subgraphs, cache: { store: circular } })).toThrow(
    'cache.store is an instance of Pool: give a Keyv',
  );
});
