// Places: how many of something may be there at a time, by several keys at once; of one process, or of all workers of one
// supervisor together.
import type { MaybePromise } from '../maybe-promise.ts';
import type { Relay } from './relay.ts';
import type { WorkerChannel } from './worker-channel.ts';

/** How many may be counted by a key. */
export type Bound = readonly [key: string, max: number];

/** Gives the places back. To be called once. */
export type Release = () => void;

export interface Places {
  /**
   * Takes a place by each of the keys, or by none of them.
   * @returns what gives them back; or the index of the first bound that has been reached.
   */
  take(bounds: readonly Bound[]): MaybePromise<Release | number>;
}

/** Places of one process. */
export class LocalPlaces implements Places {
  readonly #counts = new Map<string, number>();

  take(bounds: readonly Bound[]): Release | number {
    const reached = bounds.findIndex(([key, max]) => this.count(key) >= max);
    if (reached !== -1) return reached;
    for (const [key] of bounds) this.#counts.set(key, this.count(key) + 1);
    return () => {
      for (const [key] of bounds) this.release(key, 1);
    };
  }

  count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  release(key: string, places: number): void {
    const left = this.count(key) - places;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}

const takeTopic = 'places.take';
const releaseTopic = 'places.release';

/** Milliseconds for which the supervisor is waited for. */
const TIMEOUT_MS = 1_000;

/** Places of all workers. While the supervisor does not reply, each worker has its share. */
export class SharedPlaces implements Places {
  readonly #channel: WorkerChannel;
  readonly #own = new LocalPlaces();

  constructor(channel: WorkerChannel) {
    this.#channel = channel;
  }

  async take(bounds: readonly Bound[]): Promise<Release | number> {
    let reply: unknown;
    try {
      reply = await this.#channel.request(takeTopic, bounds, TIMEOUT_MS);
    } catch {
      // Taken there all the same, where the reply is late: given back with those of the process when it ends.
      return this.#own.take(bounds.map(([key, max]) => [key, Math.ceil(max / this.#channel.workers)]));
    }
    if (typeof reply === 'number') return reply;
    const keys = bounds.map(([key]) => key);
    return () => {
      // The supervisor gives back the places of a worker that it cannot reach.
      this.#channel.request(releaseTopic, keys).catch(() => {});
    };
  }
}

/** The places of the supervisor. Those of a worker that is gone are free. */
export function servePlaces(relay: Relay): void {
  const places = new LocalPlaces();
  const taken = new Map<number, Map<string, number>>();
  const countOf = (worker: number, key: string, change: 1 | -1) => {
    const counts = taken.get(worker) ?? new Map<string, number>();
    taken.set(worker, counts);
    const count = (counts.get(key) ?? 0) + change;
    if (count > 0) counts.set(key, count);
    else counts.delete(key);
  };
  relay.on(takeTopic, (payload, worker) => {
    const bounds = payload as readonly Bound[];
    const result = places.take(bounds);
    if (typeof result === 'number') return result;
    for (const [key] of bounds) countOf(worker, key, 1);
    return null;
  });
  relay.on(releaseTopic, (payload, worker) => {
    for (const key of payload as readonly string[]) {
      if (!taken.get(worker)?.has(key)) continue;
      countOf(worker, key, -1);
      places.release(key, 1);
    }
  });
  relay.onGone((worker) => {
    for (const [key, count] of taken.get(worker) ?? []) places.release(key, count);
    taken.delete(worker);
  });
}
