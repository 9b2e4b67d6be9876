// Resilience settings of a subgraph: balancing, ejection, retries, hedging, circuit breaker and bulkhead, with their
// defaults.
import type { Balance } from './balancer.ts';
import type { BreakerOptions } from './breaker.ts';
import type { BulkheadOptions } from './bulkhead.ts';
import type { HealthCheck } from './health-checks.ts';
import type { RetryBudgetOptions } from './retry-budget.ts';
import type { Ejection } from './upstreams.ts';

export interface Resilience {
  balance: Balance;
  /** Milliseconds for the connection to an address. */
  connectTimeout: number;
  /** Milliseconds after which a connection gets no more requests. */
  connectionAge: number;
  /** Null for none. */
  ejection: Ejection | null;
  /** Null where an address is known to fail only by requests. */
  healthCheck: HealthCheck | null;
  retry: RetryBudgetOptions & {
    /** Maximum number of times that one request is sent. */
    maxAttempts: number;
    /** Header field with the idempotency key of mutations, in lower case. Default: they have none. */
    idempotencyKey?: string | null;
  };
  /** Null for none. */
  hedge: Pick<RetryBudgetOptions, 'share'> | null;
  /** Null for none. */
  breaker: BreakerOptions | null;
  bulkhead: BulkheadOptions;
}

export const defaultResilience: Resilience = {
  balance: 'fastest',
  connectTimeout: 1_000,
  connectionAge: 300_000,
  ejection: { failures: 5, duration: 30_000, maxDuration: 300_000, maxShare: 0.5 },
  healthCheck: null,
  retry: { maxAttempts: 2, share: 0.1, minPerSecond: 3 },
  hedge: null,
  breaker: { failures: 0.5, minRequests: 20, window: 10_000, duration: 5_000, trials: 3 },
  bulkhead: { concurrency: 200, maxQueue: 2_000, maxQueueTime: 5_000 },
};
