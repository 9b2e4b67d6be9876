// Stands between rate limits and Redis. While Redis does not answer, every gateway decides by its own count: nobody waits
// longer than the time-out, nothing piles up on the connection, and the log says it once, and once more when it is over.
import type { Logger } from '../../telemetry/log.ts';

export interface RedisWatchOptions {
  /** Milliseconds that a decision waits for Redis. */
  timeout: number;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds. */
  now?: (() => number) | undefined;
}

/** Milliseconds between two attempts while Redis is away. */
const pause = 1_000;

export class RedisWatch {
  readonly #options: RedisWatchOptions;
  readonly #now: () => number;
  #isUnavailable = false;
  #nextAttempt = 0;

  constructor(options: RedisWatchOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * What Redis answers in time, else what this gateway says by itself.
   * @param shared asks Redis; throws where Redis cannot say.
   */
  async call<ServiceResponse>(
    shared: () => Promise<ServiceResponse>,
    local: () => Promise<ServiceResponse>,
  ): Promise<ServiceResponse> {
    const isAttempt = this.#isUnavailable;
    if (isAttempt) {
      const now = this.#now();
      if (now < this.#nextAttempt) return local();
      this.#nextAttempt = now + pause;
    }
    let response: ServiceResponse;
    try {
      response = await within(this.#options.timeout, shared());
    } catch (reason) {
      this.#missed(reason);
      return local();
    }
    // What was asked before Redis went away says nothing about now.
    if (isAttempt) this.#responded();
    return response;
  }

  #missed(reason: unknown): void {
    this.#nextAttempt = this.#now() + pause;
    if (this.#isUnavailable) return;
    this.#isUnavailable = true;
    this.#options.log.warn(
      { reason: reason instanceof Error ? reason.message : String(reason) },
      'rate limits: Redis does not answer, this gateway counts by itself until it does',
    );
  }

  #responded(): void {
    if (!this.#isUnavailable) return;
    this.#isUnavailable = false;
    this.#options.log.info('rate limits: Redis answers again, all gateways share their counts');
  }
}

/** @throws Error where the promise takes more than so many milliseconds. */
function within<Value>(milliseconds: number, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // After a pause of this process the timer is due before the answer that has long arrived is read: reading goes first.
      setImmediate(() => reject(new Error(`no answer in ${milliseconds} ms`)));
    }, milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
