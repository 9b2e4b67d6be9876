// Scope of a request to a subgraph: the client request that it belongs to, with its caller, its cancellation and the
// call records for its log line.
import type { MeasuredRejection } from '../telemetry/measured-rejections.ts';
import type { Trace } from '../telemetry/trace/trace.ts';
import type { Cacheability } from './cacheability.ts';
import type { Cancellation } from './cancellation.ts';
import type { FetchRecorder } from './fetch-recorder.ts';
import type { InjectedFaults } from './injected-faults.ts';
import type { HeaderRecorder } from './received-headers.ts';
import type { SubgraphErrorCode } from './subgraph-error.ts';
import type { UploadFiles } from './uploads/upload-files.ts';
import type { RequestVariance } from './variance.ts';

/** Record of one request to one subgraph, for the log line of the client request. */
export interface SubgraphCall {
  subgraph: string;
  /** Milliseconds from sending the request to the end of the response. */
  duration: number;
  /** `ok`, or the code of the failure. */
  outcome: 'ok' | SubgraphErrorCode | 'CANCELLED';
  /** Cause of a failure, for operators only. */
  detail?: string;
  /** Number of times that it was sent to an address, where it was sent more than once. */
  attempts?: number;
  /** Milliseconds that it waited for a place among those in flight, where it did. */
  queued?: number;
  /** Events received, for a subscription; its duration is the time that it was open. */
  events?: number;
  /** Number of requests, where the record is the total of a subscription's events; its duration is their sum. */
  requests?: number;
}

/** Takes records of calls. */
export interface CallRecorder {
  push(...calls: readonly SubgraphCall[]): unknown;
}

/** The client request that a subgraph request is sent for. */
export interface SubgraphScope extends RequestVariance, Partial<HeaderRecorder> {
  requestId: string;
  cancellation: Cancellation;
  /** Every call is added here when it ends. */
  calls: CallRecorder;
  /** Epoch of the cache when this request last read it: the responses that it gets must not be older. */
  epoch?: number | null;
  /** Time of `performance.now()` by which the response is needed; Infinity or undefined without a deadline. */
  deadline?: number;
  /** The client's idempotency key in this header field; undefined without one for its own operation alone. */
  clientKey?(header: string): string | undefined;
  /** Records requests, and gives them the trace context of header fields; null where nothing is traced. */
  trace?: Trace | null;
  /** Faults of its requests; null or undefined without any. */
  faults?: InjectedFaults | null;
  /** Files that arrive with it; null or undefined without any. */
  uploads?: UploadFiles | null;
  /** Records the requests, where the response is to be explained. */
  fetches?: FetchRecorder | null;
  /** Records what a rule in measure mode would have rejected. */
  wouldReject?(rejection: MeasuredRejection): void;
  /** Records numbers of fields that have their fallbacks, by subgraph. */
  recordDegraded?(counts: ReadonlyMap<string, number>): void;
  /** Collects the cache directives of subgraphs' responses. */
  cacheability?: Cacheability;
}

/** Records the epoch of the cache when it was read for a request; null where it could not be read. */
export function recordEpoch(scope: SubgraphScope, epoch: number | null): void {
  if (epoch !== null) scope.epoch = Math.max(scope.epoch ?? 0, epoch);
}
