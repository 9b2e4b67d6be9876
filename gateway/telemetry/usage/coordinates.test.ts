// Coordinates of an operation, to the last argument and enum value.
import { buildSchema, getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { coordinatesOf, visitCoordinates } from './coordinates.ts';

const schema = buildSchema(`
  type Query { product(id: ID!): Product  search(filter: Filter, kinds: [Kind!]): [Result!]!  node(id: ID!): Node }
  interface Node { id: ID! }
  type Product implements Node { id: ID!  name(language: Language = EN): String  kind: Kind }
  type Order implements Node { id: ID! }
  union Result = Product | Order
  input Filter { kind: Kind  range: Range  or: [Filter!] }
  input Range { from: Int  to: Int }
  enum Kind { BOOK CUP }
  enum Language { EN DE }
`);

function requested(text: string): readonly string[] {
  const document = parse(text);
  return coordinatesOf(document, getOperationAST(document)!, schema);
}

test('fields and arguments count, through fragments too, and each is there once', () => {
  const text = `query ($id: ID!) { one: product(id: $id) { ...Name } two: product(id: "2") { ...Name __typename } }
    fragment Name on Product { name(language: DE) }`;
  expect(requested(text)).toEqual([
    'Language.DE',
    'Product.name',
    'Product.name(language:)',
    'Query.product',
    'Query.product(id:)',
  ]);
});

test("a field of an interface or a member of a union counts for its object's type", () => {
  expect(requested('{ node(id: 1) { id ... on Product { kind } } search { ... on Order { id } } }')).toEqual([
    'Node.id',
    'Order.id',
    'Product.kind',
    'Query.node',
    'Query.node(id:)',
    'Query.search',
  ]);
});

test('of values in the document, exactly their input fields and enum values count', () => {
  expect(requested('{ search(filter: { or: [{ kind: CUP }] }, kinds: [BOOK]) { __typename } }')).toEqual([
    'Filter.kind',
    'Filter.or',
    'Kind.BOOK',
    'Kind.CUP',
    'Query.search',
    'Query.search(filter:)',
    'Query.search(kinds:)',
  ]);
});

test('a variable counts as everything in its type', () => {
  expect(requested('query ($filter: Filter) { search(filter: $filter) { __typename } }')).toEqual([
    'Filter.kind',
    'Filter.or',
    'Filter.range',
    'Kind.BOOK',
    'Kind.CUP',
    'Query.search',
    'Query.search(filter:)',
    'Range.from',
    'Range.to',
  ]);
});

test('for usage, the types of variables are visited once each, however many variables there are', () => {
  const visits = (variables: number) => {
    const definitions = Array.from({ length: variables }, (_, number) => `$v${number}: [Filter]`).join(' ');
    const document = parse(`query (${definitions}) { __typename }`);
    let count = 0;
    const report = () => {
      count += 1;
    };
    visitCoordinates(document, getOperationAST(document)!, schema, report, true);
    return count;
  };
  expect(visits(1)).toBeGreaterThan(5);
  expect(visits(500)).toBe(visits(1));
});

test('what the schema does not have is left out, as are introspection, other operations and directives', () => {
  const document = parse(
    'query A { gone __schema { types { name } } node(id: 1) { id @include(if: true) } } query B { search { __typename } }',
  );
  expect(coordinatesOf(document, getOperationAST(document, 'A')!, schema)).toEqual([
    'Node.id',
    'Query.node',
    'Query.node(id:)',
  ]);
});
