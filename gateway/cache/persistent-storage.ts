// Persistent cache storage in any Keyv store (SQLite, Postgres, Valkey, a file), for one instance of the gateway: such
// a store has no atomic read and write, so that this process alone writes invalidations, one after the other.
import { type KeyvStorageEntry, type KeyvStorageGetResult, type KeyvValue, keyvStorageCapability } from 'keyv';
import { BoundedCalls, type BoundedCallsOptions } from './bounded-calls.ts';
import { type Clock, clockKey, isEntry, type Stored, tagVersionKey } from './cache-entry.ts';
import { type NewRow, PersistentRows } from './persistent-rows.ts';
import { type CacheStorage, unreadable } from './storage.ts';

export interface PersistentStorageOptions extends BoundedCallsOptions {
  /** Part of every key: what one format writes, another may not understand. */
  version: number;
}

/** Of a step that writes an invalidation, in milliseconds: it is tried again, and others wait for it. */
const MAX_STEP_MS = 5_000;

/** A step that may write: no more once it has taken too long, when others have gone on. */
interface Step {
  hasEnded: boolean;
}

export class PersistentStorage implements CacheStorage {
  namespace: string | undefined;
  readonly bytes = null;
  readonly #rows: PersistentRows;
  readonly #calls: BoundedCalls;
  readonly #options: PersistentStorageOptions;
  readonly #now: () => number;
  /** The step before: each waits for it. */
  #last: Promise<unknown> = Promise.resolve();
  /** The highest epoch that this process has seen in the store; 0 before the first. */
  #epoch = 0;
  /** The highest epoch that this process may have written. */
  #attempted = 0;
  /** A write may have reached the store or not, and may reach it yet. */
  #isUncertain = false;

  /** @param store a Keyv, or what one takes as its store. */
  constructor(store: object, options: PersistentStorageOptions) {
    const now = options.now ?? Date.now;
    this.#rows = new PersistentRows(store, { version: options.version, log: options.log, now });
    this.#options = options;
    this.#calls = new BoundedCalls(options);
    this.#now = now;
  }

  get capabilities() {
    return keyvStorageCapability(this);
  }

  get errors(): number {
    return this.#calls.errors;
  }

  async getMany<Value>(keys: string[]): Promise<KeyvStorageGetResult<Value | undefined>[]> {
    const known = this.#epoch;
    const rows = await this.#calls.run(() => this.#rows.read(keys));
    const results = rows?.map((row, index) => {
      if (keys[index] !== clockKey || !isClock(row?.value)) return row;
      if (this.#epoch === 0) this.#recordEpoch(row.value);
      // The store was put back to an older state.
      return row.value.epoch < known ? undefined : row;
    });
    return (results ?? keys.map(() => unreadable)) as KeyvStorageGetResult<Value>[];
  }

  async setMany<Value>(entries: KeyvStorageEntry<Value>[]): Promise<boolean[]> {
    const done = await this.#calls.run(async () => {
      await this.#rows.write(
        entries.map(({ key, value, expires }) => ({
          key,
          value: (value as KeyvValue<Stored>).value as Stored,
          expires,
        })),
      );
      return true;
    });
    return entries.map(() => done === true);
  }

  advanceClock(tags: readonly string[], lifetime: number, everything: boolean): Promise<void> {
    return this.#inTurn(async (step) => {
      const stored = await this.#readClock();
      const isForeign = stored !== undefined && this.#epoch > 0 && stored.epoch > this.#attempted;
      if (isForeign) {
        this.#options.log.error(
          {},
          'another gateway writes to the cache store: all that is cached is invalidated. cache.store is for one instance; give several `redis`',
        );
      }
      const isLost = stored === undefined || stored.epoch < this.#epoch;
      const epoch = this.#nextEpoch(stored);
      const minEpoch = everything || isForeign || isLost || this.#isUncertain ? epoch : stored.minEpoch;
      const expires = this.#now() + lifetime;
      // Before the clock: what is cached between the two is invalid at worst, never valid for too long.
      if (tags.length > 0) {
        await this.#writeSurely(
          step,
          tags.map((tag) => ({ key: tagVersionKey(tag), value: epoch, expires })),
          epoch,
        );
      }
      await this.#writeClock(step, { epoch, minEpoch });
    });
  }

  startClock(): Promise<Clock | undefined> {
    return this.#calls.run(() =>
      this.#inTurn(async (step) => {
        const stored = await this.#readClock();
        if (stored && stored.epoch >= this.#epoch && !this.#isUncertain) {
          this.#recordEpoch(stored);
          return stored;
        }
        const epoch = this.#nextEpoch(stored);
        // New, emptied, or put back to an older state: an invalidation may be gone that entries on their way have
        // missed.
        const clock = { epoch, minEpoch: epoch };
        await this.#writeClock(step, clock);
        return clock;
      }),
    );
  }

  /** Rows have hashes for keys, and no store of rows finds them by anything else. */
  async removeOwned(): Promise<null> {
    return null;
  }

  /** The time in microseconds, and above all that was, also where the system's time has gone back. */
  #nextEpoch(stored: Clock | undefined): number {
    return Math.max(this.#now() * 1000, (stored?.epoch ?? 0) + 1, this.#attempted + 1);
  }

  async #readClock(): Promise<Clock | undefined> {
    const [row] = await this.#rows.read([clockKey]);
    return isClock(row?.value) ? row.value : undefined;
  }

  #recordEpoch({ epoch }: Clock): void {
    this.#epoch = epoch;
    this.#attempted = Math.max(this.#attempted, epoch);
  }

  async #writeClock(step: Step, clock: Clock): Promise<void> {
    await this.#writeSurely(step, [{ key: clockKey, value: clock, expires: undefined }], clock.epoch);
    this.#epoch = clock.epoch;
    this.#isUncertain = false;
  }

  /** Until it has succeeded, the content of the store is unknown. */
  async #writeSurely(step: Step, rows: readonly NewRow[], epoch: number): Promise<void> {
    if (step.hasEnded) throw new Error('the step has taken too long');
    this.#attempted = epoch;
    const wasUncertain = this.#isUncertain;
    this.#isUncertain = true;
    await this.#rows.write(rows);
    if (step.hasEnded) throw new Error('the step has taken too long');
    this.#isUncertain = wasUncertain;
  }

  /** @throws Error of the store, or for a step that takes too long: whether it was done is then unknown. */
  #inTurn<Result>(work: (step: Step) => Promise<Result>): Promise<Result> {
    const step = { hasEnded: false };
    const result = this.#last.then(() => {
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      const timer = setTimeout(() => {
        step.hasEnded = true;
        reject(new Error(`the cache store has not replied within ${MAX_STEP_MS} ms`));
      }, MAX_STEP_MS).unref();
      work(step).then(resolve, reject);
      return promise.finally(() => clearTimeout(timer));
    });
    // The caller gets the error; the next step begins whatever became of this one.
    this.#last = result.catch(() => {});
    return result;
  }
}

function isClock(value: Stored | null | undefined): value is Clock {
  return typeof value === 'object' && value !== null && !isEntry(value);
}
