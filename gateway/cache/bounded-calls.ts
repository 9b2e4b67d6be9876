// Calls to a store that may be slow or gone: none is waited for longer than agreed, and one that keeps failing is let rest.
import type { Logger } from '../telemetry/log.ts';

export interface BoundedCallsOptions {
  /** In milliseconds. */
  maxWait: number;
  log: Logger;
  now?: () => number;
}

/** As many failures in a row are an outage. */
const failuresToOutage = 3;

/** Between two calls that try whether an outage is over, in milliseconds. */
const pause = 500;

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

  /** Calls that failed, came too late, or were not tried during an outage. */
  get errors(): number {
    return this.#errors;
  }

  /** The call's result; undefined if it fails, takes too long, or is not tried since the last ones failed. Never rejects. */
  run<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#failures >= failuresToOutage) {
      if (this.#now() < this.#nextTry) {
        this.#errors += 1;
        return Promise.resolve(undefined);
      }
      this.#nextTry = this.#now() + pause;
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
      // After a turn in which this process itself was busy, timers come before replies that have long arrived.
      const tooLate = (): unknown => setImmediate(() => settle(`no reply within ${this.#maxWait} ms`));
      const timer = setTimeout(tooLate, this.#maxWait);
      call().then(
        (result) => settle(null, result),
        (error: Error) => settle(error.message),
      );
    });
  }

  #succeeded(): void {
    if (this.#failures >= failuresToOutage) this.#log.info('the cache is in use again');
    this.#failures = 0;
  }

  #failed(reason: string): void {
    this.#errors += 1;
    this.#failures += 1;
    if (this.#failures !== failuresToOutage) return;
    this.#nextTry = this.#now() + pause;
    this.#log.warn({ reason }, 'the cache does not answer: requests go on without it');
  }
}
