// Count service of the supervisor: counts of rate limits and rates of throttles, for all workers together. Windows end by
// the clock of the supervisor.
import { LRUCache } from 'lru-cache';
import type { Relay } from '../../cluster/relay.ts';
import { COUNTED_BY_ARGUMENTS, type CountedKeys, createCountedKeys, LocalLimiter } from './local-limiter.ts';
import { type CountCall, type CountCalls, type CountedLimit, type CountReply, countsTopic } from './shared-counts.ts';

/** Limits and rates in memory: of all configurations that the workers have had; the least recently used go first. */
const MAX_LIMITS = 10_000;

export class CountService {
  readonly #limiters = new LRUCache<string, LocalLimiter>({ max: MAX_LIMITS });
  /** By whether they are counted by arguments; each allocates memory for its maximum size. */
  readonly #keys = new Map<boolean, CountedKeys>();
  /** Of each rate, the milliseconds at which it would be used up exactly. */
  readonly #scheduled = new LRUCache<string, number>({ max: MAX_LIMITS });
  readonly #now: () => number;

  /** @param now milliseconds, of any clock that never goes back; for rates. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  serve(relay: Relay): void {
    relay.on(countsTopic, (payload) => {
      const { maxCounts, calls } = payload as CountCalls;
      return calls.map((call) => this.#reply(call, maxCounts));
    });
  }

  #reply(call: CountCall, maxCounts: number): CountReply {
    if (call[0] === 'take') return this.#take(call[1], call[2], call[3]);
    const limiter = this.#limiterOf(call[1], maxCounts);
    if (call[0] === 'consume') {
      const { allowed, consumed, resetsIn, endsAt } = limiter.consume(call[2], call[3]);
      return [allowed, consumed, resetsIn, endsAt];
    }
    limiter.refund(call[2], call[3], call[4] ?? undefined);
    return null;
  }

  #limiterOf([name, points, duration]: CountedLimit, maxCounts: number): LocalLimiter {
    const known = `${name} ${points}/${duration}`;
    let limiter = this.#limiters.get(known);
    if (!limiter) {
      const isByArguments = name === COUNTED_BY_ARGUMENTS;
      const keys = this.#keys.get(isByArguments) ?? createCountedKeys(maxCounts);
      this.#keys.set(isByArguments, keys);
      limiter = new LocalLimiter({ points, duration, keyPrefix: name, keys });
      this.#limiters.set(known, limiter);
    }
    return limiter;
  }

  /** Generic cell rate algorithm, as in Redis. */
  #take(rate: string, perSecond: number, burst: number): number {
    const now = this.#now();
    const interval = 1000 / perSecond;
    const scheduled = Math.max(this.#scheduled.get(rate) ?? 0, now);
    const wait = scheduled - (burst - 1) * interval - now;
    if (wait > 0) return Math.ceil(wait);
    this.#scheduled.set(rate, scheduled + interval);
    return 0;
  }
}
