// Cache storages through Keyv: what memory, a real Redis and any store that Keyv takes have in common.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CacheEntry, type Clock, clockKey, tagVersionKey } from '../../gateway/cache/cache-entry.ts';
import { MemoryStorage } from '../../gateway/cache/memory-storage.ts';
import { PersistentStorage } from '../../gateway/cache/persistent-storage.ts';
import { RedisStorage } from '../../gateway/cache/redis-storage.ts';
import type { CacheStorage } from '../../gateway/cache/storage.ts';
import { CacheStore } from '../../gateway/cache/store.ts';
import { openRedis, type RedisConnection } from '../../gateway/redis/connection.ts';
import { RedisCluster } from '../harness/redis-cluster.ts';
import { RedisServer, reached } from '../harness/redis-server.ts';
import { recordedLog, testClock } from './caches.ts';

const server = new RedisServer();
const nodes = new RedisCluster();
let redis: RedisConnection;
let cluster: RedisConnection;
const { log } = recordedLog();

beforeAll(async () => {
  await Promise.all([server.start(), nodes.start()]);
  redis = openRedis({ url: server.socket }, { log });
  cluster = openRedis({ url: nodes.urls, cluster: true }, { log });
  await Promise.all([redis, cluster].map(({ client }) => reached(client, 'ready')));
});

afterAll(async () => {
  await Promise.all([redis.close(), cluster.close()]);
  await Promise.all([server.close(), nodes.close()]);
});

const fail = (error: Error) => {
  throw error;
};

function entry(body: Buffer | string, tags: string[] = ['Product', 'Product:1']): CacheEntry {
  return { epoch: 7, tags, metadata: { etag: '"x"', maxAge: 3 }, body };
}

const storages: [string, () => CacheStorage][] = [
  ['memory', () => new MemoryStorage(10_000_000)],
  ['Redis', () => new RedisStorage(redis, { maxWait: 2000, log })],
  ['a Redis Cluster', () => new RedisStorage(cluster, { maxWait: 5000, log })],
  ['a Keyv store', () => new PersistentStorage(new Map(), { maxWait: 2000, log, version: 2 })],
];

describe.each(storages)('in %s', (_, create) => {
  let counter = 0;

  function open() {
    counter += 1;
    return new CacheStore(create(), { namespace: `test[${counter}]*`, onError: fail });
  }

  test('entries come back as they were, in the order of the keys', async () => {
    const store = open();
    const bytes = Buffer.from('{"data":{"name":"Zoë\n"}}');
    const written = await store.setMany([
      { key: 'a', value: entry(bytes), ttl: 10_000 },
      { key: 'b', value: entry('null', []), ttl: 10_000 },
    ]);
    expect(written).toEqual([true, true]);
    const [b, none, a] = (await store.getMany(['b', 'none', 'a'])) as CacheEntry[];
    expect(none).toBeUndefined();
    expect({ ...a, body: String(a?.body) }).toEqual({ ...entry(bytes), body: String(bytes) });
    expect(String(b?.body)).toBe('null');
  });

  test('an entry is gone after its time', async () => {
    const store = open();
    await store.setMany([
      { key: 'short', value: entry('x'), ttl: 30 },
      { key: 'long', value: entry('x'), ttl: 60_000 },
    ]);
    await expect.poll(() => store.getMany(['short'])).toEqual([undefined]);
    expect((await store.getMany(['long']))[0]).toBeDefined();
  });

  test('tag versions get the epoch of the clock, and every next one is higher', async () => {
    const store = open();
    const before = await store.startClock();
    await store.advanceClock(['Product', 'Product:1'], 60_000);
    const [clock, ...versions] = await store.getMany([clockKey, tagVersionKey('Product'), tagVersionKey('Product:1')]);
    const { epoch, minEpoch } = clock as Clock;
    expect(epoch).toBeGreaterThan(before?.epoch ?? Number.NaN);
    expect(minEpoch).toBe(before?.minEpoch);
    expect(versions).toEqual([epoch, epoch]);
    await store.advanceClock(['Product'], 60_000);
    const [later, product, one] = await store.getMany([clockKey, tagVersionKey('Product'), tagVersionKey('Product:1')]);
    expect((later as Clock).epoch).toBeGreaterThan(epoch);
    expect(product).toBe((later as Clock).epoch);
    expect(one).toBe(epoch);
  });

  test('many changes at the same time each get an epoch of their own', async () => {
    const store = open();
    const tags = Array.from({ length: 200 }, (_, index) => `Product:${index}`);
    await Promise.all(tags.map((tag) => store.advanceClock([tag], 60_000)));
    const versions = await store.getMany(tags.map(tagVersionKey));
    expect(new Set(versions).size).toBe(200);
    expect((await store.startClock())?.epoch).toBe(Math.max(...(versions as number[])));
  });

  test('everything can be invalidated at once', async () => {
    const store = open();
    await store.advanceClock([], 60_000, true);
    const [clock] = (await store.getMany([clockKey])) as Clock[];
    const begun = await store.startClock();
    expect(clock).toEqual(begun);
    expect(begun?.minEpoch).toBe(begun?.epoch);
  });
});

/** Stores that can be emptied by others. */
const emptied: [string, () => { storage: CacheStorage; empty(): Promise<unknown> }][] = [
  [
    'Redis',
    () => ({
      storage: new RedisStorage(redis, { maxWait: 2000, log }),
      empty: () => redis.client.flushall(),
    }),
  ],
  [
    'a Redis Cluster',
    () => ({
      storage: new RedisStorage(cluster, { maxWait: 5000, log }),
      empty: () => Promise.all(nodes.nodes.map((node) => node.call('FLUSHALL'))),
    }),
  ],
  [
    'a Keyv store',
    () => {
      const rows = new Map();
      return {
        storage: new PersistentStorage(rows, { maxWait: 2000, log, version: 2 }),
        empty: async () => rows.clear(),
      };
    },
  ],
];

test.each(emptied)('after %s was emptied, no write in flight is valid by its old epoch', async (_, create) => {
  const { storage, empty } = create();
  const store = new CacheStore(storage, { namespace: 'emptied', onError: fail });
  const { epoch } = (await store.startClock()) as Clock;
  await store.setMany([{ key: 'a', value: entry('x'), ttl: 60_000 }]);
  await store.advanceClock(['Product'], 60_000);
  await empty();
  expect(await store.getMany(['a', tagVersionKey('Product')])).toEqual([undefined, undefined]);
  await store.setMany([{ key: 'late', value: { ...entry('x'), epoch }, ttl: 60_000 }]);
  expect(epoch).toBeLessThan(((await store.startClock()) as Clock).minEpoch);
});

test('of a cluster, one node that was emptied makes everything stale: the versions of some tags were on it', async () => {
  const storage = new RedisStorage(cluster, { maxWait: 5000, log });
  for (const [index, node] of nodes.nodes.entries()) {
    const store = new CacheStore(storage, { namespace: `emptied${index}`, onError: fail });
    const { epoch } = (await store.startClock()) as Clock;
    const tags = Array.from({ length: 30 }, (_, tag) => `Product:${tag}`);
    await store.advanceClock(tags, 60_000);
    await node.call('FLUSHALL');
    const [clock, ...versions] = await store.getMany([clockKey, ...tags.map(tagVersionKey)]);
    expect(versions).toContain(undefined);
    expect(clock).toBeUndefined();
    expect(((await store.startClock()) as Clock).minEpoch).toBeGreaterThan(epoch);
  }
});

test('namespaces in one Redis are separate', async () => {
  const [one, other] = ['one', 'o*e'].map((namespace) => {
    const storage = new RedisStorage(redis, { maxWait: 2000, log });
    return new CacheStore(storage, { namespace, onError: fail });
  });
  await one!.setMany([{ key: 'a', value: entry('1'), ttl: 60_000 }]);
  expect(await other!.getMany(['a'])).toEqual([undefined]);
  expect((await one!.getMany(['a']))[0]).toBeDefined();
});

test('in Redis a value is a line of JSON and the body as it is, and it ends by itself', async () => {
  const storage = new RedisStorage(redis, { maxWait: 2000, log });
  const store = new CacheStore(storage, { namespace: 'wire', onError: fail });
  await store.setMany([{ key: 'a', value: entry('{"data":{}}'), ttl: 5000 }]);
  expect(await redis.client.get('wire:a')).toBe(
    '[7,["Product","Product:1"],{"etag":"\\"x\\"","maxAge":3},4084926166]\n{"data":{}}',
  );
  expect(await redis.client.pttl('wire:a')).toBeGreaterThan(4000);
});

test('in Redis an entry whose body has changed is a miss', async () => {
  const storage = new RedisStorage(redis, { maxWait: 2000, log });
  const store = new CacheStore(storage, { namespace: 'damaged', onError: fail });
  await store.setMany([{ key: 'a', value: entry('{"data":{"price":1}}'), ttl: 5000 }]);
  const text = (await redis.client.get('damaged:a'))!;
  for (const damaged of [text.replace('"price":1', '"price":7'), text.slice(0, -3), `${text} `]) {
    await redis.client.set('damaged:a', damaged);
    expect(await store.getMany(['a'])).toEqual([undefined]);
  }
  await redis.client.set('damaged:a', text);
  expect(await store.getMany(['a'])).not.toEqual([undefined]);
});

test('a foreign value under a key is a miss', async () => {
  const storage = new RedisStorage(redis, { maxWait: 2000, log });
  const store = new CacheStore(storage, { namespace: 'foreign', onError: fail });
  const values = ['hello', 'a\nb', '{}\nb', '[1,2]\nb', '1 2 3', ''];
  await Promise.all(values.map((value, index) => redis.client.set(`foreign:${index}`, value)));
  const read = await store.getMany(values.map((_, index) => String(index)));
  expect(read).toEqual(values.map(() => undefined));
});

test('in memory an entry expires by the given clock', async () => {
  const clock = testClock();
  const storage = new MemoryStorage(1_000_000, clock.now);
  const store = new CacheStore(storage, { now: clock.now, onError: fail });
  await store.setMany([{ key: 'a', value: entry('x'), ttl: 1000 }]);
  clock.advance(999);
  expect((await store.getMany(['a']))[0]).toBeDefined();
  clock.advance(1);
  expect(await store.getMany(['a'])).toEqual([undefined]);
});
