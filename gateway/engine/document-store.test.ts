// Document store: documents are cached within its bounds.
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import type { CompiledPlan } from '../execute/compiled-plan.ts';
import { UnsupportedOperation } from '../planner/unsupported-operation.ts';
import { DocumentBudget } from './document-budget.ts';
import { DocumentStore } from './document-store.ts';

const schema = buildSchema('type Query { a: Int  b(x: Int): Int }');
const planned: string[] = [];
const compile = (_operation: unknown, conditions: Record<string, boolean>) => {
  planned.push(JSON.stringify(conditions));
  return { fields: 20 } as unknown as CompiledPlan;
};
const flags = Array.from({ length: 10 }, (_, index) => `f${index}`);
const chosen = (choice: number) => Object.fromEntries(flags.map((flag, bit) => [flag, (choice >> bit) % 2 === 1]));
const open = (limits: { maxDocuments: number; maxBytes: number }) => new DocumentStore({ schema, compile, ...limits });

test('20,000 different documents stay within the number of documents', () => {
  const store = open({ maxDocuments: 100, maxBytes: 1e9 });
  for (let number = 0; number < 20_000; number += 1) store.get(`{ b(x: ${number}) }`);
  expect(store.size.documents).toBe(100);
});

test('a plan counts with its document as long as it is cached, and no longer', () => {
  const text = `query (${flags.map((flag) => `$${flag}: Boolean!`)}) { ${flags.map((flag) => `${flag}: a @skip(if: $${flag})`)} }`;
  const store = open({ maxDocuments: 10, maxBytes: 1e9 });
  const operation = store.get(text).operation(undefined)!;
  const { bytes } = store.size;
  const plan = (from: number, to: number) => {
    for (let choice = from; choice < to; choice += 1) operation.planFor(chosen(choice));
    return store.size.bytes - bytes;
  };
  const one = plan(0, 1);
  expect(one).toBeGreaterThan(20 * 2000);
  expect(plan(0, 64)).toBe(64 * one);
  // Beyond as many variants, each that comes takes the place of the one that was used least recently.
  expect(plan(64, 1024)).toBe(64 * one);
  planned.length = 0;
  plan(1024 - 64, 1024);
  expect(planned).toEqual([]);
  plan(0, 1);
  expect(planned).toHaveLength(1);
});

test('a document with ten flags evicts hardly any of a thousand others', () => {
  const store = open({ maxDocuments: 10_000, maxBytes: 80_000_000 });
  const others = Array.from({ length: 1000 }, (_, number) => `{ n${number}: a }`);
  const stored = others.map((text) => store.get(text));
  for (const document of stored) document.operation(undefined)?.planFor({});
  const text = `query (${flags.map((flag) => `$${flag}: Boolean!`)}) { ${flags.map((flag) => `${flag}: a @skip(if: $${flag})`)} }`;
  for (let choice = 0; choice < 1024; choice += 1) store.get(text).operation(undefined)?.planFor(chosen(choice));
  expect(others.filter((other, index) => store.get(other) === stored[index])).toHaveLength(1000);
});

test('the weight of an evicted document that is still in use does not count for the one in its place', () => {
  const store = open({ maxDocuments: 1, maxBytes: 1e9 });
  const evicted = store.get('{ a }').operation(undefined);
  store.get('{ b }');
  store.get('{ a }');
  const { bytes } = store.size;
  evicted?.planFor({});
  expect(store.size.bytes).toBe(bytes);
});

test('trusted documents retain their plans, whatever others come', () => {
  const store = open({ maxDocuments: 10, maxBytes: 1e9 });
  const trusted = ['{ a }', 'query ($x: Boolean!) { a @skip(if: $x) }'].map((text) => ({
    text,
    document: store.pin(text),
  }));
  for (const { document } of trusted) document.operation(undefined)?.planFor({ x: true });
  for (let number = 0; number < 1000; number += 1) store.get(`{ n${number}: a }`);
  planned.length = 0;
  for (const { text, document } of trusted) {
    // Found without preparing anything, so that a request for it never waits behind others' new documents.
    expect(store.known(text)).toBe(document);
    expect(store.get(text)).toBe(document);
    store.get(text).operation(undefined)?.planFor({ x: true });
  }
  expect(planned).toEqual([]);
  expect(store.size.documents).toBe(10);
});

test('errors of documents hold nothing of their validation', () => {
  const store = open({ maxDocuments: 10, maxBytes: 1e9 });
  for (const text of ['{ nothing }', '{ a', 'mutation { a }']) {
    const [error] = store.get(text).errors!;
    expect(error?.nodes).toBeUndefined();
    expect(error?.stack).not.toContain('\n    at ');
    expect(error?.locations).toHaveLength(1);
  }
});

test('a document larger than the bound is served, and not cached', () => {
  const store = open({ maxDocuments: 10, maxBytes: 1000 });
  expect(store.get(`{ ${'a '.repeat(500)} }`).errors).toBeNull();
  expect(store.size).toEqual({ documents: 0, bytes: 0 });
});

test('a repeated document is not planned again, and an unused one is evicted first', () => {
  const store = open({ maxDocuments: 2, maxBytes: 1e9 });
  const first = store.get('{ a }');
  store.get('{ x: a }');
  expect(store.get('{ a }')).toBe(first);
  store.get('{ y: a }');
  expect(store.get('{ a }')).toBe(first);
});

test('an invalid document has its errors', () => {
  const store = open({ maxDocuments: 10, maxBytes: 1e9 });
  expect(store.get('{ nothing }').errors?.map(({ message }) => message)).toEqual([
    'Cannot query field "nothing" on type "Query".',
  ]);
  expect(store.get('{ a').errors?.[0]?.message).toMatch(/^Syntax Error/);
});

test('an operation is found by its name, or as the only one', () => {
  const document = open({ maxDocuments: 10, maxBytes: 1e9 }).get('query A { a } query B { a }');
  expect(document.operation('B')?.name).toBe('B');
  expect(document.operation(undefined)).toBeUndefined();
  expect(document.operation('C')).toBeUndefined();
});

test('each choice of skip and include has a plan, made when it is first used', () => {
  const store = open({ maxDocuments: 10, maxBytes: 1e9 });
  const text = 'query ($x: Boolean!, $n: Int) { a @skip(if: $x) b(x: $n) }';
  const operation = store.get(text).operation(undefined);
  planned.length = 0;
  const yes = operation?.planFor({ x: true, n: 1 });
  expect(operation?.planFor({ x: true, n: 2 })).toBe(yes);
  expect(operation?.planFor({ x: false, n: 1 })).not.toBe(yes);
  expect(planned).toEqual(['{"x":true}', '{"x":false}']);
});

test('variables are coerced with their defaults, and invalid ones are reported', () => {
  const operation = open({ maxDocuments: 10, maxBytes: 1e9 })
    .get('query ($n: Int = 4) { b(x: $n) }')
    .operation(undefined);
  expect(operation?.coerce({})).toEqual({ values: { n: 4 }, given: {} });
  expect(operation?.coerce({ n: 'x' })).toMatchObject({ errors: [{ message: expect.stringContaining('$n') }] });
});

test('an operation of a kind that the schema does not have is rejected, whatever is in it', () => {
  const document = open({ maxDocuments: 10, maxBytes: 1e9 }).get('mutation { remove { everything } }');
  expect(document.errors?.map(({ message }) => message)).toEqual(['There are no mutations here.']);
  expect(document.operation(undefined)).toBeUndefined();
});

test('an operation that cannot be planned is cached as such, with the reason', () => {
  const declining = () => {
    throw new UnsupportedOperation('too odd');
  };
  const store = new DocumentStore({ schema, compile: declining, maxDocuments: 10, maxBytes: 1e9 });
  expect(store.get('{ a }').operation(undefined)?.planFor({})).toEqual({ unsupported: 'too odd', coordinate: null });
});

test('stores with one budget have one bound: a flood in one evicts the least recently used, in any', () => {
  const budget = new DocumentBudget({ maxDocuments: 100, maxBytes: 1e9 });
  const bounds = { maxDocuments: 100, maxBytes: 1e9 };
  const stores = [1, 2, 3].map(() => new DocumentStore({ schema, compile, budget, ...bounds }));
  const [one, other, flooded] = stores as [DocumentStore, DocumentStore, DocumentStore];
  // The same text is another document in each graph.
  const used = one.get('{ a }');
  expect(other.get('{ a }')).not.toBe(used);
  const pinned = other.pin('{ b(x: 1) }');
  for (let number = 0; number < 1000; number += 1) {
    flooded.get(`{ b(x: ${number}) }`);
    expect(one.known('{ a }')).toBe(used);
  }
  expect(other.known('{ a }')).toBeUndefined();
  expect(other.known('{ b(x: 1) }')).toBe(pinned);
  for (const store of stores) expect(store.size.documents).toBe(100);
});

test('a document whose plans are larger than the budget is executed, and not cached', () => {
  const large = () => ({ fields: 30 }) as unknown as CompiledPlan;
  const store = new DocumentStore({ schema, compile: large, maxDocuments: 10, maxBytes: 100_000 });
  const text = Array.from({ length: 6 }, (_, index) => `query Q${index} { a }`).join('\n');
  for (const operation of store.get(text).operations) operation.planFor({});
  expect(store.known(text)).toBeUndefined();
  expect(store.size).toEqual({ documents: 0, bytes: 0 });
});
