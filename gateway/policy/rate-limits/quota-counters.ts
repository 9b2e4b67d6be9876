// Quota counters: points of a calendar day or month, in Redis, by the clocks of the gateways. While Redis does not reply,
// each gateway continues from what it has last read there, and adds what it has allowed meanwhile as soon as it can.
import type { Result } from 'ioredis';
import { LruMap } from '../../cache/lru-map.ts';
import type { RateLimitsConfig } from '../../config/rate-limits.ts';
import type { CircuitBreaker } from '../../redis/circuit-breaker.ts';
import type { RedisClient } from '../../redis/prepared-client.ts';
import type { Calendar, Period } from './calendar.ts';
import type { ConsumeResult, Counter } from './counter.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    conciergeQuota(
      key: string,
      points: number,
      limit: number,
      expiresAt: number,
    ): Result<[allowed: number, consumed: number], Context>;
  }
}

/**
 * Consumes ARGV[1] points of the ARGV[2] at KEYS[1]; none where fewer remain. Negative points are returned, never below
 * zero; -1 in place of the limit takes what there is. The key expires at ARGV[3].
 */
const quotaScript = `
local points, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local taken = tonumber(redis.call('get', KEYS[1]) or '0')
if limit >= 0 and points > 0 and taken + points > limit then return { 0, taken } end
local after = math.min(math.max(taken + points, 0), 9007199254740991)
redis.call('set', KEYS[1], string.format('%.0f', after), 'PXAT', ARGV[3])
return { 1, after }
`;

/** Milliseconds after the end of a period for which its counts stay: for refunds, and clocks that are late. */
const STAYS_MS = 3_600_000;

/** What this gateway knows of a key. */
interface Known {
  /** In Redis, when it was last read. */
  shared: number;
  /** Consumed here since, not yet in Redis. */
  own: number;
}

export interface QuotaCountersOptions {
  /** Null in tests alone: quotas require it. */
  redis: RedisClient | null;
  breaker: CircuitBreaker | null;
  /** Begins every key, without a separator at its end. */
  prefix: string;
  config: Pick<RateLimitsConfig, 'localShare' | 'maxCounts' | 'quotasWithoutRedis'>;
  /** Milliseconds since 1970. */
  now(): number;
  /** Workers of this instance: each has its share of what the instance allows without Redis. Default: 1. */
  workers?: () => number;
}

export class QuotaCounters {
  readonly #options: QuotaCountersOptions;
  /** By the key in Redis. */
  readonly #known: LruMap<Known>;

  constructor(options: QuotaCountersOptions) {
    this.#options = options;
    this.#known = new LruMap({ maxEntries: options.config.maxCounts });
    options.redis?.defineCommand('conciergeQuota', { numberOfKeys: 1, lua: quotaScript });
  }

  /** @param name the same for all that is counted together. */
  counter(name: string, limit: number, calendar: Calendar): Counter {
    const { prefix, now } = this.#options;
    const keyOf = (key: string, period: Period) => `${prefix}:quota:${name}:${period.name}:${key}`;
    return {
      consume: (key, points) => {
        const period = calendar.periodOf(now());
        return this.#consume(keyOf(key, period), points, limit, period);
      },
      refund: (key, points, window) => {
        const period = calendar.periodOf(window ? window.endsAt - 1 : now());
        void this.#refund(keyOf(key, period), points, period);
      },
    };
  }

  async #consume(key: string, points: number, limit: number, period: Period): Promise<ConsumeResult> {
    const { breaker, now } = this.#options;
    const result = (allowed: boolean, consumed: number, isShared: boolean): ConsumeResult => ({
      allowed,
      remaining: Math.max(0, limit - consumed),
      resetsIn: period.endsAt - now(),
      window: { isShared, endsAt: period.endsAt },
    });
    const locally = () => this.#consumeLocally(key, points, limit, result);
    if (!breaker) return locally();
    return breaker.call(async () => {
      await this.#addOwn(key, period);
      const [allowed, consumed] = await this.#ready().conciergeQuota(key, points, limit, expiryOf(period));
      this.#known.set(key, { shared: consumed, own: this.#known.get(key)?.own ?? 0 });
      return result(allowed === 1, consumed, true);
    }, locally);
  }

  #consumeLocally(
    key: string,
    points: number,
    limit: number,
    result: (allowed: boolean, consumed: number, isShared: boolean) => ConsumeResult,
  ): ConsumeResult {
    const { localShare, quotasWithoutRedis } = this.#options.config;
    const known = this.#known.get(key) ?? { shared: 0, own: 0 };
    if (quotasWithoutRedis === 'reject') {
      return { ...result(false, known.shared + known.own, false), resetsIn: 1_000, isUnavailable: true };
    }
    // At least one, as for other limits, where anything is left.
    const sharers = localShare * (this.#options.workers?.() ?? 1);
    const share = Math.min(limit - known.shared, Math.max(1, Math.floor((limit - known.shared) / sharers)));
    const allowed = known.own + points <= share;
    if (allowed) this.#known.set(key, { ...known, own: known.own + points });
    return result(allowed, limit - share + known.own + (allowed ? points : 0), false);
  }

  /** Adds what was consumed here while Redis did not reply; it has been allowed, whatever the limit. */
  async #addOwn(key: string, period: Period): Promise<void> {
    const known = this.#known.get(key);
    if (!known || known.own === 0) return;
    const { own } = known;
    this.#known.set(key, { ...known, own: 0 });
    try {
      await this.#ready().conciergeQuota(key, own, -1, expiryOf(period));
    } catch (error) {
      const now = this.#known.get(key) ?? known;
      this.#known.set(key, { ...now, own: now.own + own });
      throw error;
    }
  }

  async #refund(key: string, points: number, period: Period): Promise<void> {
    const locally = async () => {
      const known = this.#known.get(key) ?? { shared: 0, own: 0 };
      this.#known.set(key, { ...known, own: known.own - points });
    };
    const { breaker } = this.#options;
    if (!breaker) return locally();
    await breaker.call(async () => {
      await this.#ready().conciergeQuota(key, -points, -1, expiryOf(period));
    }, locally);
  }

  /** Commands that wait for a connection would be sent long after the end of their request. */
  #ready(): RedisClient {
    const { redis } = this.#options;
    if (redis?.status !== 'ready') throw new Error('Redis connection is not ready');
    return redis;
  }
}

function expiryOf({ endsAt }: Period): number {
  return endsAt + STAYS_MS;
}
