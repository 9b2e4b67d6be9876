// Subgraph state: what operators see of a subgraph.
import type { BreakerState } from './breaker.ts';
import type { BulkheadState } from './bulkhead.ts';
import type { Resilience } from './resilience.ts';
import type { AddressState } from './upstreams.ts';

/** State of a subgraph's addresses and of its circuit breaker, for operators. */
export interface SubgraphState {
  subgraph: string;
  balance: Resilience['balance'];
  /** Whether so many addresses fail that all of them get requests. */
  isPanicking: boolean;
  /** Null where there is none; with the milliseconds until trials are sent. */
  breaker: { state: BreakerState; openFor: number } | null;
  /** Requests that may be sent again now. */
  retriesLeft: number;
  /** Its requests in flight, subscriptions aside. */
  concurrency: BulkheadState;
  addresses: AddressState[];
}
