// Growth of a request's cost with the response's entities, with the subgraphs, and with the documents in use, for Concierge
// and two peers side by side. `npm run bench:growth` takes about four minutes; a run over a part prints and writes nothing.

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { composeSupergraph } from './composition.ts';
import { generatedGraph } from './growth/generated.ts';
import { type Grown, growthSection, writeGrowth } from './growth/report.ts';
import { type Point, type Series, series } from './growth/series.ts';
import { assignCores } from './run/cores.ts';
import { gatewaysNamed } from './run/gateways.ts';
import { describeMachine } from './run/machine.ts';
import { endOnSignals } from './run/processes.ts';
import type { QueryResults } from './run/results.ts';
import { type RunOptions, sideBySide } from './run/side-by-side.ts';
import { startSubgraphs } from './run/subgraph-process.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    series: { type: 'string' },
    /** Seconds of one round. */
    duration: { type: 'string', default: '1.5' },
    rounds: { type: 'string', default: '3' },
  },
});

const options: RunOptions = {
  connections: 50,
  warmUp: 1500,
  duration: 1000 * Number(values.duration),
  rounds: Number(values.rounds),
};
const taking = gatewaysNamed((values.only ?? 'concierge,hive-rust,stitching').split(','));
const growing = series.filter(({ name }) => !values.series || values.series.split(',').includes(name));
endOnSignals();
const machine = describeMachine([...new Set(['graphql', ...taking.flatMap(({ packages }) => packages)])]);
const cores = assignCores();
if (cores.warning) console.log(`Warning: ${cores.warning}`);

const grown: Grown[] = [];
for (const each of growing) {
  const found: QueryResults[] = [];
  for (const point of each.points) found.push(await measurePoint(each, point));
  grown.push({ series: each, found });
}

for (const each of grown) console.log(`\n${growthSection(each)}`);
if (!values.only && !values.series) {
  writeGrowth(grown, machine, new Date().toISOString().slice(0, 10));
  console.log('\nWritten: GROWTH.md, growth.svg, growth.json');
}

async function measurePoint({ name }: Series, { size, subgraphs: count, request }: Point): Promise<QueryResults> {
  const graph = generatedGraph(count);
  const server = fileURLToPath(new URL('./growth/server.ts', import.meta.url));
  const subgraphs = await startSubgraphs({
    command: [...cores.others, process.execPath, server, String(count), '--free-ports'],
    supergraph: composeSupergraph(graph),
    subgraphs: graph,
  });
  try {
    return await sideBySide(`${name} ${size}`, request, taking, subgraphs, cores, options, console.log);
  } finally {
    await subgraphs.stop();
  }
}
