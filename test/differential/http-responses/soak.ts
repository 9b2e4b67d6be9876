// Compares the gateway's reading of responses with undici's over any number of generated ones:
//   node test/differential/http-responses/soak.ts --count 1000000 --seed 1
// Prints progress; ends with code 1 at the first that is read in another way.
import { parseArgs } from 'node:util';
import { compareResponse, type Outcomes } from './compare.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const [count, firstSeed] = [Number(values.count), Number(values.seed)];
const outcomes: Outcomes = {};
for (let seed = firstSeed; seed < firstSeed + count; seed++) {
  const difference = await compareResponse(seed, outcomes);
  if (difference) {
    console.error(difference);
    process.exit(1);
  }
  const done = seed - firstSeed + 1;
  if (done % 50_000 === 0) console.log(`${done} of ${count}: ${JSON.stringify(outcomes)}`);
}
console.log(`All ${count} agree, or are rejected here (gateway/undici): ${JSON.stringify(outcomes)}`);
