// What subgraphs may not say differently, each told with the types, fields and subgraphs it is about.
import { expect, test } from 'vitest';
import { ComposeError } from './compose-error.ts';
import { composeGraph } from './graph.ts';

const executor = () => ({ data: null });

/** The reasons for which two subgraphs, users and orders, cannot be composed; none if they can. */
function reasons(users: string, orders: string): readonly string[] {
  try {
    composeGraph([
      { name: 'users', sdl: `type Query { user: String } ${users}`, executor },
      { name: 'orders', sdl: `type Query { order: String } ${orders}`, executor },
    ]);
    return [];
  } catch (error) {
    if (error instanceof ComposeError) return error.reasons;
    throw error;
  }
}

test.each<[string, string, string, string]>([
  [
    'a type that is an object here and an enum there',
    'type Tier { name: String } extend type Query { tier: Tier }',
    'enum Tier { GOLD } extend type Query { best: Tier }',
    'Tier is an object type in users and an enum in orders; a type is of one kind everywhere',
  ],
  [
    'a field of two types',
    'type User { id: ID! age: Int } extend type Query { me: User }',
    'type User { id: ID! age: String } extend type Query { customer: User }',
    'User.age is Int in users and String in orders; give it one type',
  ],
  [
    'a field that is a list here and one thing there',
    'type User { id: ID! names: [String!]! } extend type Query { me: User }',
    'type User { id: ID! names: String } extend type Query { customer: User }',
    'User.names is [String] in users and String in orders; give it one type',
  ],
  [
    'a field of an interface',
    'interface Node { id: ID! } type A implements Node { id: ID! } extend type Query { a: A }',
    'interface Node { id: Int! } type B implements Node { id: Int! } extend type Query { b: B }',
    'Node.id is ID in users and Int in orders; give it one type',
  ],
  [
    'an argument of two types',
    'type User { id: ID! orders(first: Int): Int } extend type Query { me: User }',
    'type User { id: ID! orders(first: String): Int } extend type Query { customer: User }',
    'User.orders(first:) is Int in users and String in orders; give the argument one type',
  ],
  [
    'an argument that only one requires',
    'type User { id: ID! orders(first: Int!): Int } extend type Query { me: User }',
    'type User { id: ID! orders: Int } extend type Query { customer: User }',
    'User.orders(first:) is required in users but unknown in orders',
  ],
  [
    'an input with other fields',
    'input Page { first: Int } extend type Query { a(page: Page): Int }',
    'input Page { first: Int, after: String } extend type Query { b(page: Page): Int }',
    'Page is { first: Int } in users and { after: String, first: Int } in orders; ' +
      'an input is the same everywhere, or has a name of its own',
  ],
  [
    'an enum with other values',
    'enum Tier { GOLD SILVER } extend type Query { a: Tier }',
    'enum Tier { GOLD } extend type Query { b: Tier }',
    'Tier is GOLD | SILVER in users and GOLD in orders; an enum has the same values everywhere',
  ],
  [
    'a root field that both serve',
    'extend type Query { search: String }',
    'extend type Query { search: String }',
    'Query.search is served by users and orders; rename one, or mark the one to ask with @canonical',
  ],
  [
    'a mutation that both serve',
    'type Mutation { reset: Int }',
    'type Mutation { reset: Int }',
    'Mutation.reset is served by users and orders; rename one, or mark the one to ask with @canonical',
  ],
  [
    'a root field that both claim with @canonical',
    'extend type Query { search: String @canonical }',
    'extend type Query { search: String @canonical }',
    'Query.search is served by users and orders; rename one, or mark the one to ask with @canonical',
  ],
])('%s is a conflict', (_what, users, orders, reason) => {
  expect(reasons(users, orders)).toEqual([reason]);
});

test.each<[string, string, string]>([
  [
    'a field that only one promises never to be null',
    'type User { id: ID! name: String! } extend type Query { me: User }',
    'type User { id: ID! name: String } extend type Query { customer: User }',
  ],
  [
    'an optional argument that only one knows',
    'type User { id: ID! orders(first: Int): Int } extend type Query { me: User }',
    'type User { id: ID! orders: Int } extend type Query { customer: User }',
  ],
  [
    'enum values in another sequence',
    'enum Tier { GOLD SILVER } extend type Query { a: Tier }',
    'enum Tier { SILVER GOLD } extend type Query { b: Tier }',
  ],
  [
    'unions with other members',
    'type A { a: Int } union Found = A extend type Query { a: Found }',
    'type B { b: Int } union Found = B extend type Query { b: Found }',
  ],
  [
    'a root field that both serve and one claims with @canonical',
    'extend type Query { search: String @canonical }',
    'extend type Query { search: String }',
  ],
  ['look-ups that begin with _', 'extend type Query { _sdl: String! }', 'extend type Query { _sdl: String! }'],
])('%s is none', (_what, users, orders) => {
  expect(reasons(users, orders)).toEqual([]);
});

test('all conflicts are told at once', () => {
  expect(
    reasons(
      'enum Tier { GOLD } extend type Query { search: String, a: Tier }',
      'enum Tier { SILVER } extend type Query { search: String, b: Tier }',
    ),
  ).toHaveLength(2);
});

test('a subgraph whose SDL does not parse is named with line and column', () => {
  expect(reasons('type {', '')).toEqual([expect.stringMatching(/^users:1:\d+: Syntax Error: Expected Name/)]);
});

test('a subgraph whose SDL speaks of an unknown type is named', () => {
  expect(reasons('type User { rank: Rank }', '')).toEqual(['users: Unknown type "Rank".']);
});
