// Soak test through the fault proxy:
//   node test/resilience/fault-soak.ts [--count 1000000] [--minutes 30] [--identities 50] [--concurrency 48] [--seed 1]
// Exit code 1 for a wrong response, an error without a fault, a request that hangs, a mutation that was executed twice, or
// memory and handles that grow.
import { parseArgs } from 'node:util';
import { soakThroughFaults } from './fault-soak-run.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '60' },
    identities: { type: 'string', default: '50' },
    concurrency: { type: 'string', default: '48' },
    seed: { type: 'string', default: '1' },
  },
});

const count = Number(values.count);
const started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
let printed = 0;
const result = await soakThroughFaults({
  count,
  maxTime: Number(values.minutes) * 60_000,
  identities: Number(values.identities),
  concurrency: Number(values.concurrency),
  seed: Number(values.seed),
  progress(done) {
    if (done - printed < Math.min(10_000, count / 10)) return;
    printed = done;
    console.log(`${done} of ${count} in ${seconds()} s, ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
  },
});
const { wrong, unexplained, hung, repeated, usage, handlesBefore, inFlight, ...figures } = result;
console.log(JSON.stringify(figures, null, 2));
console.log(JSON.stringify({ usage, handlesBefore, inFlight }));
for (const problem of [...wrong, ...unexplained, ...hung, ...repeated]) console.log(problem);
const grows = usage.late.heap > usage.early.heap + 20_000_000 || usage.closed.handles > handlesBefore || inFlight > 0;
if (grows) console.log('memory, handles or requests in flight have grown');
const isFine = wrong.length + unexplained.length + hung.length + repeated.length === 0 && !grows;
console.log(
  `${result.requests} requests in ${seconds()} s: ${isFine ? 'all as they have to be' : 'there are problems'}`,
);
process.exitCode = isFine ? 0 : 1;
