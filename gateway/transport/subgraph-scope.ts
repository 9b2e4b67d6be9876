// Scope of a request to a subgraph: the client's request it belongs to, its caller and cancellation, and the call records
// that end up in its log line.
import type { Cacheability } from './cacheability.ts';
import type { Cancellation } from './cancellation.ts';
import type { SubgraphErrorCode } from './subgraph-error.ts';
import type { RequestVariance } from './variance.ts';

/** One outcome of one request to one subgraph, as the request's log line tells it. */
export interface SubgraphCall {
  subgraph: string;
  /** Milliseconds from sending to the end of the answer. */
  duration: number;
  /** `ok`, or what went wrong. */
  outcome: 'ok' | SubgraphErrorCode | 'CANCELLED';
  /** For operators only: what exactly failed. */
  detail?: string;
  /** Of a subscription, whose duration is its life: events that arrived. */
  events?: number;
}

/** The client request that a subgraph is asked for. */
export interface SubgraphScope extends RequestVariance {
  requestId: string;
  cancellation: Cancellation;
  /** Every call is added here when it ends. */
  calls: SubgraphCall[];
  /** As much as the cache knew of changes when this request last read it: what it is given must not be older. */
  epoch?: number | null;
  /** Takes what subgraphs' responses say of caching. */
  cacheability?: Cacheability;
}

/** Notes what the cache knew of changes when it was read for a request; null where it could not be read. */
export function recordEpoch(scope: SubgraphScope, epoch: number | null): void {
  if (epoch !== null) scope.epoch = Math.max(scope.epoch ?? 0, epoch);
}
