// What makes kept data void, in every instance and whatever comes between: entries remember the clock's epoch from before
// their data was fetched, changes stamp their tags with the next epoch, and a stamp above the entry's epoch makes it void.
import type { Logger } from '../telemetry/log.ts';
import { type Clock, clockKey, type Entry, isEntry, type Stored, stampKey } from './cache-entry.ts';
import type { CacheStore } from './store.ts';

export interface InvalidationOptions {
  store: CacheStore;
  /** Nothing is kept longer than this many milliseconds. */
  maxTtl: number;
  log: Logger;
}

/** Stamps outlive every entry by this much, in milliseconds: longer than data is under way before it is written. */
const MAX_FETCH_MS = 3_600_000;

/** How long whoever made a change waits for its stamps, in milliseconds. */
const MAX_WAIT_MS = 250;

/** Between attempts to stamp what could not be stamped, in milliseconds. */
const RETRY_PAUSE_MS = 500;

/** Beyond as many tags that wait for their stamps, everything does. */
const MAX_UNCONFIRMED = 10_000;

const everything = '*';

/** Values that were read together with the clock. */
export interface Reading {
  values: (Stored | null | undefined)[];
  /** Null if it could not be read: then nothing of `values` is to be trusted, and nothing can be written later. */
  clock: Clock | null;
}

export class Invalidation {
  readonly #store: CacheStore;
  readonly #lifetime: number;
  readonly #log: Logger;
  /** Tags whose stamps this instance has not yet seen written, with the turn that is to write them. */
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

  /** Reads entries, and the stamps of these tags after them, in one round trip. Never rejects. */
  async read(keys: readonly string[], tags: readonly string[]): Promise<Reading> {
    const [clock, ...values] = await this.#store.getMany([clockKey, ...keys, ...tags.map(stampKey)]);
    if (clock === undefined) return { values, clock: (await this.#store.begin()) ?? null };
    return { values, clock: isClock(clock) ? clock : null };
  }

  /** The entry's tags, with their stamps as they were read, decide: is it still true? */
  holds(entry: Entry, clock: Clock, stampOf: (tag: string, index: number) => Stored | null | undefined): boolean {
    // Above the clock: written to a store that has since been put back to an older state.
    if (entry.epoch < clock.floor || entry.epoch > clock.epoch) return false;
    if (this.#unconfirmed.size > 0 && this.#isUnconfirmed(entry.tags)) return false;
    return entry.tags.every((tag, index) => {
      const stamp = stampOf(tag, index);
      return stamp === undefined || (typeof stamp === 'number' && stamp <= entry.epoch);
    });
  }

  /**
   * Makes void what has one of the tags. In this instance that is so from now on; in all others as soon as the stamps are
   * written, which is waited for a quarter of a second at most and tried until it is done. Never rejects.
   */
  async invalidate(tags: readonly string[]): Promise<void> {
    const done = this.#write(this.#note(tags));
    const wait = Promise.withResolvers<void>();
    const timer = setTimeout(wait.resolve, MAX_WAIT_MS);
    await Promise.race([done, wait.promise]);
    clearTimeout(timer);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
  }

  /** Remembers that these tags wait for their stamps; returns what is to be stamped. */
  #note(tags: readonly string[]): readonly string[] {
    this.#turn += 1;
    for (const tag of tags) this.#unconfirmed.set(tag, this.#turn);
    if (this.#unconfirmed.size <= MAX_UNCONFIRMED) return tags;
    this.#unconfirmed.clear();
    this.#unconfirmed.set(everything, this.#turn);
    return [everything];
  }

  async #write(tags: readonly string[]): Promise<void> {
    const turn = this.#turn;
    try {
      const all = tags.includes(everything);
      await this.#store.stamp(all ? [] : tags, this.#lifetime, all);
    } catch (error) {
      this.#failed(error as Error);
      return;
    }
    // A later change of the same tag has its own turn, and is waited for.
    for (const tag of tags) if (this.#unconfirmed.get(tag) === turn) this.#unconfirmed.delete(tag);
    if (!this.#failing || this.#unconfirmed.size > 0) return;
    this.#failing = false;
    this.#log.info('all invalidations have reached the cache');
  }

  #failed(error: Error): void {
    if (!this.#failing) {
      this.#log.error({ reason: error.message }, 'invalidations do not reach the cache: they are tried until they do');
    }
    this.#failing = true;
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#tryAgain(), RETRY_PAUSE_MS).unref();
  }

  #tryAgain(): void {
    const tags = [...this.#unconfirmed.keys()];
    if (tags.length > 0) this.#write(this.#note(tags));
  }

  #isUnconfirmed(tags: readonly string[]): boolean {
    return this.#unconfirmed.has(everything) || tags.some((tag) => this.#unconfirmed.has(tag));
  }
}

function isClock(value: Stored | null): value is Clock {
  return typeof value === 'object' && value !== null && !isEntry(value);
}
