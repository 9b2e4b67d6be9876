// Usage store in Redis, shared by all instances of a gateway: a hash for each day, whose counts are incremented, and the
// coordinates of each operation once. Days end by their time to live.
import { once } from 'node:events';
import type { Cluster, Redis } from 'ioredis';
import { readUsage } from './usage-file.ts';
import {
  asOtherNames,
  coordinatesId,
  type Day,
  dayOf,
  daysBefore,
  isOther,
  MAX_OTHER,
  mergeUsage,
  type UsageCount,
  type UsageRecord,
  usageBounds,
} from './usage-record.ts';
import type { UsageStore } from './usage-store.ts';

/** Maximum time that reading waits for a connection that is being established; milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;

/** Counts in one script: Redis does nothing else meanwhile. */
const MAX_COUNTS = 100;

/** Characters of the coordinates of all operations. */
const MAX_COORDINATES = 4_194_304;

const DAY_MS = 86_400_000;

/**
 * KEYS: the day, coordinates by operation, the day on which each was last used, their length in all. ARGV: lifetime, number
 * of this day and of the oldest, maximum of fields for trusted names, for others, of the records of `(other)` besides, and
 * of the coordinates' length; then for each count its field, number, key of the coordinates, coordinates, and whether its
 * names are trusted. A field is empty where a count has no names.
 */
const addScript = `
local day, texts, used, length = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
for _, id in ipairs(redis.call('ZRANGEBYSCORE', used, '-inf', '(' .. ARGV[3], 'LIMIT', 0, 500)) do
  redis.call('DECRBY', length, redis.call('HSTRLEN', texts, id))
  redis.call('HDEL', texts, id)
  redis.call('ZREM', used, id)
end
local size = redis.call('HLEN', day)
local total = tonumber(redis.call('GET', length) or '0')
for at = 8, #ARGV, 5 do
  local field, count, id, text = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local isKnown = field ~= '' and redis.call('HEXISTS', day, field) == 1
  local fits = isKnown
  if field ~= '' and not isKnown then
    local limit = tonumber(ARGV[at + 4] == '1' and ARGV[4] or ARGV[5])
    fits = size < limit and (redis.call('HEXISTS', texts, id) == 1 or total + #text <= tonumber(ARGV[7]))
  end
  if fits then
    if redis.call('HSETNX', texts, id, text) == 1 then total = redis.call('INCRBY', length, #text) end
    redis.call('HINCRBY', day, field, count)
    redis.call('ZADD', used, ARGV[2], id)
    if not isKnown then size = size + 1 end
  else
    for coordinate in string.gmatch(text, '[^\\n]+') do
      local isNew = redis.call('HEXISTS', day, coordinate) == 0
      if not isNew or size < tonumber(ARGV[6]) then redis.call('HINCRBY', day, coordinate, count) end
      if isNew then size = size + 1 end
    end
  end
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[1]) end`;

/** @param prefix begins every key, without a separator at its end; in a cluster, it puts them into one slot. */
export function createRedisUsageStore(
  redis: Redis | Cluster,
  prefix: string,
  now: () => number = Date.now,
): UsageStore {
  const { keepDays, maxRecords } = usageBounds;
  const key = `${prefix}:usage`;
  const shared = [`${key}:coordinates`, `${key}:last-used`, `${key}:length`] as const;
  const bounds = [maxRecords, maxRecords / 2, maxRecords + MAX_OTHER, MAX_COORDINATES];
  return {
    maxCounts: MAX_COUNTS,
    async add(counts, today) {
      const oldest = numberOf(daysBefore(today, keepDays - 1));
      for (const [day, ofDay] of Map.groupBy(counts, (count) => count.day)) {
        const keys = [`${key}:${day}`, ...shared];
        const given = [(keepDays + 1) * DAY_MS, numberOf(day), oldest, ...bounds, ...ofDay.flatMap(written)];
        await redis.eval(addScript, keys.length, ...keys, ...given);
      }
    },
    async load() {
      if (redis.status !== 'ready') await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
      const today = dayOf(now());
      const coordinates = await redis.hgetall(shared[0]);
      const lists = new Map(Object.entries(coordinates).map(([id, text]) => [id, text.split('\n')] as const));
      const records = await loadFormer(redis, key);
      for (let back = keepDays - 1; back >= 0; back -= 1) {
        const day = daysBefore(today, back);
        const fields = await redis.hgetall(`${key}:${day}`);
        for (const [field, count] of Object.entries(fields)) {
          const named = field.startsWith('[') ? namesIn(field, lists) : { ...asOtherNames, coordinates: [field] };
          if (named) records.push({ ...named, firstSeen: day, lastSeen: day, days: { [day]: Number(count) } });
        }
      }
      return mergeUsage(records, today);
    },
  };
}

/** Arguments of the script for one count. */
function written(use: UsageCount): (string | number)[] {
  const text = use.coordinates.join('\n');
  const id = coordinatesId(use.coordinates);
  const { client, version, operation, isTrusted, count } = use;
  const field = isOther(use) ? '' : JSON.stringify([client, version, operation, id, isTrusted ? 1 : 0]);
  return [field, count, id, text, isTrusted ? '1' : '0'];
}

type Named = Omit<UsageCount, 'day' | 'count'>;

/** Null for what this version has not written, and where the coordinates are gone. */
function namesIn(field: string, lists: ReadonlyMap<string, readonly string[]>): Named | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(field);
  } catch {
    return null;
  }
  const [client, version, operation, id, trusted] = parsed as unknown[];
  const coordinates = lists.get(String(id));
  const isNamed = [client, version, operation].every((name) => typeof name === 'string');
  if (!coordinates || !isNamed) return null;
  return { ...({ client, version, operation } as Named), coordinates, isTrusted: trusted === 1 };
}

/** What earlier versions have stored, as one value: it counts until its days are over. */
async function loadFormer(redis: Redis | Cluster, key: string): Promise<UsageRecord[]> {
  if ((await redis.type(key)) !== 'string') return [];
  const text = await redis.get(key);
  if ((await redis.pttl(key)) === -1) await redis.pexpire(key, usageBounds.keepDays * DAY_MS);
  return text === null ? [] : readUsage(text, `The key ${key} in Redis`);
}

/** Days as numbers, in order. */
function numberOf(day: Day): number {
  return Date.parse(day) / DAY_MS;
}
