// The engine's responses to generated operations are those of its oracles: data to the last key, errors at the same
// places, and every request that it sends is valid for the subgraph's own schema. DIFFERENTIAL_SEED selects other
// operations; `node test/differential/soak.ts` runs as many as one likes.
import { afterAll, expect, test } from 'vitest';
import { type Counts, checkOperation, describeMismatch, operationFor } from './check.ts';
import { GraphUnderTest } from './graph-under-test.ts';
import { type GraphName, openGraphUnderTest } from './graphs.ts';
import { generateOperation } from './operations.ts';
import { shrink } from './shrink.ts';

const firstSeed = Number(process.env.DIFFERENTIAL_SEED ?? 20_261_101);
const open: { close(): void }[] = [];

afterAll(() => {
  for (const graph of open) graph.close();
});

function openGraph(name: GraphName): GraphUnderTest {
  const opened = openGraphUnderTest(name);
  open.push(opened);
  return opened.graph;
}

async function compare(graph: GraphUnderTest, count: number): Promise<Counts> {
  const counts: Counts = { cases: 0, deviations: {} };
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const operation = operationFor(graph, seed);
    const mismatch = await checkOperation(graph, seed, operation, counts);
    if (!mismatch) continue;
    const again = (smaller: typeof operation) => checkOperation(graph, seed, smaller, { cases: 0, deviations: {} });
    const smallest = await shrink(graph.graph.schema, operation, async (smaller) => (await again(smaller)) !== null);
    throw new Error(describeMismatch(graph, (await again(smallest)) ?? mismatch));
  }
  return counts;
}

test.each([
  ['demo', 200],
  ['bench', 150],
  ['edgeCases', 350],
  ['federated', 300],
] as const)('over the %s graph, engine and oracles agree on %i operations', async (name, count) => {
  const graph = openGraph(name);
  const { cases } = await compare(graph, count);
  expect(cases).toBe(count);
});

test('the same seed makes the same operation', () => {
  const { graph, options } = openGraph('edgeCases');
  const make = (seed: number) => generateOperation({ ...options, schema: graph.schema, seed }).text;
  expect(make(7)).toBe(make(7));
  expect(make(7)).not.toBe(make(8));
});

test('a different response is found, and reported with the smallest operation that shows it', async () => {
  const { options } = openGraph('bench');
  const graph = new GraphUnderTest({
    ...options,
    reference: async () => ({ data: { me: { name: 'another user' } } }),
  });
  await expect(compare(graph, 1)).rejects.toThrow(/graph bench, seed \d+: engine and reference: data differs/);
});
