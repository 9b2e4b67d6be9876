// Redis cache storage, shared by all instances: one round trip for each operation, with a bounded wait. Keyv would
// wait without a limit for a Redis that does not reply; here a late read is a miss and a late write is given up.
import { type KeyvStorageEntry, type KeyvStorageGetResult, type KeyvValue, keyvStorageCapability } from 'keyv';
import type { RedisConnection } from '../redis/connection.ts';
import type { RedisClient } from '../redis/prepared-client.ts';
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
import { createClusterRows } from './redis-cluster-rows.ts';
import { createNodeRows, type NewRow, type OwnedRows, type RedisRows } from './redis-rows.ts';
import { type CacheStorage, unreadable } from './storage.ts';

export interface RedisStorageOptions extends BoundedCallsOptions {
  /** Encrypts entries; null to store them as they are. */
  cipher?: EntryCipher | null;
}

export class RedisStorage implements CacheStorage {
  namespace: string | undefined;
  readonly bytes = null;
  readonly #redis: RedisClient;
  readonly #rows: RedisRows;
  readonly #calls: BoundedCalls;
  readonly #now: () => number;
  readonly #cipher: EntryCipher | null;

  constructor({ client, isCluster }: Pick<RedisConnection, 'client' | 'isCluster'>, options: RedisStorageOptions) {
    this.#redis = client;
    this.#rows = isCluster ? createClusterRows(client, this.#name) : createNodeRows(client, this.#name);
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
      const values = await this.#ready().read(keys);
      return values.map((bytes, index) => (bytes ? this.#decoded(keys[index] as string, bytes) : undefined));
    });
    return (rows ?? keys.map(() => unreadable)) as KeyvStorageGetResult<Value>[];
  }

  async setMany<Value>(entries: KeyvStorageEntry<Value>[]): Promise<boolean[]> {
    const isDone = await this.#calls.run(async () => {
      const rows: NewRow[] = [];
      const owned = new Map<string, { epoch: number; rows: OwnedRow[] }>();
      for (const { key, value, expires } of entries) {
        const stored = (value as KeyvValue<Stored>).value as Stored;
        const row = { key, value: this.#encoded(key, stored) };
        const owner = isEntry(stored) && expires !== undefined ? ownerOf(stored.tags) : undefined;
        if (owner === undefined) {
          rows.push({ ...row, ttl: expires === undefined ? undefined : this.#ttl(expires) });
          continue;
        }
        const { epoch } = stored as CacheEntry;
        const list = owned.get(owner) ?? { epoch, rows: [] };
        owned.set(owner, list);
        // The oldest of them decides: entries that are written together were read together.
        list.epoch = Math.min(list.epoch, epoch);
        list.rows.push({ ...row, ttl: this.#ttl(expires as number) });
      }
      await this.#ready().write(
        rows,
        [...owned].map(([owner, list]): OwnedRows => ({ owner, ...list })),
      );
      return true;
    });
    return entries.map(() => isDone === true);
  }

  async advanceClock(tags: readonly string[], lifetime: number, everything: boolean): Promise<void> {
    await this.#ready().advance(tags, lifetime, everything);
  }

  startClock(): Promise<Clock | undefined> {
    return this.#calls.run(async () => decode(Buffer.from(await this.#ready().startClock())) as Clock);
  }

  async removeOwned(owner: string): Promise<number> {
    return this.#ready().removeOwned(owner);
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

  #ready(): RedisRows {
    if (this.#redis.status !== 'ready') throw new Error('Redis is not connected');
    return this.#rows;
  }
}

type OwnedRow = OwnedRows['rows'][number];
