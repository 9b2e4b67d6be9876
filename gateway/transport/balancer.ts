// Balancer: chooses the address of a request among those of a subgraph.
import type { Upstream } from './upstream.ts';

export type Balance = 'fastest' | 'leastBusy' | 'roundRobin';

export class Balancer {
  readonly #balance: Balance;
  readonly #random: () => number;
  #turn = 0;

  /** @param random numbers from 0 to below 1. */
  constructor(balance: Balance, random: () => number = Math.random) {
    this.#balance = balance;
    this.#random = random;
  }

  /** @param upstreams at least one. @param now milliseconds. */
  choose(upstreams: readonly Upstream[], now: number): Upstream {
    const [first] = upstreams as readonly [Upstream];
    if (upstreams.length === 1) return first;
    const chosen = this.#draw(upstreams, now);
    const share = chosen.share(now);
    if (share === 1 || this.#random() < share) return chosen;
    return this.#draw(
      upstreams.filter((other) => other !== chosen),
      now,
    );
  }

  /** An address in place of one that has failed, of those that come after it in turn. */
  chooseOther(upstreams: readonly Upstream[], now: number): Upstream {
    return this.#balance === 'roundRobin' ? (upstreams[0] as Upstream) : this.choose(upstreams, now);
  }

  #draw(upstreams: readonly Upstream[], now: number): Upstream {
    const { length } = upstreams;
    if (length === 1) return upstreams[0] as Upstream;
    if (this.#balance === 'roundRobin') return upstreams[this.#turn++ % length] as Upstream;
    if (this.#balance === 'leastBusy') return this.#leastBusy(upstreams);
    // Power of two choices (Mitzenmacher, 2001): comparing all would send every request to the same one until its
    // latency is measured again.
    const one = Math.floor(this.#random() * length);
    const step = 1 + Math.floor(this.#random() * (length - 1));
    const [a, b] = [upstreams[one] as Upstream, upstreams[(one + step) % length] as Upstream];
    return a.cost(now) <= b.cost(now) ? a : b;
  }

  /** In turn among equals. */
  #leastBusy(upstreams: readonly Upstream[]): Upstream {
    const { length } = upstreams;
    const start = this.#turn++ % length;
    let least = upstreams[start] as Upstream;
    for (let offset = 1; offset < length; offset++) {
      const other = upstreams[(start + offset) % length] as Upstream;
      if (other.inFlight < least.inFlight) least = other;
    }
    return least;
  }
}
