// Redis store of automatic persisted queries: a document registered at one instance is known to all of them. An index
// of the texts, by their last use and with their lengths, bounds them in all.
import type { WorkerChannel } from '../cluster/worker-channel.ts';
import type { CheckedConfig } from '../config/config.ts';
import { type AutomaticDocumentsConfig, defaultAutomaticBounds } from '../config/documents.ts';
import type { RedisConnection } from '../redis/connection.ts';
import { type AutomaticDocuments, MemoryDocuments } from './automatic-documents.ts';
import { documentId } from './document-text.ts';
import { WorkerDocuments } from './worker-documents.ts';

/** Lifetime of a text after its last use, in milliseconds. */
const LIFETIME_MS = 7 * 86_400_000;

/** Maximum wait for Redis in milliseconds; after it, the text counts as unknown, so that the client sends it. */
const READ_TIMEOUT_MS = 50;

/** Bytes of a key, and of its places in the index. */
const OVERHEAD = 400;

/** Texts that one registration evicts at most: of short ones, for a long one. A text that still does not fit is not stored. */
const MAX_EVICTED = 1_000;

/**
 * KEYS: the text, the index by last use, the lengths. ARGV: lifetime, hash. Many texts are used in one millisecond: the
 * time in the index has a fraction.
 */
const readScript = `
local text = redis.call('GETEX', KEYS[1], 'PX', ARGV[1])
if text then
  local time = redis.call('TIME')
  redis.call('ZADD', KEYS[2], 'XX', time[1] * 1000 + time[2] / 1000, ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[1])
end
return text`;

/** KEYS: as above. ARGV: lifetime, hash, text, its length, maximum of all, texts to evict at most, prefix of texts. */
const writeScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local lifetime, size, max = tonumber(ARGV[1]), tonumber(ARGV[4]), tonumber(ARGV[5])
local total = tonumber(redis.call('HGET', KEYS[3], 'total') or '0')
local known = tonumber(redis.call('HGET', KEYS[3], ARGV[2]) or '0')
total = total - known
local evicted = 0
while evicted < tonumber(ARGV[6]) do
  local oldest = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  if #oldest == 0 or (total + size <= max and tonumber(oldest[2]) > now - lifetime) then break end
  redis.call('ZREM', KEYS[2], oldest[1])
  if oldest[1] ~= ARGV[2] then
    total = total - tonumber(redis.call('HGET', KEYS[3], oldest[1]) or '0')
    redis.call('HDEL', KEYS[3], oldest[1])
    redis.call('UNLINK', ARGV[7] .. oldest[1])
  end
  evicted = evicted + 1
end
if total + size <= max then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', lifetime)
  redis.call('ZADD', KEYS[2], now, ARGV[2])
  redis.call('HSET', KEYS[3], ARGV[2], size)
  total = total + size
else
  redis.call('HDEL', KEYS[3], ARGV[2])
  redis.call('UNLINK', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[2])
end
redis.call('HSET', KEYS[3], 'total', total)
redis.call('PEXPIRE', KEYS[2], lifetime)
redis.call('PEXPIRE', KEYS[3], lifetime)`;

/** The store of a configuration: Redis, or the memory of this process. */
export function openAutomaticDocuments(
  { automaticPersistedQueries: given }: CheckedConfig['documents'],
  redis: RedisConnection | null,
  channel: WorkerChannel | null = null,
): AutomaticDocuments {
  const bounds = typeof given === 'object' ? given : defaultAutomaticBounds;
  if (redis) return createSharedDocuments(redis, bounds);
  const own = new MemoryDocuments(bounds);
  return channel ? new WorkerDocuments(channel, own) : own;
}

/** The texts in Redis, besides those that this process has used. */
export function createSharedDocuments(
  { client, prefixTogether }: RedisConnection,
  config: AutomaticDocumentsConfig,
): AutomaticDocuments {
  const own = new MemoryDocuments(config);
  const common = prefixTogether('documents');
  const textPrefix = `${common}:document:`;
  const keysOf = (hash: string) => [textPrefix + hash, `${common}:documents`, `${common}:documents:bytes`] as const;
  return {
    async get(hash) {
      const known = await own.get(hash);
      if (known !== undefined) return known;
      const late = Promise.withResolvers<null>();
      const timer = setTimeout(late.resolve, READ_TIMEOUT_MS, null);
      // The Redis connection has logged the failure; to the client, the text is unknown.
      const read = client.eval(readScript, 3, ...keysOf(hash), LIFETIME_MS, hash).catch(() => null);
      const text = await Promise.race([read, late.promise]);
      clearTimeout(timer);
      // What is stored under a hash may have been put there by others than gateways.
      if (typeof text !== 'string' || documentId(text) !== hash) return undefined;
      own.remember(hash, text);
      return text;
    },
    set(hash, text, caller) {
      if (!own.add(hash, text, caller)) return;
      const size = Buffer.byteLength(text) + OVERHEAD;
      const bounds = [size, config.maxBytes, MAX_EVICTED, textPrefix];
      // The Redis connection has logged a failure; this instance has the text in its own memory.
      client.eval(writeScript, 3, ...keysOf(hash), LIFETIME_MS, hash, text, ...bounds).catch(() => undefined);
    },
  };
}
