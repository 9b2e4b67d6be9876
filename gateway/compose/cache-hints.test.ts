// Rules of `@cacheControl`, one by one.
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { expect, test } from 'vitest';
import type { CacheHint } from './cache-hints.ts';
import { fieldCachePolicy, mergeCacheHints } from './cache-hints.ts';
import { readRules } from './rules.ts';
import { buildSourceSchema } from './sdl.ts';

const schema = buildSchema('type Query { leaf: Int thing: Thing things: [Thing!]! } type Thing { leaf: Int }');

interface Case {
  onField?: CacheHint;
  onType?: CacheHint;
  inherited?: number | null;
  defaultMaxAge?: number;
}

function retained(name: 'leaf' | 'thing' | 'things', { onField, onType, inherited = null, defaultMaxAge = 0 }: Case) {
  const { type } = (schema.getType('Query') as GraphQLObjectType).getFields()[name]!;
  const rules = {
    fieldHints: new Map(onField ? [[`Query.${name}`, onField]] : []),
    typeHints: new Map(onType ? [['Thing', onType]] : []),
  };
  return fieldCachePolicy(rules, `Query.${name}`, type, inherited, defaultMaxAge);
}

const open = (maxAge: number) => ({ maxAge, private: false });

test('at the root, and with objects below it, a field without a hint has the default age', () => {
  expect(retained('leaf', {})).toEqual(open(0));
  expect(retained('thing', {})).toEqual(open(0));
  expect(retained('thing', { inherited: 50 })).toEqual(open(0));
  expect(retained('thing', { inherited: 50, defaultMaxAge: 9 })).toEqual(open(9));
});

test('a leaf has the age of its object', () => {
  expect(retained('leaf', { inherited: 50 })).toEqual(open(50));
  expect(retained('leaf', { inherited: 50, onField: { maxAge: 5 } })).toEqual(open(5));
});

test('the hint of the field goes before that of its type', () => {
  expect(retained('thing', { onType: { maxAge: 20 } })).toEqual(open(20));
  expect(retained('things', { onType: { maxAge: 20 } })).toEqual(open(20));
  expect(retained('thing', { onType: { maxAge: 20 }, onField: { maxAge: 60 } })).toEqual(open(60));
  expect(retained('thing', { onType: { maxAge: 20 }, onField: { scope: 'PRIVATE' } })).toEqual({
    maxAge: 20,
    private: true,
  });
  const declared = { onType: { scope: 'PRIVATE' }, onField: { scope: 'PUBLIC', maxAge: 3 } } as const;
  expect(retained('thing', declared)).toEqual(open(3));
});

test('a hint that inherits has the age of its object; at the root there is none', () => {
  expect(retained('thing', { inherited: 50, onField: { inheritMaxAge: true }, onType: { maxAge: 7 } })).toEqual(
    open(50),
  );
  expect(retained('thing', { inherited: 50, onType: { inheritMaxAge: true } })).toEqual(open(50));
  expect(retained('thing', { inherited: null, onField: { inheritMaxAge: true } })).toEqual(open(0));
});

test('an object of whichever type it may be: the shortest age and the narrowest scope', () => {
  const typeHints = new Map<string, CacheHint>([
    ['A', { maxAge: 30 }],
    ['B', { scope: 'PRIVATE' }],
  ]);
  const narrowed = (types: string[], onField?: CacheHint) =>
    mergeCacheHints(
      { typeHints, fieldHints: new Map(onField ? [['Query.any', onField]] : []) },
      'Query.any',
      types,
      open(50),
    );
  expect(narrowed(['C'])).toEqual(open(50));
  expect(narrowed(['A', 'C'])).toEqual(open(30));
  expect(narrowed(['A', 'B'])).toEqual({ maxAge: 30, private: true });
  expect(narrowed(['A', 'B'], { maxAge: 50 })).toEqual({ maxAge: 50, private: true });
  expect(narrowed(['A', 'B'], { scope: 'PUBLIC' })).toEqual(open(30));
});

test('of hints of several subgraphs, or of an interface, the stricter one applies', () => {
  const one = buildSourceSchema(
    'type Query { a: Thing @cacheControl(maxAge: 9) } type Thing @cacheControl(maxAge: 50) { id: ID }',
    'one',
  );
  const other = buildSourceSchema(
    `type Query { a: Thing @cacheControl(maxAge: 5, scope: PRIVATE) }
    interface Node @cacheControl(maxAge: 40, scope: PRIVATE) { id: ID }
    type Thing implements Node { id: ID }`,
    'other',
  );
  const { fieldHints, typeHints } = readRules(other, [one, other]);
  expect(fieldHints.get('Query.a')).toEqual({ maxAge: 5, scope: 'PRIVATE' });
  expect(typeHints.get('Thing')).toEqual({ maxAge: 40, scope: 'PRIVATE' });
  expect(typeHints.get('Node')).toEqual({ maxAge: 40, scope: 'PRIVATE' });
});
