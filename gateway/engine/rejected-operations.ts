// Rejected operations: those that have no plan, with the errors that clients get for them.
import { GraphQLError } from 'graphql';
import type { ClientView } from '../client-views/client-view.ts';
import { requestError } from '../errors.ts';
import type { PreparedOperation, UnplannedOperation } from './prepared-operation.ts';

export interface RejectedOperationsOptions {
  /** The client's view of the graph; null by default, for a client of the whole graph. */
  view?: ClientView | null;
  /** Called once for each operation that cannot be planned, with the reason. */
  onUnplanned(operation: PreparedOperation, reason: string): void;
}

export class RejectedOperations {
  readonly #options: RejectedOperationsOptions;
  readonly #reported = new WeakSet<PreparedOperation>();

  constructor(options: RejectedOperationsOptions) {
    this.#options = options;
  }

  /** The error of an operation that is not executed, since it has no plan. The reason is reported. */
  reject(operation: PreparedOperation, unplanned: UnplannedOperation): GraphQLError {
    if (unplanned.rejection) return copied(unplanned.rejection);
    this.#report(operation, unplanned);
    return unplanned.tooComplex ?? this.#notPlannable(unplanned);
  }

  #report(operation: PreparedOperation, { unsupported }: UnplannedOperation): void {
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
}

/** A copy: the error of a plan is that of every request for it, and must not be changed. */
function copied({ message, nodes, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions });
}
