// Usage store in Redis, shared by all instances of a gateway.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { readUsage, type UsageStore, writeUsage } from './usage-store.ts';

/** Maximum time that reading waits for a connection that is being established; milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;

/** Age in milliseconds after which a lock has been left behind by an instance that ended. */
const STALE_LOCK_MS = 10_000;
/** Attempts to acquire a lock that another instance holds, and the milliseconds between two of them. */
const MAX_ATTEMPTS = 100;
const RETRY_DELAY_MS = 20;

/** Releases a lock, unless another instance holds it by now. */
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
      for (let attempt = 0; (await redis.set(lockKey, own, 'PX', STALE_LOCK_MS, 'NX')) === null; attempt++) {
        if (attempt >= MAX_ATTEMPTS)
          throw new Error(`The lock ${lockKey} in Redis has been held by another instance for too long`);
        await setTimeout(RETRY_DELAY_MS);
      }
      try {
        await work();
      } finally {
        await redis.eval(release, 1, lockKey, own);
      }
    },
  };
}
