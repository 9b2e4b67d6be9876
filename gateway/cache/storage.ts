// Cache storage: a Keyv storage adapter that can also record invalidations atomically.
import type { KeyvStorageAdapter } from 'keyv';
import type { Clock } from './cache-entry.ts';

/** A row that could not be read, as opposed to a missing one: Keyv passes on its `value`, which is null. */
export const unreadable = { value: null } as const;

/**
 * The part of an adapter that the caches use: rows are read and written, never deleted, since they end by themselves.
 */
type KeyvStorage = Pick<KeyvStorageAdapter, 'namespace' | 'capabilities' | 'getMany' | 'setMany'>;

export interface CacheStorage extends KeyvStorage {
  /**
   * Advances the clock and stores its new epoch as the version of these tags, atomically. Two instances that each
   * read the epoch and write back the next one could undo each other's change: separate reads and writes cannot order
   * them.
   * @param lifetime of the tag versions in milliseconds.
   * @param everything raises the minimum epoch too, which makes every entry stale.
   * @throws Error if the store cannot be reached; whether the change was made is then unknown.
   */
  advanceClock(tags: readonly string[], lifetime: number, everything: boolean): Promise<void>;
  /** Starts the clock of a store that is new, or was emptied: undefined if that could not be done in time. */
  startClock(): Promise<Clock | undefined>;
  /**
   * Deletes the entries of an owner, which an invalidation has made stale before.
   * @param owner its tag; see `owner.ts`.
   * @returns their number; null where the store has no index of them, so that they stay until they end.
   * @throws Error if the store cannot be reached.
   */
  removeOwned(owner: string): Promise<number | null>;
  /** Number of operations that failed, timed out, or were not attempted. */
  readonly errors: number;
  /** Memory in use in this process; null for a store outside of it. */
  readonly bytes: number | null;
}
