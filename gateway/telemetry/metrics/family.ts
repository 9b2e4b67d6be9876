// Metric family: the series of one metric, by the values of its labels. Their number is bounded: values may come from
// clients and services.
import type { Series } from './series.ts';

export type MetricType = 'counter' | 'gauge' | 'histogram';

export interface FamilyOptions<One extends Series> {
  /** Without the suffixes that its samples get, such as `_total`. */
  name: string;
  help: string;
  type: MetricType;
  /** `seconds` or `bytes`, also the end of the name. */
  unit?: 'seconds' | 'bytes' | undefined;
  labels: readonly string[];
  create: () => One;
  /** Default: 1,000. */
  maxSeries?: number;
  /** Of a gauge: of several workers, the greatest value counts instead of the sum. Default: false. */
  isMaximum?: boolean;
}

/** Value of every label of the one series beyond the bound. */
export const other = '(other)';

const DEFAULT_MAX_SERIES = 1_000;

export class Family<One extends Series = Series> {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly unit: 'seconds' | 'bytes' | undefined;
  readonly labels: readonly string[];
  readonly maxSeries: number;
  readonly isMaximum: boolean;
  readonly #create: () => One;
  readonly #series = new Map<string, { values: readonly string[]; one: One }>();

  constructor(options: FamilyOptions<One>) {
    const { name, help, type, unit, labels, create, maxSeries = DEFAULT_MAX_SERIES, isMaximum = false } = options;
    this.name = name;
    this.help = help;
    this.type = type;
    this.unit = unit;
    this.labels = labels;
    this.#create = create;
    this.maxSeries = maxSeries;
    this.isMaximum = isMaximum;
  }

  /** The series of these label values, in the order of the labels. To be held by what measures often. */
  with(...values: string[]): One {
    const key = values.length === 1 ? (values[0] as string) : JSON.stringify(values);
    const known = this.#series.get(key);
    if (known) return known.one;
    const rest = this.labels.map(() => other);
    if (this.#series.size >= this.maxSeries && values.some((value) => value !== other)) return this.with(...rest);
    const one = this.#create();
    this.#series.set(key, { values, one });
    return one;
  }

  /** Gives up the series whose label has the value; `into` says where the values go. */
  remove(label: string, value: string, into: (one: One, values: readonly string[]) => void): void {
    const index = this.labels.indexOf(label);
    for (const [key, { values, one }] of this.#series) {
      if (values[index] !== value) continue;
      this.#series.delete(key);
      into(one, values);
    }
  }

  get size(): number {
    return this.#series.size;
  }

  /** Series in the order of their creation. Those made meanwhile may be left out. */
  *all(): Iterable<{ values: readonly string[]; one: One }> {
    yield* this.#series.values();
  }
}
