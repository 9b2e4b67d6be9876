// Random reads, fetches, writes and changes in two instances, against a model: nothing is ever served whose data was
// read before a change that the cache was notified of. Over a Redis that both share, and in memory so small that much
// is evicted.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cache, createCache } from '../../gateway/cache/cache.ts';
import { tagsForEntity, tagsForResponse } from '../../gateway/cache/tags.ts';
import { openRedis } from '../../gateway/redis/connection.ts';
import { Random } from '../differential/random.ts';
import { RedisCluster } from '../harness/redis-cluster.ts';
import { reached } from '../harness/redis-server.ts';
import { checked, recordedLog, redisWithConnections } from './caches.ts';

const { log } = recordedLog();
const { connections } = redisWithConnections();
const nodes = new RedisCluster();

beforeAll(() => nodes.start());
afterAll(() => nodes.close());

const objects = 12;

/**
 * The services' data: how often each object was changed, and which of that the cache was notified of and has confirmed.
 */
class Fixtures {
  readonly versions = Array.from({ length: objects }, () => 0);
  readonly reported = Array.from({ length: objects }, () => 0);

  /** The versions that the cache may serve: none older than the last notification before the read. */
  check(body: string, reportedBefore: readonly number[]): void {
    for (const [id, version] of JSON.parse(body) as [number, number][]) {
      expect(version, `object ${id}`).toBeGreaterThanOrEqual(reportedBefore[id] as number);
    }
  }

  fetch(ids: readonly number[]): string {
    return JSON.stringify(ids.map((id) => [id, this.versions[id]]));
  }
}

/** Things of which each is about some objects; the last one is about any. */
const responses = Array.from({ length: 20 }, (_, index) => [
  index % objects,
  (index * 5 + 1) % objects,
  (index * 7) % objects,
]);

function tagsOf(index: number, ids: readonly number[]): string[] {
  return tagsForResponse(new Map([['Product', index % 10 === 0 ? null : new Set(ids.map(String))]]));
}

async function pauses(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function send(cache: Cache, fixtures: Fixtures, pick: (below: number) => number): Promise<boolean> {
  const index = pick(responses.length);
  const ids = responses[index] as number[];
  const reported = [...fixtures.reported];
  const { entry, epoch } = await cache.responses!.read(`response:public:${index}`);
  if (entry) {
    fixtures.check(String(entry.body), reported);
    return true;
  }
  await pauses(pick(4));
  const data = fixtures.fetch(ids);
  await pauses(pick(8));
  const filler = ' '.repeat(pick(400));
  const response = cache.responses!.createEntry(data + filler, {
    scope: 'PUBLIC',
    maxAge: 600,
    tags: tagsOf(index, ids),
  });
  await cache.responses!.write(`response:public:${index}`, response, epoch);
  return false;
}

async function fetchEntities(cache: Cache, fixtures: Fixtures, pick: (below: number) => number): Promise<boolean> {
  const ids = [...new Set([pick(objects), pick(objects), pick(objects)])];
  const names = ids.map((id) => ({ key: `entity:${id}`, tags: tagsForEntity('Product', String(id)) }));
  const reported = [...fixtures.reported];
  const { found, epoch } = await cache.entities!.read(names);
  for (const text of found) if (text !== undefined) fixtures.check(text, reported);
  await pauses(pick(4));
  const fetched = ids.map((id) => fixtures.fetch([id]));
  await pauses(pick(8));
  const missing = names.flatMap((name, index) =>
    found[index] === undefined ? [{ ...name, text: fetched[index] as string, ttl: 600_000 }] : [],
  );
  await cache.entities!.write(missing, epoch);
  return found.some((text) => text !== undefined);
}

async function change(cache: Cache, fixtures: Fixtures, pick: (below: number) => number): Promise<void> {
  const all = pick(8) === 0;
  const ids = all ? fixtures.versions.map((_, id) => id) : [pick(objects)];
  for (const id of ids) (fixtures.versions[id] as number) += 1;
  const versions = ids.map((id) => fixtures.versions[id] as number);
  await pauses(pick(3));
  await cache.invalidate(all ? { type: 'Product' } : { type: 'Product', id: String(ids[0]) });
  ids.forEach((id, index) => {
    fixtures.reported[id] = Math.max(fixtures.reported[id] as number, versions[index] as number);
  });
}

async function play(caches: readonly Cache[], seed: number, steps: number): Promise<number> {
  const fixtures = new Fixtures();
  const random = new Random(seed);
  const pick = (bound: number) => random.below(bound);
  let hits = 0;
  const worker = async (): Promise<void> => {
    for (let step = 0; step < steps; step += 1) {
      const cache = caches[pick(caches.length)] as Cache;
      const what = pick(10);
      if (what === 0) await change(cache, fixtures, pick);
      else if (await (what < 6 ? send : fetchEntities)(cache, fixtures, pick)) hits += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return hits;
}

test.each([1, 2, 3, 4])('two instances on one Redis never serve an invalidated entry (seed %i)', async (seed) => {
  await connections[0]!.client.flushall();
  const caches = connections.map((redis) => createCache(checked({ entities: true, maxWait: 5000 }), redis, log));
  const hits = await play(caches, seed, 150);
  for (const cache of caches) cache.close();
  expect(hits).toBeGreaterThan(100);
});

test.each([21, 22])('two instances on one Redis Cluster never serve an invalidated entry (seed %i)', async (seed) => {
  await Promise.all(nodes.nodes.map((node) => node.call('FLUSHALL')));
  const opened = await Promise.all(
    [0, 1].map(async () => {
      const connection = openRedis({ url: nodes.urls, cluster: true }, { log });
      await reached(connection.client, 'ready');
      return connection;
    }),
  );
  const caches = opened.map((redis) => createCache(checked({ entities: true, maxWait: 5000 }), redis, log));
  const hits = await play(caches, seed, 150);
  for (const cache of caches) cache.close();
  await Promise.all(opened.map((connection) => connection.close()));
  expect(hits).toBeGreaterThan(100);
});

test.each([
  [5, 10_000_000],
  [6, 12_000],
  [7, 9000],
  [8, 6000],
  [9, 4000],
  [10, 4000],
])('in memory no invalidated entry is served (seed %i, %i bytes)', async (seed, memoryBytes) => {
  const section = checked({ entities: true, memoryBytes, maxEntryBytes: 1000 });
  const cache = createCache(section, null, log);
  expect(await play([cache], seed, 2000)).toBeGreaterThan(100);
  expect(cache.stats().bytes).toBeLessThanOrEqual(memoryBytes);
});
