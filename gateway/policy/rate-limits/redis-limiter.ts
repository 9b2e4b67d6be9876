// Redis limiter: exact counts shared by all instances on one Redis, on RateLimiterRedis with a script of our own. The
// library's script counts what it rejects, and refunds into windows that have ended; ours does neither.
import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';

/**
 * Consumes ARGV[1] points of the window of ARGV[2] seconds at KEYS[1], which has ARGV[3] in total; none where fewer
 * remain; refunds negative ones. Returns the points consumed in the window (or that would have been) and the
 * milliseconds until it ends. The expiry of a window is never extended.
 */
const consumeScript = `
local points, seconds, limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local rest = redis.call('pttl', KEYS[1])
local open = rest >= 0
local taken = open and tonumber(redis.call('get', KEYS[1])) or 0
if not open then rest = seconds * 1000 end
local after = math.max(taken + points, 0)
if after > limit then return { after, rest } end
if open then
  redis.call('incrby', KEYS[1], after - taken)
elseif points > 0 then
  redis.call('set', KEYS[1], after, 'EX', seconds)
end
return { after, rest }
`;

export interface RedisLimiterOptions {
  points: number;
  /** Seconds. */
  duration: number;
  keyPrefix: string;
  redis: Redis;
}

/**
 * `consume` consumes the points or none of them, and throws RateLimiterRes where not enough remain, or Error where
 * Redis does not respond. Other users of rate-limiter-flexible need a connection of their own: the library stores its
 * script under one name on the connection.
 */
export function createRedisLimiter({ redis, ...options }: RedisLimiterOptions): RateLimiterRedis {
  return new RateLimiterRedis({
    ...options,
    storeClient: redis,
    customIncrTtlLuaScript: consumeScript,
    // Commands that wait for a connection would be sent long after the end of their request.
    rejectIfRedisNotReady: true,
  });
}
