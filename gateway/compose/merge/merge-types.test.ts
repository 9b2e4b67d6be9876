// Merging of types: pairs of SDL and the graph that they make, or the reason why they make none. Each pair is composed
// in both orders.
import { describe, expect, test } from 'vitest';
import { ComposeError } from '../compose-error.ts';
import { composeGraph, type Graph } from '../graph.ts';

function compose(users: string, orders: string): Graph {
  return composeGraph([
    { name: 'users', sdl: `type Query { user: String } ${users}` },
    { name: 'orders', sdl: `type Query { order: String } ${orders}` },
  ]);
}

/** The reasons for which two subgraphs, users and orders, cannot be composed; none if they can. */
function reasons(users: string, orders: string): readonly string[] {
  try {
    compose(users, orders);
    return [];
  } catch (error) {
    if (error instanceof ComposeError) return error.reasons;
    throw error;
  }
}

const me = 'extend type Query { me: User }';
const customer = 'extend type Query { customer: User }';
const user = (fields: string) => `type User { id: ID! ${fields} } ${me}`;
const alsoUser = (fields: string) => `type User { id: ID! ${fields} } ${customer}`;

describe('a conflict', () => {
  test.each<[name: string, users: string, orders: string, reason: string]>([
    [
      'a type that is an object here and an enum there',
      'type Tier { name: String } extend type Query { tier: Tier }',
      'enum Tier { GOLD } extend type Query { best: Tier }',
      'Tier is an enum in orders and an object type in users; a type is of one kind everywhere',
    ],
    [
      'a scalar that is an input there',
      'scalar Page extend type Query { a(page: Page): Int }',
      'input Page { first: Int } extend type Query { b(page: Page): Int }',
      'Page is an input in orders and a scalar in users; a type is of one kind everywhere',
    ],
    [
      'an interface that is a union there',
      'interface Found { id: ID } type A implements Found { id: ID } extend type Query { a: Found }',
      'type B { id: ID } union Found = B extend type Query { b: Found }',
      'Found is a union in orders and an interface in users; a type is of one kind everywhere',
    ],
    [
      'a field of two types',
      user('age: Int'),
      alsoUser('age: String'),
      'User.age is String in orders and Int in users; give it one type',
    ],
    [
      'a field that is a list here and one thing there',
      user('names: [String!]!'),
      alsoUser('names: String'),
      'User.names is String in orders and [String] in users; give it one type',
    ],
    [
      'a field with an underscore, which hides nothing here',
      `${user('_count: Stat')} type Stat { n: Int }`,
      alsoUser('_count: String'),
      'User._count is String in orders and Stat in users; give it one type',
    ],
    [
      'a field of an interface',
      'interface Node { id: ID! } type A implements Node { id: ID! } extend type Query { a: A }',
      'interface Node { id: Int! } type B implements Node { id: Int! } extend type Query { b: B }',
      'Node.id is Int in orders and ID in users; give it one type',
    ],
    [
      'an argument of two types',
      user('orders(first: Int): Int'),
      alsoUser('orders(first: String): Int'),
      'User.orders(first:) is String in orders and Int in users; give it one type',
    ],
    [
      'an argument that only one requires and the other lacks',
      user('orders(first: Int!): Int'),
      alsoUser('orders: Int'),
      'User.orders(first:) is required in users but unknown in orders',
    ],
    [
      'an argument with two defaults',
      user('stock(days: Int = 1): Int'),
      alsoUser('stock(days: Int = 7): Int'),
      'User.stock(days:) has the default 7 in orders and the default 1 in users; give it one default',
    ],
    [
      'an argument with a default here alone',
      user('stock(days: [Int!] = [1]): Int'),
      alsoUser('stock(days: [Int!]): Int'),
      'User.stock(days:) has no default in orders and the default [1] in users; give it one default',
    ],
    [
      'an input field of two types',
      'input Page { first: Int } extend type Query { a(page: Page): Int }',
      'input Page { first: String } extend type Query { b(page: Page): Int }',
      'Page.first is String in orders and Int in users; give it one type',
    ],
    [
      'an input field with two defaults',
      'input Page { first: Int = 1 } extend type Query { a(page: Page): Int }',
      'input Page { first: Int = 2 } extend type Query { b(page: Page): Int }',
      'Page.first has the default 2 in orders and the default 1 in users; give it one default',
    ],
    [
      'a required input field that the other lacks',
      'input Page { first: Int! } extend type Query { a(page: Page): Int }',
      'input Page { after: String } extend type Query { b(page: Page): Int }',
      'Page.first is required in users but unknown in orders',
    ],
    [
      '@oneOf here, a field that is always given there',
      'input By @oneOf { id: ID name: String } extend type Query { a(by: By): Int }',
      'input By { id: ID! name: String } extend type Query { b(by: By): Int }',
      'By takes exactly one field in users (@oneOf), but orders always has By.id; give it one form',
    ],
    [
      'an enum that clients send and receive, with other values',
      'enum Tier { GOLD SILVER } extend type Query { a: Tier }',
      'enum Tier { GOLD } extend type Query { b(tier: Tier): Int }',
      'Tier is GOLD in orders and GOLD | SILVER in users; clients both send and receive it, so it has the same values ' +
        'everywhere: add the missing ones, or mark new ones with @inaccessible until every service has them',
    ],
    [
      'an enum inside of an input and in a list, with other values',
      'enum Tier { GOLD SILVER } input By { tiers: [Tier!] } extend type Query { a(by: [By!]): Int }',
      'enum Tier { GOLD } extend type Query { b: [Tier!] }',
      'Tier is GOLD in orders and GOLD | SILVER in users; clients both send and receive it, so it has the same values ' +
        'everywhere: add the missing ones, or mark new ones with @inaccessible until every service has them',
    ],
    [
      'an input enum without a common value',
      'enum Tier { GOLD } extend type Query { a(tier: Tier): Int }',
      'enum Tier { SILVER } extend type Query { b(tier: Tier): Int }',
      'Tier is SILVER in orders and GOLD in users; no value is accepted everywhere',
    ],
    [
      'an interface without a field that all its types have',
      'interface Named { name: String } type A implements Named { name: String } extend type Query { a: Named }',
      'interface Named { title: String } type B implements Named { title: String } extend type Query { b: Named }',
      expect.stringMatching(
        /^Named has no field that all its types have: Named\.(name|title) is not in [AB]; add it there, or remove/,
      ),
    ],
    [
      'an input without a field that is taken everywhere',
      'input By { id: ID } extend type Query { a(by: By): Int }',
      'input By { name: String } extend type Query { b(by: By): Int }',
      'By has no field that is accepted everywhere: orders and users have fields of their own; give it a common field, or another name in one of them',
    ],
    [
      'a root field that both serve',
      'extend type Query { search: String }',
      'extend type Query { search: String }',
      'Query.search is served by orders and users; rename one with subgraphs.….transforms, or mark the one to use with @canonical',
    ],
    [
      'a mutation that both serve',
      'type Mutation { reset: Int }',
      'type Mutation { reset: Int }',
      'Mutation.reset is served by orders and users; rename one with subgraphs.….transforms, or mark the one to use with @canonical',
    ],
    [
      'a root field that both claim with @canonical',
      'extend type Query { search: String @canonical }',
      'extend type Query { search: String @canonical }',
      'Query.search is served by orders and users; rename one with subgraphs.….transforms, or mark the one to use with @canonical',
    ],
    [
      'an argument of an interface that one of its types has lost, and that is required',
      'interface Priced { price(in: String!): Int } type A implements Priced { price(in: String!): Int } extend type Query { a: A }',
      'type A { price: Int } extend type Query { b: A }',
      'A.price(in:) is required in users but unknown in orders',
    ],
  ])('%s', (_name, users, orders, reason) => {
    expect(reasons(users, orders)).toEqual([reason]);
    expect(reasons(orders, users)).toHaveLength(1);
  });
});

describe('a graph', () => {
  test.each<[name: string, users: string, orders: string, graph: readonly string[], warnings?: readonly string[]]>([
    ['nullable where one is', user('name: String!'), alsoUser('name: String'), ['  name: String\n']],
    [
      'nullable at each level where one is',
      user('names: [[String!]!]!'),
      alsoUser('names: [[String]!]'),
      ['  names: [[String]!]\n'],
    ],
    ['non-null where all are', user('name: String!'), alsoUser('name: String!'), ['  name: String!\n']],
    [
      'fields of both',
      user('name: String'),
      alsoUser('total: Int'),
      ['type User {\n  id: ID!\n  name: String\n  total: Int\n}'],
    ],
    [
      'without an argument that one lacks',
      user('stock(city: String, days: Int): Int'),
      alsoUser('stock(days: Int): Int'),
      ['  stock(days: Int): Int\n'],
      ['User.stock(city:) is not in the graph: users accepts it, orders does not'],
    ],
    [
      'without an argument that has a default, which one lacks',
      user('stock(city: String! = "Ulm"): Int'),
      alsoUser('stock: Int'),
      ['  stock: Int\n'],
      ['User.stock(city:) is not in the graph: users accepts it, orders does not'],
    ],
    [
      'a required argument where one requires it',
      user('stock(city: String!): Int'),
      alsoUser('stock(city: String): Int'),
      ['  stock(city: String!): Int\n'],
    ],
    [
      'the strictest type of an argument at each level',
      user('stock(in: [String]!): Int'),
      alsoUser('stock(in: [String!]): Int'),
      ['  stock(in: [String!]!): Int\n'],
    ],
    [
      'equal defaults',
      `${user('stock(days: Int = 7, in: [Place!] = [HERE]): Int')} enum Place { HERE THERE }`,
      `${alsoUser('stock(days: Int = 7, in: [Place!] = [HERE]): Int')} enum Place { THERE HERE }`,
      ['  stock(days: Int = 7, in: [Place!] = [HERE]): Int\n'],
    ],
    [
      'the input fields that both have, required where one requires it',
      'input Page { first: Int after: String size: Int } extend type Query { a(page: Page): Int }',
      'input Page { first: Int! after: String before: String } extend type Query { b(page: Page): Int }',
      ['input Page {\n  after: String\n  first: Int!\n}'],
      [
        'Page.before is not in the graph: orders accepts it, users does not',
        'Page.size is not in the graph: users accepts it, orders does not',
      ],
    ],
    [
      '@oneOf where one service has it',
      'input By @oneOf { id: ID name: String } extend type Query { a(by: By): Int }',
      'input By { id: ID name: String } extend type Query { b(by: By): Int }',
      ['input By @oneOf {'],
    ],
    [
      'every value of an output enum',
      'enum Tier { GOLD SILVER } extend type Query { a: Tier }',
      'enum Tier { GOLD BRONZE } extend type Query { b: [Tier!] }',
      ['enum Tier {\n  BRONZE\n  GOLD\n  SILVER\n}'],
    ],
    [
      'the common values of an input enum',
      'enum Tier { GOLD SILVER } extend type Query { a(tier: Tier): Int }',
      'enum Tier { GOLD BRONZE } input By { tier: Tier } extend type Query { b(by: By): Int }',
      ['enum Tier {\n  GOLD\n}'],
      [
        'Tier.BRONZE is not in the graph: orders accepts it, users does not',
        'Tier.SILVER is not in the graph: users accepts it, orders does not',
      ],
    ],
    [
      'every value of an enum that only lookup fields take',
      'enum Tier { GOLD SILVER } extend type Query { a: Tier }',
      'enum Tier { GOLD } input Key { id: ID tier: Tier } type C @key(selectionSet: "{ id }") { id: ID! } ' +
        'extend type Query { b: Tier  c: C  _c(keys: [Key!]!): [C]! @merge }',
      ['enum Tier {\n  GOLD\n  SILVER\n}'],
    ],
    [
      'an enum in both directions whose new value is inaccessible for now',
      'enum Tier { GOLD SILVER @inaccessible } extend type Query { a: Tier }',
      'enum Tier { GOLD } extend type Query { b(tier: Tier): Int }',
      ['enum Tier {\n  GOLD\n}'],
    ],
    [
      'an enum in both directions whose value is inaccessible in one service',
      'enum Tier { GOLD SILVER @inaccessible } extend type Query { a: Tier }',
      'enum Tier { GOLD SILVER } extend type Query { b(tier: Tier): Int }',
      ['enum Tier {\n  GOLD\n}'],
    ],
    [
      'enum values in another sequence',
      'enum Tier { GOLD SILVER } extend type Query { a: Tier }',
      'enum Tier { SILVER GOLD } extend type Query { b(t: Tier): Int }',
      ['enum Tier {\n  GOLD\n  SILVER\n}'],
    ],
    [
      'a union of the members of both',
      'type A { a: Int } type B { b: Int } union Found = A | B extend type Query { a: Found }',
      'type B { b: Int } type C { c: Int } union Found = B | C extend type Query { b: Found }',
      ['union Found = A | B | C'],
    ],
    [
      'an interface of the types of both',
      'interface Node { id: ID! } type A implements Node { id: ID! } extend type Query { a: Node }',
      'interface Node { id: ID! } type B implements Node { id: ID! } extend type Query { b: Node }',
      ['type A implements Node', 'type B implements Node'],
    ],
    [
      'an interface without a field that one of its types lacks',
      'interface Node { id: ID! name: String } type A implements Node { id: ID! name: String } extend type Query { a: Node }',
      'interface Node { id: ID! } type B implements Node { id: ID! } extend type Query { b: Node }',
      ['interface Node {\n  id: ID!\n}', 'type A implements Node {\n  id: ID!\n  name: String\n}'],
      ['Node.name is not in the graph: B implements the interface without it'],
    ],
    [
      'an interface whose field is nullable where a merged type’s is',
      'interface Node { name: String! } type A implements Node { name: String! } extend type Query { a: Node }',
      'type A { name: String } extend type Query { b: A }',
      ['interface Node {\n  name: String\n}', 'type A implements Node {\n  name: String\n}'],
    ],
    [
      'an interface without an argument that a merged type has lost',
      'interface Node { name(in: String): String } type A implements Node { name(in: String): String } extend type Query { a: Node }',
      'type A { name: String } extend type Query { b: A }',
      ['interface Node {\n  name: String\n}', 'type A implements Node {\n  name: String\n}'],
      [
        'A.name(in:) is not in the graph: users accepts it, orders does not',
        'Node.name(in:) is not in the graph: A.name(in:) is not',
      ],
    ],
    [
      'an interface whose argument is required where a merged type’s is',
      'interface Node { name(in: String): String } type A implements Node { name(in: String): String } type B implements Node { name(in: String): String } extend type Query { a: Node }',
      'type A { name(in: String!): String } extend type Query { b: A }',
      ['interface Node {\n  name(in: String!): String\n}', 'type B implements Node {\n  name(in: String!): String\n}'],
    ],
    [
      'the first description that there is',
      '"Who buys." type User { "How to call them." id: ID! a("Where." in: String): Int } extend type Query { me: User }',
      'type User { id: ID! a(in: String): Int } extend type Query { customer: User }',
      ['"""Who buys."""\ntype User {', '  """How to call them."""\n  id: ID!', '    """Where."""\n    in: String'],
    ],
    [
      'descriptions of enums, their values, inputs, unions and scalars',
      '"E." enum E { "V." V } "I." input I { "F." f: Int } "U." union U = A type A { a: E } "S." scalar S extend type Query { u(i: I, s: S): U }',
      'enum E { V } input I { f: Int } union U = A type A { a: E } scalar S extend type Query { v(i: I, s: S): U }',
      [
        '"""E."""\nenum E {\n  """V."""\n  V',
        '"""I."""\ninput I {\n  """F."""\n  f: Int',
        '"""U."""\nunion U',
        '"""S."""\nscalar S',
      ],
    ],
    [
      'deprecated where one service has it so',
      user('name(long: Boolean @deprecated(reason: "no")): String @deprecated(reason: "use fullName")') +
        ' enum E { A @deprecated } input I { a: Int @deprecated } extend type Query { e(i: I): E }',
      `${alsoUser('name(long: Boolean): String')} enum E { A } input I { a: Int } extend type Query { f(i: I): E }`,
      [
        '  name(long: Boolean @deprecated(reason: "no")): String @deprecated(reason: "use fullName")',
        '  A @deprecated',
        '  a: Int @deprecated',
      ],
    ],
    [
      'a root field that both serve and one claims with @canonical',
      'extend type Query { search: String @canonical }',
      'extend type Query { search: String }',
      ['  search: String\n'],
    ],
    [
      'lookup fields that start with _',
      'extend type Query { _sdl: String! }',
      'extend type Query { _sdl: Int! }',
      ['type Query {\n  order: String\n  user: String\n}'],
    ],
    [
      'a type that no field leads to',
      'type Payload { at: String kind: Kind } enum Kind { NEW } extend type Query { _a(key: Key): Int } input Key { id: ID }',
      'type Payload { at: String } ',
      ['type Payload {\n  at: String\n  kind: Kind\n}', 'enum Kind'],
    ],
    [
      'descriptions of the schema and of root types',
      '"The shop." schema { query: Query } "What can be read." extend type Query { a: Int }'.replace(
        '"What can be read." extend',
        'extend',
      ),
      'extend type Query { b: Int }',
      ['"""The shop."""\nschema {'],
    ],
  ])('%s', (_name, users, orders, elements, warnings = []) => {
    const graph = compose(users, orders);
    for (const element of elements) expect(graph.sdl).toContain(element);
    expect(graph.warnings).toEqual(warnings);
    const other = composeGraph([
      { name: 'orders', sdl: `type Query { order: String } ${orders}` },
      { name: 'users', sdl: `type Query { user: String } ${users}` },
    ]);
    expect(other.sdl).toBe(graph.sdl);
    expect(other.warnings).toEqual(graph.warnings);
  });

  test('descriptions of root types', () => {
    const { sdl } = composeGraph([
      { name: 'b', sdl: 'type Query { b: Int }' },
      { name: 'a', sdl: '"What can be read." type Query { a: Int }' },
    ]);
    expect(sdl).toContain('"""What can be read."""\ntype Query {');
  });
});

test('all conflicts are reported at once', () => {
  expect(
    reasons(
      'enum Tier { GOLD } extend type Query { search: String, a(t: Tier): Tier }',
      'enum Tier { SILVER } extend type Query { search: String, b: Tier }',
    ),
  ).toHaveLength(2);
});

test('a subgraph whose SDL does not parse is named with line and column', () => {
  expect(reasons('type {', '')).toEqual([expect.stringMatching(/^users:1:\d+: Syntax Error: Expected Name/)]);
});

test('a subgraph whose SDL has an unknown type is named', () => {
  expect(reasons('type User { rank: Rank }', '')).toEqual(['users: Unknown type "Rank" at User.rank.']);
});
