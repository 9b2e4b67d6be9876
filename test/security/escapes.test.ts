// Texts of nothing but escapes: they pass as they are, and do not become a piece for each escape.
import { expect, test } from 'vitest';
import { serveGraph } from '../values/served-graph.ts';

test.each([
  ['line ends', '\n'],
  ['quotes', '"'],
  ['backslashes', '\\'],
  ['control characters', '\u0001'],
  ['quotes and line ends', '"\n'],
  ['quotes now and then', `"${'a'.repeat(40_000)}`],
])('4 MB of %s', async (_name, unit) => {
  const text = unit.repeat(4_000_000 / unit.length);
  const graph = await serveGraph({ services: { shop: 'type Query { text: String other: String }' } });
  const { shop } = graph.services;
  if (shop) shop.returns = () => ({ data: { text, other: 'a"b\n' } });
  const { data, errors } = await graph.query('{ text other }');
  expect(errors).toBeUndefined();
  const { text: received, other } = data as { text: string; other: string };
  expect(other).toBe('a"b\n');
  // Not compared by the test runner, which would print the difference.
  expect(received === text).toBe(true);
});
