// Counts of this gateway alone, on RateLimiterMemory, which keeps every key it is given until its window ends. Keys come
// from clients: there are as many as there is room for, and the least used goes first.
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

/** The keys that are counted, over all limiters: one bound for all of them. */
export type CountedKeys = LRUCache<string, RateLimiterMemory>;

export function createCountedKeys(max: number): CountedKeys {
  return new LRUCache<string, RateLimiterMemory>({
    max,
    // By its key without the prefix, which the limiter puts before it.
    dispose: (limiter, key) => limiter.delete(limiter.parseKey(key)),
  });
}

export interface LocalLimiterOptions {
  points: number;
  /** Seconds. */
  duration: number;
  keyPrefix: string;
  keys: CountedKeys;
}

export class LocalLimiter {
  readonly points: number;
  readonly #limiter: RateLimiterMemory;
  readonly #keys: CountedKeys;

  constructor({ points, duration, keyPrefix, keys }: LocalLimiterOptions) {
    this.points = points;
    this.#limiter = new RateLimiterMemory({ points, duration, keyPrefix });
    this.#keys = keys;
  }

  /**
   * Takes the points, or none of them.
   * @throws RateLimiterRes where there are not enough left.
   */
  async consume(key: string, points: number): Promise<RateLimiterRes> {
    this.#keys.set(this.#limiter.getKey(key), this.#limiter);
    try {
      return await this.#limiter.consume(key, points);
    } catch (rejected) {
      // The library counts what it refuses: one costly operation that is refused would close the window for cheap ones.
      this.refund(key, points);
      throw rejected;
    }
  }

  refund(key: string, points: number): void {
    // A key that has been pushed out has nothing to be given back to, and must not come back without being counted here.
    if (this.#keys.get(this.#limiter.getKey(key)) === this.#limiter) this.#limiter.reward(key, points);
  }
}
