// Retry budget: the number of requests that may be sent again, as a share of those that were sent in the last ten
// seconds. While all requests fail, a subgraph gets hardly more load than without retries (as in Finagle).
import { RollingCount } from './rolling-count.ts';

export interface RetryBudgetOptions {
  /** Retries for each request. */
  share: number;
  /** Retries per second that there are in any case. */
  minPerSecond: number;
}

const SECONDS = 10;

export class RetryBudget {
  readonly #share: number;
  readonly #minimum: number;
  readonly #requests = new RollingCount(SECONDS * 1000);
  readonly #retries = new RollingCount(SECONDS * 1000);

  constructor({ share, minPerSecond }: RetryBudgetOptions) {
    this.#share = share;
    this.#minimum = minPerSecond * SECONDS;
  }

  /** To be called for each request, retries aside. @param now milliseconds. */
  count(now: number): void {
    this.#requests.add(now);
  }

  /** Takes one retry from the budget. @returns whether there was one. */
  take(now: number): boolean {
    if (this.left(now) < 1) return false;
    this.#retries.add(now);
    return true;
  }

  /** Retries left. */
  left(now: number): number {
    return Math.floor(this.#minimum + this.#requests.total(now) * this.#share - this.#retries.total(now));
  }
}
