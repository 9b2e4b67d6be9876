// Log lines of WebSockets: one for each operation, one for each connection that is rejected, and the details of
// connections at level `debug`.

import type { Endpoints } from '../pipeline/endpoints.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { RequestLog } from '../pipeline/request-log.ts';
import type { Rejection } from '../policy/rejection.ts';
import { LimitedLog } from '../telemetry/limited-log.ts';
import type { Logger } from '../telemetry/log.ts';
import type { RequestMetrics } from '../telemetry/metrics/request-metrics.ts';

export class WebSocketLog {
  readonly #log: Logger;
  readonly #lines: RequestLog;
  readonly #endpoints: Pick<Endpoints, 'routeOf'>;
  readonly #metrics: RequestMetrics | undefined;
  readonly #rejections: LimitedLog;
  readonly #measured: LimitedLog;

  /** @param metrics undefined where nothing is measured. */
  constructor(log: Logger, lines: RequestLog, endpoints: Pick<Endpoints, 'routeOf'>, metrics?: RequestMetrics) {
    this.#log = log;
    this.#lines = lines;
    this.#endpoints = endpoints;
    this.#metrics = metrics;
    this.#rejections = new LimitedLog(log, 'websocket rejected');
    this.#measured = new LimitedLog(log, 'websocket would be rejected');
  }

  /** The line of an operation that has ended. */
  operation(context: RequestContext, path: string, status: number, connection: RequestContext): void {
    const { requestId, measured: operation, client, errorCodes: codes, measuredRejections, trace } = context;
    const isExported = trace?.end({ kind: 'websocket', requestId, status, operation, client, codes });
    this.#metrics?.ended({
      ...{ method: 'WS', route: this.#endpoints.routeOf(path), status, operation, client, codes, measuredRejections },
      ...(isExported && trace && { traceId: trace.traceId }),
      seconds: (performance.now() - context.started) / 1000,
    });
    this.#lines.write(context, { method: 'WS', path, status }, { connection: connection.requestId });
  }

  /** The line of an upgrade request or a connection that was rejected: clients can be rejected at any rate. */
  rejected(context: RequestContext, path: string, { status, errors }: Pick<Rejection, 'status' | 'errors'>): void {
    this.#rejections.write(() => {
      context.recordErrors(errors);
      const {
        calls: _,
        operation: __,
        userAgent: ___,
        ...line
      } = this.#lines.fields(context, { method: 'WS', path, status });
      return { ...line, address: context.address, reason: errors[0]?.message };
    });
  }

  /** @param operations number of those that were served. */
  closed(context: RequestContext, code: number, reason: string, operations: number): void {
    this.#metrics?.webSocketClosed(code);
    this.detail(context, 'websocket closed', { code, reason, operations });
  }

  /** What rules in measure mode would have rejected a connection for that was admitted. */
  admitted(context: RequestContext, path: string): void {
    const { measuredRejections } = context;
    if (!measuredRejections) return;
    this.#metrics?.countMeasured(measuredRejections);
    this.#measured.write(() => {
      const { calls: _, operation: __, ...line } = this.#lines.fields(context, { method: 'WS', path, status: 101 });
      return line;
    });
  }

  detail({ requestId, address, started }: RequestContext, message: string, fields: object): void {
    if (!this.#log.isLevelEnabled('debug')) return;
    const duration = Math.round(performance.now() - started);
    this.#log.debug({ connection: requestId, address, duration, ...fields }, message);
  }
}
