// Fallback execution: operations that cannot be planned, by stitched execution; or the errors with which they are
// rejected.
import type { ExecutionResult } from '@graphql-tools/utils';
import { execute, GraphQLError, type GraphQLSchema } from 'graphql';
import type { ClientView } from '../client-views/client-view.ts';
import type { SubgraphParts } from '../compose/graph.ts';
import { requestError } from '../errors.ts';
import { isRepresentationError, notRepresentableInFallback } from '../execute/fetch-errors.ts';
import { bounded } from '../execute/field-error.ts';
import { unmappable } from '../execute/mapped-extensions.ts';
import { hasServiceDirectives } from '../planner/service-directives.ts';
import type { DeniedFields } from '../query-plan/denied-fields.ts';
import { requestCancelled } from '../transport/cancellation.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import type { PreparedOperation, UnplannedOperation } from './prepared-operation.ts';

export interface FallbackOptions {
  /** The graph; executable by stitched execution. */
  schema: GraphQLSchema;
  /** What subgraphs declare about their parts of the graph. */
  parts?: SubgraphParts;
  /** The client's view of the graph; null by default, for a client of the whole graph. */
  view?: ClientView | null;
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
  /** Called once for each operation that cannot be planned, with the reason. */
  onUnplanned(operation: PreparedOperation, reason: string): void;
}

export class FallbackExecution {
  readonly #options: FallbackOptions;
  readonly #maxErrors: number;
  readonly #reported = new WeakSet<PreparedOperation>();

  /** @param maxErrors in one response; one more counts those beyond. */
  constructor(options: FallbackOptions, maxErrors: number) {
    this.#options = options;
    this.#maxErrors = maxErrors;
  }

  /** The error of an operation that is not executed, since it has no plan. */
  reject(operation: PreparedOperation, unplanned: UnplannedOperation): GraphQLError {
    if (unplanned.rejection) return copied(unplanned.rejection);
    this.#record(operation, unplanned);
    return unplanned.tooComplex ?? this.#notPlannable(unplanned);
  }

  /**
   * Executes an operation that cannot be planned by stitched execution: whole operations of clients without a view.
   * It does not support views, unauthorized fields and supergraphs, so that operations with any are rejected.
   */
  async execute(
    operation: PreparedOperation,
    unplanned: UnplannedOperation,
    given: Readonly<Record<string, unknown>>,
    deniedFields: DeniedFields,
    contextValue: SubgraphScope,
  ): Promise<ExecutionResult> {
    const failed = (error: GraphQLError): ExecutionResult => ({ errors: [error] });
    if (unplanned.rejection || unplanned.tooComplex) return failed(this.reject(operation, unplanned));
    this.#record(operation, unplanned);
    const { parts, view } = this.#options;
    if (view || parts?.fallback === false || deniedFields.key !== '' || hasServiceDirectives(operation.document)) {
      return failed(this.#notPlannable(unplanned));
    }
    const { document, name: operationName } = operation;
    try {
      const args = { schema: this.#options.schema, document, operationName, variableValues: given, contextValue };
      const { errors, ...result } = await execute(args);
      if (contextValue.cancellation.cancelled) return failed(requestCancelled());
      const visible = errors && bounded(errors, this.#maxErrors).map((error) => this.#visible(error));
      return visible ? { ...result, errors: visible } : result;
    } catch (error) {
      return failed(this.#options.mask(error));
    }
  }

  #record(operation: PreparedOperation, { unsupported }: UnplannedOperation): void {
    if (this.#reported.has(operation)) return;
    this.#reported.add(operation);
    this.#options.onUnplanned(operation, unsupported);
  }

  #notPlannable({ coordinate }: UnplannedOperation): GraphQLError {
    const [type, field] = coordinate?.split('.') ?? [];
    const shown = type && field && this.#options.view ? this.#options.view.fieldName(type, field) : coordinate;
    const where = shown ? `: ${shown} cannot be reached from where it is selected` : '';
    return requestError('OPERATION_NOT_PLANNABLE', { message: `This operation cannot be planned${where}.` });
  }

  /** An error of fallback execution as clients may see it. */
  #visible(error: GraphQLError): GraphQLError {
    if (isRepresentationError(error)) return notRepresentableInFallback(error.path);
    const { view, mask } = this.#options;
    const visible = mask(error);
    const { message, path, extensions } = visible;
    // The field of the view that a service's error is about is not known here.
    const isUnmappable = view && extensions.subgraph !== undefined;
    return isUnmappable ? new GraphQLError(message, { path, extensions: unmappable(extensions) }) : visible;
  }
}

/** A copy: the error of a plan is that of every request for it, and must not be changed. */
function copied({ message, nodes, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions });
}
