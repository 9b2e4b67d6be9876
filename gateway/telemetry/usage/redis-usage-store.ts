// Usage in Redis, where all instances of a gateway add to it.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { readUsage, type UsageStore, writeUsage } from './usage-store.ts';

/** How long reading waits for a connection that is still being made; milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;

/** A lock that is older was left behind by an instance that ended; milliseconds. */
const staleLock = 10_000;
/** How often a lock that somebody has is tried again, and after how many milliseconds. */
const attempts = 100;
const pause = 20;

/** Lets a lock go that is still one's own. */
const release = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

/** @param prefix begins every key, without a separator at its end. */
export function createRedisUsageStore(redis: Redis, prefix: string): UsageStore {
  const key = `${prefix}:usage`;
  const lockKey = `${key}:lock`;
  return {
    async load() {
      if (redis.status !== 'ready') await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
      const text = await redis.get(key);
      return text === null ? [] : readUsage(text, `The key ${key} in Redis`);
    },
    async save(records) {
      await redis.set(key, writeUsage(records));
    },
    async exclusively(work) {
      const own = randomUUID();
      for (let attempt = 0; (await redis.set(lockKey, own, 'PX', staleLock, 'NX')) === null; attempt++) {
        if (attempt >= attempts)
          throw new Error(`The key ${lockKey} in Redis is held by another instance for too long`);
        await setTimeout(pause);
      }
      try {
        await work();
      } finally {
        await redis.eval(release, 1, lockKey, own);
      }
    },
  };
}
