// Compares the engine with its oracles over any number of operations:
//   node test/differential/soak.ts --graph edgeCases --count 100000 --seed 1
// Prints progress; at the first difference prints the smallest operation that shows it, and ends with code 1.
import { parseArgs } from 'node:util';
import { type Counts, checkOperation, describeMismatch, operationFor } from './check.ts';
import { graphNames, openGraphUnderTest } from './graphs.ts';
import { shrink } from './shrink.ts';

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
const counts: Counts = { cases: 0, deviations: {} };
console.log(`${graph}: ${count} operations from seed ${firstSeed}`);
for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
  const operation = operationFor(underTest, seed);
  const mismatch = await checkOperation(underTest, seed, operation, counts);
  if (mismatch) {
    const kind = mismatch.what.split(/[:\n]/)[0];
    const again = (smaller: typeof operation) => checkOperation(underTest, seed, smaller, { cases: 0, deviations: {} });
    const smallest = await shrink(underTest.graph.schema, operation, async (smaller) =>
      ((await again(smaller))?.what ?? '').startsWith(kind as string),
    );
    console.log(describeMismatch(underTest, (await again(smallest)) ?? mismatch));
    close();
    process.exit(1);
  }
  const done = seed - firstSeed + 1;
  if (done % 2000 === 0) console.log(`${done} agree ${JSON.stringify(counts.deviations)}`);
}
console.log(`all ${count} agree ${JSON.stringify(counts.deviations)}`);
close();
