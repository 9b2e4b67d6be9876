// Single entities, as a subgraph answered them by key: other operations, and other lists, find them too.
import { hash } from 'node:crypto';
import { isEntry } from './cache-entry.ts';
import type { Invalidation } from './invalidation.ts';
import type { CacheStore } from './store.ts';

/** What all entities of one look-up have in common. */
export interface EntityScopeParts {
  subgraph: string;
  type: string;
  /** Of what is asked about each: a hash, or the upstream document. */
  selection: string;
  /** The upstream operation's variables besides the keys; canonical JSON. */
  variables: string;
  /** What else of the request can change them. */
  variance: string;
}

export interface EntityName {
  key: string;
  /** @see tagsForEntity */
  tags: readonly string[];
}

export interface NewEntity extends EntityName {
  /** JSON; "null" for an entity that is known not to be there. No slice of a longer text, which it would keep in memory. */
  text: string;
  /** In milliseconds. */
  ttl: number;
  /** Whether the subgraph has limited its time: responses that hold it keep to that too. */
  isLimited?: boolean;
}

export interface EntityReading {
  /** JSON, in the order of the names; undefined where nothing is kept. */
  found: (string | undefined)[];
  /** Of the time that subgraphs allow, the shortest of what was found; Infinity where nothing limits it. */
  secondsLeft: number;
  /** For `write`. Null if the cache could not be read. */
  epoch: number | null;
}

export interface EntityCacheOptions {
  store: CacheStore;
  invalidation: Invalidation;
  /** Bytes of a text with its tags. */
  maxEntryBytes: number;
  /** In milliseconds. */
  maxTtl: number;
  /** Takes the headers of a subgraph that keep its entities from being cached. */
  recordRestriction?: (subgraph: string, headers: string) => void;
  now?: () => number;
}

/** What `entityKey` begins with: made once for all entities of a look-up. */
export function entityScope({ subgraph, type, selection, variables, variance }: EntityScopeParts): string {
  return hash('sha256', JSON.stringify([subgraph, type, selection, variables, variance]), 'base64url');
}

/** @param key the entity's key in the subgraph, as JSON. */
export function entityKey(scope: string, key: string): string {
  return `entity:${scope}:${hash('sha256', key, 'base64url')}`;
}

export class EntityCache {
  readonly #options: EntityCacheOptions;
  readonly stats = { hits: 0, misses: 0 };

  readonly #now: () => number;

  constructor(options: EntityCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** @see EntityCacheOptions */
  recordRestriction(subgraph: string, headers: string): void {
    this.#options.recordRestriction?.(subgraph, headers);
  }

  /** Looks entities up, all in one round trip. Never rejects. */
  async read(names: readonly EntityName[]): Promise<EntityReading> {
    const { invalidation } = this.#options;
    const tags = [...new Set(names.flatMap((name) => name.tags))];
    const positions = new Map(tags.map((tag, index) => [tag, names.length + index]));
    const keys = names.map(({ key }) => key);
    const { values, clock } = await invalidation.read(keys, tags);
    if (!clock) {
      this.stats.misses += names.length;
      return { found: names.map(() => undefined), secondsLeft: Number.POSITIVE_INFINITY, epoch: null };
    }
    const stampOf = (tag: string) => {
      const position = positions.get(tag);
      // An entry with other tags than its name says was not written by this version.
      return position === undefined ? null : values[position];
    };
    let limit = Number.POSITIVE_INFINITY;
    const found = names.map((_, index) => {
      const entry = values[index];
      if (!isEntry(entry) || !invalidation.holds(entry, clock, stampOf)) return undefined;
      if (typeof entry.about.until === 'number') limit = Math.min(limit, entry.about.until);
      return String(entry.body);
    });
    const misses = found.filter((text) => text === undefined).length;
    this.stats.misses += misses;
    this.stats.hits += found.length - misses;
    const secondsLeft = Math.max(0, Math.floor((limit - this.#now()) / 1000));
    return { found, secondsLeft, epoch: clock.epoch };
  }

  /**
   * Keeps entities; those that are too long, or may not be kept, are left out. Never rejects.
   * @param epoch what `read` gave before they were fetched; without one nothing is kept.
   */
  async write(entities: readonly NewEntity[], epoch: number | null): Promise<void> {
    if (epoch === null) return;
    const { store, maxEntryBytes, maxTtl } = this.#options;
    const entries = entities
      .filter((entity) => entity.ttl > 0 && !isTooLong(entity, maxEntryBytes))
      .map(({ key, tags, text, ttl, isLimited }) => ({
        key,
        value: { epoch, tags, about: isLimited ? { until: this.#now() + ttl } : {}, body: text },
        ttl: Math.min(ttl, maxTtl),
      }));
    if (entries.length > 0) await store.setMany(entries);
  }
}

function isTooLong({ text, tags }: NewEntity, maxBytes: number): boolean {
  const ofTags = tags.reduce((sum, tag) => sum + tag.length, 0);
  // Counting bytes is for those texts only that may have too many.
  return text.length + ofTags > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) + ofTags > maxBytes);
}
