// Store of automatic persisted queries: clients register a document once, and send its SHA-256 from then on.
import { LRUCache } from 'lru-cache';

export interface AutomaticDocuments {
  /** The document's text; undefined if it is unknown. Never rejects: an unavailable store counts as unknown. */
  get(hash: string): Promise<string | undefined>;
  set(hash: string, text: string): void;
}

/** A JavaScript string takes one or two bytes for each character; a hash and its map entry some 200. */
const bytesOf = (text: string): number => text.length * 2 + 200;

/**
 * Fraction of the store that one text may take, so that no single text evicts most of the others; longer ones are not
 * stored.
 */
const MAX_SHARE = 8;

/** In-memory store; the least recently used texts are evicted first. */
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
