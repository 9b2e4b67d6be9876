// Series: the values of one metric with one set of labels. The code that measures holds the object itself, so that a
// measurement is an addition; names and labels are needed only when the values are written.

/** A number that only grows. */
export class Counter {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }
}

/** A number that goes up and down. */
export class Gauge {
  value = 0;

  set(value: number): void {
    this.value = value;
  }

  add(amount = 1): void {
    this.value += amount;
  }
}

/** A measurement with the trace that it belongs to. */
export interface Exemplar {
  traceId: string;
  value: number;
  /** Seconds since 1970. */
  time: number;
}

/** Upper bounds for seconds: those that the peers use. */
export const durationBounds: readonly number[] = [
  ...[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
];

/** How often values occurred, by upper bounds. */
export class Histogram {
  readonly bounds: readonly number[];
  /** For each bound, and beyond the last one. Not cumulative. */
  readonly counts: Float64Array;
  /** Of each bucket one of the latest second that has any; null without any. */
  exemplars: (Exemplar | undefined)[] | null = null;
  sum = 0;

  /** @param bounds ascending. */
  constructor(bounds: readonly number[] = durationBounds) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** @param traceId of a sampled trace. */
  observe(value: number, traceId?: string): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket += 1;
    counts[bucket] = (counts[bucket] as number) + 1;
    this.sum += value;
    if (traceId === undefined) return;
    this.exemplars ??= [];
    const time = Date.now() / 1000;
    if (time - (this.exemplars[bucket]?.time ?? 0) < 1) return;
    // A copy: an id is a part of a longer text, which would stay in memory with it.
    this.exemplars[bucket] = { traceId: Buffer.from(traceId, 'latin1').toString('latin1'), value, time };
  }

  /** Takes over the values of a series that is given up. */
  absorb({ counts, sum }: { counts: Iterable<number>; sum: number }): void {
    let bucket = 0;
    for (const count of counts) {
      this.counts[bucket] = (this.counts[bucket] as number) + count;
      bucket += 1;
    }
    this.sum += sum;
  }
}

export type Series = Counter | Gauge | Histogram;
