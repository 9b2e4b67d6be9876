// Back-off of processes that end by themselves: each restart waits twice as long as the one before, until one has run
// for a while.

const FIRST_DELAY = 500;
const MAX_DELAY = 10_000;
/** A process that has run this long, in milliseconds, has started well. */
export const GOOD_RUN = 10_000;

export class Backoff {
  #attempts = 0;
  #started = performance.now();

  begin(): void {
    this.#started = performance.now();
  }

  /** Milliseconds to wait before the next start. */
  next(): number {
    if (performance.now() - this.#started >= GOOD_RUN) this.#attempts = 0;
    const delay = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** this.#attempts);
    this.#attempts += 1;
    return delay;
  }

  /** After a change, the next start may well succeed. */
  reset(): void {
    this.#attempts = 0;
  }
}
