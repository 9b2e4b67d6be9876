import { expect, test } from 'vitest';
import { testEngine } from '../../test/harness/engine.ts';
import { network } from '../../test/security/hostile-documents.ts';
import { warmUp } from './warm-up.ts';

const kinds = ' enum Kind { A B }';
const fields = 'type Query { one(id: ID!, kinds: [Kind!]!): Node  by(filter: northFilter!): Node';

function sdls(): Record<string, string> {
  const { north = '', ...others } = network();
  return { north: north.replace('type Query {', fields) + kinds, ...others };
}

test('warming up plans operations of the graph, sends no request, and stores nothing', () => {
  const { engine, requested } = testEngine(sdls());
  let planned = 0;
  const { plan } = engine;
  engine.plan = (...request) => {
    planned += 1;
    const made = plan.apply(engine, request);
    expect(made.fetches.length).toBeGreaterThan(0);
    return made;
  };
  expect(warmUp(engine, () => 0)).toBe(200);
  expect(planned).toBe(200);
  expect(requested).toEqual([]);
  expect(engine.documents.size).toEqual({ documents: 0, bytes: 0 });
});

test('warming up ends after its time', () => {
  const { engine } = testEngine(sdls());
  let clock = 0;
  const now = () => {
    clock += 150;
    return clock;
  };
  expect(warmUp(engine, now)).toBe(2);
});
