// Nested execution: operations and entity loads of resolvers of the gateway's own fields, for the caller of their
// request. They go through the same pipeline as every other operation.
import { type ExecutionResult, Kind } from 'graphql';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { operationError } from '../errors.ts';
import { toPlainJson } from '../json/json-values.ts';
import { Rejection } from '../policy/rejection.ts';
import { invalid, rejectedDocument } from './document-stage.ts';
import type { Pipeline } from './pipeline.ts';
import type { RequestContext } from './request-context.ts';
import type { Loaded, NestedGraph } from './request-loads.ts';
import type { Result, Variables } from './stages.ts';

export type Loader = Pick<NestedGraph<RequestContext>, 'load'>;

/** The gateway's own fields can execute operations that have such fields again. */
const MAX_NESTED_OPERATIONS = 8;

export class NestedExecution implements NestedGraph<RequestContext> {
  readonly #pipeline: Pipeline;
  readonly #createLoader: () => Loader;
  /** Created on first use. */
  #loader: Loader | undefined;

  /** @param createLoader creates the loader of entities of the pipeline's graph. */
  constructor(pipeline: Pipeline, createLoader: () => Loader) {
    this.#pipeline = pipeline;
    this.#createLoader = createLoader;
  }

  /** Executes an operation; a rejection is returned as errors. */
  async executeNested(query: string, variables: Variables, outer: RequestContext): Promise<ExecutionResult> {
    const context = outer.forNested();
    if (context.nested > MAX_NESTED_OPERATIONS) {
      const cause = 'a field executes an operation that has the field';
      const message = `Operations are nested more than ${MAX_NESTED_OPERATIONS} deep: ${cause}.`;
      return { errors: [operationError('INTERNAL_SERVER_ERROR', { message })] };
    }
    const document = this.#operation(query);
    if (document instanceof Rejection) return document.result;
    // The size of variables is not limited for resolvers, which are trusted.
    const request = { document, variables, bytes: 0, kinds: ['query', 'mutation'] } as const;
    const outcome = await this.#pipeline.run(request, context);
    const { data, errors } = (outcome instanceof Rejection ? outcome.result : outcome) as Result;
    // Resolvers use the values: they get plain numbers and strings.
    return { data: toPlainJson(data ?? null), ...(errors && { errors }) };
  }

  #operation(query: string): PreparedOperation | Rejection {
    const document = this.#pipeline.engine.documents.get(query);
    if (document.errors) return invalid(document);
    const operation = document.operation(null);
    if (!operation) return rejectedDocument('OPERATION_RESOLUTION_FAILURE', 'Give one operation.');
    if (operation.operation.operation !== 'subscription') return operation;
    return rejectedDocument('BAD_REQUEST', 'Give a query or a mutation: they have one response.');
  }

  isQuery(query: string): boolean {
    return this.#pipeline.engine.documents.get(query).operation(null)?.operation.operation === 'query';
  }

  /** The problem of a document that has to be one valid operation with one root field; null without one. */
  problemOf(query: string): string | null {
    const { document, errors } = this.#pipeline.engine.documents.get(query);
    if (!document || errors) return errors?.[0]?.message ?? 'it cannot be read';
    const [operation, ...more] = document.definitions;
    const isOne = operation?.kind === Kind.OPERATION_DEFINITION && operation.selectionSet.selections.length === 1;
    return isOne && more.length === 0 ? null : 'it is more than one selection';
  }

  /** @throws Error for a type that cannot be loaded, or an invalid selection. */
  load(type: string, ids: readonly unknown[], selection: string, context: RequestContext): Promise<readonly Loaded[]> {
    this.#loader ??= this.#createLoader();
    return this.#loader.load(type, ids, selection, context);
  }
}
