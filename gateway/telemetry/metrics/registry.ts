// Metrics registry: every family of the process, in the order in which they are written.
import { Family } from './family.ts';
import { Counter, durationBounds, Gauge, Histogram, type Series } from './series.ts';

interface Options {
  labels?: readonly string[];
  unit?: 'seconds' | 'bytes';
  maxSeries?: number;
  isMaximum?: boolean;
}

export class MetricsRegistry {
  readonly #families = new Map<string, Family>();
  readonly #readers: (() => void)[] = [];

  /** @throws Error for a name that is taken. */
  counter(name: string, help: string, options: Options = {}): Family<Counter> {
    return this.#add(
      new Family({
        ...options,
        name,
        help,
        type: 'counter',
        labels: options.labels ?? [],
        create: () => new Counter(),
      }),
    );
  }

  gauge(name: string, help: string, options: Options = {}): Family<Gauge> {
    return this.#add(
      new Family({ ...options, name, help, type: 'gauge', labels: options.labels ?? [], create: () => new Gauge() }),
    );
  }

  /** @param options.bounds upper bounds of the buckets; default: those of durations in seconds. */
  histogram(name: string, help: string, options: Options & { bounds?: readonly number[] } = {}): Family<Histogram> {
    const { bounds = durationBounds, labels = [], ...rest } = options;
    return this.#add(
      new Family({ ...rest, name, help, type: 'histogram', labels, create: () => new Histogram(bounds) }),
    );
  }

  /** Calls `read` before the values are written: it sets gauges and counters that are counted elsewhere. */
  beforeWriting(read: () => void): void {
    this.#readers.push(read);
  }

  /** The families with their present values. */
  families(): Family[] {
    for (const read of this.#readers) read();
    return [...this.#families.values()];
  }

  #add<One extends Series>(family: Family<One>): Family<One> {
    if (this.#families.has(family.name)) throw new Error(`The metric ${family.name} is registered twice.`);
    this.#families.set(family.name, family as unknown as Family);
    return family;
  }
}
