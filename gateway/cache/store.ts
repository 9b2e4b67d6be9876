// Cache store: Keyv over memory or Redis, with the values of this cache and durations in milliseconds.
import { Keyv } from 'keyv';
import type { CacheEntry, Clock, Stored } from './cache-entry.ts';
import type { CacheStorage } from './storage.ts';

export interface CacheStoreOptions {
  /** Separates these keys from others in the same Redis. */
  namespace?: string;
  now?: () => number;
  /** Called with errors of Keyv itself. */
  onError: (error: Error) => void;
}

export interface NewEntry {
  key: string;
  value: CacheEntry;
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
    // The storage serializes values, where it has to: Keyv's JSON would copy every response twice. It also handles
    // expiry.
    this.#keyv = new Keyv<Stored>({
      store: storage,
      serialization: false,
      checkExpired: false,
      ...(namespace !== undefined && { namespace }),
    });
    this.#keyv.on('error', onError);
  }

  /**
   * Values in the order of the keys: undefined for a missing one, null for one that could not be read in time. Never
   * rejects.
   */
  getMany(keys: readonly string[]): Promise<(Stored | null | undefined)[]> {
    return this.#keyv.getMany(keys as string[]);
  }

  /** False for an entry that could not be written in time, or is too large. Never rejects. */
  setMany(entries: readonly NewEntry[]): Promise<boolean[]> {
    const now = this.#now();
    return this.#keyv.setManyRaw(entries.map(({ key, value, ttl }) => ({ key, value: { value, expires: now + ttl } })));
  }

  /** @see CacheStorage.advanceClock */
  advanceClock(tags: readonly string[], lifetime: number, everything = false): Promise<void> {
    return this.#storage.advanceClock(tags, lifetime, everything);
  }

  /** @see CacheStorage.startClock */
  startClock(): Promise<Clock | undefined> {
    return this.#storage.startClock();
  }

  /** @see CacheStorage.removeOwned */
  removeOwned(owner: string): Promise<number | null> {
    return this.#storage.removeOwned(owner);
  }

  get errors(): number {
    return this.#storage.errors;
  }

  get bytes(): number | null {
    return this.#storage.bytes;
  }
}
