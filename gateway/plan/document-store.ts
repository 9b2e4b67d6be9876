// Documents by their text: parsed, validated and planned once, as long as there is room. Bounded by count and by bytes,
// so that clients who send ever new documents only push out what is least used.
import { type DocumentNode, GraphQLError, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type CompileVariant, PreparedOperation } from './prepared-operation.ts';

export interface DocumentStoreOptions {
  schema: GraphQLSchema;
  compile: CompileVariant;
  maxDocuments: number;
  /** An estimate: what a document's text, tree and plans take. */
  maxBytes: number;
}

/** What a parsed document takes for each character of its text: 43 to 80 bytes were measured on the benchmark's queries. */
const bytesPerCharacter = 100;
/** What a compiled plan takes for each field: about 950 bytes were measured, before its code has run. */
const bytesPerField = 2_500;
/** What a validation error takes: about 4,000 bytes were measured. */
const bytesPerError = 5_000;

export class DocumentStore {
  readonly #options: DocumentStoreOptions;
  readonly #documents: LRUCache<string, PreparedDocument>;

  constructor(options: DocumentStoreOptions) {
    this.#options = options;
    this.#documents = new LRUCache({
      max: options.maxDocuments,
      maxSize: options.maxBytes,
      sizeCalculation: (document) => document.bytes,
    });
  }

  /** The document, prepared; one that is not valid says why in `errors`. */
  get(text: string): PreparedDocument {
    let document = this.#documents.get(text);
    if (!document) {
      document = new PreparedDocument(read(text, this.#options.schema), text.length, this.#compile(text));
      this.#documents.set(text, document);
    }
    return document;
  }

  /** A document that somebody else has parsed and validated; it is not kept. */
  prepare(document: DocumentNode): PreparedDocument {
    return new PreparedDocument({ document, errors: null }, 0, this.#options.compile);
  }

  get size(): { documents: number; bytes: number } {
    return { documents: this.#documents.size, bytes: this.#documents.calculatedSize };
  }

  /** Plans are made after the document was stored: its size is taken anew with each. */
  #compile(text: string): CompileVariant {
    return (operation, conditions) => {
      const compiled = this.#options.compile(operation, conditions);
      const document = this.#documents.peek(text);
      if (document) {
        document.bytes += compiled.fields * bytesPerField;
        // Set again, a document would keep the size that it was counted with at first.
        this.#documents.delete(text);
        this.#documents.set(text, document);
      }
      return compiled;
    };
  }
}

export class PreparedDocument {
  readonly document: DocumentNode | null;
  /** Syntax or validation errors, with their codes; null for a document that can be executed. */
  readonly errors: readonly GraphQLError[] | null;
  bytes: number;
  readonly #compile: CompileVariant;
  readonly #operations = new Map<string | null, PreparedOperation>();

  constructor({ document, errors }: ReadDocument, characters: number, compile: CompileVariant) {
    this.#compile = compile;
    this.bytes = 500 + characters * bytesPerCharacter + (errors?.length ?? 0) * bytesPerError;
    this.document = document;
    this.errors = errors;
  }

  /** The operation of that name, or the only one; undefined if there is none such. */
  operation(name: string | null | undefined): PreparedOperation | undefined {
    const key = name ?? null;
    const known = this.#operations.get(key);
    if (known || !this.document) return known;
    const definition = getOperationAST(this.document, name);
    if (!definition) return undefined;
    const operation = new PreparedOperation(this.document, definition, this.#compile);
    this.#operations.set(key, operation);
    return operation;
  }
}

interface ReadDocument {
  document: DocumentNode | null;
  errors: readonly GraphQLError[] | null;
}

function read(text: string, schema: GraphQLSchema): ReadDocument {
  let document: DocumentNode;
  try {
    document = parse(text);
    const errors = validate(schema, document);
    return { document, errors: errors.length > 0 ? errors : null };
  } catch (error) {
    if (error instanceof GraphQLError) return { document: null, errors: [error] };
    // Reading goes as deep as the document does.
    if (error instanceof RangeError)
      return { document: null, errors: [new GraphQLError('The document is nested too deeply.')] };
    throw error;
  }
}
