// Rows of the cache in a Redis Cluster, where one command has the keys of one slot. The clock is stored in several slots, each
// beside the versions of some tags: no key is read by every request, and a slot that has lost its versions has lost its
// clock too.
//
// An invalidation advances the clock of the first slot, and raises all others to the same epoch. An entry has the epoch of
// any of them, read before its data: that is below the epoch of each later invalidation, whichever clock it is from, and not
// below that of one that has ended before.
import { crc32 } from 'node:zlib';
import type { RedisClient } from '../redis/prepared-client.ts';
import { type Clock, clockKey, decode, encode, InvalidEntryError, isEntry, tagVersionKey } from './cache-entry.ts';
import { indexKey, MAX_OWNED, type NewRow, type OwnedRows, type RedisRows } from './redis-rows.ts';
import { advanceScript, listOwnedScript, raiseScript } from './redis-scripts.ts';

/** Enough to spread the clock over the nodes of a large cluster; an invalidation writes to each of them. */
const SHARDS = 16;

const tagPrefix = tagVersionKey('');

/** @param name the name of a key in Redis. */
export function createClusterRows(redis: RedisClient, name: (key: string) => string): RedisRows {
  const clockName = (shard: number) => name(`{${shard}}:${clockKey}`);
  const tagName = (key: string) => name(`{${shardOf(key)}}:${key}`);

  const advance = async (tags: readonly string[], lifetime: number, everything: boolean): Promise<string> => {
    const flags = [everything ? '1' : '0', tags.length > 0 ? '1' : '0'];
    const clock = String(await redis.eval(advanceScript, 1, clockName(0), lifetime, ...flags));
    const [epoch, minEpoch] = clock.split(' ') as [string, string];
    const keys = Array.from({ length: SHARDS }, (_, shard) => [clockName(shard)]);
    for (const key of tags.map(tagVersionKey)) keys[shardOf(key)]?.push(tagName(key));
    await Promise.all(keys.map((each) => redis.eval(raiseScript, each.length, ...each, epoch, minEpoch, lifetime)));
    return clock;
  };

  /** Undefined where a slot has none, or none that can be read. */
  const readClock = async (shards: readonly number[]): Promise<Clock | undefined> => {
    const texts = await Promise.all(shards.map((shard) => redis.getBuffer(clockName(shard))));
    return combined(texts);
  };

  const readTags = async (shard: number, keys: readonly string[]) => {
    const [clock, ...versions] = await redis.mgetBuffer([clockName(shard), ...keys.map(tagName)]);
    return { clock: clock ?? null, versions };
  };

  return {
    advance,

    async read(keys) {
      const results = new Map<string, Buffer | null>();
      const tagsByShard = Map.groupBy(
        keys.filter((key) => key.startsWith(tagPrefix)),
        shardOf,
      );
      const others = keys.filter((key) => key !== clockKey && !key.startsWith(tagPrefix));
      if (tagsByShard.size === 0) tagsByShard.set(shardOf(others[0] ?? ''), []);
      const clocks: (Buffer | null)[] = [];
      await Promise.all([
        ...others.map(async (key) => void results.set(key, await redis.getBuffer(name(key)))),
        ...[...tagsByShard].map(async ([shard, tags]) => {
          const { clock, versions } = await readTags(shard, tags);
          clocks.push(clock);
          for (const [index, tag] of tags.entries()) results.set(tag, versions[index] ?? null);
        }),
      ]);
      const clock = combined(clocks);
      results.set(clockKey, clock ? Buffer.from(encode(clock)) : null);
      return keys.map((key) => results.get(key) ?? null);
    },

    async startClock() {
      const clock = await readClock(Array.from({ length: SHARDS }, (_, shard) => shard));
      // Of a slot without a clock, the versions of tags may be gone too: what they made stale would be valid again.
      return clock ? String(encode(clock)) : advance([], 1, true);
    },

    async write(rows, owned) {
      await Promise.all([...rows.map((row) => set(redis, name, row)), ...owned.map((each) => writeOwned(each))]);
    },

    async removeOwned(owner) {
      const index = tagNameOf(indexKey(owner), owner);
      const names = await redis.zrange(index, '0', '-1');
      const removed = await Promise.all(names.map((each) => redis.unlink(each)));
      if (names.length > 0) await redis.zrem(index, ...names);
      return removed.reduce((sum, each) => sum + each, 0);
    },
  };

  /** A key in the slot of the owner's tag version. */
  function tagNameOf(key: string, owner: string): string {
    return name(`{${shardOf(tagVersionKey(owner))}}:${key}`);
  }

  /**
   * The names are in the index before there is a row, and a purge in between is seen afterwards: only a process that ends in
   * between leaves a row that no purge finds, which is stale, and ends by its lifetime.
   */
  async function writeOwned({ owner, epoch, rows }: OwnedRows): Promise<void> {
    const version = tagName(tagVersionKey(owner));
    const keys = [tagNameOf(indexKey(owner), owner), version];
    const named = rows.flatMap(({ key, ttl }) => [String(ttl), name(key)]);
    const excess = (await redis.eval(listOwnedScript, keys.length, ...keys, epoch, MAX_OWNED, ...named)) as
      | string[]
      | null;
    if (excess === null) return;
    await Promise.all([...rows.map((row) => set(redis, name, row)), ...excess.map((each) => redis.unlink(each))]);
    const purged = await redis.get(version);
    if (Number(purged) > epoch) await Promise.all(rows.map(({ key }) => redis.unlink(name(key))));
  }
}

function set(redis: RedisClient, name: (key: string) => string, { key, value, ttl }: NewRow): Promise<unknown> {
  return ttl === undefined ? redis.set(name(key), value) : redis.set(name(key), value, 'PX', ttl);
}

function shardOf(key: string): number {
  return crc32(key) % SHARDS;
}

/**
 * The clock of several slots, of which some may not be raised yet: with the lowest epoch, an entry is stale too early at
 * most.
 */
function combined(texts: readonly (Buffer | null)[]): Clock | undefined {
  const clocks = texts.map(clockIn);
  if (clocks.includes(null)) return undefined;
  const known = clocks as Clock[];
  return {
    epoch: Math.min(...known.map(({ epoch }) => epoch)),
    minEpoch: Math.max(...known.map(({ minEpoch }) => minEpoch)),
  };
}

function clockIn(text: Buffer | null): Clock | null {
  if (text === null) return null;
  try {
    const value = decode(text);
    return typeof value === 'object' && !isEntry(value) ? value : null;
  } catch (error) {
    if (error instanceof InvalidEntryError) return null;
    throw error;
  }
}
