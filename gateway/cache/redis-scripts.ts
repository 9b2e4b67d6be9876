// Scripts of the cache in Redis: the steps that have to be atomic for all instances.

/**
 * KEYS: the clock, then tag versions. ARGV: the tag versions' lifetime, "1" to raise the minimum epoch, and "1" to advance
 * the clock without either.
 * A missing clock means that the store was emptied: entries that are still to be written may be stale by a tag
 * version that is gone, so the clock starts above them.
 */
export const advanceScript = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local known = redis.call('GET', KEYS[1])
local epoch, minEpoch
if known then
  epoch, minEpoch = string.match(known, '^(%d+) (%d+)$')
  epoch, minEpoch = tonumber(epoch), tonumber(minEpoch)
end
if not epoch then
  epoch = now + 1
  minEpoch = epoch
elseif #KEYS > 1 or ARGV[2] == '1' or ARGV[3] == '1' then
  epoch = math.max(epoch + 1, now)
  if ARGV[2] == '1' then minEpoch = epoch end
end
local text = string.format('%.0f %.0f', epoch, minEpoch)
redis.call('SET', KEYS[1], text)
for each = 2, #KEYS do redis.call('SET', KEYS[each], string.format('%.0f', epoch), 'PX', ARGV[1]) end
return text`;

/**
 * Writes entries of one owner, and their names into the owner's index. KEYS: the index, the owner's tag version, then the
 * entries. ARGV: the entries' epoch, maximum of entries, then lifetime and value of each.
 * Data from before a purge of the owner is not written any more. Beyond the maximum, those that end first are deleted: no
 * entry is without its place in the index.
 */
export const writeOwnedScript = `
local purged = redis.call('GET', KEYS[2])
if purged and tonumber(purged) > tonumber(ARGV[1]) then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for at = 3, #KEYS do
  local ttl = ARGV[at * 2 - 3]
  redis.call('SET', KEYS[at], ARGV[at * 2 - 2], 'PX', ttl)
  redis.call('ZADD', KEYS[1], now + ttl, KEYS[at])
end
local excess = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[2])
if excess > 0 then
  for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, excess - 1)) do redis.call('UNLINK', name) end
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, excess - 1)
end
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], math.max(1, tonumber(last[2]) - now))
return 1`;

/** Deletes the entries of an owner, and its index. KEYS: the index. */
export const removeOwnedScript = `
local names = redis.call('ZRANGE', KEYS[1], 0, -1)
local removed = 0
for _, name in ipairs(names) do removed = removed + redis.call('UNLINK', name) end
redis.call('DEL', KEYS[1])
return removed`;

/**
 * Raises a further clock and tag versions to an epoch; what is higher stays. KEYS: the clock, then tag versions. ARGV: epoch,
 * minimum epoch, the tag versions' lifetime.
 */
export const raiseScript = `
local epoch, minEpoch = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+)$')
epoch = math.max(tonumber(epoch or '0'), tonumber(ARGV[1]))
minEpoch = math.max(tonumber(minEpoch or '0'), tonumber(ARGV[2]))
redis.call('SET', KEYS[1], string.format('%.0f %.0f', epoch, minEpoch))
for each = 2, #KEYS do
  local known = tonumber(redis.call('GET', KEYS[each]) or '0') or 0
  redis.call('SET', KEYS[each], string.format('%.0f', math.max(known, tonumber(ARGV[1]))), 'PX', ARGV[3])
end
return 1`;

/**
 * Writes names of entries into the index of their owner. KEYS: the index, the owner's tag version. ARGV: the entries' epoch,
 * maximum of entries, then lifetime and name of each. Returns the names beyond the maximum, which end first; false where
 * the owner was purged since.
 */
export const listOwnedScript = `
local purged = redis.call('GET', KEYS[2])
if purged and tonumber(purged) > tonumber(ARGV[1]) then return false end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for at = 3, #ARGV, 2 do redis.call('ZADD', KEYS[1], now + ARGV[at], ARGV[at + 1]) end
local excess = {}
local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[2])
if over > 0 then
  excess = redis.call('ZRANGE', KEYS[1], 0, over - 1)
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, over - 1)
end
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], math.max(1, tonumber(last[2]) - now))
return excess`;
