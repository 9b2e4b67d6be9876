// Rows of the cache in a Keyv store: their names and checksums, since stores differ in the keys that they take, and a
// damaged row must not be served.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Keyv, type KeyvStorageEntry } from 'keyv';
import { isKeyv } from '../config/cache.ts';
import type { Logger } from '../telemetry/log.ts';
import { decode, encode, InvalidEntryError, type Stored, tagVersionKey } from './cache-entry.ts';
import { unreadable } from './storage.ts';

export interface PersistentRowsOptions {
  /** Part of every key: what one format writes, another may not understand. */
  version: number;
  log: Logger;
  now(): number;
}

export interface Row {
  value: Stored | null;
}

export interface NewRow {
  key: string;
  value: Stored;
  /** Milliseconds since the epoch of Unix. */
  expires: number | undefined;
}

export class PersistentRows {
  readonly #keyv: Keyv;
  readonly #version: number;
  readonly #now: () => number;
  /** Errors that the store has emitted. Some adapters emit what others throw, and return as if nothing were there. */
  #emitted = 0;

  /** @param store a Keyv, or what one takes as its store. */
  constructor(store: object, { version, log, now }: PersistentRowsOptions) {
    this.#keyv = isKeyv(store) ? store : new Keyv({ store, namespace: 'concierge' });
    this.#version = version;
    this.#now = now;
    const { store: adapter } = this.#keyv;
    adapter.on?.('error', () => {
      this.#emitted += 1;
    });
    // What else it reports are rows that cannot be decoded, each of which is a miss. Without a listener it would throw.
    this.#keyv.on('error', (error: unknown) => log.debug({ reason: String(error) }, 'cache store'));
  }

  /** @throws Error of the store. */
  async read(keys: readonly string[]): Promise<(Row | undefined)[]> {
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
  async write(rows: readonly NewRow[]): Promise<void> {
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
  readonly #name = (key: string): string => createHash('sha256').update(`cache${this.#version}:${key}`).digest('hex');
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
