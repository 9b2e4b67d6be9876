// Compares responses in parts with those in one part, over any number of operations:
//   node test/defer/soak.ts --graph edgeCases --count 10000 --seed 1
// Prints progress; at the first difference prints the smallest operation that shows it, and ends with code 1.
import { parseArgs } from 'node:util';
import { graphNames, openGraphUnderTest } from '../differential/graphs.ts';
import { shrink } from '../differential/shrink.ts';
import { checkDeferred, type DeferCounts, deferredOperation } from './deferred-operations.ts';

const { values } = parseArgs({
  options: {
    graph: { type: 'string', default: 'edgeCases' },
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const [count, firstSeed] = [Number(values.count), Number(values.seed)];
const graph = graphNames.find((name) => name === values.graph);
if (!graph) throw new Error(`--graph is one of ${graphNames.join(', ')}`);

const { graph: underTest, close } = openGraphUnderTest(graph);
const counts: DeferCounts = { cases: 0, inParts: 0, failed: 0 };
console.log(`${graph}: ${count} operations from seed ${firstSeed}`);
for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
  const operation = deferredOperation(underTest, seed);
  const difference = await checkDeferred(underTest, seed, operation, counts);
  if (difference) {
    const again = (smaller: typeof operation) => checkDeferred(underTest, seed, smaller, { ...counts });
    const smallest = await shrink(
      underTest.graph.schema,
      operation,
      async (smaller) => (await again(smaller).catch(() => null)) !== null,
    );
    console.log(`graph ${graph}, seed ${seed}: ${await again(smallest)}`);
    console.log(smallest.text, JSON.stringify(smallest.variables));
    close();
    process.exit(1);
  }
  const done = seed - firstSeed + 1;
  if (done % 1000 === 0) console.log(`${done} agree ${JSON.stringify(counts)}`);
}
console.log(`all ${count} agree ${JSON.stringify(counts)}`);
close();
