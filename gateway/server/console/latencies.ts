// Latencies in bins of equal ratio: percentiles of any number of values in a fixed amount of memory, within 5 % of the
// exact ones; and windows of them, over the last minutes.
import type { Figures, Percentiles, Series } from './messages.ts';

/** Upper bound of the first bin, in milliseconds. */
const SMALLEST = 0.05;
const BINS_PER_DOUBLING = 8;
/** Up to 105 s; longer ones count as that. */
const BINS = 21 * BINS_PER_DOUBLING;

export class Latencies {
  count = 0;
  errors = 0;
  /** Milliseconds. */
  sum = 0;
  costs = 0;
  /** Number of values with a cost. */
  costCount = 0;
  readonly #bins = new Uint32Array(BINS);

  add(milliseconds: number, isFailed: boolean, cost: number | null = null): void {
    const index = Math.ceil(Math.log2(milliseconds / SMALLEST) * BINS_PER_DOUBLING);
    const bin = Math.min(BINS - 1, Math.max(0, index));
    this.#bins[bin] = (this.#bins[bin] as number) + 1;
    this.count += 1;
    this.sum += milliseconds;
    if (isFailed) this.errors += 1;
    if (cost === null) return;
    this.costs += cost;
    this.costCount += 1;
  }

  merge(other: Latencies): void {
    this.count += other.count;
    this.errors += other.errors;
    this.sum += other.sum;
    this.costs += other.costs;
    this.costCount += other.costCount;
    const bins = this.#bins;
    for (let bin = 0; bin < BINS; bin += 1) bins[bin] = (bins[bin] as number) + (other.#bins[bin] as number);
  }

  clear(): void {
    this.count = this.errors = this.sum = this.costs = this.costCount = 0;
    this.#bins.fill(0);
  }

  /** The value that this share of the values does not exceed, in milliseconds; null without values. */
  percentile(share: number): number | null {
    if (this.count === 0) return null;
    const rank = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      seen += this.#bins[bin] as number;
      // The middle of the bin, by ratio.
      if (seen >= rank) return rounded(SMALLEST * 2 ** ((bin - 0.5) / BINS_PER_DOUBLING));
    }
    return null;
  }

  get percentiles(): Percentiles {
    const { count, errors } = this;
    return { count, errors, p50: this.percentile(0.5), p95: this.percentile(0.95), p99: this.percentile(0.99) };
  }

  /** @param seconds that they were recorded in. */
  figures(seconds: number): Figures {
    return {
      ...this.percentiles,
      rate: rounded(this.count / seconds),
      cost: this.costCount === 0 ? null : rounded(this.costs / this.costCount),
    };
  }
}

interface Slice {
  /** Number of its time, counted from 1970. */
  number: number;
  latencies: Latencies;
}

/** Latencies of the last slices of time; older ones are written over. */
export class LatencyWindow {
  readonly #length: number;
  readonly #slices: (Slice | undefined)[];
  /** Milliseconds since 1970 of the latest value. */
  latest = 0;

  /** @param length of a slice, in milliseconds. */
  constructor(length: number, slices: number) {
    this.#length = length;
    this.#slices = Array(slices);
  }

  /** One that is older than the window is left out. */
  add(time: number, milliseconds: number, isFailed: boolean, cost: number | null = null): void {
    const number = Math.floor(time / this.#length);
    const index = number % this.#slices.length;
    let slice = this.#slices[index];
    if (!slice) {
      slice = { number, latencies: new Latencies() };
      this.#slices[index] = slice;
    } else if (slice.number > number) return;
    else if (slice.number < number) {
      slice.number = number;
      slice.latencies.clear();
    }
    slice.latencies.add(milliseconds, isFailed, cost);
    this.latest = time;
  }

  /** Adds those of the window before `now` to others. @param slices the latest ones; all of them by default. */
  mergeInto(total: Latencies, now: number, slices = this.#slices.length): void {
    const last = Math.floor(now / this.#length);
    for (const slice of this.#slices) {
      if (slice && slice.number > last - slices && slice.number <= last) total.merge(slice.latencies);
    }
  }

  total(now: number, slices?: number): Latencies {
    const total = new Latencies();
    this.mergeInto(total, now, slices);
    return total;
  }

  /** Seconds that `total` is of. @param since milliseconds since 1970 from which values were added. */
  seconds(now: number, since: number): number {
    const all = (this.#slices.length - 1) * this.#length + (now % this.#length);
    return Math.max(1, Math.min(all, now - since) / 1000);
  }

  isEmpty(now: number): boolean {
    return this.latest <= now - this.#length * this.#slices.length;
  }

  /** One element for each slice, without the one that is not over. */
  series(now: number): Series {
    const last = Math.floor(now / this.#length);
    const numbers = Array.from(this.#slices, (_, index) => last - this.#slices.length + index);
    const found = numbers.map((number) => {
      const slice = this.#slices[number % this.#slices.length];
      return slice?.number === number ? slice.latencies : null;
    });
    return {
      times: numbers.map((number) => number * this.#length),
      counts: found.map((latencies) => latencies?.count ?? 0),
      errors: found.map((latencies) => latencies?.errors ?? 0),
      p50: found.map((latencies) => latencies?.percentile(0.5) ?? null),
      p95: found.map((latencies) => latencies?.percentile(0.95) ?? null),
    };
  }
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
