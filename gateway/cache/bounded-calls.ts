// Time-out and circuit breaker around cache store calls.
import type { Logger } from '../telemetry/log.ts';

export interface BoundedCallsOptions {
  /** In milliseconds. */
  maxWait: number;
  log: Logger;
  now?: () => number;
}

/** Consecutive failures that count as an outage. */
const OUTAGE_FAILURES = 3;

/** Milliseconds between two calls that check whether an outage is over. */
const RETRY_PAUSE_MS = 500;

export class BoundedCalls {
  readonly #maxWait: number;
  readonly #log: Logger;
  readonly #now: () => number;
  #failures = 0;
  #nextTry = 0;
  #errors = 0;

  constructor({ maxWait, log, now = Date.now }: BoundedCallsOptions) {
    this.#maxWait = maxWait;
    this.#log = log;
    this.#now = now;
  }

  /** Calls that failed, timed out, or were not made during an outage. */
  get errors(): number {
    return this.#errors;
  }

  /** The call's result; undefined if it fails, times out, or is not made during an outage. Never rejects. */
  run<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#failures >= OUTAGE_FAILURES) {
      if (this.#now() < this.#nextTry) {
        this.#errors += 1;
        return Promise.resolve(undefined);
      }
      this.#nextTry = this.#now() + RETRY_PAUSE_MS;
    }
    return new Promise((resolve) => {
      let settled = false;
      const settle = (reason: string | null, result?: Result): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        if (reason === null) this.#succeeded();
        else this.#failed(reason);
        resolve(result);
      };
      // After a turn of the event loop in which this process was busy, timers run before replies that have long
      // arrived.
      const tooLate = (): unknown => setImmediate(() => settle(`no reply within ${this.#maxWait} ms`));
      const timer = setTimeout(tooLate, this.#maxWait);
      call().then(
        (result) => settle(null, result),
        (error: Error) => settle(error.message),
      );
    });
  }

  #succeeded(): void {
    if (this.#failures >= OUTAGE_FAILURES) this.#log.info('the cache is available again');
    this.#failures = 0;
  }

  #failed(reason: string): void {
    this.#errors += 1;
    this.#failures += 1;
    if (this.#failures !== OUTAGE_FAILURES) return;
    this.#nextTry = this.#now() + RETRY_PAUSE_MS;
    this.#log.warn({ reason }, 'the cache is unavailable: requests are processed without it');
  }
}
