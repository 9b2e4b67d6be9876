// Document store: documents of one graph or view by their text, parsed, validated and planned once, as long as there is
// room in the budget that all graphs share. Clients that send ever new documents only evict the least recently used.
import { hash } from 'node:crypto';
import { type DocumentNode, type GraphQLSchema, isInputObjectType, print } from 'graphql';
import { isInherited } from '../json/own-properties.ts';
import { type DocumentBounds, DocumentBudget } from './document-budget.ts';
import { BYTES_PER_CHARACTER, type DocumentMapping, PreparedDocument } from './prepared-document.ts';
import type { CompileVariant } from './prepared-operation.ts';
import { type ReadDocument, type ReadingOptions, readDocument } from './read-document.ts';

export interface DocumentStoreOptions extends ReadingOptions, DocumentMapping, DocumentBounds {
  /** The graph, where that is another schema: mapped documents are valid for it. */
  graph?: GraphQLSchema;
  compile: CompileVariant;
  /** The budget that it shares with other stores; by default, it has one of its own, with these bounds. */
  budget?: DocumentBudget | undefined;
}

/** A document may take one part in so many of the memory by its length: longer ones are not cached. */
const MAX_SHARE = 8;
/** The same for the plans of one operation: with all the variants it is executed in, they evict few others. */
const MAX_PLANS_SHARE = 32;

export type { DocumentMeasurement, DocumentRule } from './read-document.ts';

export class DocumentStore {
  readonly #options: DocumentStoreOptions;
  readonly #budget: DocumentBudget;
  readonly #documents = new Map<string, PreparedDocument>();
  /** Documents that are never evicted. */
  readonly #pinned = new Map<string, PreparedDocument>();
  /** In characters; longer documents are executed, and not cached. */
  readonly #maxLength: number;
  readonly #hasInheritedNames: boolean;

  constructor(options: DocumentStoreOptions) {
    this.#options = options;
    this.#hasInheritedNames = inputFieldNames(options.schema).some(isInherited);
    this.#budget = options.budget ?? new DocumentBudget(options);
    this.#maxLength = this.#budget.maxBytes / MAX_SHARE / BYTES_PER_CHARACTER;
  }

  /** The document, prepared; one that is not valid has the reasons in `errors`. */
  get(text: string): PreparedDocument {
    const known = this.#find(text);
    if (known) return known;
    const document = this.#prepare(
      readDocument(text, this.#options),
      text.length,
      (one) => this.#budget.resize(one),
      () => hashOf(text),
    );
    if (text.length <= this.#maxLength) {
      this.#documents.set(text, document);
      this.#budget.add(document, () => this.#documents.delete(text));
    }
    return document;
  }

  /** As `get`, for a trusted document, which is never evicted. */
  pin(text: string): PreparedDocument {
    const document = this.get(text);
    this.#documents.delete(text);
    this.#budget.remove(document);
    this.#pinned.set(text, document);
    return document;
  }

  /** The document for a request if it is cached, as trusted documents always are. */
  known(text: string): PreparedDocument | undefined {
    const document = this.#find(text);
    const { documents } = this.#budget.reads;
    if (document) documents.hits += 1;
    else documents.misses += 1;
    return document;
  }

  #find(text: string): PreparedDocument | undefined {
    const pinned = this.#pinned.size > 0 ? this.#pinned.get(text) : undefined;
    if (pinned) return pinned;
    const document = this.#documents.get(text);
    if (document) this.#budget.use(document);
    return document;
  }

  /** Whether a document can be executed; nothing of it is cached. */
  isValid(text: string): boolean {
    return readDocument(text, this.#options).errors === null;
  }

  /** As `get`; nothing of it is cached. */
  read(text: string): PreparedDocument {
    const read = readDocument(text, this.#options);
    return this.#prepare(
      read,
      0,
      () => {},
      () => hashOf(text),
    );
  }

  /** A document that is already parsed and validated; it is not cached. */
  prepare(document: DocumentNode): PreparedDocument {
    return this.#prepare(
      { document, errors: null },
      0,
      () => {},
      () => hashOf(print(document)),
    );
  }

  #prepare(
    read: ReadDocument,
    characters: number,
    resized: (document: PreparedDocument) => void,
    hash: () => string,
  ): PreparedDocument {
    const { schema, graph = schema, map, mapVariables, hideSuggestions = false, compile } = this.#options;
    const { maxSteps = Number.POSITIVE_INFINITY } = this.#options;
    const maxPlanBytes = this.#budget.maxBytes / MAX_PLANS_SHARE;
    const options = {
      schema,
      graph,
      map,
      mapVariables,
      hasInheritedNames: this.#hasInheritedNames,
      hideSuggestions,
      compile,
      maxSteps,
      hash,
      maxPlanBytes,
      planReads: this.#budget.reads.plans,
      resized,
    };
    return new PreparedDocument(read, characters, options);
  }

  /** The valid documents that can be evicted and were used again, in no order. */
  used(): { text: string; uses: number }[] {
    return [...this.#documents].flatMap(([text, { errors, uses }]) => (errors || uses === 0 ? [] : { text, uses }));
  }

  /** Of the documents that can be evicted, in all stores with the same budget. */
  get size(): { documents: number; bytes: number } {
    return this.#budget.size;
  }
}

function hashOf(text: string): string {
  return hash('sha256', text, 'base64url');
}

function inputFieldNames(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isInputObjectType(type) ? Object.keys(type.getFields()) : [],
  );
}
