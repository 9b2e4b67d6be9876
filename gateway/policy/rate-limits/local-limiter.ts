// Local limiter: counts of this instance alone, on RateLimiterMemory, which stores every key until its window ends.
// Keys come from clients: their number is bounded, and the least recently used is evicted.
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

/** Counted keys of all limiters, with one bound for all of them. */
export type CountedKeys = LRUCache<string, RateLimiterMemory>;

export function createCountedKeys(max: number): CountedKeys {
  return new LRUCache<string, RateLimiterMemory>({
    max,
    // Without the prefix, which the limiter adds.
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
   * Consumes the points, or none of them.
   * @throws RateLimiterRes where not enough remain.
   */
  async consume(key: string, points: number): Promise<RateLimiterRes> {
    this.#keys.set(this.#limiter.getKey(key), this.#limiter);
    try {
      return await this.#limiter.consume(key, points);
    } catch (rejected) {
      // The library counts what it rejects: the rejection of an expensive operation would block cheap ones in the
      // window.
      this.refund(key, points);
      throw rejected;
    }
  }

  refund(key: string, points: number): void {
    // An evicted key has nothing to refund, and must not be created again without being counted here.
    if (this.#keys.get(this.#limiter.getKey(key)) === this.#limiter) this.#limiter.reward(key, points);
  }
}
