// Pruned schema: the types that stay are those that `pruneSchema` of @graphql-tools/utils leaves.
import { pruneSchema } from '@graphql-tools/utils';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { withoutUnreachableTypes } from './pruned-schema.ts';

const schemas: Readonly<Record<string, string>> = {
  'types that only each other lead to': 'type Query { a: A } type A { x: Int } type B { c: C } type C { b: B }',
  'objects of an interface that a field returns': `type Query { node: Node }
    interface Node { id: ID } type A implements Node { id: ID b: B } type B { x: Int }`,
  'objects of an interface that no field returns': `type Query { a: A }
    interface Node { id: ID } type A implements Node { id: ID } type B implements Node { id: ID } type D { x: Int }`,
  'interfaces of interfaces': `type Query { one: Other }
    interface Node { id: ID } interface Other implements Node { id: ID } type A implements Node & Other { id: ID }`,
  'members of unions, in lists':
    'type Query { all: [U!]! } union U = A | B type A { x: Int } type B { x: E } enum E { ONE }',
  'inputs in inputs': `type Query { a(x: I): Int } input I { one: J list: [J!] s: S } input J { x: E = ONE }
    enum E { ONE } scalar S input Lost { x: Int }`,
  'arguments of directives': 'directive @d(x: E) on FIELD type Query { a: Int } enum E { ONE } enum F { ONE }',
  'roots of other names': `schema { query: Q mutation: M subscription: S }
    type Q { a: Int } type M { b: A } type S { c: B } type A { x: Int } type B { x: Int } type Query { x: C } type C { x: Int }`,
  'an interface without objects': 'type Query { a: Int n: N } interface N { x: E } enum E { ONE }',
};

test.each(Object.entries(schemas))('%s', (_name, sdl) => {
  const schema = buildSchema(sdl);
  const printed = (pruned: typeof schema) => printSchema(lexicographicSortSchema(pruned));
  for (const published of [new Set<string>(), new Set(['B', 'Lost', 'F', 'Query', 'D'])]) {
    const expected = pruneSchema(schema, { skipPruning: ({ name }) => published.has(name) });
    expect(printed(withoutUnreachableTypes(schema, published))).toBe(printed(expected));
  }
});

test('a schema from which nothing goes is the same one', () => {
  const schema = buildSchema('type Query { a: A } type A { x: Int }');
  expect(withoutUnreachableTypes(schema, new Set())).toBe(schema);
});
