// Properties of composition, for 500 sets of random services.
import { expect, test } from 'vitest';
import { checkGraph, type PropertyCounts } from './properties.ts';

test('the graph does not depend on the order of services, and every upstream request is valid for its service', () => {
  const counts: PropertyCounts = { graphs: 0, conflicts: 0, operations: 0, fetches: 0 };
  for (let seed = 1; seed <= 500; seed += 1) checkGraph(seed, 2, counts);
  // Both have to occur: services that can be composed, and services that cannot.
  expect(counts.graphs).toBeGreaterThan(200);
  expect(counts.conflicts).toBeGreaterThan(20);
  expect(counts.fetches).toBeGreaterThan(counts.operations);
});
