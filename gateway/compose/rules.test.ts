// Rules that directives put on a graph, read from every subgraph's own SDL.
import { describe, expect, test } from 'vitest';
import { ComposeError } from './compose-error.ts';
import { composeGraph } from './graph.ts';
import type { Requirement } from './requirements.ts';
import type { Rules } from './rules.ts';

function rulesOf(...sdls: string[]): Rules {
  return composeGraph(sdls.map((sdl, index) => ({ name: `s${index}`, sdl }))).rules;
}

const nothing: Requirement = { authenticated: false, scopes: [], policies: [] };
const signedIn: Requirement = { ...nothing, authenticated: true };
const scope = (...names: string[]): Requirement => ({ ...nothing, scopes: names.map((name) => [[name]]) });

describe('a requirement applies', () => {
  test('for the field it stands at, in every object that has it from an interface', () => {
    const { fieldRequirements } = rulesOf(`
      type Query { a: A b: B open: Int pin: Int @authenticated }
      interface Named { name: String @authenticated }
      type A implements Named { name: String size: Int @requiresScopes(scopes: [["s"]]) }
      type B implements Named { name: String @requiresScopes(scopes: [["s"]]) size: Int }`);
    expect(Object.fromEntries(fieldRequirements)).toEqual({
      'Query.pin': signedIn,
      'A.name': signedIn,
      'A.size': scope('s'),
      'B.name': { ...scope('s'), authenticated: true },
    });
  });

  test('for every field that gives a type, however wrapped, and for the fields of the type', () => {
    const { fieldRequirements, typeRequirements } = rulesOf(`
      type Query { one: A many: [A!]! mood: Mood dates: [Date] thing: Thing }
      type A @authenticated { x: Int }
      type B { x: Int }
      enum Mood @requiresScopes(scopes: [["mood"]]) { GOOD }
      scalar Date @policy(policies: [["date"]])
      union Thing @requiresScopes(scopes: [["thing"]]) = A | B`);
    expect(Object.fromEntries(fieldRequirements)).toEqual({
      'Query.one': signedIn,
      'Query.many': signedIn,
      'Query.mood': scope('mood'),
      'Query.dates': { ...nothing, policies: [[['date']]] },
      'Query.thing': scope('thing'),
      'A.x': signedIn,
    });
    expect(Object.fromEntries(typeRequirements)).toEqual({ A: signedIn });
  });

  test('for the types and interfaces that implement an interface', () => {
    const { fieldRequirements, typeRequirements } = rulesOf(`
      type Query { asset: Asset building: Building house: House found: Found }
      interface Asset @authenticated { value: Int }
      interface Building implements Asset { value: Int }
      type House implements Building & Asset { value: Int }
      type Dog { name: String }
      union Found = Dog | House`);
    expect([...fieldRequirements.keys()].sort()).toEqual([
      'House.value',
      'Query.asset',
      'Query.building',
      'Query.house',
    ]);
    expect([...typeRequirements.keys()]).toEqual(['House']);
  });

  test('where only one subgraph declares it, also in an extension; those of several add up', () => {
    const { fieldRequirements } = rulesOf(
      `type Query { a: A _as(ids: [ID!]!): [A]! @merge(keyField: "id") }
       type A @key(selectionSet: "{ id }") { id: ID! x: Int @requiresScopes(scopes: [["s"]]) }`,
      `type Query { top: A _as(ids: [ID!]!): [A]! @merge(keyField: "id") }
       type A @key(selectionSet: "{ id }") { id: ID! x: Int @requiresScopes(scopes: [["t"], ["u", "v"]]) }
       extend type A @authenticated`,
    );
    const expected = { ...nothing, authenticated: true };
    expect(fieldRequirements.get('Query.a')).toEqual(expected);
    expect(fieldRequirements.get('Query.top')).toEqual(expected);
    expect(fieldRequirements.get('A.x')).toEqual({ ...expected, scopes: [[['s']], [['t'], ['u', 'v']]] });
  });

  test('for types of the root as for any other', () => {
    const { fieldRequirements } = rulesOf('type Query { a: Int } type Mutation @authenticated { b: Int c: Int }');
    expect([...fieldRequirements.keys()]).toEqual(['Mutation.b', 'Mutation.c']);
  });

  test('as lists, whichever way they are written', () => {
    const { fieldRequirements } = rulesOf(
      'type Query { a: Int @requiresScopes(scopes: "r") b: Int @requiresScopes(scopes: ["r", "s"]) }',
    );
    expect(fieldRequirements.get('Query.a')?.scopes).toEqual([[['r']]]);
    expect(fieldRequirements.get('Query.b')?.scopes).toEqual([[['r'], ['s']]]);
  });
});

test('of several limits, the stricter one applies', () => {
  const sdl = (limit: string) => `
    type Query { _as(ids: [ID!]!): [A]! @merge(keyField: "id") }
    type A @key(selectionSet: "{ id }") { id: ID! x: Int @rateLimit${limit} }`;
  const limitOf = (...limits: string[]) =>
    rulesOf('type Query { a: A } type A { id: ID! }', ...limits.map(sdl)).rateLimits.get('A.x');
  expect(limitOf('', '(limit: 30)')).toEqual([{ limit: 30, duration: 60 }]);
  expect(limitOf('(limit: 10, duration: 3600)', '(limit: 5, duration: 60)')).toEqual([{ limit: 10, duration: 3600 }]);
});

test.each([
  ['a: Int @requiresScopes(scopes: [])', /Query\.a: @requiresScopes\(scopes:\) requires at least one list of names/],
  ['a: Int @requiresScopes(scopes: [[]])', /Query\.a: @requiresScopes\(scopes:\) requires at least one list of names/],
  ['a: Int @requiresScopes(scopes: [["r"], []])', /Query\.a: @requiresScopes/],
  ['a: Int @requiresScopes(scopes: [[""]])', /Query\.a: @requiresScopes/],
  ['a: Int @policy(policies: [[]])', /Query\.a: @policy\(policies:\) requires at least one list of names/],
  ['a: Int @rateLimit(limit: 0)', /Query\.a: @rateLimit requires limit/],
  ['a: Int @rateLimit(limit: 1, duration: -1)', /Query\.a: @rateLimit requires limit/],
  ['a: Int @rateLimit(limit: 1, duration: 2073601)', /Query\.a: @rateLimit requires limit \(1 to 1000000000\)/],
  ['a(b: Int): Int @rateLimit(identityArgs: ["c"])', /Query\.a: @rateLimit\(identityArgs: "c"\) names no argument/],
  ['a(b: Int): Int @rateLimit(arrayLengthField: "b")', /Query\.a: .* names Int, which is no list/],
  ['a: Int @rateLimit(perCaller: false)', /Query\.a: @rateLimit\(perCaller: false\) requires identityArgs/],
  ['a: Int @invalidates(type: "Query")', /Query\.a: @invalidates is for fields of Mutation/],
  ['a: Int @cacheControl(maxAge: -1)', /Query\.a: @cacheControl requires maxAge/],
])('an invalid directive is an error, named with its coordinate: %s', (field, message) => {
  const compose = () => rulesOf(`type Query { ${field} }`);
  expect(compose).toThrow(ComposeError);
  expect(compose).toThrow(message);
});

describe('a computed field', () => {
  const base = (extra = '') => `
    type Query { items: [Item] }
    type Item { id: ID! price: Int @authenticated weight: Int @requiresScopes(scopes: [["w"]]) owner: Owner ${extra} }
    type Owner { name: String @policy(policies: [["p"]]) }`;
  const computing = (directive = '') => `
    type Query { _items(keys: [Key!]!): [Item]! @merge }
    input Key { id: ID! price: Int weight: Int owner: OwnerKey }
    input OwnerKey { name: String }
    type Item @key(selectionSet: "{ id }") {
      id: ID!
      cost: Int @computed(selectionSet: "{ price weight }") ${directive}
      label: String @computed(selectionSet: "{ owner { name } }")
      plain: Int
    }`;

  test('requires what each of its inputs requires', () => {
    const { fieldRequirements } = rulesOf(base(), computing());
    expect(fieldRequirements.get('Item.cost')).toEqual({ ...signedIn, scopes: [[['w']]] });
    expect(fieldRequirements.get('Item.label')).toEqual({ ...nothing, policies: [[['p']]] });
    expect(fieldRequirements.has('Item.plain')).toBe(false);
  });

  test('requires it also of inputs that clients do not see', () => {
    const { fieldRequirements } = rulesOf(base().replace('price: Int', 'price: Int @inaccessible'), computing());
    expect(fieldRequirements.get('Item.cost')).toEqual({ ...signedIn, scopes: [[['w']]] });
  });

  test('does not where its service declares so', () => {
    const { fieldRequirements } = rulesOf(
      base(),
      computing('@declassified(reason: "a sum reveals nothing of its parts")'),
    );
    expect(fieldRequirements.has('Item.cost')).toBe(false);
  });
});
