// Where rate limits are counted: in memory, or in Redis for all gateways together. Made once for a gateway; what limits
// requests and what limits fields take from the same.
import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimitsConfig } from '../../config/rate-limits.ts';
import { CircuitBreaker } from '../../redis/circuit-breaker.ts';
import type { Logger } from '../../telemetry/log.ts';
import { type CountedKeys, createCountedKeys, LocalLimiter } from './local-limiter.ts';
import { createRedisLimiter } from './redis-limiter.ts';

export interface CountersOptions {
  config: Pick<RateLimitsConfig, 'redisTimeout' | 'localShare' | 'maxCounts'>;
  /** Null: every gateway counts by itself. */
  redis: Redis | null;
  /** Begins every key, without a separator at its end. */
  prefix?: string;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds; for when to try Redis again. Windows end by the clock of Redis or of the process. */
  now?: () => number;
}

/** What came of a take. */
export interface ConsumeResult {
  allowed: boolean;
  /** What is left in the window. */
  remaining: number;
  /** Milliseconds until the window ends. */
  resetsIn: number;
}

/** One limit: `limit` points in each window of `duration` seconds, for each key. */
export interface Counter {
  /** Takes the points, or none of them where there are not enough left. */
  consume(key: string, points: number): Promise<ConsumeResult>;
  /** Undoes a take that was allowed. Nobody has to wait for it. */
  refund(key: string, points: number): void;
}

export interface Counters {
  /** The same one for the same arguments. @param name goes before the keys; only limits of one kind share it. */
  counter(name: string, limit: number, duration: number): Counter;
  /** How many counts are kept in memory. */
  readonly size: number;
}

/** While Redis does not reply, each gateway decides by its own counts. */
const messages = {
  unavailable: 'rate limits: Redis does not reply, this gateway counts by itself until it does',
  available: 'rate limits: Redis replies again, all gateways share their counts',
};

const TRIAL_PAUSE_MS = 1_000;

export function createCounters({ config, redis, prefix = 'concierge', log, now }: CountersOptions): Counters {
  const { redisTimeout: timeout } = config;
  const breaker = redis && new CircuitBreaker({ timeout, failures: 1, pause: TRIAL_PAUSE_MS, messages, log, now });
  // Takes memory for its bound at once: not before there is something to count.
  let keys: CountedKeys | undefined;
  // As many as configuration and graph have limits. A graph that is composed anew goes on with the counts of the old one.
  const counters = new Map<string, Counter>();

  function create(name: string, points: number, duration: number): Counter {
    keys ??= createCountedKeys(config.maxCounts);
    const keyPrefix = `${prefix}:rate:${name}`;
    // All gateways together allow no more than the limit while they cannot agree, as long as it has one point for each.
    const localPoints = redis ? Math.max(1, Math.floor(points / config.localShare)) : points;
    const local = new LocalLimiter({ points: localPoints, duration, keyPrefix, keys });
    const shared = redis && createRedisLimiter({ points, duration, keyPrefix, redis });
    const consumeLocally = (key: string, amount: number) => settle(local.consume(key, amount), localPoints, amount);
    return {
      consume(text, amount) {
        const key = shortKey(text);
        if (!shared || !breaker) return consumeLocally(key, amount);
        return breaker.call(
          () => settle(shared.consume(key, amount), points, amount),
          () => consumeLocally(key, amount),
        );
      },
      refund(text, amount) {
        const key = shortKey(text);
        const refundLocally = async () => local.refund(key, amount);
        if (!shared || !breaker) refundLocally();
        else breaker.call(async () => void (await shared.reward(key, amount)), refundLocally);
      },
    };
  }

  return {
    counter(name, limit, duration) {
      const known = `${name} ${limit}/${duration}`;
      const counter = counters.get(known) ?? create(name, limit, duration);
      counters.set(known, counter);
      return counter;
    },
    get size() {
      return keys?.size ?? 0;
    },
  };
}

/** @throws what the limiter throws where it could not count. */
async function settle(counted: Promise<RateLimiterRes>, limit: number, points: number): Promise<ConsumeResult> {
  try {
    const { remainingPoints, msBeforeNext } = await counted;
    return { allowed: true, remaining: remainingPoints, resetsIn: msBeforeNext };
  } catch (rejected) {
    if (!(rejected instanceof RateLimiterRes)) throw rejected;
    // Of what is refused nothing was taken, though the library's answer has it.
    const remaining = Math.max(0, limit - (rejected.consumedPoints - points));
    return { allowed: false, remaining, resetsIn: rejected.msBeforeNext };
  }
}

/** As short as any other, whatever it is made of; and nobody who reads Redis learns who asked. */
function shortKey(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}
