// Parts that are put together are the response in one part, for generated operations with `@defer`, in both formats.
// `node test/defer/soak.ts` runs as many as one likes.
import { afterAll, expect, test } from 'vitest';
import { type GraphName, openGraphUnderTest } from '../differential/graphs.ts';
import { checkDeferred, type DeferCounts, deferredOperation } from './deferred-operations.ts';

const firstSeed = Number(process.env.DIFFERENTIAL_SEED ?? 20_261_129);
const open: { close(): void }[] = [];

afterAll(() => {
  for (const graph of open) graph.close();
});

test.each<[GraphName, number]>([
  ['demo', 100],
  ['bench', 60],
  ['edgeCases', 120],
  ['federated', 100],
])('over the %s graph, %i operations', async (name, count) => {
  const opened = openGraphUnderTest(name);
  open.push(opened);
  const counts: DeferCounts = { cases: 0, inParts: 0, failed: 0 };
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const operation = deferredOperation(opened.graph, seed);
    const difference = await checkDeferred(opened.graph, seed, operation, counts);
    if (difference) throw new Error(`seed ${seed}: ${difference}\n${operation.text}`);
  }
  expect(counts.inParts).toBeGreaterThan(count / 5);
});
