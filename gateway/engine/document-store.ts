// Document store: documents by their text, parsed, validated and planned once, as long as there is room. Bounded by
// count and by bytes, so that clients that send ever new documents only evict the least recently used.
import { hash } from 'node:crypto';
import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { VariablesMapper } from '../compose/renames/map-variables.ts';
import { isInherited } from '../json/own-properties.ts';
import { type CompileVariant, PreparedOperation, type PreparedOperationOptions } from './prepared-operation.ts';
import { type ReadDocument, type ReadingOptions, readDocument } from './read-document.ts';

export interface DocumentStoreOptions extends ReadingOptions {
  /** The graph, where that is another schema: mapped documents are valid for it. */
  graph?: GraphQLSchema;
  /** Maps a valid document with a client's names to one with the graph's. */
  map?: ((document: DocumentNode) => DocumentNode) | undefined;
  /** Returns the mapper of a client operation's variables to the graph's names. */
  mapVariables?: ((operation: OperationDefinitionNode) => VariablesMapper | null) | undefined;
  compile: CompileVariant;
  maxDocuments: number;
  /** Maximum bytes, by estimate, of documents' texts, trees and plans. */
  maxBytes: number;
}

// Estimates, held against the heap by test/memory/weights.test.ts.
/** Memory of a document, without its content. */
const BYTES_PER_DOCUMENT = 1_500;
/** Memory of a parsed document for each character of its text. */
const BYTES_PER_CHARACTER = 130;
/** Memory of the text itself, where there is no tree. */
const BYTES_PER_TEXT_CHARACTER = 2;
/** A document may take one part in so many of the memory by its length: longer ones are not cached. */
const MAX_SHARE = 8;
/** The same for the plans of one operation: with all the variants it is executed in, they evict few others. */
const MAX_PLANS_SHARE = 32;
/** Memory of a validation error, without its text. */
const BYTES_PER_ERROR = 2_000;

export type { DocumentRule } from './read-document.ts';

export class DocumentStore {
  readonly #options: DocumentStoreOptions;
  readonly #documents: LRUCache<string, PreparedDocument>;
  /** Documents that are never evicted. */
  readonly #pinned = new Map<string, PreparedDocument>();
  /** In characters; longer documents are executed, and not cached. */
  readonly #maxLength: number;
  readonly #hasInheritedNames: boolean;

  constructor(options: DocumentStoreOptions) {
    this.#options = options;
    this.#hasInheritedNames = inputFieldNames(options.schema).some(isInherited);
    this.#maxLength = options.maxBytes / MAX_SHARE / BYTES_PER_CHARACTER;
    this.#documents = new LRUCache({
      max: options.maxDocuments,
      maxSize: options.maxBytes,
      sizeCalculation: (document) => document.bytes,
    });
  }

  /** The document, prepared; one that is not valid has the reasons in `errors`. */
  get(text: string): PreparedDocument {
    const known = this.known(text);
    if (known) return known;
    const document = this.#prepare(
      readDocument(text, this.#options),
      text.length,
      (one) => this.#resize(text, one),
      () => hashOf(text),
    );
    if (text.length <= this.#maxLength) this.#documents.set(text, document);
    return document;
  }

  /** As `get`, for a trusted document, which is never evicted. */
  pin(text: string): PreparedDocument {
    const document = this.get(text);
    this.#documents.delete(text);
    this.#pinned.set(text, document);
    return document;
  }

  /** The document if it is cached, as trusted documents always are. */
  known(text: string): PreparedDocument | undefined {
    return (this.#pinned.size > 0 ? this.#pinned.get(text) : undefined) ?? this.#documents.get(text);
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
    const { schema, graph = schema, map, mapVariables, hideSuggestions = false, compile, maxBytes } = this.#options;
    const { maxSteps = Number.POSITIVE_INFINITY } = this.#options;
    const maxPlanBytes = maxBytes / MAX_PLANS_SHARE;
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
      resized,
    };
    return new PreparedDocument(read, characters, options);
  }

  /** Of the documents that can be evicted. */
  get size(): { documents: number; bytes: number } {
    return { documents: this.#documents.size, bytes: this.#documents.calculatedSize };
  }

  /** Plans come and go after the document was stored: its size is computed anew with each. */
  #resize(text: string, document: PreparedDocument): void {
    // It may have been evicted while a request still has it, and another be there in its place.
    if (this.#documents.peek(text) !== document) return;
    // Set again, a document would retain the size that it was counted with at first.
    this.#documents.delete(text);
    this.#documents.set(text, document);
  }
}

export class PreparedDocument {
  readonly document: DocumentNode | null;
  /**
   * The errors because of which it cannot be executed: syntax, limits (there is no `document` then) or validation;
   * null for none.
   */
  readonly errors: readonly GraphQLError[] | null;
  bytes: number;
  readonly #options: PreparedDocumentOptions;
  #hashed: string | undefined;
  #mapped: DocumentNode | undefined;
  readonly #operations = new Map<string | null, PreparedOperation>();

  constructor({ document, errors }: ReadDocument, characters: number, options: PreparedDocumentOptions) {
    this.#options = options;
    this.bytes =
      BYTES_PER_DOCUMENT +
      characters * (document ? BYTES_PER_CHARACTER : BYTES_PER_TEXT_CHARACTER) +
      (errors ?? []).reduce((sum, { message }) => sum + BYTES_PER_ERROR + message.length * BYTES_PER_TEXT_CHARACTER, 0);
    this.document = document;
    this.errors = errors;
  }

  /** The SHA-256 of its text. */
  get hash(): string {
    this.#hashed ??= this.#options.hash();
    return this.#hashed;
  }

  /** All operations of the document. */
  get operations(): PreparedOperation[] {
    const declared = (this.document?.definitions ?? []).filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    return declared.flatMap((definition) => this.operation((definition as OperationDefinitionNode).name?.value) ?? []);
  }

  /** The operation of that name, or the only one; undefined if there is none such. */
  operation(name: string | null | undefined): PreparedOperation | undefined {
    const key = name ?? null;
    const known = this.#operations.get(key);
    if (known || !this.document) return known;
    const declared = getOperationAST(this.document, name);
    // Also of a kind that the schema does not have: nothing in it has been validated.
    if (!declared || !this.#options.schema.getRootType(declared.operation)) return undefined;
    const { schema, graph, map, mapVariables, hasInheritedNames, hideSuggestions, compile } = this.#options;
    const { maxSteps, maxPlanBytes, resized } = this.#options;
    this.#mapped ??= map ? map(this.document) : this.document;
    const operation = new PreparedOperation({
      document: this.#mapped,
      operation: (map ? getOperationAST(this.#mapped, name) : declared) as OperationDefinitionNode,
      declared,
      clientDocument: this.document,
      schema,
      graph,
      mapVariables: mapVariables?.(declared) ?? null,
      hasInheritedNames,
      hideSuggestions,
      compile,
      maxSteps,
      hash: () => this.hash,
      maxPlanBytes,
      onPlanBytes: (change) => {
        this.bytes += change;
        resized(this);
      },
    });
    this.#operations.set(key, operation);
    return operation;
  }
}

interface PreparedDocumentOptions
  extends Pick<
    PreparedOperationOptions,
    'schema' | 'graph' | 'hideSuggestions' | 'compile' | 'maxSteps' | 'hash' | 'maxPlanBytes'
  > {
  /** Called after the document has become larger or smaller. */
  resized(document: PreparedDocument): void;
  map: DocumentStoreOptions['map'];
  mapVariables: DocumentStoreOptions['mapVariables'];
  hasInheritedNames: boolean;
}

function hashOf(text: string): string {
  return hash('sha256', text, 'base64url');
}

function inputFieldNames(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isInputObjectType(type) ? Object.keys(type.getFields()) : [],
  );
}
