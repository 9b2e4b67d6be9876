// Compares the gateway with a monolithic schema over random federated graphs, for as long as one likes:
//   node test/federation/soak.ts --operations 10000 --seed 1
// Prints progress; at the first failure prints the graph and the smallest operation that shows it, and ends with code 1.
import { parseArgs } from 'node:util';
import { run } from './random/run.ts';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [seed, operations] = [Number(values.seed), Number(values.operations)];
console.log(`${operations} operations from seed ${seed}`);
let printed = 0;
try {
  const counts = await run({
    seed,
    operations,
    progress(done) {
      if (done - printed < 500) return;
      printed = done;
      console.log(`${done} agree`);
    },
  });
  console.log(`all agree: ${JSON.stringify(counts)}`);
} catch (error) {
  console.log(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 1;
}
