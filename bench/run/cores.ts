// Cores of a run: the gateway under measurement has one to itself, everything else (load, subgraphs, the run's own
// process) shares the others, so that neither can lend or take time from the other.

import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export type Cores = {
  /** What comes before a command to pin it to the gateway's core; empty where pinning is not possible. */
  gateway: readonly string[];
  /** The same for all other processes. */
  others: readonly string[];
  /** The reason why nothing is pinned, for the report; undefined when all is well. */
  warning: string | undefined;
};

/** Core 0 for the gateway and the rest for the others; pins nothing without `taskset` or with a single core. */
export function assignCores(): Cores {
  const cores = availableParallelism();
  const problem = spawnSync('taskset', ['--version']).error
    ? 'taskset is missing (package util-linux), so nothing is pinned to a core: the figures vary more than they should.'
    : cores < 2
      ? 'There is one core only: gateway, load and subgraphs share it, and the figures mean little.'
      : undefined;
  if (problem) return { gateway: [], others: [], warning: problem };
  return { gateway: ['taskset', '-c', '0'], others: ['taskset', '-c', `1-${cores - 1}`], warning: undefined };
}
