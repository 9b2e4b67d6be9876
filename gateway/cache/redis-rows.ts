// Rows of the cache in Redis on one node: what is read together is one command, and what has to be atomic one script.
import type { RedisClient } from '../redis/prepared-client.ts';
import { clockKey, tagVersionKey } from './cache-entry.ts';
import { advanceScript, removeOwnedScript, writeOwnedScript } from './redis-scripts.ts';

export interface NewRow {
  key: string;
  value: string | Buffer;
  /** Milliseconds; undefined for a row without an end. */
  ttl: number | undefined;
}

/** Rows of one owner, which were read at the same epoch. */
export interface OwnedRows {
  /** Tag of the owner. */
  owner: string;
  epoch: number;
  rows: readonly (NewRow & { ttl: number })[];
}

/** Entries of one owner. */
export const MAX_OWNED = 2_000;

/** Keys are those of the cache, without a namespace. All methods reject where Redis cannot be reached. */
export interface RedisRows {
  /** In the order of the keys; null for a missing one. */
  read(keys: readonly string[]): Promise<(Buffer | null)[]>;
  write(rows: readonly NewRow[], owned: readonly OwnedRows[]): Promise<void>;
  /** @see CacheStorage.advanceClock; returns the clock, encoded. */
  advance(tags: readonly string[], lifetime: number, everything: boolean): Promise<string>;
  /** The clock, encoded; a missing one is started. */
  startClock(): Promise<string>;
  removeOwned(owner: string): Promise<number>;
}

export function indexKey(owner: string): string {
  return `owned:${owner}`;
}

/** @param name the name of a key in Redis. */
export function createNodeRows(redis: RedisClient, name: (key: string) => string): RedisRows {
  const advance = async (tags: readonly string[], lifetime: number, everything: boolean) => {
    const keys = [clockKey, ...tags.map(tagVersionKey)].map(name);
    return String(await redis.eval(advanceScript, keys.length, ...keys, lifetime, everything ? '1' : '0'));
  };
  return {
    advance,
    read: (keys) => redis.mgetBuffer(keys.map(name)),
    startClock: () => advance([], 1, false),
    async write(rows, owned) {
      const pipeline = redis.pipeline();
      for (const { key, value, ttl } of rows) {
        if (ttl === undefined) pipeline.set(name(key), value);
        else pipeline.set(name(key), value, 'PX', ttl);
      }
      for (const { owner, epoch, rows: ofOwner } of owned) {
        const keys = [indexKey(owner), tagVersionKey(owner), ...ofOwner.map(({ key }) => key)].map(name);
        const values = ofOwner.flatMap(({ ttl, value }) => [ttl, value]);
        pipeline.eval(writeOwnedScript, keys.length, ...keys, epoch, MAX_OWNED, ...values);
      }
      for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
    },
    removeOwned: async (owner) => Number(await redis.eval(removeOwnedScript, 1, name(indexKey(owner)))),
  };
}
