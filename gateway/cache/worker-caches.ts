// Caches of the other workers of a supervisor: each worker has its own in memory, and what one of them invalidates is
// invalid in all before it is acknowledged.
import type { WorkerChannel } from '../cluster/worker-channel.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Invalidation } from './invalidation.ts';
import type { CacheStore } from './store.ts';

const invalidateTopic = 'cache.invalidate';
const removeTopic = 'cache.remove';

export interface WorkerCachesOptions {
  channel: WorkerChannel;
  /** Of this worker. */
  invalidation: Invalidation;
  store: CacheStore;
  log: Logger;
}

export class WorkerCaches {
  readonly #channel: WorkerChannel;
  readonly #log: Logger;

  constructor({ channel, invalidation, store, log }: WorkerCachesOptions) {
    this.#channel = channel;
    this.#log = log;
    channel.on(invalidateTopic, (tags) => invalidation.invalidate(tags as string[]));
    channel.on(removeTopic, async (owner) => {
      await invalidation.invalidate([owner as string]);
      return store.removeOwned(owner as string);
    });
  }

  /** Whether the others have invalidated the tags, or are gone. One that replies late does so as soon as it can. */
  async invalidate(tags: readonly string[]): Promise<boolean> {
    try {
      await this.#channel.broadcast(invalidateTopic, tags);
      return true;
    } catch (error) {
      this.#log.error({ reason: (error as Error).message }, 'a worker has not confirmed an invalidation');
      return false;
    }
  }

  /** Invalidates and deletes what is private to an owner. @returns the number of deleted entries. @throws ChannelError */
  async removeOwned(owner: string): Promise<number> {
    const removed = await this.#channel.broadcast(removeTopic, owner);
    return removed.reduce<number>((sum, each) => sum + Number(each), 0);
  }
}
