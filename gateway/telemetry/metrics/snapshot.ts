// Snapshot of metrics: the families of one process as data, and the sum of those of several. Counters and histograms are
// summed; a gauge says whether its values are summed, or the greatest counts.
import { Family, type MetricType } from './family.ts';
import { Counter, type Exemplar, Gauge, Histogram, type Series } from './series.ts';

export interface FamilySnapshot {
  name: string;
  help: string;
  type: MetricType;
  unit?: 'seconds' | 'bytes' | undefined;
  labels: readonly string[];
  /** Of gauges whose greatest value counts. */
  isMaximum: boolean;
  maxSeries: number;
  /** Upper bounds of a histogram's buckets. */
  bounds?: readonly number[];
  series: readonly SeriesSnapshot[];
}

/** Label values, and the value; counts of buckets, sum and exemplars for a histogram. */
export type SeriesSnapshot =
  | readonly [values: readonly string[], value: number]
  | readonly [values: readonly string[], counts: readonly number[], sum: number, exemplars: readonly BucketExemplar[]];

type BucketExemplar = readonly [bucket: number, exemplar: Exemplar];

export function snapshotOf(families: readonly Family[]): FamilySnapshot[] {
  return families.map((family) => {
    const { name, help, type, unit, labels, isMaximum, maxSeries } = family;
    // A metric without labels always has its one series.
    if (labels.length === 0) family.with();
    const all = [...family.all()];
    const histogram = all.find(({ one }) => one instanceof Histogram)?.one as Histogram | undefined;
    const series = all.map(({ values, one }) => seriesOf(values, one));
    const rest = { isMaximum, maxSeries, series, ...(histogram && { bounds: histogram.bounds }) };
    return { name, help, type, unit, labels, ...rest };
  });
}

function seriesOf(values: readonly string[], one: Series): SeriesSnapshot {
  if (!(one instanceof Histogram)) return [values, one.value];
  const exemplars = (one.exemplars ?? []).flatMap((exemplar, bucket): BucketExemplar[] =>
    exemplar ? [[bucket, exemplar]] : [],
  );
  return [values, [...one.counts], one.sum, exemplars];
}

/** Families of several processes. */
export class SummedFamilies {
  readonly #families = new Map<string, Family>();

  get families(): Family[] {
    return [...this.#families.values()];
  }

  /** @param only those whose sum never falls. */
  add(snapshot: readonly FamilySnapshot[], only: 'all' | 'growing' = 'all'): void {
    for (const each of snapshot) if (only === 'all' || each.type !== 'gauge') this.#add(each);
  }

  #add({ series, bounds = [], ...described }: FamilySnapshot): void {
    const { name, type, isMaximum } = described;
    let family = this.#families.get(name);
    if (!family) {
      family = new Family<Series>({ ...described, create: () => createSeries(type, bounds) });
      this.#families.set(name, family);
    }
    for (const [values, ...figures] of series) add(family.with(...values), figures, isMaximum);
  }
}

function createSeries(type: MetricType, bounds: readonly number[]): Series {
  if (type === 'histogram') return new Histogram(bounds);
  return type === 'counter' ? new Counter() : new Gauge();
}

type Figures = readonly [number] | readonly [readonly number[], number, readonly BucketExemplar[]];

function add(one: Series, figures: Figures, isMaximum: boolean): void {
  if (one instanceof Histogram) {
    if (figures.length === 3) addHistogram(one, ...figures);
  } else if (figures.length === 1) {
    one.value = isMaximum ? Math.max(one.value, figures[0]) : one.value + figures[0];
  }
}

function addHistogram(
  one: Histogram,
  counts: readonly number[],
  sum: number,
  exemplars: readonly BucketExemplar[],
): void {
  // Other bounds are of another version of the gateway: their counts have no place.
  if (counts.length !== one.counts.length) return;
  one.absorb({ counts, sum });
  for (const [bucket, exemplar] of exemplars) {
    one.exemplars ??= [];
    if ((one.exemplars[bucket]?.time ?? 0) < exemplar.time) one.exemplars[bucket] = exemplar;
  }
}
