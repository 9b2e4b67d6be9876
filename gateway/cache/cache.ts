// Response cache and entity cache over one store, in memory or in Redis, with their invalidation.
import type { WorkerChannel } from '../cluster/worker-channel.ts';
import type { CacheConfig } from '../config/cache.ts';
import { milliseconds } from '../config/values.ts';
import type { RedisConnection } from '../redis/connection.ts';
import type { Logger } from '../telemetry/log.ts';
import { EntityCache } from './entity-cache.ts';
import { type EntryCipher, openCipher } from './entry-cipher.ts';
import { Invalidation } from './invalidation.ts';
import { InvalidationHook } from './invalidation-hook.ts';
import { MemoryStorage } from './memory-storage.ts';
import { ownerTag } from './owner.ts';
import { PersistentStorage } from './persistent-storage.ts';
import { RedisStorage } from './redis-storage.ts';
import { ResponseCache } from './response-cache.ts';
import { Revalidations } from './revalidations.ts';
import type { CacheStorage } from './storage.ts';
import { CacheStore } from './store.ts';
import { type Change, tagsForChange } from './tags.ts';
import { WorkerCaches } from './worker-caches.ts';

export interface CacheStats {
  responses: { hits: number; stale: number; misses: number };
  entities: { hits: number; misses: number };
  /** Reads and writes that failed or were given up. */
  errors: number;
  /** Entries in Redis that could not be decrypted: with another key, or changed. */
  undecryptable: number;
  /** Bytes in use in this process; null where the data is in Redis. */
  bytes: number | null;
  /**
   * Subgraphs whose response headers have forbidden or restricted caching that the schema allows, with these headers.
   */
  restrictedBy: Readonly<Record<string, string>>;
}

export interface Cache {
  /** Null where responses are not cached. */
  readonly responses: ResponseCache | null;
  /** Null where entities are not cached. */
  readonly entities: EntityCache | null;
  /**
   * Invalidates what is cached about an object, about all objects of a type, or about each of a list. Takes effect in
   * this process at once, in all other workers and instances when the promise resolves; if Redis is unavailable, once it
   * is available again. Never rejects.
   * @returns false where another worker has not confirmed it within 5 s; it takes effect there as soon as that replies.
   */
  invalidate(changes: Change | readonly Change[]): Promise<boolean>;
  /**
   * Invalidates what is cached about a caller, by its subject, and deletes it from the store: responses and entities that
   * are private to it, or for which its credentials or claims were forwarded. What is being fetched is not stored either.
   * @returns the number of deleted entries; null where `cache.store` cannot find them: they are invalid, and end by
   * themselves.
   * @throws Error if Redis, or another worker, cannot be reached: what is cached is invalid in this process then, and has
   * not been deleted everywhere.
   */
  purgeIdentity(subject: string): Promise<number | null>;
  /**
   * Records that a subgraph's headers restrict what the schema allows to be cached; logged once for each subgraph.
   */
  recordRestriction(subgraph: string, headers: string): void;
  stats(): CacheStats;
  /** Stops timers and waits for running `onInvalidate` calls. The connection to Redis stays open. */
  close(): Promise<void>;
}

/** Part of every key in Redis or `cache.store`: another version may not be able to read the entries of this one. */
const version = 2;

const RESTRICTED =
  "the subgraph's response headers restrict caching that the schema allows; if they are not meant, " +
  "set cache.serviceHeaders to 'ignore' for it";

interface CacheOptions {
  now?: () => number;
  folder?: string;
  channel?: WorkerChannel | null;
}

/**
 * @param redis null to store everything in this process.
 * @param options `folder`: base of the paths of keys. `channel` of a worker, by which all workers invalidate together.
 * @throws ConfigError for keys that cannot be used.
 */
export function createCache(
  config: CacheConfig,
  redis: RedisConnection | null,
  log: Logger,
  { now = Date.now, folder = '.', channel = null }: CacheOptions = {},
): Cache {
  const maxTtl = milliseconds(config.maxTtl);
  const cipher = openCipher(config.encryption?.keyFiles, folder);
  const storage = openStorage(config, redis, log, now, cipher);
  const store = new CacheStore(storage, {
    ...(redis && { namespace: `${redis.prefix}:cache${version}` }),
    now,
    onError: (error) => log.error({ reason: error.message }, 'the cache failed'),
  });
  const invalidation = new Invalidation({ store, maxTtl, log });
  // With Redis, its tag versions are those of all.
  const workers = channel && !redis ? new WorkerCaches({ channel, invalidation, store, log }) : null;
  const { maxEntryBytes } = config;
  const responses = config.responses
    ? new ResponseCache({
        store,
        invalidation,
        revalidations: new Revalidations(log),
        maxEntryBytes,
        staleWhileRevalidate: milliseconds(config.staleWhileRevalidate),
        staleIfError: milliseconds(config.staleIfError),
        maxTtl,
        now,
      })
    : null;
  const hook = config.onInvalidate ? new InvalidationHook({ call: config.onInvalidate, log }) : null;
  const restrictedBy = new Map<string, string>();
  const recordRestriction = (subgraph: string, headers: string) => {
    if (restrictedBy.has(subgraph)) return;
    restrictedBy.set(subgraph, headers);
    log.warn({ subgraph, headers }, RESTRICTED);
  };
  const entities = config.entities
    ? new EntityCache({ store, invalidation, maxEntryBytes, maxTtl, recordRestriction, now })
    : null;
  return {
    responses,
    entities,
    recordRestriction,
    async invalidate(changes) {
      const all = Array.isArray(changes) ? (changes as readonly Change[]) : [changes as Change];
      const tags = [...new Set(all.flatMap(tagsForChange))];
      if (tags.length === 0) return true;
      hook?.notify(all);
      const [confirmed = true] = await Promise.all([workers?.invalidate(tags), invalidation.invalidate(tags)]);
      return confirmed;
    },
    async purgeIdentity(subject) {
      const owner = ownerTag(subject);
      if (!(await invalidation.invalidate([owner]))) throw new Error('the cache store cannot be reached');
      const [removed, elsewhere = 0] = await Promise.all([store.removeOwned(owner), workers?.removeOwned(owner)]);
      return removed === null ? null : removed + elsewhere;
    },
    stats: () => ({
      responses: { ...(responses?.stats ?? { hits: 0, stale: 0, misses: 0 }) },
      entities: { ...(entities?.stats ?? { hits: 0, misses: 0 }) },
      errors: store.errors,
      undecryptable: cipher?.failures ?? 0,
      bytes: store.bytes,
      restrictedBy: Object.fromEntries(restrictedBy),
    }),
    close: async () => {
      invalidation.close();
      await hook?.idle();
    },
  };
}

function openStorage(
  config: CacheConfig,
  redis: RedisConnection | null,
  log: Logger,
  now: () => number,
  cipher: EntryCipher | null,
): CacheStorage {
  const maxWait = milliseconds(config.maxWait);
  if (redis) return new RedisStorage(redis, { maxWait, log, now, cipher });
  if (!config.store) return new MemoryStorage(config.memoryBytes, now);
  log.info({}, 'cache.store is for one instance of the gateway: give several instances `redis`');
  return new PersistentStorage(config.store, { maxWait, log, now, version });
}
