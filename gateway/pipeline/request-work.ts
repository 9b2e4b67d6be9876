// Work of a request: its start, its cancellation and its calls to subgraphs, which are logged in one line.
import type { Tenant } from '../policy/rate-limits/index.ts';
import type { Trace } from '../telemetry/trace/trace.ts';
import { Cancellation } from '../transport/cancellation.ts';
import type { CallRecorder, SubgraphCall } from '../transport/subgraph-scope.ts';

/** Calls to subgraphs in the order of their ends, or totals of them. */
export interface CallLog extends CallRecorder {
  map<Result>(read: (call: SubgraphCall) => Result): Result[];
}

/** Unit of work that is cancelled and logged as one. */
export interface RequestWork {
  cancellation: Cancellation;
  calls: CallLog;
  /** Milliseconds, of `performance.now()`. */
  started: number;
}

/** Part of a request context that its log line depends on. */
interface LoggedRequest extends Readonly<RequestWork> {
  readonly requestId: string;
  readonly client: string | null;
  readonly tenant: Pick<Tenant, 'name'> | null;
  readonly operation: string | undefined;
  readonly errorCodes: string[] | undefined;
  readonly trace: Pick<Trace, 'traceId' | 'spanId'> | null;
}

export function newWork(): RequestWork {
  return { cancellation: new Cancellation(), calls: [], started: performance.now() };
}

/** Fields of a request's log line. Times in milliseconds. */
export function logLine(
  { requestId, client, tenant, operation, started, errorCodes, calls, trace }: LoggedRequest,
  method: string | undefined,
  path: string,
  status: number,
): Record<string, unknown> {
  return {
    requestId,
    method,
    path,
    ...(client !== null && { client }),
    ...(tenant && { tenant: tenant.name }),
    operation,
    status,
    duration: rounded(performance.now() - started),
    ...(errorCodes && { errors: errorCodes }),
    ...(trace && { trace_id: trace.traceId, span_id: trace.spanId }),
    calls: calls.map((call) => ({ ...call, duration: rounded(call.duration) })),
  };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
