// Whole answers, as they are sent: a hit costs neither planning nor a call. Bodies are bytes that nobody parses again.

import { isEntry } from './cache-entry.ts';
import { entityTag } from './http-policy.ts';
import type { Invalidation } from './invalidation.ts';
import { isPrivateKey } from './response-key.ts';
import type { Revalidations } from './revalidations.ts';
import type { CacheStore } from './store.ts';

export type CacheScope = 'PUBLIC' | 'PRIVATE';

export interface CachedResponse {
  body: Buffer;
  /** Strong, with its quotes. */
  etag: string;
  scope: CacheScope;
  /** Seconds for which it is fresh here. */
  maxAge: number;
  /** Seconds for browsers, where they differ. */
  privateMaxAge?: number | undefined;
  /** Seconds that subgraphs' headers allow, where they limit it. */
  limit?: number | undefined;
  /** Not to be used once it is stale, though the configuration may allow it. */
  mustRevalidate?: boolean | undefined;
  tags: readonly string[];
  /** Milliseconds of the day. */
  storedAt: number;
}

export interface CacheRead {
  /** `stale`: may be given, while a fresh one is fetched. */
  state: 'fresh' | 'stale' | 'miss';
  /** Null with `miss`. */
  entry: CachedResponse | null;
  /** With a `miss`: what may be given if no fresh answer can be had. */
  fallback: CachedResponse | null;
  /** Whole seconds since the answer was made; 0 where there is none. */
  age: number;
  /** For `write`. Null if the cache could not be read. */
  epoch: number | null;
}

export interface ResponseCacheOptions {
  store: CacheStore;
  invalidation: Invalidation;
  revalidations: Revalidations;
  /** Bytes of a body with its tags. */
  maxEntryBytes: number;
  /** Milliseconds. */
  staleWhileRevalidate: number;
  staleIfError: number;
  maxTtl: number;
  now?: () => number;
}

type About = Omit<CachedResponse, 'body' | 'tags'>;

export class ResponseCache {
  readonly #options: ResponseCacheOptions;
  readonly #now: () => number;
  readonly stats = { hits: 0, stale: 0, misses: 0 };

  constructor(options: ResponseCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Looks an answer up; two round trips where it is there, one where it is not. Never rejects. */
  async read(key: string): Promise<CacheRead> {
    const { invalidation, staleWhileRevalidate, staleIfError } = this.#options;
    const first = await invalidation.read([key], []);
    const [entry] = first.values;
    if (!first.clock || !isEntry(entry) || !isAbout(entry.about))
      return this.#miss(first.clock?.epoch ?? null, null, 0);
    const { clock, values: stamps } = await invalidation.read([], entry.tags);
    if (!clock || !invalidation.holds(entry, clock, (_, index) => stamps[index])) {
      return this.#miss(clock?.epoch ?? null, null, 0);
    }
    const response: CachedResponse = { ...entry.about, tags: entry.tags, body: bytes(entry.body) };
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

  /** An answer that was just made, ready to be sent and to be written. */
  createEntry(body: Buffer | string, policy: Omit<CachedResponse, 'body' | 'etag' | 'storedAt'>): CachedResponse {
    const own = ownBytes(body);
    return { ...policy, body: own, etag: entityTag(own), storedAt: this.#now() };
  }

  /**
   * Keeps an answer. Does nothing without an epoch, for answers that are too long, or that may not be kept at all.
   *
   * @param epoch what `read` gave before the answer's data was fetched.
   * @returns whether it is kept.
   * @throws Error for a private answer under a key that others share.
   */
  async write(key: string, response: CachedResponse, epoch: number | null): Promise<boolean> {
    if (response.scope === 'PRIVATE' && !isPrivateKey(key)) {
      throw new Error('A private answer needs a key with the identity it is for.');
    }
    const { store, maxEntryBytes, staleWhileRevalidate, staleIfError, maxTtl } = this.#options;
    const { body, tags, ...about } = response;
    if (epoch === null || response.maxAge <= 0 || isTooLong(response, maxEntryBytes)) return false;
    const ttl = Math.min(response.maxAge * 1000 + Math.max(staleWhileRevalidate, staleIfError), maxTtl);
    const [isStored] = await store.setMany([{ key, value: { epoch, tags, about, body }, ttl }]);
    return isStored === true;
  }

  /** Starts fetching a fresh answer, unless that is going on already or too many are. @see Revalidations.start */
  revalidate(key: string, work: () => Promise<void>): boolean {
    return this.#options.revalidations.start(key, work);
  }

  #miss(epoch: number | null, fallback: CachedResponse | null, age: number): CacheRead {
    this.stats.misses += 1;
    return { state: 'miss', entry: null, fallback, age, epoch };
  }
}

/** False for what is not as `write` wrote it: it counts as not there. */
function isAbout(about: Readonly<Record<string, unknown>>): about is Readonly<Record<string, unknown>> & About {
  const { etag, scope, maxAge, storedAt } = about;
  return (
    typeof etag === 'string' &&
    (scope === 'PUBLIC' || scope === 'PRIVATE') &&
    typeof maxAge === 'number' &&
    typeof storedAt === 'number'
  );
}

function isTooLong({ body, tags }: CachedResponse, maxBytes: number): boolean {
  return body.length + tags.reduce((sum, tag) => sum + tag.length, 0) > maxBytes;
}

function bytes(body: Buffer | string): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

/** Memory that is the body's alone: a slice of a shared buffer would keep all of it from being freed. */
function ownBytes(body: Buffer | string): Buffer {
  if (typeof body !== 'string' && body.length === body.buffer.byteLength) return body;
  const own = Buffer.allocUnsafeSlow(Buffer.byteLength(body));
  if (typeof body === 'string') own.write(body);
  else body.copy(own);
  return own;
}
