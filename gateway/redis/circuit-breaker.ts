// Circuit breaker around calls to Redis: none is waited for longer than the time-out, nothing piles up on a connection
// that does not reply, and the log has one line for an outage and one for its end.
import type { Logger } from '../telemetry/log.ts';

export interface CircuitBreakerOptions {
  /** Milliseconds that a call may take. */
  timeout: number;
  /** Failures in a row that count as an outage; calls that failed at the same time count as one. */
  failures: number;
  /** Milliseconds between two calls that check whether an outage is over. */
  pause: number;
  /** What the log says of an outage, and of its end. */
  messages: { unavailable: string; available: string };
  log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds; `Date.now` by default. */
  now?: (() => number) | undefined;
}

export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  readonly #now: () => number;
  #failures = 0;
  /** Number of failures that have counted. */
  #counted = 0;
  #nextTrial = 0;
  #errors = 0;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Calls that failed, timed out, or were not made during an outage. */
  get errors(): number {
    return this.#errors;
  }

  /** The call's result; that of `fallback` where it fails, times out, or is not made during an outage. */
  async call<Result>(call: () => Promise<Result>, fallback: () => Result | Promise<Result>): Promise<Result> {
    const isTrial = this.#isOpen;
    if (isTrial) {
      const now = this.#now();
      if (now < this.#nextTrial) {
        this.#errors += 1;
        return fallback();
      }
      this.#nextTrial = now + this.#options.pause;
    }
    const countedBefore = this.#counted;
    let result: Result;
    try {
      result = await within(this.#options.timeout, call());
    } catch (error) {
      this.#errors += 1;
      // Otherwise many calls that waited through one pause would be an outage.
      if (countedBefore === this.#counted) this.#failed(error);
      return fallback();
    }
    // The reply to a call from before an outage says nothing about now.
    if (isTrial || !this.#isOpen) this.#succeeded();
    return result;
  }

  get #isOpen(): boolean {
    return this.#failures >= this.#options.failures;
  }

  #succeeded(): void {
    if (this.#isOpen) this.#options.log.info(this.#options.messages.available);
    this.#failures = 0;
  }

  #failed(error: unknown): void {
    const wasOpen = this.#isOpen;
    this.#counted += 1;
    this.#failures += 1;
    if (!this.#isOpen) return;
    this.#nextTrial = this.#now() + this.#options.pause;
    if (wasOpen) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log.warn({ reason }, this.#options.messages.unavailable);
  }
}

/** @throws Error where the promise takes more than so many milliseconds. */
export function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // After a turn of the event loop in which this process was busy, timers run before replies that have long
      // arrived.
      setImmediate(() => reject(new Error(`no reply within ${milliseconds} ms`)));
    }, milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
