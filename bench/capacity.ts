// How many workers a load needs, by a simulation with measured figures, which is checked first: what it predicts of two
// workers has to be what two workers are measured to do.
//   node capacity.ts [--seconds 5] [--rate 300]
import { parseArgs } from 'node:util';
import { type MeasuredLoad, rounds, startRig } from './capacity/measured.ts';
import { type Kind, simulate } from './capacity/simulation.ts';
import { sizeFor } from './capacity/sizing.ts';
import { assignCores } from './run/cores.ts';
import { endOnSignals } from './run/processes.ts';
import { type QueryName, queryNames } from './run/requests.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, rate: { type: 'string', default: '300' } },
});
const seconds = Number(values.seconds);
const rate = Number(values.rate);
/** Shares of the three queries in the load that is sized: most requests of frontends are small. */
const mix: Readonly<Record<QueryName, number>> = { 'small-one': 0.6, 'small-three': 0.35, large: 0.05 };
/** Largest difference between what is predicted and what is measured. */
const TOLERANCE = 0.25;

endOnSignals();
const cores = assignCores();

async function measure(workers: number): Promise<Map<QueryName, MeasuredLoad>> {
  const rig = await startRig(workers, cores);
  try {
    const measured = new Map<QueryName, MeasuredLoad>();
    for (const query of queryNames) {
      console.log(`${workers} worker(s): ${query}, ${rate} requests per second …`);
      measured.set(query, await rig.load(query, rate, seconds));
    }
    return measured;
  } finally {
    await rig.stop();
  }
}

/** The time that is not the gateway's is that of the services, in equal rounds. */
function kindOf(query: QueryName, { processor, p50 }: MeasuredLoad, share: number): Kind {
  const services = Math.max(0, p50 - processor) / rounds[query];
  return { share, processor, rounds: Array.from({ length: rounds[query] }, () => services) };
}

const one = await measure(1);
const two = await measure(2);
const missed: string[] = [];
const rows = queryNames.map((query) => {
  const [alone, both] = [one.get(query)!, two.get(query)!];
  const kinds = [kindOf(query, alone, 1)];
  const predicted = simulate({ kinds, workers: 2, rate, duration: 30, warmUp: 2, arrivals: 'equal' });
  const busy = both.busy.reduce((sum, each) => sum + each, 0) / both.busy.length;
  for (const [what, expected, found] of [
    ['busy', predicted.busy, busy],
    ['p50', predicted.p50, both.p50],
  ] as const) {
    if (Math.abs(found / expected - 1) > TOLERANCE) {
      missed.push(`${query}: ${what} of two workers is ${found.toFixed(3)}, and ${expected.toFixed(3)} was predicted`);
    }
  }
  if (alone.failed + both.failed > 0) missed.push(`${query}: ${alone.failed + both.failed} requests have failed`);
  return {
    query,
    'one: µs a request': Math.round(alone.processor * 1000),
    'two: µs a request': Math.round(both.processor * 1000),
    ratio: (both.processor / alone.processor).toFixed(2),
    'two: busy, predicted': predicted.busy.toFixed(3),
    'two: busy, measured': busy.toFixed(3),
    'two: p50 ms, predicted': predicted.p50.toFixed(1),
    'two: p50 ms, measured': both.p50.toFixed(1),
  };
});
console.table(rows);

const kinds = queryNames.map((query) => kindOf(query, one.get(query)!, mix[query]));
console.log('\nWorkers for a mix of 60 % small queries to one service, 35 % to three, 5 % large ones:');
console.table(
  [1_000, 10_000, 100_000, 1_000_000].map((perSecond) => {
    const { workers, busy, busyInFailure, p99 } = sizeFor({
      kinds,
      rate: perSecond,
      failing: 1 / 3,
      margin: 20,
      maxBusy: 0.8,
    });
    return {
      'requests per second': perSecond,
      workers,
      'busy, usually': busy.toFixed(2),
      'busy, while a third has failed': busyInFailure.toFixed(2),
      'p99 ms then': p99.toFixed(1),
    };
  }),
);
for (const words of missed) console.log(words);
process.exitCode = missed.length > 0 ? 1 : 0;
