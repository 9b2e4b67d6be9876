// Counts that all gateways on one Redis share exactly: RateLimiterRedis, with a script of ours in place of its own. The
// library's counts what it refuses, and gives back into windows that have ended; this one does neither.
import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';

/**
 * Takes ARGV[1] points from the window of ARGV[2] seconds at KEYS[1], which has ARGV[3] in all; none where that would be
 * more than there are; gives back where they are negative. Answers what is taken (or would have been) and the
 * milliseconds until the window ends. A window ends by itself, and is never made longer.
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
 * `consume` takes the points or none of them, and throws RateLimiterRes where there are not enough left, or Error where
 * Redis does not answer. Other users of rate-limiter-flexible need a connection of their own: the library keeps its
 * script under one name on the connection.
 */
export function createRedisLimiter({ redis, ...options }: RedisLimiterOptions): RateLimiterRedis {
  return new RateLimiterRedis({
    ...options,
    storeClient: redis,
    customIncrTtlLuaScript: consumeScript,
    // What waits for a connection would be asked long after its request is over.
    rejectIfRedisNotReady: true,
  });
}
