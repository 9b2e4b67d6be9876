// Ever new documents evict old ones. `many-documents.ts` shows the same with a million; `weights.ts` weighs them.
import { expect, onTestFinished, test } from 'vitest';
import type { Engine } from '../../gateway/engine/engine.ts';
import { documentOf, openEngine, prepareDocuments } from './documents.ts';

function open(bounds: { max: number; maxBytes: number }): Engine {
  const { engine, close } = openEngine(bounds);
  onTestFinished(close);
  return engine;
}

test('2,000 documents are cached within their number', () => {
  const engine = open({ max: 200, maxBytes: 1_000_000_000 });
  // One in nine is planned: all shapes take their turns.
  prepareDocuments(engine, 0, 2000, 9);
  expect(engine.documents.size.documents).toBe(200);
});

test('the documents are as they are meant: six can be planned, two are not valid', () => {
  const engine = open({ max: 100, maxBytes: 10_000_000 });
  const kinds = Array.from({ length: 8 }, (_, number) => engine.documents.get(documentOf(number)));
  expect(kinds.map(({ errors }) => errors?.length ?? 0)).toEqual([0, 0, 0, 0, 0, 0, 13, 1]);
  for (const kind of kinds.slice(0, 6)) {
    expect(kind.operation(undefined)?.planFor({ yes: true })).not.toHaveProperty('declined');
  }
});

test('a plan counts, as soon as it is made', () => {
  const engine = open({ max: 100, maxBytes: 10_000_000 });
  const operation = engine.documents
    .get('query ($yes: Boolean!) { user(id: "u1") { name tier @include(if: $yes) } }')
    .operation(undefined);
  const read = engine.documents.size.bytes;
  operation?.planFor({ yes: false });
  const planned = engine.documents.size.bytes;
  expect(planned).toBeGreaterThan(read + 1000);
  operation?.planFor({ yes: true });
  expect(engine.documents.size.bytes).toBeGreaterThan(planned + 1000);
});
