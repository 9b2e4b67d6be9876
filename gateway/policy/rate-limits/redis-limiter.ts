// Redis limiter: exact counts shared by all instances on one Redis, by scripts, which Redis runs one after the other.
// The clock is that of Redis.
import type { Result } from 'ioredis';
import type { RedisClient } from '../../redis/prepared-client.ts';
import type { Counted } from './local-limiter.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    conciergeConsume(
      key: string,
      points: number,
      milliseconds: number,
      limit: number,
    ): Result<[allowed: number, consumed: number, resetsIn: number, endsAt: number], Context>;
    conciergeRefund(key: string, points: number, endsAt: number): Result<number, Context>;
  }
}

/** The window at KEYS[1]: whether it is open, the milliseconds until it ends, and when that is. */
const readWindow = `
local rest = redis.call('pttl', KEYS[1])
local time = redis.call('time')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local open = rest >= 0
local taken = open and tonumber(redis.call('get', KEYS[1])) or 0
`;

/**
 * Consumes ARGV[1] points of the window of ARGV[2] milliseconds, which has ARGV[3] in total; none where fewer remain.
 * The expiry of a window is never extended.
 */
const consumeScript = `
local points, length, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
${readWindow}
if not open then rest = length end
if taken + points > limit then return { 0, taken, rest, now + rest } end
if open then
  redis.call('incrby', KEYS[1], points)
else
  redis.call('set', KEYS[1], points, 'PX', length)
end
return { 1, taken + points, rest, now + rest }
`;

/**
 * Returns ARGV[1] points to the window that ends at ARGV[2], or takes more of it where they are negative; 0 for the one
 * that is open. Two windows of one key are at least a second apart, and an end is known to a few milliseconds.
 */
const refundScript = `
local points, ends = tonumber(ARGV[1]), tonumber(ARGV[2])
${readWindow}
if not open or (ends ~= 0 and math.abs(now + rest - ends) > 500) then return 0 end
local after = math.min(math.max(taken - points, 0), 9007199254740991)
redis.call('incrby', KEYS[1], after - taken)
return 1
`;

export interface RedisLimiterOptions {
  points: number;
  /** Seconds. */
  duration: number;
  keyPrefix: string;
  redis: RedisClient;
}

/** As `LocalLimiter`. Its methods throw where Redis does not respond. */
export class RedisLimiter {
  readonly #options: RedisLimiterOptions;

  constructor(options: RedisLimiterOptions) {
    this.#options = options;
    const { redis } = options;
    redis.defineCommand('conciergeConsume', { numberOfKeys: 1, lua: consumeScript });
    redis.defineCommand('conciergeRefund', { numberOfKeys: 1, lua: refundScript });
  }

  async consume(key: string, points: number): Promise<Counted> {
    const { points: limit, duration } = this.#options;
    const result = await this.#ready().conciergeConsume(this.#name(key), points, duration * 1000, limit);
    const [allowed, consumed, resetsIn, endsAt] = result;
    return { allowed: allowed === 1, consumed, resetsIn, endsAt };
  }

  async refund(key: string, points: number, endsAt = 0): Promise<void> {
    await this.#ready().conciergeRefund(this.#name(key), points, endsAt);
  }

  /** Commands that wait for a connection would be sent long after the end of their request. */
  #ready(): RedisClient {
    const { redis } = this.#options;
    if (redis.status !== 'ready') throw new Error('Redis connection is not ready');
    return redis;
  }

  #name(key: string): string {
    return `${this.#options.keyPrefix}:${key}`;
  }
}
