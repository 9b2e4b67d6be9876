// Results of a run: the rounds as measured, and their medians.

import type { Round } from './measurement.ts';

export type Entry = {
  gateway: string;
  title: string;
  rounds: readonly Round[];
  /** Bytes. */
  peakMemory: number;
  responseBytes: number;
  inOrder: boolean;
  upstreamAlone: number;
};

/** A gateway that could not be measured, with the reason. */
export type Absence = { gateway: string; title: string; reason: string };

export type QueryResults = { query: string; entries: readonly Entry[]; absences: readonly Absence[] };

export type Machine = {
  processor: string;
  cores: number;
  memoryGigabytes: number;
  node: string;
  kernel: string;
  packages: Record<string, string>;
  /** The load average of the last minute before the run, from the system. */
  loadBefore: number;
};

export type Results = {
  takenAt: string;
  machine: Machine;
  /** Durations, in milliseconds, by query. */
  settings: { connections: number; durations: Record<string, number>; warmUp: number; rounds: number };
  warnings: readonly string[];
  queries: readonly QueryResults[];
};

/** The round whose every figure is the median of the rounds' figures. */
export function medianRound(rounds: readonly Round[]): Round {
  const of = (figure: keyof Round) => median(rounds.map((round) => round[figure]));
  return {
    received: of('received'),
    requestsPerSecond: of('requestsPerSecond'),
    p50: of('p50'),
    p99: of('p99'),
    cpuPerRequest: of('cpuPerRequest'),
    upstreamPerRequest: of('upstreamPerRequest'),
    subgraphLoad: of('subgraphLoad'),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
