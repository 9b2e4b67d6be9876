// Documents by their text: parsed, validated and planned once, as long as there is room. Bounded by count and by bytes,
// so that clients who send ever new documents only push out what is least used.
import { hash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { VariablesMapper } from '../compose/renames/map-variables.ts';
import { documentRules } from './document-rules.ts';
import { type CompileVariant, PreparedOperation, type PreparedOperationOptions } from './prepared-operation.ts';
import { OperationTooComplex, StepBudget } from './step-budget.ts';

export interface DocumentStoreOptions {
  /** What documents have to be valid for. */
  schema: GraphQLSchema;
  /** The graph, where that is another schema: mapped documents are valid for it. */
  graph?: GraphQLSchema;
  /** What a valid document is in the graph's words, where it is in a client's. */
  map?: ((document: DocumentNode) => DocumentNode) | undefined;
  /** Makes what maps the variables of a client's operation to the graph's names. */
  mapVariables?: ((operation: OperationDefinitionNode) => VariablesMapper | null) | undefined;
  compile: CompileVariant;
  maxDocuments: number;
  /** An estimate: what a document's text, tree and plans take. */
  maxBytes: number;
  /** Lexical tokens of a document; more are not read. No limit where it is not given. */
  maxTokens?: number;
  /** Steps that validating a document may take; no limit where it is not given. */
  maxSteps?: number;
  /** Leaves "Did you mean" out of validation errors, which would name what the schema has. */
  hideSuggestions?: boolean;
  /** Runs before validation; a document in which it finds something is not validated. */
  rules?: DocumentRule;
}

/** What is wrong with a document, beside what validation finds. */
export type DocumentRule = (schema: GraphQLSchema, document: DocumentNode) => readonly GraphQLError[];

/** What a parsed document takes for each character of its text: 43 to 80 bytes were measured on the benchmark's queries. */
const bytesPerCharacter = 100;
/** What the text itself takes, where there is no tree. */
const bytesPerCharacterOfText = 2;
/** No document may push out more than one in so many of the others by its length alone. */
const largestShare = 8;
/** What a compiled plan takes for each field: about 950 bytes were measured, before its code has run. */
const bytesPerField = 2_500;
/** What a validation error takes: about 4,000 bytes were measured. */
const bytesPerError = 5_000;

export class DocumentStore {
  readonly #options: DocumentStoreOptions;
  readonly #documents: LRUCache<string, PreparedDocument>;
  /** In characters; longer documents are served, and not kept. */
  readonly #longest: number;

  constructor(options: DocumentStoreOptions) {
    this.#options = options;
    this.#longest = options.maxBytes / largestShare / bytesPerCharacter;
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
      document = this.#prepare(read(text, this.#options), text.length, this.#compile(text), () => hashOf(text));
      if (text.length <= this.#longest) this.#documents.set(text, document);
    }
    return document;
  }

  /** Whether a document can be executed; nothing of it is kept. */
  isValid(text: string): boolean {
    return read(text, this.#options).errors === null;
  }

  /** A document that somebody else has parsed and validated; it is not kept. */
  prepare(document: DocumentNode): PreparedDocument {
    return this.#prepare({ document, errors: null }, 0, this.#options.compile, () => hashOf(print(document)));
  }

  #prepare(read: ReadDocument, characters: number, compile: CompileVariant, hash: () => string): PreparedDocument {
    const { schema, graph = schema, map, mapVariables, hideSuggestions = false } = this.#options;
    return new PreparedDocument(read, characters, { schema, graph, map, mapVariables, hideSuggestions, compile, hash });
  }

  get size(): { documents: number; bytes: number } {
    return { documents: this.#documents.size, bytes: this.#documents.calculatedSize };
  }

  /** Plans are made after the document was stored: its size is taken anew with each. */
  #compile(text: string): CompileVariant {
    return (operation, conditions, denials) => {
      const compiled = this.#options.compile(operation, conditions, denials);
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
  /** Why it cannot be executed: syntax, limits (there is no `document` then) or validation; null where it can. */
  readonly errors: readonly GraphQLError[] | null;
  bytes: number;
  readonly #options: PreparedDocumentOptions;
  #hashed: string | undefined;
  #mapped: DocumentNode | undefined;
  readonly #operations = new Map<string | null, PreparedOperation>();

  constructor({ document, errors }: ReadDocument, characters: number, options: PreparedDocumentOptions) {
    this.#options = options;
    this.bytes =
      500 +
      characters * (document ? bytesPerCharacter : bytesPerCharacterOfText) +
      (errors?.length ?? 0) * bytesPerError;
    this.document = document;
    this.errors = errors;
  }

  /** The SHA-256 of its text. */
  get hash(): string {
    this.#hashed ??= this.#options.hash();
    return this.#hashed;
  }

  /** All that it has. */
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
    const { schema, graph, map, mapVariables, hideSuggestions, compile } = this.#options;
    this.#mapped ??= map ? map(this.document) : this.document;
    const operation = new PreparedOperation({
      document: this.#mapped,
      operation: (map ? getOperationAST(this.#mapped, name) : declared) as OperationDefinitionNode,
      declared,
      clientDocument: this.document,
      schema,
      graph,
      mapVariables: mapVariables?.(declared) ?? null,
      hideSuggestions,
      compile,
      hash: () => this.hash,
    });
    this.#operations.set(key, operation);
    return operation;
  }
}

interface PreparedDocumentOptions
  extends Pick<PreparedOperationOptions, 'schema' | 'graph' | 'hideSuggestions' | 'compile' | 'hash'> {
  map: DocumentStoreOptions['map'];
  mapVariables: DocumentStoreOptions['mapVariables'];
}

function hashOf(text: string): string {
  return hash('sha256', text, 'base64url');
}

interface ReadDocument {
  document: DocumentNode | null;
  errors: readonly GraphQLError[] | null;
}

function read(text: string, options: DocumentStoreOptions): ReadDocument {
  const { schema, maxTokens, maxSteps = Number.POSITIVE_INFINITY, hideSuggestions = false, rules } = options;
  try {
    const document = parse(text, { maxLexicalTokens: maxTokens });
    const refusals = rules?.(schema, document) ?? [];
    // Without the document: whoever validates anew, for rules of their own, must not come past the refusal.
    if (refusals.length > 0) return { document: null, errors: refusals };
    const errors = [
      ...rootless(schema, document),
      ...validate(schema, document, documentRules(new StepBudget(maxSteps)), { hideSuggestions }),
    ];
    return { document, errors: errors.length > 0 ? errors : null };
  } catch (error) {
    if (error instanceof GraphQLError) return { document: null, errors: [tooManyTokens(error, maxTokens) ?? error] };
    if (error instanceof OperationTooComplex) return { document: null, errors: [error.toGraphQLError()] };
    // Reading goes as deep as the document does.
    if (error instanceof RangeError)
      return { document: null, errors: [new GraphQLError('The document is nested too deeply.')] };
    throw error;
  }
}

/**
 * Operations of a kind that the schema does not have. Validation passes over all that is in them (there is no type to hold
 * it against), and leaves it to execution to say so.
 */
function rootless(schema: GraphQLSchema, { definitions }: DocumentNode): GraphQLError[] {
  return definitions.flatMap((definition) =>
    definition.kind !== Kind.OPERATION_DEFINITION || schema.getRootType(definition.operation)
      ? []
      : new GraphQLError(`There are no ${definition.operation}s here.`, { nodes: definition }),
  );
}

/** graphql-js says it as a syntax error; nothing that a document holds can stand at this place in one. */
const aborted = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;

function tooManyTokens({ message }: GraphQLError, limit: number | undefined): GraphQLError | null {
  if (limit === undefined || !aborted.test(message)) return null;
  // Where reading has stopped: what comes after is not counted.
  const value = limit + 1;
  return new GraphQLError(`The document has ${value} tokens or more; the limit is ${limit}.`, {
    extensions: { code: 'TOKEN_LIMIT_EXCEEDED', limit, value, http: { spec: true, status: 400 } },
  });
}
