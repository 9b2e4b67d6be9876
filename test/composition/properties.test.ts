// Properties of composition, for 150 sets of random services; `node test/composition/soak.ts` checks as many as one likes.
import { expect, test } from 'vitest';
import { checkGraph, type PropertyCounts } from './properties.ts';

test('the graph does not depend on the order of services, and every upstream request is valid for its service', () => {
  const counts: PropertyCounts = { graphs: 0, conflicts: 0, operations: 0, fetches: 0 };
  for (let seed = 1; seed <= 150; seed += 1) checkGraph(seed, 2, counts);
  // Both have to occur: services that can be composed, and services that cannot.
  expect(counts.graphs).toBeGreaterThan(60);
  expect(counts.conflicts).toBeGreaterThan(6);
  expect(counts.fetches).toBeGreaterThan(counts.operations);
});
