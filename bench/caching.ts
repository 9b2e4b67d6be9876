// What keeping answers saves: the product on the large query without a cache, with whole answers kept, and with entities
// kept, side by side. `npm run bench:caching` takes about half a minute, prints a table and writes nothing. Exit code 1 where
// kept answers come less than five times as fast.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { assignCores } from './run/cores.ts';
import { type Gateway, gatewaysNamed } from './run/gateways.ts';
import { endOnSignals } from './run/processes.ts';
import { queryNames, questionOf } from './run/questions.ts';
import { medianRound, type QueryResults } from './run/results.ts';
import { sideBySide } from './run/side-by-side.ts';
import { startSubgraphs } from './run/subgraph-process.ts';
import { figuresTable } from './run/table.ts';
import { subgraphs as graph } from './subgraphs/graph.ts';

/** Kept answers have to come at least so many times as fast as fetched ones. */
const bar = 5;

const { values } = parseArgs({
  options: {
    query: { type: 'string', default: 'large' },
    /** Seconds of one round. */
    duration: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '50' },
  },
});

const [concierge] = gatewaysNamed(['concierge']) as [Gateway];
const taking: readonly Gateway[] = [
  { ...concierge, title: 'Nothing kept' },
  keeping('answers', 'Whole answers kept'),
  keeping('entities', 'Entities kept'),
];
const query = queryNames.find((name) => name === values.query);
if (!query) throw new Error(`There is no query "${values.query}"; there are ${queryNames.join(', ')}.`);

endOnSignals();
const cores = assignCores();
if (cores.warning) console.log(`Warning: ${cores.warning}`);
const subgraphs = await startSubgraphs({
  command: [
    ...cores.others,
    process.execPath,
    fileURLToPath(new URL('./subgraphs/server.ts', import.meta.url)),
    '--free-ports',
  ],
  supergraph: readFileSync(new URL('./supergraph.graphql', import.meta.url), 'utf8'),
  subgraphs: graph,
});
let results: QueryResults;
try {
  const options = {
    connections: Number(values.connections),
    warmUp: 2000,
    duration: 1000 * Number(values.duration),
    rounds: Number(values.rounds),
  };
  results = await sideBySide(query, questionOf(query), taking, subgraphs, cores, options, console.log);
} finally {
  await subgraphs.stop();
}

console.log(`\n${figuresTable(results, concierge.name)}`);
const ratio = rateOf('concierge-answers') / rateOf(concierge.name);
console.log(`\nKept answers come ${ratio.toFixed(1)} times as fast as fetched ones; the bar is ${bar}.`);
// Not a number where one of the two was not measured.
if (!(ratio >= bar)) process.exitCode = 1;

function keeping(what: 'answers' | 'entities', title: string): Gateway {
  const config = `bench/caching/${what}.config.ts`;
  return {
    ...concierge,
    name: `concierge-${what}`,
    title,
    args: (supergraph, port) => [...concierge.args(supergraph, port), '--config', config],
  };
}

function rateOf(name: string): number {
  const entry = results.entries.find(({ gateway }) => gateway === name);
  return entry ? medianRound(entry.rounds).requestsPerSecond : Number.NaN;
}
