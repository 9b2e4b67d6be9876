// Ever new documents push out old ones. `many-documents.ts` shows the same with a million, and weighs the heap.
import { expect, onTestFinished, test } from 'vitest';
import type { Engine } from '../../gateway/plan/engine.ts';
import { documentOf, openEngine, prepareDocuments } from './documents.ts';

function open(bounds: { max: number; maxBytes: number }): Engine {
  const { engine, close } = openEngine(bounds);
  onTestFinished(close);
  return engine;
}

test.each([
  ['their number', { max: 200, maxBytes: 1_000_000_000 }, 150],
  ['their bytes', { max: 1_000_000, maxBytes: 2_000_000 }, 20],
])('20,000 documents are kept within %s', (_what, bounds, least) => {
  const engine = open(bounds);
  for (let number = 0; number < 20_000; number += 500) {
    // One in nine: all shapes take their turns.
    prepareDocuments(engine, number, number + 500, 9);
    const { documents, bytes } = engine.documents.size;
    expect(documents).toBeLessThanOrEqual(bounds.max);
    expect(bytes).toBeLessThanOrEqual(bounds.maxBytes);
  }
  expect(engine.documents.size.documents).toBeGreaterThan(least);
  expect(engine.declined).toBe(0);
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

test('a document that is wrong in many places counts with what is said of them', () => {
  const bytesOf = (text: string) => {
    const engine = open({ max: 100, maxBytes: 10_000_000 });
    engine.documents.get(text);
    return engine.documents.size.bytes;
  };
  // About 4,000 bytes were measured for each error.
  expect(bytesOf('{ a b c d e f g h i j }') - bytesOf('{ __typename           }')).toBeGreaterThan(20_000);
});
