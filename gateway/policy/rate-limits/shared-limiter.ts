// Shared limiter: one limit over all workers of a supervisor. Without its reply, each worker allows its share.
import {
  type Counted,
  type CountedKeys,
  type Limiter,
  LocalLimiter,
  type LocalLimiterOptions,
} from './local-limiter.ts';
import type { CountedLimit, SharedCounts } from './shared-counts.ts';

export interface SharedLimiterOptions extends Omit<LocalLimiterOptions, 'keys'> {
  counts: SharedCounts;
  /** Name of the limit. */
  name: string;
  /** Called where this worker counts by itself. */
  keys: () => CountedKeys;
}

export class SharedLimiter implements Limiter {
  readonly #options: SharedLimiterOptions;
  readonly #limit: CountedLimit;
  #own: { limiter: LocalLimiter; share: number } | null = null;

  constructor(options: SharedLimiterOptions) {
    const { name, points, duration } = options;
    this.#options = options;
    this.#limit = [name, points, duration];
  }

  async consume(key: string, points: number): Promise<Counted> {
    return (await this.#options.counts.consume(this.#limit, key, points)) ?? this.#consumeOwn(key, points);
  }

  refund(key: string, points: number, endsAt?: number): void {
    // Each ignores a window that is not its own.
    this.#options.counts.refund(this.#limit, key, points, endsAt);
    this.#own?.limiter.refund(key, points, endsAt);
  }

  #consumeOwn(key: string, amount: number): Counted {
    const { counts, points, duration, keyPrefix, keys } = this.#options;
    if (!this.#own) {
      const share = Math.max(1, Math.floor(points / counts.workers));
      this.#own = { limiter: new LocalLimiter({ points: share, duration, keyPrefix, keys: keys() }), share };
    }
    const { limiter, share } = this.#own;
    const counted = limiter.consume(key, amount);
    return { ...counted, consumed: counted.consumed + points - share };
  }
}
