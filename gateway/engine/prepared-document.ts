// Prepared document: one document that was read, with the operations in it, each prepared when it is first needed, and
// the memory that all of it takes.
import { type DocumentNode, type GraphQLError, getOperationAST, Kind, type OperationDefinitionNode } from 'graphql';
import type { VariablesMapper } from '../compose/renames/map-variables.ts';
import { type MeasuredRejection, noRejections } from '../telemetry/measured-rejections.ts';
import { PreparedOperation, type PreparedOperationOptions } from './prepared-operation.ts';
import type { ReadDocument } from './read-document.ts';

// Estimates, held against the heap by test/memory/weights.test.ts.
/** Memory of a document, without its content. */
const BYTES_PER_DOCUMENT = 1_500;
/** Memory of a parsed document for each character of its text. */
export const BYTES_PER_CHARACTER = 130;
/** Memory of the text itself, where there is no tree. */
const BYTES_PER_TEXT_CHARACTER = 2;
/** Memory of a validation error, without its text. */
const BYTES_PER_ERROR = 2_000;

/** The way from a client's names to the graph's, where a view has others. */
export interface DocumentMapping {
  /** Maps a valid document with a client's names to one with the graph's. */
  map?: ((document: DocumentNode) => DocumentNode) | undefined;
  /** Returns the mapper of a client operation's variables to the graph's names. */
  mapVariables?: ((operation: OperationDefinitionNode) => VariablesMapper | null) | undefined;
}

export interface PreparedDocumentOptions
  extends DocumentMapping,
    Pick<
      PreparedOperationOptions,
      'schema' | 'graph' | 'hideSuggestions' | 'compile' | 'maxSteps' | 'hash' | 'maxPlanBytes' | 'planReads'
    > {
  /** Called after the document has become larger or smaller. */
  resized(document: PreparedDocument): void;
  hasInheritedNames: boolean;
}

export class PreparedDocument {
  readonly document: DocumentNode | null;
  /**
   * The errors because of which it cannot be executed: syntax, limits (there is no `document` then) or validation;
   * null for none.
   */
  readonly errors: readonly GraphQLError[] | null;
  bytes: number;
  /** How often it was found in the cache. */
  uses = 0;
  readonly #measured: readonly MeasuredRejection[];
  readonly #options: PreparedDocumentOptions;
  #hashed: string | undefined;
  #mapped: DocumentNode | undefined;
  readonly #operations = new Map<string | null, PreparedOperation>();

  constructor(
    { document, errors, measured = noRejections }: ReadDocument,
    characters: number,
    options: PreparedDocumentOptions,
  ) {
    this.#options = options;
    this.bytes =
      BYTES_PER_DOCUMENT +
      characters * (document ? BYTES_PER_CHARACTER : BYTES_PER_TEXT_CHARACTER) +
      (errors ?? []).reduce((sum, { message }) => sum + BYTES_PER_ERROR + message.length * BYTES_PER_TEXT_CHARACTER, 0);
    this.document = document;
    this.errors = errors;
    this.#measured = measured;
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
    // A request may leave out the name of the only operation.
    const ownKey = declared.name?.value ?? null;
    const named = this.#operations.get(ownKey);
    if (named) {
      this.#operations.set(key, named);
      return named;
    }
    const { schema, graph, map, mapVariables, hasInheritedNames, hideSuggestions, compile } = this.#options;
    const { maxSteps, maxPlanBytes, planReads, resized } = this.#options;
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
      measured: this.#measured,
      planReads,
      onPlanBytes: (change) => {
        this.bytes += change;
        resized(this);
      },
    });
    this.#operations.set(key, operation);
    this.#operations.set(ownKey, operation);
    return operation;
  }
}
