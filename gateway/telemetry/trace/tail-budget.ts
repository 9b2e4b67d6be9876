// Budget of the tail rules: a number of traces in each second.

export class TailBudget {
  readonly #perSecond: number;
  readonly #now: () => number;
  #second = 0;
  #used = 0;
  #rejected = 0;

  /** @param now milliseconds. */
  constructor(perSecond: number, now: () => number = Date.now) {
    this.#perSecond = perSecond;
    this.#now = now;
  }

  /**
   * Whether one more fits into this second.
   * @param isRejected whether it is a request that the gateway has rejected: clients can send those at any rate, and
   * they have half of the budget at most.
   */
  take(isRejected: boolean): boolean {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#used = 0;
      this.#rejected = 0;
    }
    if (this.#used >= this.#perSecond) return false;
    if (isRejected) {
      if (this.#rejected >= Math.ceil(this.#perSecond / 2)) return false;
      this.#rejected += 1;
    }
    this.#used += 1;
    return true;
  }
}
