// Cost of operations: by their form, by the schema's directives, and by the variables of a request.
import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import demo from '../../../gateway.config.ts';
import { profileQuery } from '../../../test/harness/profile-query.ts';
import { buildSourceSchema } from '../../compose/sdl.ts';
import { limitsSection } from '../../config/limits.ts';
import { CostModel, costExceeded } from './cost.ts';
import { readCostRules } from './cost-rules.ts';

const fileOf = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

function costIn(schema: GraphQLSchema, text: string) {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  return new CostModel(schema, readCostRules([schema]), { assumedListSize: 10 }).compile(
    getOperationAST(document)!,
    document,
  );
}

/** The cost of a query in a schema of this SDL. */
const cost = (sdl: string, text: string, variables: Record<string, unknown> = {}) =>
  costIn(buildSourceSchema(sdl, 'test'), text)(variables);

const shop = `
  interface Node { id: ID! }
  union Found = User | Product
  type Query {
    me: User
    user(id: ID): User
    users(first: Int = 4, last: Int): [User!]!
    tags: [[String]]
    connection(first: Int = 20, after: String): UserConnection!
    node: Node
    found(first: Int): [Found]
  }
  type Mutation { rename(input: Rename!): User }
  input Rename { name: String }
  type User implements Node { id: ID! name: String friends(first: Int): [User] address: Address }
  type Address { city: String }
  type Product implements Node { id: ID! parts: [Product] maker: User }
  type UserConnection { edges: [UserEdge!]! nodes: [User!]! pageInfo: PageInfo! totalCount: Int! }
  type UserEdge { cursor: String! node: User! }
  type PageInfo { hasNextPage: Boolean! }`;

describe('without directives', () => {
  it.each([
    ['a field that gives a value is free', '{ __typename }', 0],
    ['an object costs one', '{ me { name } }', 1],
    ['each object costs one', '{ me { name address { city } } other: me { name } }', 3],
    ['a list costs its objects, as many as an argument has', '{ users(first: 3) { name } }', 3],
    ['a list has the length of its argument’s default', '{ users { name } }', 4],
    ['a list has the assumed length, where no argument has one', '{ me { friends { name } } }', 11],
    ['null is no length', '{ users(first: null) { name } }', 10],
    ['the greatest of several lengths counts', '{ users(first: 3, last: 7) { name } }', 7],
    ['lists in lists multiply', '{ users(first: 3) { friends(first: 5) { name } } }', 3 * (1 + 5)],
    ['a list of values is free', '{ tags }', 0],
    ['a negative length is none', '{ users(first: -3) { name } }', 0],
    [
      'a connection is an object, its lists have its length',
      '{ connection(first: 5) { totalCount nodes { name } } }',
      6,
    ],
    [
      'edges and their nodes',
      '{ connection(first: 5) { edges { node { name } } pageInfo { hasNextPage } } }',
      1 + 10 + 1,
    ],
    ['a connection’s default', '{ connection { nodes { name } } }', 21],
    [
      'a fragment in a connection',
      '{ connection(first: 2) { ...F } } fragment F on UserConnection { nodes { id } }',
      3,
    ],
    ['a mutation costs ten for each field', 'mutation { rename(input: { name: "x" }) { name address { city } } }', 11],
    ['an interface costs what its most expensive type does', '{ node { id ... on Product { parts { id } } } }', 11],
    [
      'a union costs what its most expensive type does',
      '{ found(first: 2) { ... on User { address { city } } ... on Product { maker { address { city } } } } }',
      2 * 3,
    ],
    ['introspection costs one, whatever is selected', '{ __schema { types { fields { name } } } }', 1],
    ['skipped and not included', '{ me @skip(if: true) { name } user @include(if: false) { name } users { id } }', 4],
    [
      'what is skipped in a fragment',
      '{ ... @include(if: false) { me { id } } ...F @skip(if: false) } fragment F on Query { me { id } }',
      1,
    ],
  ])('%s', (_what, text, expected) => {
    expect(cost(shop, text)).toBe(expected);
  });
});

describe('of variables', () => {
  const text = 'query ($n: Int, $d: Int = 6) { users(first: $n) { friends(first: $d) { id } } }';

  it('is reckoned anew with each request', () => {
    const of = costIn(buildSchema(shop), text);
    expect(of({ n: 3, d: 5 })).toBe(3 * 6);
    expect(of({ n: 100, d: 5 })).toBe(600);
  });

  it('takes their defaults, and the arguments’ where there is none', () => {
    expect(cost(shop, text, {})).toBe(4 * 7);
    expect(cost(shop, text, { n: undefined, d: 1 })).toBe(4 * 2);
  });

  it('treats null as an unknown length', () => {
    expect(cost(shop, text, { n: null, d: null })).toBe(10 * 11);
  });

  it.each([
    [-1, 0],
    [Number.NaN, 0],
    ['abc', 0],
    [{}, 0],
    ['3', 3],
    [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
  ])('treats %s as a list of %s', (given, length) => {
    expect(cost(shop, 'query ($n: Int) { users(first: $n) { id } }', { n: given })).toBe(length);
  });

  it('leaves out what they skip', () => {
    const skipping = `query ($a: Boolean! = true, $b: Boolean!) {
      me @include(if: $a) { id } user @skip(if: $b) { ...F @include(if: $b) } users(first: 2) @include(if: $a) @skip(if: $b) { id }
    } fragment F on User { address { city } }`;
    const of = costIn(buildSchema(shop), skipping);
    expect(of({ b: false })).toBe(1 + 1 + 2);
    expect(of({ b: true })).toBe(1);
    expect(of({ a: false, b: false })).toBe(1);
    expect(of({ a: false, b: true })).toBe(0);
  });

  it('has the lengths of connections from them', () => {
    const text = 'query ($n: Int) { connection(first: $n) { edges { node { id } } nodes { id } } }';
    expect(cost(shop, text, { n: 7 })).toBe(1 + 14 + 7);
    expect(cost(shop, text, {})).toBe(1 + 40 + 20);
  });
});

describe('of directives', () => {
  it.each([
    ['a field', 'a: Int @cost(weight: "5")', '{ a }', 5],
    ['a field that gives an object', 'a: T @cost(weight: "5")', '{ a { x } }', 5],
    [
      'a field that gives a list',
      'a: [T] @cost(weight: "0.5") @listSize(assumedSize: 4)',
      '{ a { x y { z } } }',
      4 * 1.5,
    ],
    ['a type', 'a: W', '{ a { x } }', 3],
    ['a scalar', 'a: S b: [S] @listSize(assumedSize: 2)', '{ a b }', 2 + 4],
    ['an enum', 'a: E', '{ a }', 6],
    ['an argument', 'a(x: Int @cost(weight: "5")): T', '{ a(x: 1) { x } b: a { x } }', 6 + 1],
    ['an argument that spares work', 'a(x: Int @cost(weight: "-5")): [T]', '{ a(x: 1) { x } }', 5],
    [
      'no argument spares more than its field',
      'a(x: Int @cost(weight: "-50")): T b: T',
      '{ a(x: 1) { x } b { x } }',
      1,
    ],
    ['an argument’s scalar', 'a(x: S): T', '{ a(x: 1) { x } }', 3],
    ['an input object’s fields', 'a(i: I): T', '{ a(i: { p: 1, r: { p: 2, q: 3 } }) { x } }', 1 + 2 + 2],
    ['input objects in a list', 'a(i: [I]): T', '{ a(i: [{ p: 1 }, { p: 2 }, { q: 2 }]) { x } }', 1 + 4],
  ])('weighs %s', (_what, fields, text, expected) => {
    expect(cost(`${weighed} type Query { ${fields} }`, text)).toBe(expected);
  });

  const weighed = `type T { x: Int y: T z: Int } type W @cost(weight: "3") { x: Int }
    scalar S @cost(weight: "2") enum E @cost(weight: "6") { A }
    input I { p: Int @cost(weight: "2") q: Int r: I rs: [I] }`;

  it('weighs what is in variables, as deep as it goes', () => {
    const of = costIn(
      buildSourceSchema(`${weighed} type Query { a(i: I, s: S): T }`, 'test'),
      'query ($i: I, $r: I, $s: S, $p: Int) { a(i: $i, s: $s) { x } b: a(i: { r: $r, p: $p, rs: [{ p: 1 }, $r] }) { x } }',
    );
    expect(of({})).toBe(1 + 1 + 2);
    expect(of({ p: 1, s: 'x' })).toBe(1 + 1 + 2 + 2 + 2);
    expect(of({ i: { p: 1, r: { p: 1, rs: [{ p: 1 }, { r: { p: 1 } }] } } })).toBe(1 + 8 + 1 + 2);
    expect(of({ r: { p: 1, q: 5 } })).toBe(1 + 1 + 2 + 2 + 2);
  });

  it('weighs the fields of a type as those of its interface', () => {
    const sdl = `type Query { node: N  a: A } interface N { x: Int @cost(weight: "3") } type A implements N { x: Int }`;
    expect(cost(sdl, '{ node { x } a { x } }')).toBe(8);
  });

  it('weighs an interface without types as a type of its own', () => {
    const sdl = `type Query { node: N } interface N { x: Int @cost(weight: "3") list(first: Int): [N] }`;
    expect(cost(sdl, '{ node { x list(first: 4) { x } } }')).toBe(1 + 3 + 4 * (1 + 3));
  });

  it('takes lengths from the arguments that `@listSize` names, also inside of input objects', () => {
    const sdl = `input F { max: Int = 6 page: P } input P { size: Int }
      type Query {
        a(max: Int): [T] @listSize(slicingArguments: ["max"], assumedSize: 7, requireOneSlicingArgument: false)
        b(f: F): [T] @listSize(slicingArguments: ["f.max"], requireOneSlicingArgument: false)
        c(f: F): [T] @listSize(slicingArguments: ["f.page.size"], assumedSize: 9)
        d(f: F = { max: 8 }): [T] @listSize(slicingArguments: ["f.max"])
      } type T { x: Int }`;
    expect(cost(sdl, '{ a(max: 3) { x } }')).toBe(3);
    expect(cost(sdl, '{ a { x } }')).toBe(7);
    expect(cost(sdl, '{ b(f: { max: 2 }) { x } }')).toBe(2);
    expect(cost(sdl, '{ b(f: {}) { x } }')).toBe(6);
    expect(cost(sdl, '{ b { x } }')).toBe(10);
    expect(cost(sdl, '{ c(f: { page: { size: 3 } }) { x } }')).toBe(3);
    expect(cost(sdl, '{ d { x } }')).toBe(8);
    const text =
      'query ($f: F, $p: P, $s: Int) { b(f: $f) { x } c(f: { page: $p }) { x } e: c(f: { page: { size: $s } }) { x } }';
    expect(cost(sdl, text, { f: { max: 1 }, p: { size: 2 }, s: 4 })).toBe(7);
    expect(cost(sdl, text, { f: {} })).toBe(6 + 9 + 9);
  });

  it('gives the length to the sized fields', () => {
    const sdl = `type Query { page(max: Int = 3): Page @listSize(slicingArguments: ["max"], sizedFields: ["items"]) }
      type Page { items: [T] others: [T] } type T { x: Int }`;
    expect(cost(sdl, '{ page { items { x } } }')).toBe(4);
    expect(cost(sdl, '{ page(max: 5) { items { x } others { x } } }')).toBe(1 + 5 + 10);
  });

  it('gives a connection’s assumed length to its lists', () => {
    const sdl = `type Query { all: C @listSize(assumedSize: 50) } type C { nodes: [T] pageInfo: P } type P { x: Int } type T { x: Int }`;
    expect(cost(sdl, '{ all { nodes { x } } }')).toBe(51);
  });
});

describe('of an interface of many types', () => {
  const types = Array.from({ length: 300 }, (_, index) => `type T${index} implements N { n: N  own${index}: N }`);
  const sdl = `type Query { n: N } interface N { n: N } union U = T7 | T8 ${types.join(' ')} extend type T9 @cost(weight: "4")`;

  it.each([
    ['the most expensive counts, whether it is named or not', '{ n { n { n { __typename } } } }', 12],
    ['a selection on one of them', '{ n { ... on T200 { own200 { n { __typename } } } } }', 1 + 4 + 4],
    ['a selection on those of a union', '{ n { ... on U { ... on N { n { n { __typename } } } } } }', 1 + 4 + 4],
    ['a selection on several', '{ n { ... on T1 { own1 { __typename } } ... on T2 { own2 { __typename } } } }', 5],
  ])('%s', (_what, text, expected) => {
    expect(cost(sdl, text)).toBe(expected);
  });
});

describe('of large and odd documents', () => {
  it('ends at the maximum safe integer', () => {
    expect(
      cost(shop, '{ users(first: 2000000000) { friends(first: 2000000000) { friends(first: 2000000000) { id } } } }'),
    ).toBe(Number.MAX_SAFE_INTEGER);
  });

  const bomb = (levels: number, end: string, variables = '') =>
    `query ${variables} { me { ...F0 } } ${Array.from(
      { length: levels },
      (_, level) => `fragment F${level} on User { ...F${level + 1} address { city } ... { ...F${level + 1} } }`,
    ).join(' ')} fragment F${levels} on User { ${end} }`;

  it('computes a fragment that stands in 2^50 places without visiting each', () => {
    expect(cost(shop, bomb(50, 'address { city }'))).toBe(2 ** 50 + 2 ** 50);
    const text = bomb(50, 'friends(first: $n) @include(if: $x) { id }', '($n: Int, $x: Boolean!)');
    const document = parse(text);
    const schema = buildSchema(shop);
    const of = new CostModel(schema, readCostRules([schema]), {
      assumedListSize: 10,
    }).compile(getOperationAST(document)!, document);
    expect(of({ n: 3, x: true })).toBe(1 + (2 ** 50 - 1) + 3 * 2 ** 50);
    expect(of({ n: 3, x: false })).toBe(2 ** 50);
    expect(of({ n: 1e6, x: true })).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('comes to an end where fragments go in circles', () => {
    const document = parse(
      '{ me { ...A } } fragment A on User { friends(first: 2) { ...B } } fragment B on User { ...A }',
    );
    const schema = buildSchema(shop);
    const of = new CostModel(schema, readCostRules([schema]), {
      assumedListSize: 10,
    }).compile(getOperationAST(document)!, document);
    expect(of({})).toBe(3);
  });

  it('is not led astray by names of what every object has', () => {
    const text = 'query ($constructor: Int) { users(first: $constructor) { id } }';
    expect(cost(shop, text)).toBe(4);
  });
});

describe('of ordinary queries', () => {
  const { cost: limit } = limitsSection.parse({});

  it('leaves room for the demo’s queries', () => {
    const schema = buildSchema(fileOf('schema/graph.graphql'));
    const recommended = 3 * 2;
    const orders = 1 + 2 * (1 + 1 + 1 + 10 * 2);
    expect(costIn(schema, profileQuery)({})).toBe(1 + orders + recommended);
    for (const { query, variables } of typeof demo.graphiql === 'object' ? demo.graphiql.examples : []) {
      expect(costIn(schema, query)(variables ?? {})).toBeLessThan(Number(limit) / 100);
    }
  });

  it('leaves room for the largest query of the benchmarks', () => {
    const schema = buildSchema(`
      type Query { users: [User] topProducts(first: Int = 5): [Product] }
      type User { id: ID! name: String username: String reviews: [Review] }
      type Review { id: ID! body: String author: User product: Product }
      type Product { upc: String! name: String price: Int weight: Int inStock: Boolean shippingEstimate: Int reviews: [Review] }`);
    const value = costIn(schema, fileOf('bench/queries/large.graphql'))({});
    expect(value).toBe(23_315);
    expect(value).toBeLessThan(Number(limit) / 4);
  });
});

it('names the cost and the limit', () => {
  expect(costExceeded(120, 100)).toMatchObject({
    message: 'The operation costs 120; the limit is 100.',
    extensions: { code: 'COST_LIMIT_EXCEEDED', limit: 100, value: 120 },
  });
});
