// What a store of this cache can do beyond what Keyv asks of any: stamp tags in one step that nobody comes between.
import type { KeyvStorageAdapter } from 'keyv';
import type { Clock } from './cache-entry.ts';

/** A row that could not be read, as opposed to one that is not there: Keyv hands on its `value`, which is null. */
export const unreadable = { value: null } as const;

/** Without the events: these storages have none to tell. */
type KeyvStorage = Pick<
  KeyvStorageAdapter,
  | 'namespace'
  | 'capabilities'
  | 'get'
  | 'getMany'
  | 'set'
  | 'setMany'
  | 'has'
  | 'hasMany'
  | 'delete'
  | 'deleteMany'
  | 'clear'
>;

export interface CacheStorage extends KeyvStorage {
  /**
   * Moves the clock on and stamps these tags with its new epoch, in one step. Two instances that would each read the epoch
   * and write back the next could undo one another: reading and writing alone cannot order them.
   * @param lifetime of the stamps in milliseconds.
   * @param everything raises the floor too, which makes every entry void.
   * @throws Error if the store cannot be reached; whether it was done is then unknown.
   */
  stamp(tags: readonly string[], lifetime: number, everything: boolean): Promise<void>;
  /** Starts the clock of a store that is new, or was emptied: undefined if that could not be done in time. */
  begin(): Promise<Clock | undefined>;
  /** How many operations failed, came too late, or were not even tried. */
  readonly errors: number;
  /** Memory in use, where it is this process's. */
  readonly bytes: number | null;
}
