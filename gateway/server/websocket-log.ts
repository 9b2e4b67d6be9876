// Log lines of WebSockets: one for each operation, one for each connection that is rejected, and the details of
// connections at level `debug`.

import type { RequestContext } from '../pipeline/request-context.ts';
import { logLine } from '../pipeline/request-work.ts';
import type { Rejection } from '../policy/rejection.ts';
import { LimitedLog } from '../telemetry/limited-log.ts';
import type { Logger } from '../telemetry/log.ts';

export class WebSocketLog {
  readonly #log: Logger;
  readonly #rejections: LimitedLog;

  constructor(log: Logger) {
    this.#log = log;
    this.#rejections = new LimitedLog(log, 'websocket rejected');
  }

  /** The line of an operation that has ended. */
  operation(context: RequestContext, path: string, status: number, connection: RequestContext): void {
    if (!this.#log.isLevelEnabled('info')) return;
    this.#log.info({ ...logLine(context, 'WS', path, status), connection: connection.requestId }, 'request');
  }

  /** The line of an upgrade request or a connection that was rejected: clients can be rejected at any rate. */
  rejected(context: RequestContext, path: string, { status, errors }: Pick<Rejection, 'status' | 'errors'>): void {
    this.#rejections.write(() => {
      context.recordErrors(errors);
      const { calls: _, operation: __, ...line } = logLine(context, 'WS', path, status);
      return { ...line, address: context.address, reason: errors[0]?.message };
    });
  }

  detail({ requestId, address, started }: RequestContext, message: string, fields: object): void {
    if (!this.#log.isLevelEnabled('debug')) return;
    const duration = Math.round(performance.now() - started);
    this.#log.debug({ connection: requestId, address, duration, ...fields }, message);
  }
}
