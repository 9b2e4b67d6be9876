// Calls of cache storages, behind a circuit breaker: requests do without the cache while it fails.
import { CircuitBreaker } from '../redis/circuit-breaker.ts';
import type { Logger } from '../telemetry/log.ts';

export interface BoundedCallsOptions {
  /** Milliseconds that a call may take. */
  maxWait: number;
  log: Logger;
  now?: (() => number) | undefined;
}

/** One slow reply is no reason to stop reading the cache. */
const OUTAGE_FAILURES = 3;

const TRIAL_PAUSE_MS = 500;

const messages = {
  unavailable: 'the cache is unavailable: requests are processed without it',
  available: 'the cache is available again',
};

export class BoundedCalls {
  readonly #breaker: CircuitBreaker;

  constructor({ maxWait: timeout, log, now }: BoundedCallsOptions) {
    this.#breaker = new CircuitBreaker({
      timeout,
      failures: OUTAGE_FAILURES,
      pause: TRIAL_PAUSE_MS,
      messages,
      log,
      now,
    });
  }

  /** Calls that failed, timed out, or were not made during an outage. */
  get errors(): number {
    return this.#breaker.errors;
  }

  /** The call's result; undefined if it fails, times out, or is not made during an outage. Never rejects. */
  run<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
    return this.#breaker.call<Result | undefined>(call, () => undefined);
  }
}
