// Compares the gateway with a monolithic schema over random federated graphs, for as long as one likes:
//   node test/federation/soak.ts --operations 10000 --seed 1
// Prints progress; at the first failure prints the graph and the smallest operation that shows it, and ends with code
// 1.
import { parseArgs } from 'node:util';
import { soak } from '../harness/soak.ts';
import { run } from './random/run.ts';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
await soak({ seed: Number(values.seed), operations: Number(values.operations) }, run);
