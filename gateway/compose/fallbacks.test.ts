// Fallbacks that do not fit their fields, each with its place and what to write.
import { expect, test } from 'vitest';
import { ComposeError } from './compose-error.ts';
import { composeSubgraphs } from './federation/compose-subgraphs.ts';
import { composeGraph } from './graph.ts';
import { composeSupergraph, readSupergraph } from './supergraph.ts';

const types = `
  type Query { thing: Thing }
  enum Level { LOW HIGH SECRET @inaccessible }
  scalar Money
  type Other { id: ID! }
`;

function fallbacksIn(...sdls: string[]): ReadonlyMap<string, unknown> | undefined {
  return composeGraph(sdls.map((sdl, index) => ({ name: 'abc'[index] as string, sdl }))).parts?.fallbacks;
}

function reasons(compose: () => unknown): readonly string[] {
  try {
    compose();
    return [];
  } catch (error) {
    if (error instanceof ComposeError) return error.reasons;
    throw error;
  }
}

test.each<[field: string, value: unknown]>([
  ['Int @fallback(value: null)', null],
  ['Int! @fallback(value: -2)', -2],
  ['Float @fallback(value: 3)', 3],
  ['String @fallback(value: "none")', 'none'],
  ['Boolean! @fallback(value: false)', false],
  ['ID @fallback(value: 7)', '7'],
  ['Level! @fallback(value: LOW)', 'LOW'],
  ['[Level!]! @fallback(value: [LOW, HIGH])', ['LOW', 'HIGH']],
  ['[[Int]!] @fallback(value: [[1, null], []])', [[1, null], []]],
  ['Money @fallback(value: { amount: "0.00", tags: [A] })', { amount: '0.00', tags: ['A'] }],
  ['Other @fallback(value: null)', null],
  ['[Other!]! @fallback(value: [])', []],
])('a field of the type %s has its value', (field, value) => {
  expect(fallbacksIn(`${types} type Thing { field: ${field} }`)?.get('Thing.field')).toEqual(value);
});

test.each<[field: string, reason: string]>([
  [
    'Int! @fallback(value: null)',
    '@fallback(value: null): null is not possible, since it is not nullable; the field is Int!',
  ],
  ['Int @fallback(value: 1.5)', '@fallback(value: 1.5): 1.5 is no Int; the field is Int'],
  ['Int @fallback(value: 3000000000)', '@fallback(value: 3000000000): 3000000000 is no Int; the field is Int'],
  ['String @fallback(value: 5)', '@fallback(value: 5): 5 is no String; the field is String'],
  ['[Int] @fallback(value: 5)', '@fallback(value: 5): 5 is no list; the field is [Int]'],
  [
    '[Int!] @fallback(value: [1, null])',
    '@fallback(value: [1, null]): [1, null] is not possible, since it is not nullable; the field is [Int!]',
  ],
  [
    'Level @fallback(value: "LOW")',
    '@fallback(value: "LOW"): "LOW" is no value of Level that clients see; the field is Level',
  ],
  [
    'Level @fallback(value: SECRET)',
    '@fallback(value: SECRET): SECRET is no value of Level that clients see; the field is Level',
  ],
  [
    'Other @fallback(value: { id: 1 })',
    '@fallback(value: {id: 1}): {id: 1} is no value for objects: they would have an identity that no Other has; use null or []; the field is Other',
  ],
  ['Int @fallback', '@fallback has no value: write @fallback(value: null), or another value of the type'],
])('a field of the type %s is a problem', (field, reason) => {
  expect(reasons(() => fallbacksIn(`${types} type Thing { field: ${field} }`))).toEqual([`Thing.field: ${reason}`]);
});

test('fields of keys, mutations and subscriptions have none, and neither have lookup fields and fields of the gateway', () => {
  const a = 'type Query { thing: Thing } type Thing { id: ID! name: String }';
  const stitched = `type Query { _things(ids: [ID!]!): [Thing]! @merge(keyField: "id") @fallback(value: []) }
    type Thing { id: ID! @fallback(value: "none") count: Int }`;
  expect(reasons(() => fallbacksIn(a, stitched))).toEqual([
    expect.stringMatching(/^b: @fallback on Query\._things has no effect: the field is for the gateway/),
  ]);
  expect(reasons(() => fallbacksIn(a, stitched.replace('@fallback(value: [])', '')))).toEqual([
    'Thing.id: @fallback is on a field of a key, which identifies objects: remove it',
  ]);
  const roots = `${a} type Mutation { add: Int @fallback(value: 1) } type Subscription { added: Int @fallback(value: 1) }`;
  expect(reasons(() => fallbacksIn(roots))).toEqual([
    'Mutation.add: @fallback on a mutation would hide that it has failed: put it on fields of its result',
    'Subscription.added: @fallback on a subscription has no effect, since there is no event: put it on fields of the event',
  ]);
  const local = {
    name: 'fields',
    sdl: 'type Query { now: Int @fallback(value: 0) }',
    resolvers: { Query: { now: () => 1 } },
  };
  expect(reasons(() => composeGraph([{ name: 'a', sdl: a }, local]))).toEqual([
    'Query.now: @fallback has no effect on a field that the gateway resolves itself: remove it',
  ]);
});

test('an interface declares it for its types, which may have one of their own; subgraphs agree on it', () => {
  const interfaces = `type Query { all: [Priced] } interface Priced { price: Int @fallback(value: 1) }
    type Book implements Priced { price: Int } type Film implements Priced { price: Int @fallback(value: 2) }`;
  expect([...(fallbacksIn(interfaces) ?? [])]).toEqual([
    ['Priced.price', 1],
    ['Book.price', 1],
    ['Film.price', 2],
  ]);
  const shared = (value: number) =>
    `type Query { a${value}: Book _books(ids: [ID!]!): [Book]! @merge(keyField: "id") } type Book { id: ID! price: Int @fallback(value: ${value}) }`;
  expect(reasons(() => fallbacksIn(shared(1), shared(2).replace('_books', '_other')))).toEqual([
    'Book.price: subgraphs declare several fallbacks, @fallback(value: 1) and @fallback(value: 2): declare one',
  ]);
});

test('a directive of that name that is another one has no effect, with a warning; one for values of any scalar is this one', () => {
  const other = `directive @fallback(to: String) on FIELD_DEFINITION type Query { a: Int @fallback(to: "b") b: Int }`;
  expect(composeGraph([{ name: 'a', sdl: other }]).warnings).toEqual([
    expect.stringMatching(/^a: @fallback differs from the gateway's definition/),
  ]);
  const same = `directive @fallback(value: JSON!) on FIELD_DEFINITION scalar JSON type Query { a: Int @fallback(value: 4) }`;
  expect(fallbacksIn(same)?.get('Query.a')).toBe(4);
  expect(fallbacksIn('type Query { a: Int }')).toBeUndefined();
});

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@shareable"])';
const federated = (sdl: string) => {
  const a = {
    name: 'a',
    url: 'http://a.test',
    sdl: `${link} type Query { me: User } type User @key(fields: "id") { id: ID! }`,
  };
  return composeSubgraphs([a, { name: 'b', url: 'http://b.test', sdl: `${link} ${sdl}` }]).supergraph;
};

test('supergraphs have the fallbacks of their subgraphs, composed here or elsewhere, and none on keys', () => {
  const supergraph = federated('type User @key(fields: "id") { id: ID! age: Int! @fallback(value: 0) }');
  expect(supergraph).toContain('@fallback(value: 0)');
  const { parts, sdl } = composeSupergraph(readSupergraph(supergraph, 'graph'));
  expect([...(parts?.fallbacks ?? [])]).toEqual([['User.age', 0]]);
  expect(sdl).not.toMatch(/fallback/i);
  const elsewhere = supergraph.replaceAll('FallbackValue', 'FieldValue');
  expect(composeSupergraph(readSupergraph(elsewhere, 'graph')).parts?.fallbacks?.get('User.age')).toBe(0);
  const key = federated('type User @key(fields: "id") { id: ID! @fallback(value: "u") age: Int }');
  expect(reasons(() => composeSupergraph(readSupergraph(key, 'graph')))).toEqual([
    'User.id: @fallback is on a field of a key, which identifies objects: remove it',
  ]);
});
