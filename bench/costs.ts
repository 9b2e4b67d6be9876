// The actual cost of responses by processor time: the large query in this process (`gateway.inject`), with its services in
// another, through a gateway that does not count costs and one that does, in turns; and the count alone, over the services'
// responses to the same query. `npm run bench:costs` takes about two minutes, and writes nothing. Exit code 1 where the count
// takes more than the bar.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'graphql';
import { createGateway, type Gateway, type GatewayConfig } from '../gateway/index.ts';
import { CostModel } from '../gateway/policy/limits/cost.ts';
import { readCostRules } from '../gateway/policy/limits/cost-rules.ts';
import { ResponseCounter } from '../gateway/policy/response-counter.ts';
import { noDeniedFields } from '../gateway/query-plan/denied-fields.ts';
import { benchGraph } from '../test/differential/bench-graph.ts';
import { type Interval, medianOf } from './observability/interval.ts';
import { benchmarkGraph } from './run/benchmark-graph.ts';
import { assignCores } from './run/cores.ts';
import { runInjected } from './run/injected-requests.ts';
import { startSubgraphs } from './run/subgraph-process.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    /** Requests of one gateway in one round. */
    round: { type: 'string', default: '200' },
  },
});

/** Share of a request's time that the count may take. */
const BAR = 0.005;
const CONCURRENCY = 10;

const query = readFileSync(new URL('./queries/large.graphql', import.meta.url), 'utf8');
const subgraphs = await startSubgraphs(benchmarkGraph(assignCores()));
const gatewayWith = (options: Partial<GatewayConfig>): Gateway =>
  createGateway(
    {
      ...{
        port: 0,
        log: { level: 'silent' },
        usage: false,
        deduplicateInFlight: false,
        overload: false,
        limits: { cost: false },
      },
      supergraph: subgraphs.supergraph,
      ...options,
    },
    subgraphs.directory,
  );
const gateways = {
  'not counted': gatewayWith({}),
  counted: gatewayWith({ limits: { cost: false, actualCost: true }, metrics: { public: true } }),
  'metrics alone': gatewayWith({ metrics: { public: true } }),
};
type Name = keyof typeof gateways;
const names = Object.keys(gateways) as Name[];

const run = (gateway: Gateway, requests: number) => runInjected(gateway, { query, requests, concurrency: CONCURRENCY });

const [rounds, perRound] = [Number(values.rounds), Number(values.round)];
const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
for (const name of [...names, ...names]) await run(gateways[name], 2 * perRound);
for (let round = 0; round < rounds; round += 1) {
  const turn = round % names.length;
  for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
    times[name].push(await run(gateways[name], perRound));
  }
}
const written = ({ median, low, high }: Interval) =>
  `${median.toFixed(1)} µs (95 %: ${low.toFixed(1)} to ${high.toFixed(1)})`;
const whole = medianOf(times['metrics alone']);
console.log(`a request of the large query, ${rounds} rounds of ${perRound}: ${written(whole)}`);
const differences = times.counted.map((time, round) => time - (times['metrics alone'][round] as number));
console.log(`with costs: ${written(medianOf(differences))} more`);
for (const gateway of Object.values(gateways)) await gateway.stop();
await subgraphs.stop();

const alone = await countAlone();
const share = alone.median / whole.median;
console.log(
  `the count alone: ${written(alone)}, ${(100 * share).toFixed(2)} % of a request; the bar is ${100 * BAR} %`,
);
if (!(share <= BAR)) process.exitCode = 1;

/** Microseconds of the processor's time for one count. */
async function countAlone(): Promise<Interval> {
  const graph = benchGraph();
  const operation = { document: parse(query), text: query, variables: {}, operationName: undefined };
  const { executed, prepared } = await graph.runEngine(operation);
  const coerced = prepared.coerce({});
  if ('errors' in coerced) throw new Error('The query has no variables.');
  const planned = {
    operation: prepared,
    plan: prepared.planFor({}),
    coerced: {},
    given: {},
    deniedFields: noDeniedFields,
  };
  const { schema, sources } = graph.graph;
  const counter = new ResponseCounter(new CostModel(schema, readCostRules(sources), { assumedListSize: 10 }));
  const counts: number[] = [];
  const repeats = 2_000;
  for (let round = 0; round < 120; round += 1) {
    const before = process.cpuUsage();
    for (let one = 0; one < repeats; one += 1) counter.count(planned, executed);
    const { user, system } = process.cpuUsage(before);
    counts.push((user + system) / repeats);
  }
  return medianOf(counts.slice(20));
}
