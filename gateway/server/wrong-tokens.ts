// Wrong tokens by the network that they come from: guessing is limited in rate. Each worker of a supervisor counts those of
// all; what arrives at the same moment may be counted late.
import type { WorkerChannel } from '../cluster/worker-channel.ts';

/** Milliseconds in which wrong tokens are counted. */
export const GUESS_PERIOD_MS = 60_000;

const MAX_GUESSES = 10;

/** Networks that are counted; those beyond share one count. */
const MAX_NETWORKS = 1_000;
const others = '(other)';

/** Guesses of all networks beyond: an attacker with many of them must not lock out everybody else. */
const MAX_GUESSES_OF_OTHERS = 10_000;

export class WrongTokens {
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  #periodEnd = 0;

  readonly #notify: (network: string) => void;

  /**
   * @param now milliseconds, of any clock.
   * @param workers channel of a worker, and the name of this count.
   */
  constructor(
    now: () => number = () => performance.now(),
    workers: { channel: WorkerChannel; name: string } | null = null,
  ) {
    this.#now = now;
    const topic = `wrong-tokens.${workers?.name}`;
    workers?.channel.on(topic, (network) => this.#count(network as string));
    // A worker that does not reply rejects nothing and accepts nothing.
    this.#notify = (network) => void workers?.channel.broadcast(topic, network).catch(() => {});
  }

  add(network: string): void {
    this.#count(network);
    this.#notify(network);
  }

  #count(network: string): void {
    this.#renew();
    const counted = this.#counts.has(network) || this.#counts.size < MAX_NETWORKS ? network : others;
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
  }

  /** Whether the network has sent too many: its requests are rejected unread then, right or wrong. */
  isExhausted(network: string): boolean {
    if (this.#counts.size === 0) return false;
    this.#renew();
    const isCounted = this.#counts.has(network) || this.#counts.size < MAX_NETWORKS;
    if (isCounted) return (this.#counts.get(network) ?? 0) >= MAX_GUESSES;
    return (this.#counts.get(others) ?? 0) >= MAX_GUESSES_OF_OTHERS;
  }

  #renew(): void {
    const now = this.#now();
    if (now < this.#periodEnd) return;
    this.#counts.clear();
    this.#periodEnd = now + GUESS_PERIOD_MS;
  }
}
