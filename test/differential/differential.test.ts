// The engine answers generated operations as its oracles do: data to the last key, errors at the same places, and every
// request that it sends is one that the subgraph's own schema allows. DIFFERENTIAL_SEED chooses other operations.
import { afterAll, expect, test } from 'vitest';
import { type Counts, checkOperation, describeMismatch, operationFor } from './check.ts';
import { type GraphName, openSubject } from './graphs.ts';
import { generateOperation } from './operations.ts';
import { shrink } from './shrink.ts';
import { Subject } from './subject.ts';

const firstSeed = Number(process.env.DIFFERENTIAL_SEED ?? 20_261_101);
const open: { close(): void }[] = [];

afterAll(() => {
  for (const subject of open) subject.close();
});

function openGraph(name: GraphName): Subject {
  const opened = openSubject(name);
  open.push(opened);
  return opened.subject;
}

async function compare(subject: Subject, count: number): Promise<Counts> {
  const counts: Counts = { cases: 0, deviations: {} };
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const operation = operationFor(subject, seed);
    const mismatch = await checkOperation(subject, seed, operation, counts);
    if (!mismatch) continue;
    const again = (smaller: typeof operation) => checkOperation(subject, seed, smaller, { cases: 0, deviations: {} });
    const smallest = await shrink(subject.graph.schema, operation, async (smaller) => (await again(smaller)) !== null);
    throw new Error(describeMismatch(subject, (await again(smallest)) ?? mismatch));
  }
  return counts;
}

test.each([
  ['demo', 400],
  ['bench', 400],
  ['nasty', 800],
  ['federated', 400],
] as const)(
  'over the %s graph, engine and oracles agree on %i operations',
  async (name, count) => {
    const subject = openGraph(name);
    const { cases } = await compare(subject, count);
    expect(cases).toBe(count);
    expect(subject.engine.declined).toBe(0);
  },
  60_000,
);

test('the same seed makes the same operation', () => {
  const { graph, options } = openGraph('nasty');
  const make = (seed: number) => generateOperation({ ...options, schema: graph.schema, seed }).text;
  expect(make(7)).toBe(make(7));
  expect(make(7)).not.toBe(make(8));
});

test('an answer that differs is found, and told with the smallest operation that shows it', async () => {
  const { options } = openGraph('bench');
  const subject = new Subject({ ...options, reference: async () => ({ data: { me: { name: 'somebody else' } } }) });
  await expect(compare(subject, 1)).rejects.toThrow(/graph bench, seed \d+: engine and reference: data differs/);
});
