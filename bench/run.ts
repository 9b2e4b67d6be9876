// The benchmark: all gateways side by side on all queries. `npm run bench` takes two to three minutes,
// `npm run bench -- --full` about a quarter of an hour. A run over a part (`--only`, `--queries`) prints and writes nothing.

import { parseArgs } from 'node:util';
import { benchmarkGraph } from './run/benchmark-graph.ts';
import { assignCores } from './run/cores.ts';
import { gateways, gatewaysNamed } from './run/gateways.ts';
import { describeMachine } from './run/machine.ts';
import { endOnSignals } from './run/processes.ts';
import { section, writeReport } from './run/report.ts';
import { type QueryName, queryNames, requestOf } from './run/requests.ts';
import type { QueryResults } from './run/results.ts';
import { type RunOptions, sideBySide } from './run/side-by-side.ts';
import { startSubgraphs } from './run/subgraph-process.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    queries: { type: 'string' },
    /** Seconds of one round. */
    duration: { type: 'string' },
    rounds: { type: 'string' },
    connections: { type: 'string', default: '50' },
    /** Milliseconds that every subgraph takes for every response. */
    latency: { type: 'string', default: '0' },
  },
});

const options = {
  connections: Number(values.connections),
  warmUp: values.full ? 5000 : 2000,
  rounds: Number(values.rounds ?? (values.full ? 5 : 3)),
};
// Fifty responses of a slow gateway to the large query take it more than a second: a shorter round would count waves.
const durationOf = (query: QueryName): number =>
  1000 * Number(values.duration ?? (values.full ? 8 : query === 'large' ? 3 : 1));
const partial = Boolean(values.only || values.queries || values.latency !== '0');
const taking = values.only ? gatewaysNamed(values.only.split(',')) : gateways;
const queries = queryNames.filter((name) => !values.queries || values.queries.split(',').includes(name));
const progress = (words: string) => console.log(words);

endOnSignals();
const machine = describeMachine([...new Set(['graphql', ...taking.flatMap(({ packages }) => packages)])]);
const cores = assignCores();
if (cores.warning) progress(`Warning: ${cores.warning}`);

const subgraphs = await startSubgraphs(benchmarkGraph(cores, values.latency));

const found: QueryResults[] = [];
try {
  for (const query of queries) {
    const settings: RunOptions = { ...options, duration: durationOf(query) };
    found.push(await sideBySide(query, requestOf(query), taking, subgraphs, cores, settings, progress));
  }
} finally {
  await subgraphs.stop();
}

for (const results of found) console.log(`\n${section(results)}`);
const complete = found.every(({ entries }) => entries.some(({ gateway }) => gateway === 'concierge'));
if (partial) {
  console.log('\nA run over a part: nothing is written.');
} else if (!complete) {
  console.log('\nConcierge was not measured on every query: nothing is written.');
  process.exitCode = 1;
} else {
  writeReport({
    takenAt: new Date().toISOString().slice(0, 10),
    machine,
    settings: { ...options, durations: Object.fromEntries(queries.map((query) => [query, durationOf(query)])) },
    warnings: cores.warning ? [cores.warning] : [],
    queries: found,
  });
  progress('\nWritten: RESULTS.md, results.svg, results.json');
}
