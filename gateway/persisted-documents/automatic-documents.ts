// Store of automatic persisted queries: clients register a document once, and send its SHA-256 from then on. Bounded in
// bytes for each text and in all, and in new texts of each caller.
import { LRUCache } from 'lru-cache';
import type { AutomaticDocumentsConfig } from '../config/documents.ts';
import { RegistrationRate } from './registration-rate.ts';

export interface AutomaticDocuments {
  /** The document's text; undefined if it is unknown. Never rejects: an unavailable store counts as unknown. */
  get(hash: string): Promise<string | undefined>;
  /**
   * Stores a text, which is executed whether that is done or not: not where it is too long, or where its caller has
   * registered too many.
   * @param text of a valid document, whose SHA-256 is `hash`.
   * @param caller what new texts are counted by.
   */
  set(hash: string, text: string, caller: string): void;
}

/** A JavaScript string takes one or two bytes for each character; a hash and its map entry some 200. */
const bytesOf = (text: string): number => text.length * 2 + 200;

/** The texts of this process; the least recently used are evicted first. */
export class MemoryDocuments implements AutomaticDocuments {
  readonly #texts: LRUCache<string, string>;
  readonly #maxEntryBytes: number;
  readonly #rate: RegistrationRate;

  constructor({ maxBytes, maxEntryBytes, perMinute }: AutomaticDocumentsConfig, now?: () => number) {
    this.#texts = new LRUCache<string, string>({ maxSize: maxBytes, sizeCalculation: bytesOf });
    this.#maxEntryBytes = maxEntryBytes;
    this.#rate = new RegistrationRate(perMinute, now);
  }

  async get(hash: string): Promise<string | undefined> {
    return this.#texts.get(hash);
  }

  set(hash: string, text: string, caller: string): void {
    this.add(hash, text, caller);
  }

  /** @returns whether it is a new text, and stored. */
  add(hash: string, text: string, caller: string): boolean {
    // A text that is in use stays the longer for it.
    if (this.#texts.get(hash) !== undefined) return false;
    if (Buffer.byteLength(text) > this.#maxEntryBytes || !this.#rate.allows(caller)) return false;
    this.remember(hash, text);
    return true;
  }

  /** Stores a text that has been registered elsewhere. */
  remember(hash: string, text: string): void {
    this.#texts.set(hash, text);
  }
}
