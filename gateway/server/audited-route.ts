// Audited routes: actions of operators at endpoints of the gateway's own, and requests to them that are denied, each with
// a line in the audit log.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditEvent, AuditLog } from '../telemetry/audit-log.ts';
import type { Route } from './request-handler.ts';

export interface RouteAudit {
  /** Null where nothing is audited. */
  log: AuditLog | null;
  addressOf(request: IncomingMessage): string;
}

/** Methods that change nothing. */
const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

const denied = new Set([401, 403, 429]);

const details = new WeakMap<ServerResponse, Readonly<Record<string, unknown>>>();

/** Adds fields to the audit line of a request: what the action is about, and no values. */
export function describeAction(response: ServerResponse, fields: Readonly<Record<string, unknown>>): void {
  details.set(response, fields);
}

/** Writes a line at the end of a request that is an action, or is denied. */
export function audit(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { log, addressOf }: RouteAudit,
): void {
  if (!log) return;
  const { method = '' } = request;
  // The socket of a closed request has no address any more.
  const address = addressOf(request);
  response.once('close', () => {
    const outcome = outcomeOf(response);
    if (safe.has(method) && outcome !== 'denied') return;
    const requestId = response.getHeader('x-request-id');
    const by = { address, ...(typeof requestId === 'string' && { requestId }) };
    const event = { action: `${method} ${path}`, outcome, status: response.statusCode };
    log.write(event, by, details.get(response));
  });
}

export function audited(path: string, route: Route, to: RouteAudit): Route {
  return (request, response) => {
    audit(request, response, path, to);
    return route(request, response);
  };
}

/** A stream whose opening is an action, as it shows what callers do. Its line is written then: it may last for hours. */
export function auditedStream(path: string, route: Route, { log, addressOf }: RouteAudit): Route {
  return (request, response) => {
    log?.write({ action: `${request.method} ${path}`, outcome: 'done' }, { address: addressOf(request) });
    return route(request, response);
  };
}

function outcomeOf({ statusCode, writableFinished }: ServerResponse): AuditEvent['outcome'] {
  if (denied.has(statusCode)) return 'denied';
  return writableFinished && statusCode < 400 ? 'done' : 'failed';
}
