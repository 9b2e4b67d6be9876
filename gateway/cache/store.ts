// The store that caches read and write: Keyv over memory or Redis, with values of its own kind and times in milliseconds.
import { Keyv } from 'keyv';
import type { Clock, Entry, Stored } from './cache-entry.ts';
import type { CacheStorage } from './storage.ts';

export interface CacheStoreOptions {
  /** Keeps keys apart from those of others in the same Redis. */
  namespace?: string;
  now?: () => number;
  /** Told of what Keyv itself finds wrong. */
  onError: (error: Error) => void;
}

export interface NewEntry {
  key: string;
  value: Entry;
  /** In milliseconds. */
  ttl: number;
}

export class CacheStore {
  readonly #keyv: Keyv<Stored>;
  readonly #storage: CacheStorage;
  readonly #now: () => number;

  constructor(storage: CacheStorage, { namespace, now = Date.now, onError }: CacheStoreOptions) {
    this.#storage = storage;
    this.#now = now;
    // Values are written by the storage, if at all: Keyv's JSON would copy every answer twice. Expiry is the storage's too.
    this.#keyv = new Keyv<Stored>({
      store: storage,
      serialization: false,
      checkExpired: false,
      ...(namespace !== undefined && { namespace }),
    });
    this.#keyv.on('error', onError);
  }

  /** In the order of the keys: undefined is not there, null could not be read in time. Never rejects. */
  getMany(keys: readonly string[]): Promise<(Stored | null | undefined)[]> {
    return this.#keyv.getMany(keys as string[]);
  }

  /** False for what could not be written in time, or is too large. Never rejects. */
  setMany(entries: readonly NewEntry[]): Promise<boolean[]> {
    const now = this.#now();
    return this.#keyv.setManyRaw(entries.map(({ key, value, ttl }) => ({ key, value: { value, expires: now + ttl } })));
  }

  /** @see CacheStorage.stamp */
  stamp(tags: readonly string[], lifetime: number, everything = false): Promise<void> {
    return this.#storage.stamp(tags, lifetime, everything);
  }

  /** @see CacheStorage.begin */
  begin(): Promise<Clock | undefined> {
    return this.#storage.begin();
  }

  get errors(): number {
    return this.#storage.errors;
  }

  get bytes(): number | null {
    return this.#storage.bytes;
  }
}
