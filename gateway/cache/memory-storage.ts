// In-memory cache storage: bounded in bytes, with eviction of the least recently used. Values are stored as they are.
import { type KeyvStorageEntry, type KeyvStorageGetResult, type KeyvValue, keyvStorageCapability } from 'keyv';
import { LRUCache } from 'lru-cache';
import { type Clock, clockKey, isEntry, type Stored, tagVersionKey } from './cache-entry.ts';
import { ownerOf } from './owner.ts';
import type { CacheStorage } from './storage.ts';

type Row = KeyvValue<Stored>;

/** Objects, map slots and numbers around a value, in bytes; measured over 20,000 small entries and rounded up. */
const overhead = 480;
const overheadOfTag = 48;

export class MemoryStorage implements CacheStorage {
  namespace: string | undefined;
  readonly errors = 0;
  readonly #rows: LRUCache<string, Row>;
  readonly #now: () => number;
  readonly #clock: Clock;
  /**
   * The highest tag version that was evicted. Entries with older data may be stale, and that can no longer be
   * checked.
   */
  #maxEvictedVersion = 0;

  /** @param maxBytes for keys and values, including the objects around them. */
  constructor(maxBytes: number, now: () => number = Date.now) {
    this.#now = now;
    this.#clock = { epoch: now() * 1000, minEpoch: 0 };
    this.#rows = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ value }, key) => sizeOf(key, value as Stored),
      dispose: ({ value }, _key, reason) => {
        if (typeof value === 'number' && reason !== 'set')
          this.#maxEvictedVersion = Math.max(this.#maxEvictedVersion, value);
      },
    });
  }

  get capabilities() {
    return keyvStorageCapability(this);
  }

  get bytes(): number {
    return this.#rows.calculatedSize;
  }

  async getMany<Value>(keys: string[]): Promise<KeyvStorageGetResult<Value | undefined>[]> {
    return keys.map((key) => this.#read(key) as KeyvStorageGetResult<Value>);
  }

  async setMany<Value>(entries: KeyvStorageEntry<Value>[]): Promise<boolean[]> {
    return entries.map(({ key, value, expires }) => this.#write(key, value as Row, expires));
  }

  async advanceClock(tags: readonly string[], lifetime: number, everything: boolean): Promise<void> {
    const { epoch } = this.#clock;
    this.#clock.epoch = Math.max(epoch + 1, this.#now() * 1000);
    if (everything) this.#clock.minEpoch = this.#clock.epoch;
    const expires = this.#now() + lifetime;
    for (const tag of tags) this.#rows.set(tagVersionKey(tag), { value: this.#clock.epoch, expires });
  }

  async startClock(): Promise<Clock> {
    return { ...this.#clock };
  }

  async removeOwned(owner: string): Promise<number> {
    let removed = 0;
    for (const [key, { value }] of this.#rows.entries()) {
      if (!isEntry(value) || ownerOf(value.tags) !== owner) continue;
      this.#rows.delete(key);
      removed += 1;
    }
    return removed;
  }

  #read(key: string): Row | undefined {
    if (key === clockKey) return { value: { ...this.#clock } };
    const row = this.#rows.get(key);
    if (row?.expires !== undefined && row.expires <= this.#now()) {
      this.#rows.delete(key);
      return undefined;
    }
    this.#touchTagVersions(row);
    return row;
  }

  #write(key: string, row: Row, expires: number | undefined): boolean {
    if (expires !== undefined && expires <= this.#now()) return false;
    this.#rows.set(key, row);
    this.#touchTagVersions(row);
    // One of its tag versions may have been evicted while its data was fetched, or just now, to make room for it.
    if (isEntry(row.value) && row.value.epoch < this.#maxEvictedVersion) this.#rows.delete(key);
    return this.#rows.has(key);
  }

  /**
   * Marks an entry's tag versions as used after the entry, so that they are evicted after the entries that they make
   * stale. In the same step: between two, other writes may need room.
   */
  #touchTagVersions(row: Row | undefined): void {
    if (!isEntry(row?.value)) return;
    for (const tag of row.value.tags) this.#rows.get(tagVersionKey(tag));
  }
}

function sizeOf(key: string, value: Stored): number {
  const size = overhead + textSize(key);
  if (!isEntry(value)) return size;
  const body = typeof value.body === 'string' ? textSize(value.body) : value.body.length;
  const head = value.tags.reduce(
    (sum, tag) => sum + overheadOfTag + textSize(tag),
    JSON.stringify(value.metadata).length,
  );
  return size + head + body;
}

/** A string takes one byte for each character, or two for each if one of them needs it. */
function textSize(text: string): number {
  const bytes = Buffer.byteLength(text);
  return bytes === text.length ? bytes : Math.max(bytes, 2 * text.length);
}
