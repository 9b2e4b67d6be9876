// Variants of the product on one query, side by side, over subgraphs of their own, measured in turns.

import { benchmarkGraph } from './benchmark-graph.ts';
import { assignCores } from './cores.ts';
import type { Gateway } from './gateways.ts';
import { endOnSignals } from './processes.ts';
import { queryNamed, requestOf } from './requests.ts';
import type { QueryResults } from './results.ts';
import { sideBySide } from './side-by-side.ts';
import { startSubgraphs } from './subgraph-process.ts';
import { figuresTable } from './table.ts';

/** As the command line gives them. */
export type VariantOptions = {
  query: string;
  /** Seconds of one round. */
  duration: string;
  rounds: string;
  connections: string;
};

/** Measures the variants and prints what was measured, as parts of the first one's figures. */
export async function measureVariants(variants: readonly Gateway[], values: VariantOptions): Promise<QueryResults> {
  const query = queryNamed(values.query);
  endOnSignals();
  const cores = assignCores();
  if (cores.warning) console.log(`Warning: ${cores.warning}`);
  const subgraphs = await startSubgraphs(benchmarkGraph(cores));
  let results: QueryResults;
  try {
    const options = {
      connections: Number(values.connections),
      warmUp: 2000,
      duration: 1000 * Number(values.duration),
      rounds: Number(values.rounds),
    };
    results = await sideBySide(query, requestOf(query), variants, subgraphs, cores, options, console.log);
  } finally {
    await subgraphs.stop();
  }
  console.log(`\n${figuresTable(results, (variants[0] as Gateway).name)}`);
  return results;
}

/**
 * How many times as fast the second one is: the median of the ratios of neighbouring rounds, since what happens on the
 * machine meanwhile happens to both. Not a number where one of the two was not measured.
 */
export function pairedRatio(results: QueryResults, first: string, second: string): number {
  const roundsOf = (name: string) => results.entries.find(({ gateway }) => gateway === name)?.rounds ?? [];
  const others = roundsOf(second);
  const ratios = roundsOf(first)
    .flatMap((round, index) => {
      const paired = others[index];
      return paired ? [paired.requestsPerSecond / round.requestsPerSecond] : [];
    })
    .sort((one, two) => one - two);
  return ratios[Math.floor(ratios.length / 2)] ?? Number.NaN;
}
