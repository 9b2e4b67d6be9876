// Operation labels: names of operations come from clients, and a million of them must not make a million series. Those
// of trusted documents have their own label, and so have the busiest of the others; the rest is `(other)`.
import { other } from './family.ts';

export interface OperationLabelsOptions {
  /** Labels for operations that are not trusted documents. Default: 200. */
  max?: number;
  /** Called with a label that is given up for a busier operation. */
  onRemoved: (label: string) => void;
}

/** Names without a label that are counted, for each label. */
const CANDIDATES = 5;
/** Requests after which a candidate competes for a label, once more for each multiple. */
const COMPETES_EVERY = 64;
/** Counts are halved after as many requests, so that operations of the past make way. */
const HALVED_EVERY = 1_000_000;
const MAX_LENGTH = 128;

export class OperationLabels {
  readonly #max: number;
  readonly #onRemoved: (label: string) => void;
  /** Requests by name. */
  readonly #labels = new Map<string, number>();
  readonly #candidates = new Map<string, number>();
  #requests = 0;

  constructor({ max = 200, onRemoved }: OperationLabelsOptions) {
    this.#max = max;
    this.#onRemoved = onRemoved;
  }

  /**
   * Counts one request, and returns the label of its operation.
   * @param name of an operation that is not a trusted document.
   */
  labelOf(name = '(unnamed)'): string {
    const short = name.length > MAX_LENGTH ? `${name.slice(0, MAX_LENGTH - 1)}…` : name;
    this.#requests += 1;
    if (this.#requests % HALVED_EVERY === 0) this.#halve();
    const count = this.#labels.get(short);
    if (count !== undefined || this.#labels.size < this.#max) {
      this.#labels.set(short, (count ?? 0) + 1);
      return short;
    }
    return this.#compete(short) ? short : other;
  }

  /** Counts a candidate. Whether it takes a label from an operation with less than half as many requests. */
  #compete(name: string): boolean {
    const count = (this.#candidates.get(name) ?? 0) + 1;
    if (count === 1 && this.#candidates.size >= this.#max * CANDIDATES) {
      // Candidates are in the order of their latest requests: the first one has been without any for longest.
      const [oldest] = this.#candidates.keys();
      this.#candidates.delete(oldest as string);
    }
    this.#candidates.delete(name);
    this.#candidates.set(name, count);
    if (count % COMPETES_EVERY !== 0) return false;
    const [label, least] = [...this.#labels].reduce((one, each) => (each[1] < one[1] ? each : one));
    if (count <= 2 * least) return false;
    this.#labels.delete(label);
    this.#candidates.delete(name);
    this.#labels.set(name, count);
    this.#onRemoved(label);
    return true;
  }

  #halve(): void {
    for (const counts of [this.#labels, this.#candidates]) {
      for (const [name, count] of counts) counts.set(name, Math.floor(count / 2));
    }
  }
}
