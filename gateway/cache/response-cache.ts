// Response cache: whole responses as sent bytes. A hit needs neither planning nor a fetch, and its body is not
// parsed.

import type { ReceivedHeaders } from '../transport/received-headers.ts';
import { isEntry } from './cache-entry.ts';
import { entityTag } from './http-policy.ts';
import type { Invalidation } from './invalidation.ts';
import { ownerTag, withoutOwner } from './owner.ts';
import { isPrivateKey } from './response-key.ts';
import type { Revalidations } from './revalidations.ts';
import type { CacheStore } from './store.ts';

export type CacheScope = 'PUBLIC' | 'PRIVATE';

export interface CachedResponse {
  body: Buffer;
  /** Strong, with its quotes. */
  etag: string;
  scope: CacheScope;
  /** Seconds for which it is fresh in this cache. */
  maxAge: number;
  /** Seconds for browsers, where they differ. */
  privateMaxAge?: number | undefined;
  /** Maximum age in seconds from subgraphs' headers, where they restrict it. */
  limit?: number | undefined;
  /** Never served stale, even where the configuration allows it. */
  mustRevalidate?: boolean | undefined;
  /** Header fields of subgraphs' responses for the client; absent without any. */
  headers?: readonly ReceivedHeaders[] | undefined;
  tags: readonly string[];
  /** What it costs; absent where that was not counted. */
  cost?: number | undefined;
  /** Unix time in milliseconds. */
  storedAt: number;
}

export interface CacheRead {
  /** `stale`: may be served while a fresh response is fetched. */
  state: 'fresh' | 'stale' | 'miss';
  /** Null with `miss`. */
  entry: CachedResponse | null;
  /** With a `miss`: a stale response that may be served if no fresh one can be fetched. */
  fallback: CachedResponse | null;
  /** Whole seconds since the response was stored; 0 where there is none. */
  age: number;
  /** For `write`. Null if the cache could not be read. */
  epoch: number | null;
}

export interface ResponseCacheOptions {
  store: CacheStore;
  invalidation: Invalidation;
  revalidations: Revalidations;
  /** Maximum size of a body with its tags and header fields, in bytes. */
  maxEntryBytes: number;
  /** Milliseconds. */
  staleWhileRevalidate: number;
  staleIfError: number;
  maxTtl: number;
  now?: () => number;
}

type Metadata = Omit<CachedResponse, 'body' | 'tags'>;

export class ResponseCache {
  readonly #options: ResponseCacheOptions;
  readonly #now: () => number;
  readonly stats = { hits: 0, stale: 0, misses: 0 };

  constructor(options: ResponseCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Reads a response: two round trips for a hit, one for a miss. Never rejects. */
  async read(key: string): Promise<CacheRead> {
    const { invalidation, staleWhileRevalidate, staleIfError } = this.#options;
    const first = await invalidation.read([key], []);
    const [entry] = first.values;
    if (!first.clock || !isEntry(entry) || !isMetadata(entry.metadata))
      return this.#miss(first.clock?.epoch ?? null, null, 0);
    const { clock, values: versions } = await invalidation.read([], entry.tags);
    if (!clock || !invalidation.isValid(entry, clock, (_, index) => versions[index])) {
      return this.#miss(clock?.epoch ?? null, null, 0);
    }
    const response: CachedResponse = { ...entry.metadata, tags: withoutOwner(entry.tags), body: bytes(entry.body) };
    const elapsed = Math.max(0, this.#now() - response.storedAt);
    const late = elapsed - response.maxAge * 1000;
    const age = Math.floor(elapsed / 1000);
    if (late >= 0 && (response.mustRevalidate || late >= staleWhileRevalidate)) {
      const isUsable = !response.mustRevalidate && late < staleIfError;
      return this.#miss(clock.epoch, isUsable ? response : null, age);
    }
    const state = late < 0 ? 'fresh' : 'stale';
    this.stats[state === 'fresh' ? 'hits' : 'stale'] += 1;
    return { state, entry: response, fallback: null, age, epoch: clock.epoch };
  }

  /** The entry for a new response, ready to be sent and to be written. */
  createEntry(body: Buffer | string, policy: Omit<CachedResponse, 'body' | 'etag' | 'storedAt'>): CachedResponse {
    const own = ownBytes(body);
    return { ...policy, body: own, etag: entityTag(own), storedAt: this.#now() };
  }

  /**
   * Caches a response. Does nothing without an epoch, for responses that are too long, or that may not be cached.
   *
   * @param epoch from `read`, before the response's data was fetched.
   * @param subject of the caller whose data it may have; null where it depends on no caller.
   * @returns whether it is stored.
   * @throws Error for a private response under a public key.
   */
  async write(
    key: string,
    response: CachedResponse,
    epoch: number | null,
    subject: string | null = null,
  ): Promise<boolean> {
    if (response.scope === 'PRIVATE' && !isPrivateKey(key)) {
      throw new Error('A private response needs a cache key with the identity that it belongs to.');
    }
    const { store, maxEntryBytes, staleWhileRevalidate, staleIfError, maxTtl } = this.#options;
    const { body, tags: ofData, ...metadata } = response;
    const tags = subject === null ? ofData : [...ofData, ownerTag(subject)];
    if (epoch === null || response.maxAge <= 0 || isTooLong(response, maxEntryBytes)) return false;
    const ttl = Math.min(response.maxAge * 1000 + Math.max(staleWhileRevalidate, staleIfError), maxTtl);
    const [isStored] = await store.setMany([{ key, value: { epoch, tags, metadata, body }, ttl }]);
    return isStored === true;
  }

  /**
   * Starts fetching a fresh response, unless that is already running or too many others are. @see Revalidations.start
   */
  revalidate(key: string, work: () => Promise<void>): boolean {
    return this.#options.revalidations.start(key, work);
  }

  #miss(epoch: number | null, fallback: CachedResponse | null, age: number): CacheRead {
    this.stats.misses += 1;
    return { state: 'miss', entry: null, fallback, age, epoch };
  }
}

/** False for metadata that `write` did not write: the entry is a miss. */
function isMetadata(
  metadata: Readonly<Record<string, unknown>>,
): metadata is Readonly<Record<string, unknown>> & Metadata {
  const { etag, scope, maxAge, storedAt } = metadata;
  return (
    typeof etag === 'string' &&
    (scope === 'PUBLIC' || scope === 'PRIVATE') &&
    typeof maxAge === 'number' &&
    typeof storedAt === 'number'
  );
}

function isTooLong({ body, tags, headers }: CachedResponse, maxBytes: number): boolean {
  const ofHeaders = headers ? JSON.stringify(headers).length : 0;
  return body.length + ofHeaders + tags.reduce((sum, tag) => sum + tag.length, 0) > maxBytes;
}

function bytes(body: Buffer | string): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

/** A copy in memory of its own: a slice would prevent the whole shared buffer from being freed. */
function ownBytes(body: Buffer | string): Buffer {
  if (typeof body !== 'string' && body.length === body.buffer.byteLength) return body;
  const own = Buffer.allocUnsafeSlow(Buffer.byteLength(body));
  if (typeof body === 'string') own.write(body);
  else body.copy(own);
  return own;
}
