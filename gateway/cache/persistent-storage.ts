// Persistent cache storage in any Keyv store (SQLite, Postgres, Valkey, a file), for one instance of the gateway: such a store
// has no atomic read and write, so that this process alone writes invalidations, one after the other.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Keyv, type KeyvStorageEntry, type KeyvStorageGetResult, type KeyvValue, keyvStorageCapability } from 'keyv';
import { isKeyv } from '../config/cache.ts';
import { BoundedCalls, type BoundedCallsOptions } from './bounded-calls.ts';
import {
  type Clock,
  clockKey,
  decode,
  encode,
  InvalidEntryError,
  isEntry,
  type Stored,
  tagVersionKey,
} from './cache-entry.ts';
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
  readonly #keyv: Keyv;
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
  /** Errors that the store has emitted. Some adapters emit what others throw, and return as if nothing were there. */
  #emitted = 0;

  /** @param store a Keyv, or what one takes as its store. */
  constructor(store: object, options: PersistentStorageOptions) {
    this.#keyv = isKeyv(store) ? store : new Keyv({ store, namespace: 'concierge' });
    this.#options = options;
    this.#calls = new BoundedCalls(options);
    this.#now = options.now ?? Date.now;
    const { store: adapter } = this.#keyv;
    adapter.on?.('error', () => {
      this.#emitted += 1;
    });
    // What else it reports are rows that cannot be decoded, each of which is a miss. Without a listener it would throw.
    this.#keyv.on('error', (error: unknown) => options.log.debug({ reason: String(error) }, 'cache store'));
  }

  get capabilities() {
    return keyvStorageCapability(this);
  }

  get errors(): number {
    return this.#calls.errors;
  }

  async get<Value>(key: string): Promise<KeyvStorageGetResult<Value>> {
    const [row] = await this.getMany<Value>([key]);
    return row as KeyvStorageGetResult<Value>;
  }

  async getMany<Value>(keys: string[]): Promise<KeyvStorageGetResult<Value | undefined>[]> {
    const known = this.#epoch;
    const rows = await this.#calls.run(() => this.#read(keys));
    const results = rows?.map((row, index) => {
      if (keys[index] !== clockKey || !isClock(row?.value)) return row;
      if (this.#epoch === 0) this.#recordEpoch(row.value);
      // The store was put back to an older state.
      return row.value.epoch < known ? undefined : row;
    });
    return (results ?? keys.map(() => unreadable)) as KeyvStorageGetResult<Value>[];
  }

  async set(key: string, value: unknown, expires?: number): Promise<boolean> {
    const [done] = await this.setMany([{ key, value, ...(expires !== undefined && { expires }) }]);
    return done === true;
  }

  async setMany<Value>(entries: KeyvStorageEntry<Value>[]): Promise<boolean[]> {
    const done = await this.#calls.run(async () => {
      await this.#write(
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

  async has(key: string): Promise<boolean> {
    const [found] = await this.hasMany([key]);
    return found === true;
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return (await this.getMany(keys)).map((row) => row !== undefined && row !== unreadable);
  }

  async delete(key: string): Promise<boolean> {
    const [deleted] = await this.deleteMany([key]);
    return deleted === true;
  }

  async deleteMany(keys: string[]): Promise<boolean[]> {
    const deleted = await this.#calls.run(() => this.#keyv.store.deleteMany(keys.map(this.#name)));
    return keys.map((_, index) => deleted?.[index] === true);
  }

  clear(): Promise<void> {
    return this.#keyv.store.clear();
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
        // New, emptied, or put back to an older state: an invalidation may be gone that entries on their way have missed.
        const clock = { epoch, minEpoch: epoch };
        await this.#writeClock(step, clock);
        return clock;
      }),
    );
  }

  /** The time in microseconds, and above all that was, also where the system's time has gone back. */
  #nextEpoch(stored: Clock | undefined): number {
    return Math.max(this.#now() * 1000, (stored?.epoch ?? 0) + 1, this.#attempted + 1);
  }

  async #readClock(): Promise<Clock | undefined> {
    const [row] = await this.#read([clockKey]);
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
    await this.#write(rows);
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

  /** @throws Error of the store. */
  async #read(keys: readonly string[]): Promise<(Row | undefined)[]> {
    const { store } = this.#keyv;
    const names = keys.map(this.#name);
    const rows = await this.#orEmitted(() =>
      // Keyv does without it, too.
      typeof store.getMany === 'function'
        ? store.getMany<unknown>(names)
        : Promise.all(names.map((name) => store.get<unknown>(name))),
    );
    return Promise.all(keys.map((key, index) => this.#decoded(key, rows[index])));
  }

  /** @throws Error of the store. */
  async #write(rows: readonly NewRow[]): Promise<void> {
    const encoded = await Promise.all(
      rows.map(async ({ key, value, expires }) => {
        const row = { value: withChecksum(key, String(encode(value))), expires: expires && Math.ceil(expires) };
        return { key: this.#name(key), value: await this.#keyv.encode(row), ...(expires && { expires: row.expires }) };
      }),
    );
    const results = await this.#orEmitted(() => this.#keyv.store.setMany(encoded as KeyvStorageEntry<unknown>[]));
    if (results?.includes(false)) throw new Error('the cache store has not written what it was given');
  }

  async #orEmitted<Result>(call: () => Promise<Result>): Promise<Result> {
    const before = this.#emitted;
    const result = await call();
    if (this.#emitted !== before) throw new Error('the cache store has reported an error');
    return result;
  }

  async #decoded(key: string, stored: unknown): Promise<Row | undefined> {
    if (stored === undefined || stored === null) return undefined;
    const row = await this.#keyv.decode<unknown>(stored);
    const expires = row?.expires;
    if (typeof expires === 'number' && expires <= this.#now()) return undefined;
    const value = verified(key, row?.value);
    if (value !== undefined) return { value };
    // Damaged: an entry is a miss. What is lost of a tag may be that an entry is invalid.
    return key.startsWith(tagVersionKey('')) ? unreadable : undefined;
  }

  /** Hexadecimal: some stores cut long keys, change characters, or take upper and lower case for the same. */
  readonly #name = (key: string): string =>
    createHash('sha256').update(`cache${this.#options.version}:${key}`).digest('hex');
}

interface Row {
  value: Stored | null;
}

interface NewRow {
  key: string;
  value: Stored;
  /** Milliseconds since the epoch of Unix. */
  expires: number | undefined;
}

function isClock(value: Stored | null | undefined): value is Clock {
  return typeof value === 'object' && value !== null && !isEntry(value);
}

function withChecksum(key: string, text: string): string {
  return `${crc32(text, crc32(key))} ${text}`;
}

/** What was written under this key; undefined for anything else. */
function verified(key: string, text: unknown): Stored | undefined {
  if (typeof text !== 'string') return undefined;
  const end = text.indexOf(' ');
  const encoded = text.slice(end + 1);
  if (end === -1 || text.slice(0, end) !== String(crc32(encoded, crc32(key)))) return undefined;
  try {
    return decode(Buffer.from(encoded));
  } catch (error) {
    if (error instanceof InvalidEntryError) return undefined;
    throw error;
  }
}
