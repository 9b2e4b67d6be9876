// Counters of rate limits: in memory, at the supervisor for all workers, or in Redis for all instances together. Created
// once for a gateway, for the limits of both requests and fields.
import { hash } from 'node:crypto';
import type { WorkerChannel } from '../../cluster/worker-channel.ts';
import type { RateLimitsConfig } from '../../config/rate-limits.ts';
import { handleMaybePromise } from '../../maybe-promise.ts';
import { CircuitBreaker } from '../../redis/circuit-breaker.ts';
import type { RedisClient } from '../../redis/prepared-client.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Calendar } from './calendar.ts';
import type { ConsumeResult, Counter, CountWindow } from './counter.ts';
import {
  COUNTED_BY_ARGUMENTS,
  type Counted,
  type CountedKeys,
  createCountedKeys,
  type Limiter,
  LocalLimiter,
} from './local-limiter.ts';
import { QuotaCounters } from './quota-counters.ts';
import { RedisLimiter } from './redis-limiter.ts';
import { SharedCounts } from './shared-counts.ts';
import { SharedLimiter } from './shared-limiter.ts';

export interface CountersOptions {
  config: Pick<RateLimitsConfig, 'redisTimeout' | 'localShare' | 'maxCounts' | 'quotasWithoutRedis'>;
  /** Null: every instance counts by itself. */
  redis: RedisClient | null;
  /** Of a worker: the workers of this instance count together. By default, the process counts by itself. */
  channel?: WorkerChannel | null;
  /** Begins every key, without a separator at its end. */
  prefix?: string;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds; for retries of Redis. Windows end by the clock of Redis or of the process. */
  now?: () => number;
  /** Milliseconds since 1970, for quotas. */
  calendarNow?: () => number;
}

export type { ConsumeResult, Counter };

export interface Counters {
  /** The same counter for the same arguments. @param name prefix of the keys, shared only by limits of one kind. */
  counter(name: string, limit: number, duration: number): Counter;
  /** As `counter`, for the days or months of a calendar. */
  quota(name: string, limit: number, calendar: Calendar): Counter;
  /** Counts of all workers of this instance; null in one process. */
  readonly shared: SharedCounts | null;
  /** Number of counts in memory. */
  readonly size: number;
}

/** While Redis does not reply, each gateway decides by its own counts. */
const messages = {
  unavailable: 'rate limits: Redis does not reply, this gateway counts by itself until it does',
  available: 'rate limits: Redis replies again, all gateways share their counts',
};

const TRIAL_PAUSE_MS = 1_000;

export function createCounters(options: CountersOptions): Counters {
  const { config, redis, channel = null, prefix = 'concierge', log, now, calendarNow = Date.now } = options;
  const { redisTimeout: timeout } = config;
  const counts = channel && new SharedCounts(channel, config.maxCounts, log);
  const breaker = redis && new CircuitBreaker({ timeout, failures: 1, pause: TRIAL_PAUSE_MS, messages, log, now });
  // Each allocates memory for its maximum size: created on first use.
  const allKeys = new Map<boolean, CountedKeys>();
  // Bounded by the limits in configuration and graph. A recomposed graph continues with the counts of the old one.
  const counters = new Map<string, Counter>();
  const quotas = new QuotaCounters({
    ...{ redis, breaker, prefix, config, now: calendarNow },
    workers: () => counts?.workers ?? 1,
  });

  // A caller chooses arguments freely: counts by them must not evict those of callers.
  const keysOf = (name: string): CountedKeys => {
    const isByArguments = name === COUNTED_BY_ARGUMENTS;
    const keys = allKeys.get(isByArguments) ?? createCountedKeys(config.maxCounts);
    allKeys.set(isByArguments, keys);
    return keys;
  };

  function create(name: string, points: number, duration: number): Counter {
    const keyPrefix = `${prefix}:rate:${name}`;
    // Without Redis, all instances together allow no more than the limit, as long as it has one point for each.
    const localPoints = redis ? Math.max(1, Math.floor(points / config.localShare)) : points;
    const limits = { points: localPoints, duration, keyPrefix };
    const local: Limiter = counts
      ? new SharedLimiter({ ...limits, counts, name, keys: () => keysOf(name) })
      : new LocalLimiter({ ...limits, keys: keysOf(name) });
    const shared = redis && new RedisLimiter({ points, duration, keyPrefix, redis });
    const consumeLocally = (key: string, amount: number) =>
      handleMaybePromise(
        () => local.consume(key, amount),
        (counted) => resultOf(counted, localPoints, { isShared: false, hash: key }),
      );
    return {
      async consume(text, amount) {
        const key = shortKey(text);
        if (!shared || !breaker) return consumeLocally(key, amount);
        return breaker.call(
          async () => resultOf(await shared.consume(key, amount), points, { isShared: true, hash: key }),
          () => consumeLocally(key, amount),
        );
      },
      refund(text, amount, window) {
        const key = window?.hash ?? shortKey(text);
        // What Redis has counted while it could be reached is not known here.
        const refundLocally = async () => {
          if (!window?.isShared) local.refund(key, amount, window?.endsAt);
        };
        if (!shared || !breaker || window?.isShared === false) refundLocally();
        else breaker.call(() => shared.refund(key, amount, window?.endsAt), refundLocally);
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
    quota(name, limit, calendar) {
      const counter = quotas.counter(name, limit, calendar);
      return {
        consume: (key, points) => counter.consume(shortKey(key), points),
        refund: (key, points, window) => counter.refund(shortKey(key), points, window),
      };
    },
    shared: counts,
    get size() {
      return [...allKeys.values()].reduce((sum, { size }) => sum + size, 0);
    },
  };
}

function resultOf(
  { allowed, consumed, resetsIn, endsAt }: Counted,
  limit: number,
  window: Pick<CountWindow, 'isShared' | 'hash'>,
): ConsumeResult {
  return { allowed, remaining: Math.max(0, limit - consumed), resetsIn, window: { ...window, endsAt } };
}

/** Hash of a key: of constant length, and without the caller's identity in Redis. */
function shortKey(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}
