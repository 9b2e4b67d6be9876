// Measured operations: what log lines, the labels of metrics and the attributes of spans are made from, once for each
// operation.
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import type { MeasuredOperation } from '../telemetry/metrics/request-metrics.ts';
import type { RequestContext } from './request-context.ts';

export class MeasuredOperations {
  readonly #measured = new WeakMap<PreparedOperation, MeasuredOperation>();
  readonly #isTrusted: (document: string) => boolean;

  /** @param isTrusted whether a document is trusted, by its id. */
  constructor(isTrusted: (document: string) => boolean) {
    this.#isTrusted = isTrusted;
  }

  /**
   * Records on the context which operation it is, and the limits in measure mode that its document exceeds. Of a batch, no
   * single operation stands for the request.
   */
  record(operation: PreparedOperation, context: RequestContext): void {
    if (!context.isBatch) {
      context.operation = operation.name;
      context.measured = this.of(operation);
    }
    context.trace?.setDocument(operation.document);
    for (const rejection of operation.measuredRejections) context.wouldReject(rejection);
  }

  of(operation: PreparedOperation): MeasuredOperation {
    let measured = this.#measured.get(operation);
    if (!measured) {
      const { name, operation: node } = operation;
      const document = Buffer.from(operation.hash(), 'base64url').toString('hex');
      measured = { name, type: node.operation, document, isTrusted: this.#isTrusted(document), latest: null };
      this.#measured.set(operation, measured);
    }
    return measured;
  }
}
