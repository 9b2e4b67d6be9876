// Checks the properties of composition for any number of sets of random services:
//   node test/composition/soak.ts --count 10000 --seed 1
import { parseArgs } from 'node:util';
import { soak } from '../harness/soak.ts';
import { checkGraph, type PropertyCounts } from './properties.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});

await soak({ seed: Number(values.seed), operations: Number(values.count) }, async ({ seed, operations, progress }) => {
  const counts: PropertyCounts = { graphs: 0, conflicts: 0, operations: 0, fetches: 0 };
  for (let index = 0; index < operations; index += 1) {
    checkGraph(seed + index, 2, counts);
    progress(index + 1);
  }
  return counts;
});
