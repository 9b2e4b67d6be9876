// Where automatic persisted queries are kept: texts by their SHA-256, sent once by a client and known by the hash from then on.
import { LRUCache } from 'lru-cache';

export interface AutomaticDocuments {
  /** The text, undefined where it is not known. Does not reject: a store that is down knows nothing. */
  get(hash: string): Promise<string | undefined>;
  set(hash: string, text: string): void;
}

/** A JavaScript string takes one or two bytes for each character; a hash and its place in the map, some 200. */
const bytesOf = (text: string): number => text.length * 2 + 200;

/** No text may push out more than one in so many of the others by its length alone; a longer one is not kept. */
const MAX_SHARE = 8;

/** Texts in this process's memory; those longest unused make room for new ones. */
export function createMemoryDocuments(maxBytes = 16_777_216): AutomaticDocuments {
  const texts = new LRUCache<string, string>({
    maxSize: maxBytes,
    maxEntrySize: Math.max(1, Math.floor(maxBytes / MAX_SHARE)),
    sizeCalculation: bytesOf,
  });
  return {
    get: async (hash) => texts.get(hash),
    set: (hash, text) => {
      texts.set(hash, text);
    },
  };
}
