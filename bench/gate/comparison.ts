// Comparison of two states of the product in one case: the median of the slices' ratios with its interval, and memory.

import { median } from '../run/results.ts';
import type { Measured } from './slices.ts';

export type Comparison = {
  /** Microseconds of processor time a request, median. */
  cpu: [baseline: number, current: number];
  /**
   * The current state's processor time as a multiple of the baseline's: median over the slices. Its interval counts
   * each start of the two processes once, since processes of the same code differ for as long as they live.
   */
  ratio: number;
  low: number;
  high: number;
  /** The same ratio of all slices' processor time together: less sensitive to where collections of garbage fall. */
  total: number;
  /** The share of repeated runs, 0 to 1, whose interval holds the true median. */
  confidence: number;
  /** Bytes: resident after a slice (median), and at most. */
  resident: [baseline: number, current: number];
  peak: [baseline: number, current: number];
  /** Both responses are the same text; their data is the same in any case. */
  sameText: boolean;
};

/** Takes one pair for each start of the two processes. */
export function compare(parts: readonly (readonly [baseline: Measured, current: Measured])[]): Comparison {
  const ofBoth = (figure: (side: Measured[]) => number): [number, number] => [
    figure(parts.map(([baseline]) => baseline)),
    figure(parts.map(([, current]) => current)),
  ];
  const ratios = parts.map(([baseline, current]) => current.cpu.map((cpu, slice) => cpu / baseline.cpu[slice]!));
  return {
    cpu: ofBoth((side) => median(side.flatMap(({ cpu }) => cpu))),
    ratio: median(ratios.flat()),
    ...medianInterval(ratios.map(median)),
    total: quotient(ofBoth((side) => side.flatMap(({ cpu }) => cpu).reduce((sum, cpu) => sum + cpu, 0))),
    resident: ofBoth((side) => median(side.flatMap(({ resident }) => resident))),
    peak: ofBoth((side) => Math.max(...side.map(({ peak }) => peak))),
    sameText: parts.every(([baseline, current]) => baseline.response === current.response),
  };
}

export type FigureComparison = {
  /** Medians. */
  figures: [baseline: number, current: number];
  /** The median of the pairs' ratios, and the interval that holds the true one. */
  ratio: number;
  low: number;
  high: number;
  confidence: number;
};

/** Takes a pair of each measurement of both. */
export function compareFigures(pairs: readonly (readonly [baseline: number, current: number])[]): FigureComparison {
  const ratios = pairs.map(([baseline, current]) => current / baseline);
  return {
    figures: [median(pairs.map(([baseline]) => baseline)), median(pairs.map(([, current]) => current))],
    ratio: median(ratios),
    ...medianInterval(ratios),
  };
}

function quotient([baseline, current]: readonly [number, number]): number {
  return current / baseline;
}

/**
 * The narrowest interval between two of the sorted values, equally far from both ends, that holds the median of what
 * they were drawn from with 95 % confidence; all of them where they are too few. No assumption about their
 * distribution.
 */
function medianInterval(values: readonly number[]): { low: number; high: number; confidence: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  let index = 0;
  // The chance that exactly `index` of the values, or at most so many, lie below the median: a binomial distribution.
  let exactly = 0.5 ** count;
  let atMost = exactly;
  while (index < (count - 1) >> 1) {
    exactly *= (count - index) / (index + 1);
    if (2 * (atMost + exactly) > 0.05) break;
    atMost += exactly;
    index++;
  }
  return { low: sorted[index]!, high: sorted[count - 1 - index]!, confidence: 1 - 2 * atMost };
}
