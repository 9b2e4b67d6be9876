// Cost directives of several subgraphs: how they combine.
import { buildSchema } from 'graphql';
import { expect, it } from 'vitest';
import { ComposeError } from '../../compose/compose-error.ts';
import { buildSourceSchema } from '../../compose/sdl.ts';
import { readCostRules } from './cost-rules.ts';

it('reads weights of fields, arguments, input fields and types', () => {
  const schema = buildSourceSchema(
    `type Query { users(near: Place @cost(weight: "3"), text: String): [User] @cost(weight: "2.5") }
     type User @cost(weight: "4") { name: Name  tier: Tier }
     input Place { city: String @cost(weight: "-1") }
     scalar Name @cost(weight: "0.5")
     enum Tier @cost(weight: "7") { GOLD }
     extend type User { age: Int @cost(weight: "8") }`,
    'users',
  );
  const rules = readCostRules([schema]);
  expect(Object.fromEntries(rules.fields)).toEqual({ 'Query.users': 2.5, 'User.age': 8 });
  expect(Object.fromEntries(rules.arguments)).toEqual({ 'Query.users(near:)': 3 });
  expect(Object.fromEntries(rules.inputFields)).toEqual({ 'Place.city': -1 });
  expect(Object.fromEntries(rules.types)).toEqual({ User: 4, Name: 0.5, Tier: 7 });
});

it('reads sizes of lists, with one name or several', () => {
  const schema = buildSourceSchema(
    `type Query {
       a(max: Int): [Int] @listSize(assumedSize: 5, slicingArguments: ["max"])
       b: Page @listSize(assumedSize: 9, sizedFields: "items")
       c(max: Int): [Int] @listSize(slicingArguments: ["max"], requireOneSlicingArgument: false)
     }
     type Page { items: [Int] }`,
    'lists',
  );
  expect(Object.fromEntries(readCostRules([schema]).lists)).toEqual({
    'Query.a': { assumedSize: 5, slicingArguments: ['max'], sizedFields: [], requireOneSlicingArgument: true },
    'Query.b': { assumedSize: 9, slicingArguments: [], sizedFields: ['items'], requireOneSlicingArgument: false },
    'Query.c': { assumedSize: null, slicingArguments: ['max'], sizedFields: [], requireOneSlicingArgument: false },
  });
});

it('takes the maximum over the subgraphs, and all names', () => {
  const one = `type Query { a(x: Int): [Int] @cost(weight: "2") @listSize(assumedSize: 5, slicingArguments: ["x"]) }`;
  const other = `type Query { a(x: Int, y: Int): [Int] @cost(weight: "3")
    @listSize(assumedSize: 4, slicingArguments: ["y"], requireOneSlicingArgument: false) }`;
  for (const order of [
    [one, other],
    [other, one],
  ]) {
    const rules = readCostRules(order.map((sdl, index) => buildSourceSchema(sdl, `s${index}`)));
    expect(rules.fields.get('Query.a')).toBe(3);
    const size = rules.lists.get('Query.a');
    expect(size).toMatchObject({ assumedSize: 5, requireOneSlicingArgument: true });
    expect([...(size?.slicingArguments ?? [])].sort()).toEqual(['x', 'y']);
  }
});

it('is empty for schemas without directives', () => {
  const rules = readCostRules([buildSchema('type Query { a: [Int] }')]);
  expect(Object.values(rules).map(({ size }) => size)).toEqual([0, 0, 0, 0, 0]);
});

it('reports every invalid directive', () => {
  const schema = buildSourceSchema(
    `type Query { a: Int @cost(weight: "dear")  b: [Int] @listSize(assumedSize: -1)  c: Int @cost(weight: "") }`,
    'wrong',
  );
  expect(() => readCostRules([schema])).toThrow(ComposeError);
  expect(() => readCostRules([schema])).toThrow(
    /Query\.a: @cost requires a weight.*Query\.b: @listSize requires.*Query\.c: @cost requires/s,
  );
});
