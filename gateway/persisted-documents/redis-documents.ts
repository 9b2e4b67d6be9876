// Texts of automatic persisted queries that all instances share: what a client registered with one of them, the others know.
import { LRUCache } from 'lru-cache';
import type { RedisConnection } from '../redis/connection.ts';

/** A text that nobody asked for in this time is forgotten; milliseconds. */
const lifetime = 7 * 86_400_000;

/** How long a request waits for Redis before the text counts as not known, in milliseconds: the client then sends it. */
const patience = 50;

/** Texts that this instance has seen lately, in characters. */
const rememberedCharacters = 8_388_608;

export interface SharedDocuments {
  /** The text of this hash; undefined where it is not known, or Redis cannot say in time. Never rejects. */
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
      const timer = setTimeout(late.resolve, patience, null);
      // Redis being away is in the log already; for the client it is a text that is not known.
      const read = client.getex(keyOf(hash), 'PX', lifetime).catch(() => null);
      const text = await Promise.race([read, late.promise]);
      clearTimeout(timer);
      if (text === null) return undefined;
      seen.set(hash, text);
      return text;
    },
    set(hash, text) {
      seen.set(hash, text);
      client.set(keyOf(hash), text, 'PX', lifetime).catch(() => 'this instance knows it all the same');
    },
  };
}
