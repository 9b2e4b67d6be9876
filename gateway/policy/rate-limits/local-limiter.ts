// Local limiter: counts of this instance alone. Keys come from clients: their number is bounded, and the least recently
// used is evicted.
import { LRUCache } from 'lru-cache';

/** The points that a key has consumed in one window. */
interface CountedWindow {
  consumed: number;
  /** Milliseconds of the process's clock. */
  endsAt: number;
}

/** Counted keys of all limiters, with one bound for all of them. */
export interface CountedKeys {
  readonly size: number;
  get(key: string): CountedWindow | undefined;
  /** @param options `ttl`: milliseconds until it is forgotten. */
  set(key: string, window: CountedWindow, options: { ttl: number }): unknown;
}

export function createCountedKeys(max: number): CountedKeys {
  return new LRUCache<string, CountedWindow>({ max, ttlAutopurge: true, ttl: 1, ttlResolution: 0 });
}

export interface LocalLimiterOptions {
  points: number;
  /** Seconds. */
  duration: number;
  keyPrefix: string;
  keys: CountedKeys;
}

/** Result of a limiter. */
export interface Counted {
  allowed: boolean;
  /** Points consumed in the window, without those of a rejection. */
  consumed: number;
  /** Milliseconds until the window ends. */
  resetsIn: number;
  /** Identifies the window among those of its key. */
  endsAt: number;
}

export interface Limiter {
  /** Consumes the points, or none of them where not enough remain. */
  consume(key: string, points: number): Counted | Promise<Counted>;
  /**
   * Returns points to a window, or takes more of it, also beyond the limit, where they are negative. A window that has
   * ended, or was evicted, gets nothing.
   * @param endsAt the window, as `consume` has returned it; the open one by default.
   */
  refund(key: string, points: number, endsAt?: number): void;
}

/** Name of the counters of limits that count by arguments of fields. */
export const COUNTED_BY_ARGUMENTS = 'field-arguments';

export class LocalLimiter implements Limiter {
  readonly #points: number;
  readonly #milliseconds: number;
  readonly #prefix: string;
  readonly #keys: CountedKeys;

  constructor({ points, duration, keyPrefix, keys }: LocalLimiterOptions) {
    this.#points = points;
    this.#milliseconds = duration * 1000;
    this.#prefix = keyPrefix;
    this.#keys = keys;
  }

  consume(key: string, points: number): Counted {
    const now = performance.now();
    const open = this.#open(key, now);
    const window = open ?? { consumed: 0, endsAt: now + this.#milliseconds };
    const allowed = window.consumed + points <= this.#points;
    if (allowed) window.consumed += points;
    if (allowed && !open) this.#keys.set(this.#name(key), window, { ttl: this.#milliseconds });
    return { allowed, consumed: window.consumed, resetsIn: window.endsAt - now, endsAt: window.endsAt };
  }

  refund(key: string, points: number, endsAt?: number): void {
    const window = this.#open(key, performance.now());
    if (!window || (endsAt !== undefined && window.endsAt !== endsAt)) return;
    window.consumed = Math.max(0, window.consumed - points);
  }

  #open(key: string, now: number): CountedWindow | undefined {
    const window = this.#keys.get(this.#name(key));
    return window && window.endsAt > now ? window : undefined;
  }

  #name(key: string): string {
    return `${this.#prefix}:${key}`;
  }
}
