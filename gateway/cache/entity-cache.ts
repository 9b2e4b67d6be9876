// Entity cache: single entities as a subgraph returned them by key, shared by different operations and lists.
import { hash } from 'node:crypto';
import { isEntry, type Stored } from './cache-entry.ts';
import type { Invalidation } from './invalidation.ts';
import { ownerOf } from './owner.ts';
import type { CacheStore } from './store.ts';

/** Everything that the entities of one entity fetch have in common. */
export interface EntityScopeParts {
  subgraph: string;
  type: string;
  /** The selection on each entity: a hash, or the upstream document. */
  selection: string;
  /** The upstream operation's variables besides the keys; canonical JSON. */
  variables: string;
  /** Everything else of the request that can change them. */
  variance: string;
}

export interface EntityName {
  key: string;
  /** @see tagsForEntity */
  tags: readonly string[];
}

export interface NewEntity extends EntityName {
  /**
   * JSON; "null" for an entity that is known to be absent. Not a slice of a longer string, whose memory it would
   * retain.
   */
  text: string;
  /** In milliseconds. */
  ttl: number;
  /** Whether the subgraph's headers limit its lifetime: responses that contain it have the same limit. */
  isLimited?: boolean;
}

export interface EntityReading {
  /** JSON, in the order of the names; undefined for a miss. */
  found: (string | undefined)[];
  /**
   * Shortest remaining lifetime in seconds, among the found entities, that subgraphs' headers allow; Infinity where
   * nothing limits it.
   */
  secondsLeft: number;
  /** For `write`. Null if the cache could not be read. */
  epoch: number | null;
}

export interface EntityCacheOptions {
  store: CacheStore;
  invalidation: Invalidation;
  /** Maximum size of a text with its tags, in bytes. */
  maxEntryBytes: number;
  /** In milliseconds. */
  maxTtl: number;
  /** Called with the headers of a subgraph that prevent its entities from being cached. */
  recordRestriction?: (subgraph: string, headers: string) => void;
  now?: () => number;
}

/** First part of `entityKey`: computed once for all entities of an entity fetch. */
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

  /** Reads entities, all in one round trip. Never rejects. */
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
    const others = await this.#versionsOfOwners(values.slice(0, names.length), positions);
    const versionOf = (tag: string) => {
      const position = positions.get(tag);
      if (position !== undefined) return values[position];
      // An entry whose tags differ from those of its name was not written by this version.
      return others?.has(tag) ? others.get(tag) : null;
    };
    let limit = Number.POSITIVE_INFINITY;
    const found = names.map((_, index) => {
      const entry = values[index];
      if (!isEntry(entry) || !invalidation.isValid(entry, clock, versionOf)) return undefined;
      if (typeof entry.metadata.until === 'number') limit = Math.min(limit, entry.metadata.until);
      return String(entry.body);
    });
    const misses = found.filter((text) => text === undefined).length;
    this.stats.misses += misses;
    this.stats.hits += found.length - misses;
    const secondsLeft = Math.max(0, Math.floor((limit - this.#now()) / 1000));
    return { found, secondsLeft, epoch: clock.epoch };
  }

  /**
   * Versions of the tags of other callers, where entities that several of them share were fetched for another one. Null
   * where there are none.
   */
  async #versionsOfOwners(
    values: readonly (Stored | null | undefined)[],
    known: ReadonlyMap<string, number>,
  ): Promise<Map<string, Stored | null | undefined> | null> {
    const tags = new Set<string>();
    for (const value of values) {
      const owner = isEntry(value) ? ownerOf(value.tags) : undefined;
      if (owner !== undefined && !known.has(owner)) tags.add(owner);
    }
    if (tags.size === 0) return null;
    const { values: versions, clock } = await this.#options.invalidation.read([], [...tags]);
    return clock && new Map([...tags].map((tag, index) => [tag, versions[index]] as const));
  }

  /**
   * Caches entities, except those that are too long or may not be cached. Never rejects.
   * @param epoch from `read`, before they were fetched; without one nothing is written.
   */
  async write(entities: readonly NewEntity[], epoch: number | null): Promise<void> {
    if (epoch === null) return;
    const { store, maxEntryBytes, maxTtl } = this.#options;
    const entries = entities
      .filter((entity) => entity.ttl > 0 && !isTooLong(entity, maxEntryBytes))
      .map(({ key, tags, text, ttl, isLimited }) => ({
        key,
        value: { epoch, tags, metadata: isLimited ? { until: this.#now() + ttl } : {}, body: text },
        ttl: Math.min(ttl, maxTtl),
      }));
    if (entries.length > 0) await store.setMany(entries);
  }
}

function isTooLong({ text, tags }: NewEntity, maxBytes: number): boolean {
  const ofTags = tags.reduce((sum, tag) => sum + tag.length, 0);
  // Bytes are counted only for texts that may be too long.
  return text.length + ofTags > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) + ofTags > maxBytes);
}
