// Redis that is slow, held, killed or never there: requests go on without it, within the agreed wait, and nothing
// that was invalidated meanwhile is served when it is back.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cache, createCache } from '../../gateway/cache/cache.ts';
import { openRedis, type RedisConnection } from '../../gateway/redis/connection.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { type CacheSection, checked, type RecordedLog, recordedLog } from './caches.ts';

const key = 'response:public:key';
const policy = { scope: 'PUBLIC', maxAge: 3600, tags: ['Product', 'Product:1'] } as const;

interface Instance extends RecordedLog {
  cache: Cache;
  redis: RedisConnection;
}

let server: RedisServer;
const instances: Instance[] = [];

beforeEach(async () => {
  server = new RedisServer();
  await server.start();
});

afterEach(async () => {
  await server.resume();
  for (const { cache, redis } of instances.splice(0)) {
    cache.close();
    await redis.close();
  }
  await server.close();
});

async function instance(section: CacheSection = {}): Promise<Instance> {
  const recorded = recordedLog();
  const redis = openRedis({ url: server.socket }, { log: recorded.log });
  await once(redis.client, 'ready');
  const made = { ...recorded, redis, cache: createCache(checked({ entities: true, ...section }), redis, recorded.log) };
  instances.push(made);
  return made;
}

async function retain({ cache }: Instance, body: string): Promise<boolean> {
  const { epoch } = await cache.responses!.read(key);
  return cache.responses!.write(key, cache.responses!.createEntry(body, policy), epoch);
}

async function read({ cache }: Instance): Promise<string | null> {
  const { entry } = await cache.responses!.read(key);
  return entry && String(entry.body);
}

/** Milliseconds that the work takes. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

test('a Redis that is held costs each operation the configured wait, and after three of them nothing', async () => {
  const one = await instance({ maxWait: 200 });
  await retain(one, 'stored');
  await server.hold();
  // A response is one operation here: when the first round trip fails there is no second one.
  for (let turn = 0; turn < 3; turn += 1) {
    const waited = await timed(async () => expect(await read(one)).toBeNull());
    expect(waited).toBeGreaterThan(190);
    expect(waited).toBeLessThan(1000);
  }
  const waited = await timed(async () => {
    for (let turn = 0; turn < 50; turn += 1) expect(await read(one)).toBeNull();
  });
  expect(waited).toBeLessThan(450);
  const { found, epoch } = await one.cache.entities!.read([{ key: 'entity:1', tags: ['Product:1'] }]);
  expect({ found, epoch }).toEqual({ found: [undefined], epoch: null });
  expect(one.messages()).toEqual(['the cache is unavailable: requests are processed without it']);
  expect(one.cache.stats().errors).toBeGreaterThan(53);
});

test('many operations that wait through one pause of Redis are no outage', async () => {
  const one = await instance({ maxWait: 100 });
  await retain(one, 'stored');
  await server.hold();
  expect(await Promise.all(Array.from({ length: 20 }, () => read(one)))).toEqual(new Array(20).fill(null));
  await server.resume();
  expect(one.cache.stats().errors).toBe(20);
  await expect.poll(() => read(one)).toBe('stored');
  expect(one.messages()).toEqual([]);
});

test('a reply that has arrived while the event loop was blocked is not late', async () => {
  const one = await instance({ maxWait: 200 });
  await retain(one, 'stored');
  const reading = [read(one), read(one), read(one)];
  const until = performance.now() + 700;
  while (performance.now() < until);
  expect(await Promise.all(reading)).toEqual(['stored', 'stored', 'stored']);
  expect(one.cache.stats().errors).toBe(0);
});

test('a Redis that goes on is used again, with one line in the log', async () => {
  const one = await instance();
  await retain(one, 'stored');
  await server.hold();
  for (let turn = 0; turn < 10; turn += 1) await read(one);
  await server.resume();
  await expect.poll(() => read(one), { timeout: 60_000 }).toBe('stored');
  expect(one.messages().filter((message) => message === 'the cache is available again')).toHaveLength(1);
});

test('a Redis that was killed is missed at once and used when it is there again, with nothing in it', async () => {
  const one = await instance();
  await retain(one, 'stored');
  const closed = new Promise((resolve) => one.redis.client.once('close', resolve));
  await server.kill();
  await closed;
  expect(await read(one)).toBeNull();
  expect(await retain(one, 'lost')).toBe(false);
  await server.start();
  await expect.poll(() => retain(one, 'new'), { timeout: 60_000 }).toBe(true);
  expect(await read(one)).toBe('new');
  const reported = one.messages().filter((message) => String(message).startsWith('Redis'));
  expect(reported).toEqual(['Redis unavailable', 'Redis available again']);
});

test('an invalidation while Redis was held applies here at once, and everywhere when it goes on', async () => {
  const [one, two] = [await instance(), await instance()];
  await retain(one, 'old');
  await server.hold();
  const waited = await timed(() => one.cache.invalidate({ type: 'Product', id: '1' }));
  expect(waited).toBeLessThan(2000);
  await server.resume();
  // Whether or not the tag versions have arrived: this instance has them.
  for (let turn = 0; turn < 20; turn += 1) expect(await read(one)).toBeNull();
  await expect.poll(() => two.redis.client.exists('concierge:cache2:tag:Product:1'), { timeout: 60_000 }).toBe(1);
  await expect.poll(() => retain(two, 'new'), { timeout: 60_000 }).toBe(true);
  await expect.poll(() => read(one), { timeout: 60_000 }).toBe('new');
});

test('an invalidation while the connection was gone reaches Redis when it is back', async () => {
  const [one, two] = [await instance(), await instance()];
  await retain(two, 'old');
  // No connection is accepted for now, so that only the other instance is connected.
  await two.redis.client.config('SET', 'maxclients', '1');
  const closed = new Promise((resolve) => one.redis.client.once('close', resolve));
  one.redis.client.disconnect(true);
  await closed;
  await one.cache.invalidate({ type: 'Product', id: '1' });
  expect(one.messages()).toContain('invalidations cannot be written to the cache: retrying until they are');
  expect(await read(two)).toBe('old');
  await two.redis.client.config('SET', 'maxclients', '100');
  await expect.poll(() => read(two), { timeout: 60_000 }).toBeNull();
  await expect.poll(() => one.messages()).toContain('all invalidations have been written to the cache');
});

test('an invalidation that could not be written applies here all the same, also to later writes, and soon everywhere', async () => {
  const [one, two] = [await instance(), await instance()];
  await retain(one, 'old');
  // Redis responds, but lets no instance write tag versions.
  await one.redis.client.call('ACL', 'SETUSER', 'default', '-eval');
  await one.cache.invalidate([{ type: 'Product', id: '1' }, { type: 'User' }]);
  expect(await read(one)).toBeNull();
  expect(await read(two)).toBe('old');
  await retain(one, 'old again');
  expect(await read(one)).toBeNull();
  await one.redis.client.call('ACL', 'SETUSER', 'default', '+eval');
  await expect.poll(one.messages, { timeout: 60_000 }).toContain('all invalidations have been written to the cache');
  expect(await read(two)).toBeNull();
  await retain(two, 'new');
  expect(await read(one)).toBe('new');
  expect(
    one.messages().filter((message) => String(message).startsWith('invalidations cannot be written')),
  ).toHaveLength(1);
});

test('when more changes wait than can be held, everything is invalidated', async () => {
  const one = await instance();
  await retain(one, 'stored');
  await one.redis.client.call('ACL', 'SETUSER', 'default', '-eval');
  const changes = Array.from({ length: 11_000 }, (_, index) => ({ type: 'User', id: String(index) }));
  await one.cache.invalidate(changes);
  expect(await read(one)).toBeNull();
  await one.redis.client.call('ACL', 'SETUSER', 'default', '+eval');
  await expect.poll(one.messages, { timeout: 60_000 }).toContain('all invalidations have been written to the cache');
  expect(await read(one)).toBeNull();
  await retain(one, 'new');
  expect(await read(one)).toBe('new');
});

test('an address without a server has nothing wait for it, and does not hold the process open', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const recorded = recordedLog();
  const redis = openRedis({ url: `redis://127.0.0.1:${port}` }, { log: recorded.log, commandTimeout: 50 });
  const cache = createCache(checked({ maxWait: 20 }), redis, recorded.log);
  const waited = await timed(async () => {
    for (let turn = 0; turn < 20; turn += 1) expect((await cache.responses!.read(key)).epoch).toBeNull();
  });
  expect(waited).toBeLessThan(1000);
  await expect.poll(recorded.messages).toContain('Redis unavailable');
  cache.close();
  await redis.close();
  silent.close();
});

test('neither password nor user of an address ever stands in the log', async () => {
  const admin = (await instance()).redis.client;
  await admin.config('SET', 'requirepass', 'right-password');
  const finder = createServer();
  await new Promise<void>((resolve) => finder.listen(0, '127.0.0.1', resolve));
  const { port } = finder.address() as AddressInfo;
  await new Promise((resolve) => finder.close(resolve));
  await admin.config('SET', 'port', String(port));
  for (const target of [port, 9]) {
    const recorded = recordedLog();
    const redis = openRedis({ url: `redis://operator:wrong-password@127.0.0.1:${target}/0` }, { log: recorded.log });
    await expect.poll(recorded.messages, { timeout: 60_000 }).toEqual(['Redis unavailable']);
    await redis.close();
    expect(recorded.lines[0]).toMatchObject({ redis: `redis://127.0.0.1:${target}/0` });
    expect(JSON.stringify(recorded.lines)).not.toMatch(/password@|wrong-password|operator/);
  }
});
