// Rate-bounded log lines: for events that clients can cause at any rate. What is left out is counted, and the count is
// logged.
import type { Logger } from './log.ts';

/** Lines in one period. */
const MAX_LINES = 100;

const PERIOD_MS = 10_000;

export class LimitedLog {
  readonly #log: Logger;
  readonly #message: string;
  readonly #now: () => number;
  #periodEnd = 0;
  #lines = 0;
  #leftOut = 0;

  /**
   * @param message of every line, which has level `info`.
   * @param now milliseconds, of any clock.
   */
  constructor(log: Logger, message: string, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#message = message;
    this.#now = now;
  }

  /** Logs a line, or counts it as left out. `fields` is called only for a line. */
  write(fields: () => object): void {
    if (!this.#log.isLevelEnabled('info')) return;
    const now = this.#now();
    if (now >= this.#periodEnd) {
      this.#periodEnd = now + PERIOD_MS;
      this.#lines = 0;
    }
    if (this.#lines >= MAX_LINES) {
      if (this.#leftOut === 0) setTimeout(() => this.#report(), this.#periodEnd - now).unref();
      this.#leftOut += 1;
      return;
    }
    this.#lines += 1;
    this.#log.info(fields(), this.#message);
  }

  #report(): void {
    this.#log.info({ leftOut: this.#leftOut }, `${this.#message}: more than ${MAX_LINES} in ${PERIOD_MS / 1000} s`);
    this.#leftOut = 0;
  }
}
