// Document budget: the memory of the documents of all graphs of a gateway. Whichever graph a document is of, the least
// recently used one is evicted first.
import { LRUCache } from 'lru-cache';
import type { CacheReads } from './cache-reads.ts';
import type { PreparedDocument } from './prepared-document.ts';

export interface DocumentBounds {
  maxDocuments: number;
  /** Maximum bytes, by estimate, of documents' texts, trees and plans. */
  maxBytes: number;
}

export class DocumentBudget {
  readonly maxBytes: number;
  /** Reads by requests, of documents and of plans. */
  readonly reads: { documents: CacheReads; plans: CacheReads } = {
    documents: { hits: 0, misses: 0 },
    plans: { hits: 0, misses: 0 },
  };
  /** Documents that have made way for others. */
  evicted = 0;
  /** With what removes the document from its store. */
  readonly #documents: LRUCache<PreparedDocument, () => void>;

  constructor({ maxDocuments, maxBytes }: DocumentBounds) {
    this.maxBytes = maxBytes;
    this.#documents = new LRUCache({
      max: maxDocuments,
      maxSize: maxBytes,
      sizeCalculation: (_forget, document) => document.bytes,
      dispose: (forget, _document, reason) => {
        if (reason !== 'evict') return;
        this.evicted += 1;
        forget();
      },
    });
  }

  /** @param forget called when the document is evicted, which may be at once. */
  add(document: PreparedDocument, forget: () => void): void {
    this.#documents.set(document, forget);
    // Larger than all there is.
    if (!this.#documents.has(document)) forget();
  }

  /** Called for each use. */
  use(document: PreparedDocument): void {
    document.uses += 1;
    this.#documents.get(document);
  }

  remove(document: PreparedDocument): void {
    this.#documents.delete(document);
  }

  /** Plans come and go after the document was added: its size is computed anew with each. */
  resize(document: PreparedDocument): void {
    const forget = this.#documents.peek(document);
    // It may have been evicted while a request still has it.
    if (!forget) return;
    // Set again, a document would retain the size that it was counted with at first.
    this.#documents.delete(document);
    this.add(document, forget);
  }

  /** Of the documents that can be evicted. */
  get size(): { documents: number; bytes: number } {
    return { documents: this.#documents.size, bytes: this.#documents.calculatedSize };
  }
}
