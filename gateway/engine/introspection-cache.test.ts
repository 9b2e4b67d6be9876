// Introspection cache: graphs share its memory, and never a response.
import { expect, test } from 'vitest';
import type { CompiledPlan } from '../execute/compiled-plan.ts';
import { introspectionSubgraph } from '../planner/fetch-graph.ts';
import { IntrospectionCache, IntrospectionTexts } from './introspection-cache.ts';

const planOf = (document: string) =>
  ({
    plan: { fetches: [{ subgraph: introspectionSubgraph, document, variables: [] }], output: {} },
  }) as unknown as CompiledPlan;
const response = (text: string) => ({ data: {}, stringify: () => text }) as never;

test('the same introspection of two graphs has two responses', () => {
  const texts = new IntrospectionTexts();
  const [one, other] = [new IntrospectionCache(texts), new IntrospectionCache(texts)];
  const plan = planOf('{ __schema { queryType { name } } }');
  const [oneKey, otherKey] = [one.keyOf(plan, {}), other.keyOf(plan, {})] as [string, string];
  one.set(oneKey, response('one'));
  expect(other.get(otherKey)).toBeNull();
  expect(one.get(oneKey)?.stringify()).toBe('one');
});

test('ever new variants of an introspection, in any graph, stay within one bound', () => {
  const texts = new IntrospectionTexts(100_000);
  const caches = Array.from({ length: 5 }, () => new IntrospectionCache(texts));
  for (let variant = 0; variant < 1000; variant += 1) {
    const cache = caches[variant % 5]!;
    cache.set(cache.keyOf(planOf(`{ a${variant}: __schema { description } }`), {})!, response('x'.repeat(1000)));
  }
  expect(texts.bytes).toBeLessThanOrEqual(100_000);
  expect(texts.size).toBeGreaterThan(40);
});
