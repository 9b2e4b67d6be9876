// Whole answers, as they are sent: a hit costs neither planning nor a call. Bodies are bytes that nobody parses again.
import { isPrivateKey } from './answer-key.ts';
import { entityTag } from './http-policy.ts';
import type { Invalidation } from './invalidation.ts';
import type { Revalidations } from './revalidations.ts';
import type { CacheStore } from './store.ts';
import { isEntry } from './stored.ts';

export type CacheScope = 'PUBLIC' | 'PRIVATE';

export interface CachedAnswer {
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

export interface AnswerReading {
  /** `stale`: may be given, while a fresh one is fetched. */
  state: 'fresh' | 'stale' | 'miss';
  /** Null with `miss`. */
  entry: CachedAnswer | null;
  /** With a `miss`: what may be given if no fresh answer can be had. */
  fallback: CachedAnswer | null;
  /** Whole seconds since the answer was made; 0 where there is none. */
  age: number;
  /** For `write`. Null if the cache could not be read. */
  epoch: number | null;
}

export interface AnswerCacheOptions {
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

type About = Omit<CachedAnswer, 'body' | 'tags'>;

export class AnswerCache {
  readonly #options: AnswerCacheOptions;
  readonly #now: () => number;
  readonly stats = { hits: 0, stale: 0, misses: 0 };

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Looks an answer up; two round trips where it is there, one where it is not. Never rejects. */
  async read(key: string): Promise<AnswerReading> {
    const { invalidation, staleWhileRevalidate, staleIfError } = this.#options;
    const first = await invalidation.read([key], []);
    const [entry] = first.values;
    if (!first.clock || !isEntry(entry) || !isAbout(entry.about))
      return this.#miss(first.clock?.epoch ?? null, null, 0);
    const { clock, values: stamps } = await invalidation.read([], entry.tags);
    if (!clock || !invalidation.holds(entry, clock, (_, index) => stamps[index])) {
      return this.#miss(clock?.epoch ?? null, null, 0);
    }
    const answer: CachedAnswer = { ...entry.about, tags: entry.tags, body: bytes(entry.body) };
    const elapsed = Math.max(0, this.#now() - answer.storedAt);
    const late = elapsed - answer.maxAge * 1000;
    const age = Math.floor(elapsed / 1000);
    if (late >= 0 && (answer.mustRevalidate || late >= staleWhileRevalidate)) {
      const isUsable = !answer.mustRevalidate && late < staleIfError;
      return this.#miss(clock.epoch, isUsable ? answer : null, age);
    }
    const state = late < 0 ? 'fresh' : 'stale';
    this.stats[state === 'fresh' ? 'hits' : 'stale'] += 1;
    return { state, entry: answer, fallback: null, age, epoch: clock.epoch };
  }

  /** An answer that was just made, ready to be sent and to be written. */
  seal(body: Buffer | string, policy: Omit<CachedAnswer, 'body' | 'etag' | 'storedAt'>): CachedAnswer {
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
  async write(key: string, answer: CachedAnswer, epoch: number | null): Promise<boolean> {
    if (answer.scope === 'PRIVATE' && !isPrivateKey(key)) {
      throw new Error('A private answer needs a key with the identity it is for.');
    }
    const { store, maxEntryBytes, staleWhileRevalidate, staleIfError, maxTtl } = this.#options;
    const { body, tags, ...about } = answer;
    if (epoch === null || answer.maxAge <= 0 || isTooLong(answer, maxEntryBytes)) return false;
    const ttl = Math.min(answer.maxAge * 1000 + Math.max(staleWhileRevalidate, staleIfError), maxTtl);
    const [kept] = await store.setMany([{ key, value: { epoch, tags, about, body }, ttl }]);
    return kept === true;
  }

  /** Starts fetching a fresh answer, unless that is going on already or too many are. @see Revalidations.start */
  revalidate(key: string, work: () => Promise<void>): boolean {
    return this.#options.revalidations.start(key, work);
  }

  #miss(epoch: number | null, fallback: CachedAnswer | null, age: number): AnswerReading {
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

function isTooLong({ body, tags }: CachedAnswer, maxBytes: number): boolean {
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
