// Median of repeated measurements, with its confidence interval by order statistics, which assumes no distribution.

export interface Interval {
  median: number;
  /** Bounds of the interval that has the true median with a confidence of 95 %. */
  low: number;
  high: number;
}

export function medianOf(values: readonly number[]): Interval {
  const sorted = values.toSorted((one, other) => one - other);
  const { length } = sorted;
  const at = (index: number) => sorted[Math.min(length - 1, Math.max(0, Math.round(index)))] as number;
  const half = 0.98 * Math.sqrt(length);
  return { median: at((length - 1) / 2), low: at((length - 1) / 2 - half), high: at((length - 1) / 2 + half) };
}
