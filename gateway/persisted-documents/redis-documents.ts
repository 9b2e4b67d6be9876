// Redis store of automatic persisted queries: a document registered at one instance is known to all of them.
import { LRUCache } from 'lru-cache';
import type { RedisConnection } from '../redis/connection.ts';

/** Lifetime of a text after its last use, in milliseconds. */
const lifetime = 7 * 86_400_000;

/** Maximum wait for Redis in milliseconds; after it, the text counts as unknown, so that the client sends it. */
const READ_TIMEOUT = 50;

/** Size of the local cache of this instance, in characters. */
const rememberedCharacters = 8_388_608;

export interface SharedDocuments {
  /** The document's text; undefined if it is unknown or Redis does not respond in time. Never rejects. */
  get(hash: string): Promise<string | undefined>;
  set(hash: string, text: string): void;
}

export function createSharedDocuments({ client, prefix }: RedisConnection): SharedDocuments {
  const seen = new LRUCache<string, string>({
    maxSize: rememberedCharacters,
    maxEntrySize: rememberedCharacters / 8,
    sizeCalculation: (text) => text.length + 100,
  });
  const keyOf = (hash: string) => `${prefix}:document:${hash}`;
  return {
    async get(hash) {
      const known = seen.get(hash);
      if (known !== undefined) return known;
      const late = Promise.withResolvers<null>();
      const timer = setTimeout(late.resolve, READ_TIMEOUT, null);
      // The Redis connection has logged the failure; to the client, the text is unknown.
      const read = client.getex(keyOf(hash), 'PX', lifetime).catch(() => null);
      const text = await Promise.race([read, late.promise]);
      clearTimeout(timer);
      if (text === null) return undefined;
      seen.set(hash, text);
      return text;
    },
    set(hash, text) {
      seen.set(hash, text);
      // The Redis connection has logged a failure; this instance has the text in its own cache.
      client.set(keyOf(hash), text, 'PX', lifetime).catch(() => undefined);
    },
  };
}
