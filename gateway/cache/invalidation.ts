// Tag-based cache invalidation that is safe against concurrent fetches and multiple instances (logical clock).
// Entries store the clock's epoch from before their data was fetched; a change stores the next epoch as the version
// of its tags; a tag version above the entry's epoch makes the entry stale.
import type { Logger } from '../telemetry/log.ts';
import { type CacheEntry, type Clock, clockKey, isEntry, type Stored, tagVersionKey } from './cache-entry.ts';
import type { CacheStore } from './store.ts';

export interface InvalidationOptions {
  store: CacheStore;
  /** Maximum lifetime of any entry, in milliseconds. */
  maxTtl: number;
  log: Logger;
}

/**
 * Time by which tag versions outlive every entry, in milliseconds: more than passes between a fetch and its write.
 */
const MAX_FETCH_MS = 3_600_000;

/** Milliseconds for which `invalidate` waits until the tag versions are written. */
const MAX_WAIT_MS = 250;

/** Milliseconds between two attempts to write tag versions. */
const RETRY_PAUSE_MS = 500;

/** Unwritten tags above which everything is invalidated. */
const MAX_UNCONFIRMED = 10_000;

const everything = '*';

/** Values that were read together with the clock. */
export interface Reading {
  values: (Stored | null | undefined)[];
  /** Null if it could not be read: then `values` must not be used, and nothing may be written later. */
  clock: Clock | null;
}

export class Invalidation {
  readonly #store: CacheStore;
  readonly #lifetime: number;
  readonly #log: Logger;
  /** Tags whose versions are not yet confirmed as written, with the turn that is to write them. */
  readonly #unconfirmed = new Map<string, number>();
  #turn = 0;
  #retry: NodeJS.Timeout | undefined;
  #failing = false;
  #closed = false;

  constructor({ store, maxTtl, log }: InvalidationOptions) {
    this.#store = store;
    this.#lifetime = maxTtl + MAX_FETCH_MS;
    this.#log = log;
  }

  /** Reads entries, and the versions of these tags after them, in one round trip. Never rejects. */
  async read(keys: readonly string[], tags: readonly string[]): Promise<Reading> {
    const [clock, ...values] = await this.#store.getMany([clockKey, ...keys, ...tags.map(tagVersionKey)]);
    if (clock === undefined) return { values, clock: (await this.#store.startClock()) ?? null };
    return { values, clock: isClock(clock) ? clock : null };
  }

  /** Whether an entry is still valid, by its tags' versions as they were read. */
  isValid(
    entry: CacheEntry,
    clock: Clock,
    versionOf: (tag: string, index: number) => Stored | null | undefined,
  ): boolean {
    // Above the clock: written to a store that has since been restored to an older state.
    if (entry.epoch < clock.minEpoch || entry.epoch > clock.epoch) return false;
    if (this.#unconfirmed.size > 0 && this.#isUnconfirmed(entry.tags)) return false;
    return entry.tags.every((tag, index) => {
      const version = versionOf(tag, index);
      return version === undefined || (typeof version === 'number' && version <= entry.epoch);
    });
  }

  /**
   * Invalidates entries with one of the tags: at once in this instance, in all others as soon as the tag versions are
   * written. Waits a quarter of a second for that at most; failed writes are retried in the background. Never
   * rejects.
   * @returns whether they are written.
   */
  async invalidate(tags: readonly string[]): Promise<boolean> {
    const done = this.#write(this.#markUnconfirmed(tags));
    const wait = Promise.withResolvers<boolean>();
    const timer = setTimeout(wait.resolve, MAX_WAIT_MS, false);
    const isWritten = await Promise.race([done, wait.promise]);
    clearTimeout(timer);
    return isWritten;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
  }

  /** Marks these tags as not yet written; returns the tags to write. */
  #markUnconfirmed(tags: readonly string[]): readonly string[] {
    this.#turn += 1;
    for (const tag of tags) this.#unconfirmed.set(tag, this.#turn);
    if (this.#unconfirmed.size <= MAX_UNCONFIRMED) return tags;
    this.#unconfirmed.clear();
    this.#unconfirmed.set(everything, this.#turn);
    return [everything];
  }

  async #write(tags: readonly string[]): Promise<boolean> {
    const turn = this.#turn;
    try {
      const all = tags.includes(everything);
      await this.#store.advanceClock(all ? [] : tags, this.#lifetime, all);
    } catch (error) {
      this.#failed(error as Error);
      return false;
    }
    // A later change of the same tag has its own turn, and stays unconfirmed.
    for (const tag of tags) if (this.#unconfirmed.get(tag) === turn) this.#unconfirmed.delete(tag);
    if (!this.#failing || this.#unconfirmed.size > 0) return true;
    this.#failing = false;
    this.#log.info('all invalidations have been written to the cache');
    return true;
  }

  #failed(error: Error): void {
    if (!this.#failing) {
      this.#log.error(
        { reason: error.message },
        'invalidations cannot be written to the cache: retrying until they are',
      );
    }
    this.#failing = true;
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#retryUnconfirmed(), RETRY_PAUSE_MS).unref();
  }

  #retryUnconfirmed(): void {
    const tags = [...this.#unconfirmed.keys()];
    if (tags.length > 0) this.#write(this.#markUnconfirmed(tags));
  }

  #isUnconfirmed(tags: readonly string[]): boolean {
    return this.#unconfirmed.has(everything) || tags.some((tag) => this.#unconfirmed.has(tag));
  }
}

function isClock(value: Stored | null): value is Clock {
  return typeof value === 'object' && value !== null && !isEntry(value);
}
