// Rate of registrations: new texts of each caller in a minute, so that no caller evicts the documents of all others.
import { LRUCache } from 'lru-cache';

const PERIOD_MS = 60_000;

/** Callers that are counted; of more, the least recently counted begins anew. */
const MAX_CALLERS = 10_000;

export class RegistrationRate {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #counts = new LRUCache<string, number>({ max: MAX_CALLERS });
  #periodEnd = 0;

  /** @param now milliseconds, of any clock. */
  constructor(limit: number, now: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Counts a registration; false beyond the limit. */
  allows(caller: string): boolean {
    const now = this.#now();
    if (now >= this.#periodEnd) {
      this.#counts.clear();
      this.#periodEnd = now + PERIOD_MS;
    }
    const count = this.#counts.get(caller) ?? 0;
    if (count >= this.#limit) return false;
    this.#counts.set(caller, count + 1);
    return true;
  }
}
