// Redis cache storage, shared by all instances: one round trip for each operation, with a bounded wait. Keyv would
// wait without a limit for a Redis that does not reply; here a late read is a miss and a late write is given up.
import type { Redis } from 'ioredis';
import { type KeyvStorageEntry, type KeyvStorageGetResult, type KeyvValue, keyvStorageCapability } from 'keyv';
import { BoundedCalls, type BoundedCallsOptions } from './bounded-calls.ts';
import {
  type CacheEntry,
  type Clock,
  clockKey,
  decode,
  encode,
  InvalidEntryError,
  isEntry,
  type Stored,
  tagVersionKey,
} from './cache-entry.ts';
import type { EntryCipher } from './entry-cipher.ts';
import { ownerOf } from './owner.ts';
import { advanceScript, removeOwnedScript, writeOwnedScript } from './redis-scripts.ts';
import { type CacheStorage, unreadable } from './storage.ts';

/** Entries of one owner. */
const MAX_OWNED = 2_000;

export interface RedisStorageOptions extends BoundedCallsOptions {
  /** Encrypts entries; null to store them as they are. */
  cipher?: EntryCipher | null;
}

export class RedisStorage implements CacheStorage {
  namespace: string | undefined;
  readonly bytes = null;
  readonly #redis: Redis;
  readonly #calls: BoundedCalls;
  readonly #now: () => number;
  readonly #cipher: EntryCipher | null;

  constructor(redis: Redis, options: RedisStorageOptions) {
    this.#redis = redis;
    this.#cipher = options.cipher ?? null;
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
      return values.map((bytes, index) => (bytes ? this.#decoded(keys[index] as string, bytes) : undefined));
    });
    return (rows ?? keys.map(() => unreadable)) as KeyvStorageGetResult<Value>[];
  }

  async setMany<Value>(entries: KeyvStorageEntry<Value>[]): Promise<boolean[]> {
    const results = await this.#calls.run(async () => {
      const pipeline = this.#ready().pipeline();
      const owned = new Map<string, OwnedEntry[]>();
      for (const { key, value, expires } of entries) {
        const stored = (value as KeyvValue<Stored>).value as Stored;
        const owner = isEntry(stored) && expires !== undefined ? ownerOf(stored.tags) : undefined;
        if (owner === undefined) this.#set(pipeline, key, stored, expires);
        else {
          const list = owned.get(owner) ?? [];
          owned.set(owner, list);
          list.push({ key, entry: stored as CacheEntry, ttl: this.#ttl(expires as number) });
        }
      }
      for (const [owner, list] of owned) this.#setOwned(pipeline, owner, list);
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

  async removeOwned(owner: string): Promise<number> {
    const removed = await this.#ready().eval(removeOwnedScript, 1, this.#name(indexKey(owner)));
    return Number(removed);
  }

  #set(pipeline: Pipeline, key: string, value: Stored, expires: number | undefined): void {
    const bytes = this.#encoded(key, value);
    if (expires === undefined) pipeline.set(this.#name(key), bytes);
    else pipeline.set(this.#name(key), bytes, 'PX', this.#ttl(expires));
  }

  #setOwned(pipeline: Pipeline, owner: string, entries: readonly OwnedEntry[]): void {
    const keys = [indexKey(owner), tagVersionKey(owner), ...entries.map(({ key }) => key)].map(this.#name);
    // The oldest of them decides: entries that are written together were read together.
    const epoch = Math.min(...entries.map(({ entry }) => entry.epoch));
    const values = entries.flatMap(({ key, entry, ttl }) => [ttl, this.#encoded(key, entry)]);
    pipeline.eval(writeOwnedScript, keys.length, ...keys, epoch, MAX_OWNED, ...values);
  }

  #ttl(expires: number): number {
    return Math.max(1, Math.ceil(expires - this.#now()));
  }

  /** Records of invalidations have no data of callers, and are needed whatever the key. */
  #encoded(key: string, value: Stored): string | Buffer {
    const encoded = encode(value);
    if (!this.#cipher || !isEntry(value)) return encoded;
    return this.#cipher.encrypt(this.#name(key), Buffer.from(encoded));
  }

  /** A value under one of the cache's keys that the cache did not write is a miss; the next write replaces it. */
  #decoded(key: string, bytes: Buffer): KeyvValue<Stored> | undefined {
    const isRecord = key === clockKey || key.startsWith(tagVersionKey(''));
    const plain = this.#cipher && !isRecord ? this.#cipher.decrypt(this.#name(key), bytes) : bytes;
    if (plain === null) return undefined;
    try {
      return { value: decode(plain) };
    } catch (error) {
      if (error instanceof InvalidEntryError) return undefined;
      throw error;
    }
  }

  readonly #name = (key: string): string => `${this.namespace ?? ''}:${key}`;

  #ready(): Redis {
    if (this.#redis.status !== 'ready') throw new Error('Redis is not connected');
    return this.#redis;
  }
}

type Pipeline = ReturnType<Redis['pipeline']>;

interface OwnedEntry {
  key: string;
  entry: CacheEntry;
  /** Milliseconds. */
  ttl: number;
}

function indexKey(owner: string): string {
  return `owned:${owner}`;
}

/** The results of a pipeline; rejects with the first failure among them. */
async function completed(executed: ReturnType<ReturnType<Redis['pipeline']>['exec']>): Promise<unknown[]> {
  const results = (await executed) ?? [];
  return results.map(([error, result]) => {
    if (error) throw error;
    return result;
  });
}
