// CollectFields, by the specification's section 6.3.2.
import { buildSchema, type FragmentDefinitionNode, GraphQLObjectType, Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { collectFields } from './collect-fields.ts';

const schema = buildSchema(`
  type Query { a: Int  b: Int  c: Int }
  interface Node { id: ID }
  type User implements Node { id: ID  name: String }
  type Order implements Node { id: ID  total: Int }
  union Found = User | Order`);

function collected(typeName: string, text: string, conditions: Record<string, boolean> = {}): string[] {
  const document = parse(text);
  const fragments = new Map(
    document.definitions
      .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  const [operation] = document.definitions;
  const type = schema.getType(typeName);
  if (operation?.kind !== Kind.OPERATION_DEFINITION || !(type instanceof GraphQLObjectType))
    throw new Error('bad test');
  const fields = collectFields({ schema, fragments, conditions }, type, [operation.selectionSet]);
  return fields.map(({ key, name, nodes }) => `${key === name ? '' : `${key}: `}${name} x${nodes.length}`);
}

test('a key stands where it is first mentioned, with all its mentions', () => {
  expect(collected('Query', '{ b x: a ...F b } fragment F on Query { x: a c ...F }')).toEqual([
    'b x2',
    'x: a x2',
    'c x1',
  ]);
});

test('fragments count for the types they apply to', () => {
  const text =
    '{ ... on Node { id } ... on User { name } ... on Found { t: __typename } ... { id } ... on Order { total } }';
  expect(collected('User', text)).toEqual(['id x2', 'name x1', 't: __typename x1']);
  expect(collected('Order', text)).toEqual(['id x2', 't: __typename x1', 'total x1']);
});

test('skip and include hold on fields and fragments, and skip wins', () => {
  const text = `query ($yes: Boolean!, $no: Boolean!) {
    a @skip(if: $yes)
    b @include(if: $yes) @skip(if: $no)
    ... @include(if: $no) { c }
    ...F @skip(if: true)
    d: a @include(if: $yes) @skip(if: $yes)
  } fragment F on Query { c }`;
  expect(collected('Query', text, { yes: true, no: false })).toEqual(['b x1']);
});

test('a fragment that is skipped once may be spread again', () => {
  const text = 'query ($no: Boolean!) { ...F @include(if: $no) ...F } fragment F on Query { a }';
  expect(collected('Query', text, { no: false })).toEqual(['a x1']);
});
