// Call queue: the calls that one request to a REST service leads to, of which a number is in flight at a time. A request
// with many keys must not take all of the service's places from others.

/** Calls of one request in flight. */
const MAX_PARALLEL = 32;

export class CallQueue {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param start begins a call, which calls `ended` once. */
  add(start: (ended: () => void) => void): void {
    if (this.#running >= MAX_PARALLEL) this.#waiting.push(() => this.#begin(start));
    else this.#begin(start);
  }

  #begin(start: (ended: () => void) => void): void {
    this.#running += 1;
    start(() => {
      this.#running -= 1;
      this.#waiting.shift()?.();
    });
  }
}
