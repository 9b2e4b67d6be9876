// Settings of requests: what all requests to a subgraph share.
import type { Breaker } from './breaker.ts';
import type { Bulkhead } from './bulkhead.ts';
import type { IdempotencyKeys } from './idempotency.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { SlowRequests } from './slow-requests.ts';
import type { ExchangeOptions } from './subgraph-exchange.ts';
import type { Upstreams } from './upstreams.ts';

/** What the admission of a request needs. */
export interface AdmissionSettings {
  exchange: ExchangeOptions;
  bulkhead: Bulkhead;
  /** Null where there is none. */
  breaker: Breaker | null;
}

export interface RequestSettings extends AdmissionSettings {
  upstreams: Upstreams;
  /** Maximum number of times that one request is sent. */
  maxAttempts: number;
  retries: RetryBudget;
  /** Keys of mutations; null where they have none, and are sent once. */
  keys: IdempotencyKeys | null;
  /** Budget of hedges; null where there are none. */
  hedges: RetryBudget | null;
  /** Where slow queries may go to another address; null elsewhere. */
  waiting: SlowRequests | null;
}
