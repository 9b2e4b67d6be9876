// Measured operations: what the labels of metrics and the attributes of spans are made from, once for each operation.
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import type { MeasuredOperation } from '../telemetry/metrics/request-metrics.ts';
import type { RequestContext } from './request-context.ts';

export class MeasuredOperations {
  readonly #measured = new WeakMap<PreparedOperation, MeasuredOperation>();
  readonly #isTrusted: (operation: PreparedOperation) => boolean;

  constructor(isTrusted: (operation: PreparedOperation) => boolean) {
    this.#isTrusted = isTrusted;
  }

  /** Records on the context which operation it is. */
  record(operation: PreparedOperation, context: RequestContext): void {
    context.measured = this.#of(operation);
    context.trace?.setDocument(operation.document);
  }

  #of(operation: PreparedOperation): MeasuredOperation {
    let measured = this.#measured.get(operation);
    if (!measured) {
      const { name, operation: node } = operation;
      measured = { name, type: node.operation, isTrusted: this.#isTrusted(operation), latest: null };
      this.#measured.set(operation, measured);
    }
    return measured;
  }
}
