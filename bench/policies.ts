// What policies cost a request that they allow: the product on the large query, with nothing guarded and with everything
// guarded, side by side. `npm run bench:policies` takes about a minute, prints a table and writes nothing. Exit code 1 where
// policies cost more than 3 % of the requests.

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeToken } from './policies/token.ts';
import { assignCores } from './run/cores.ts';
import { type Gateway, gatewaysNamed } from './run/gateways.ts';
import { endOnSignals } from './run/processes.ts';
import { queryNames, questionOf } from './run/questions.ts';
import type { QueryResults } from './run/results.ts';
import { sideBySide } from './run/side-by-side.ts';
import { startSubgraphs } from './run/subgraph-process.ts';
import { figuresTable } from './run/table.ts';
import { subgraphs as graph } from './subgraphs/graph.ts';

/** Guarded requests have to come at least so many times as fast as unguarded ones. */
const bar = 0.97;

const { values } = parseArgs({
  options: {
    query: { type: 'string', default: 'large' },
    /** Seconds of one round. */
    duration: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '7' },
    connections: { type: 'string', default: '50' },
  },
});

const [concierge] = gatewaysNamed(['concierge']) as [Gateway];
const { token, publicKey } = await makeToken();
const guarded: Gateway = {
  ...concierge,
  name: 'concierge-guarded',
  title: 'Everything guarded',
  args: (supergraph, port) => [
    ...concierge.args(guardedSupergraph(supergraph), port),
    '--config',
    'bench/policies/guarded.config.ts',
  ],
  env: { ...concierge.env, BENCH_PUBLIC_KEY: publicKey },
  headers: { authorization: `Bearer ${token}` },
};
const taking: readonly Gateway[] = [{ ...concierge, title: 'Nothing guarded' }, guarded];
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
const ratio = pairedRatio();
console.log(`\nGuarded requests come ${ratio.toFixed(3)} times as fast as unguarded ones; the bar is ${bar}.`);
// Not a number where one of the two was not measured.
if (!(ratio >= bar)) process.exitCode = 1;

/** Every object wants a scope, and the fields that hold lists want a user besides. */
function guardedSupergraph(file: string): string {
  const text = readFileSync(file, 'utf8')
    .replace(/^type (User|Product|Review)\b/gm, '$& @requiresScopes(scopes: [["shop:read"], ["admin"]])')
    .replace(/^( {2}(?:users|topProducts|reviews|product|author).*)$/gm, '$1 @authenticated');
  const target = join(dirname(file), 'guarded.graphql');
  writeFileSync(target, text);
  return target;
}

/** The median of the ratios of neighbouring rounds: what happens on the machine meanwhile happens to both. */
function pairedRatio(): number {
  const [plain, other] = [concierge.name, guarded.name].map(
    (name) => results.entries.find(({ gateway }) => gateway === name)?.rounds ?? [],
  ) as [QueryResults['entries'][number]['rounds'], QueryResults['entries'][number]['rounds']];
  const ratios = plain
    .flatMap((round, index) => {
      const paired = other[index];
      return paired ? [paired.requestsPerSecond / round.requestsPerSecond] : [];
    })
    .sort((one, two) => one - two);
  return ratios.length === 0 ? Number.NaN : (ratios[Math.floor(ratios.length / 2)] as number);
}
