// Shows that no caller gets another's data, whatever is cached and shared:
//   node test/caching/cross-user.ts [--count 100000] [--identities 50] [--concurrency 32] [--seed 1]
// Exit code 1 where a caller got another's data.
import { parseArgs } from 'node:util';
import { crossUsers } from './cross-user-requests.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    identities: { type: 'string', default: '50' },
    concurrency: { type: 'string', default: '32' },
    seed: { type: 'string', default: '1' },
  },
});

const count = Number(values.count);
const started = performance.now();
let printed = 0;
const { requests, operations, wrong, calls, stats } = await crossUsers({
  count,
  identities: Number(values.identities),
  concurrency: Number(values.concurrency),
  seed: Number(values.seed),
  progress(done) {
    if (done - printed < 5000) return;
    printed = done;
    console.log(`${done} of ${count}`);
  },
});
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${requests} requests with ${operations} operations in ${seconds} s; the services got ${calls} requests`);
console.log(JSON.stringify(stats));
for (const one of wrong) console.log(one);
console.log(wrong.length === 0 ? 'every caller got their own data' : 'some caller got wrong data');
process.exitCode = wrong.length === 0 ? 0 : 1;
