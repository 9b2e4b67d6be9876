// Redis cache storage, shared by all instances: one round trip for each operation, with a bounded wait. Keyv would
// wait without a limit for a Redis that does not reply; here a late read is a miss and a late write is given up.
import type { Redis } from 'ioredis';
import { type KeyvStorageEntry, type KeyvStorageGetResult, type KeyvValue, keyvStorageCapability } from 'keyv';
import { BoundedCalls, type BoundedCallsOptions } from './bounded-calls.ts';
import { type Clock, clockKey, decode, encode, InvalidEntryError, type Stored, tagVersionKey } from './cache-entry.ts';
import { type CacheStorage, unreadable } from './storage.ts';

/**
 * KEYS: the clock, then tag versions. ARGV: the tag versions' lifetime, and "1" to raise the minimum epoch.
 * A missing clock means that the store was emptied: entries that are still to be written may be stale by a tag
 * version that is gone, so the clock starts above them.
 */
const advanceScript = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local known = redis.call('GET', KEYS[1])
local epoch, minEpoch
if known then
  epoch, minEpoch = string.match(known, '^(%d+) (%d+)$')
  epoch, minEpoch = tonumber(epoch), tonumber(minEpoch)
end
if not epoch then
  epoch = now + 1
  minEpoch = epoch
elseif #KEYS > 1 or ARGV[2] == '1' then
  epoch = math.max(epoch + 1, now)
  if ARGV[2] == '1' then minEpoch = epoch end
end
local text = string.format('%.0f %.0f', epoch, minEpoch)
redis.call('SET', KEYS[1], text)
for each = 2, #KEYS do redis.call('SET', KEYS[each], string.format('%.0f', epoch), 'PX', ARGV[1]) end
return text`;

export class RedisStorage implements CacheStorage {
  namespace: string | undefined;
  readonly bytes = null;
  readonly #redis: Redis;
  readonly #calls: BoundedCalls;
  readonly #now: () => number;

  constructor(redis: Redis, options: BoundedCallsOptions) {
    this.#redis = redis;
    this.#calls = new BoundedCalls(options);
    this.#now = options.now ?? Date.now;
  }

  get capabilities() {
    return keyvStorageCapability(this);
  }

  get errors(): number {
    return this.#calls.errors;
  }

  async getMany<Value>(keys: string[]): Promise<KeyvStorageGetResult<Value | undefined>[]> {
    const rows = await this.#calls.run(async () => {
      const values = await this.#ready().mgetBuffer(keys.map(this.#name));
      return values.map((bytes) => (bytes ? decoded(bytes) : undefined));
    });
    return (rows ?? keys.map(() => unreadable)) as KeyvStorageGetResult<Value>[];
  }

  async setMany<Value>(entries: KeyvStorageEntry<Value>[]): Promise<boolean[]> {
    const results = await this.#calls.run(async () => {
      const pipeline = this.#ready().pipeline();
      for (const { key, value, expires } of entries) this.#set(pipeline, key, value as KeyvValue<Stored>, expires);
      return completed(pipeline.exec());
    });
    return entries.map(() => results !== undefined);
  }

  async advanceClock(tags: readonly string[], lifetime: number, everything: boolean): Promise<void> {
    await this.#advanceClock(tags, lifetime, everything);
  }

  startClock(): Promise<Clock | undefined> {
    return this.#calls.run(async () => this.#advanceClock([], 1, false));
  }

  async #advanceClock(tags: readonly string[], lifetime: number, everything: boolean): Promise<Clock> {
    const keys = [clockKey, ...tags.map(tagVersionKey)].map(this.#name);
    const text = await this.#ready().eval(advanceScript, keys.length, ...keys, lifetime, everything ? '1' : '0');
    return decode(Buffer.from(String(text))) as Clock;
  }

  #set(
    pipeline: ReturnType<Redis['pipeline']>,
    key: string,
    row: KeyvValue<Stored>,
    expires: number | undefined,
  ): void {
    const value = encode(row.value as Stored);
    if (expires === undefined) pipeline.set(this.#name(key), value);
    else pipeline.set(this.#name(key), value, 'PX', Math.max(1, Math.ceil(expires - this.#now())));
  }

  readonly #name = (key: string): string => `${this.namespace ?? ''}:${key}`;

  #ready(): Redis {
    if (this.#redis.status !== 'ready') throw new Error('Redis is not connected');
    return this.#redis;
  }
}

/** A value under one of the cache's keys that the cache did not write is a miss; the next write replaces it. */
function decoded(bytes: Buffer): KeyvValue<Stored> | undefined {
  try {
    return { value: decode(bytes) };
  } catch (error) {
    if (error instanceof InvalidEntryError) return undefined;
    throw error;
  }
}

/** The results of a pipeline; rejects with the first failure among them. */
async function completed(executed: ReturnType<ReturnType<Redis['pipeline']>['exec']>): Promise<unknown[]> {
  const results = (await executed) ?? [];
  return results.map(([error, result]) => {
    if (error) throw error;
    return result;
  });
}
