import { expect, test } from 'vitest';
import { openGraphUnderTest } from '../../test/differential/graphs.ts';
import { composeGraph, type Graph } from '../compose/graph.ts';
import { GraphModel } from './model.ts';
import { findUnplannable } from './unplannable.ts';
import { unplannableWarnings } from './unplannable-messages.ts';

const modelOf = ({ schema, subschemas, parts }: Graph) => new GraphModel(schema, subschemas, parts);

const compose = (sdls: Record<string, string>) =>
  composeGraph(
    Object.entries(sdls).map(([name, sdl]) => ({
      name,
      sdl,
    })),
  );

const found = (sdls: Record<string, string>) =>
  findUnplannable(modelOf(compose(sdls))).fields.map(({ coordinate, example }) => `${coordinate} ${example}`);

const directives = `
  directive @merge(keyField: String, keyArg: String) on FIELD_DEFINITION
  directive @key(selectionSet: String) on OBJECT
  directive @computed(selectionSet: String) on FIELD_DEFINITION`;

/** Finds items by a number that others do not have. */
const counting = `${directives}
  type Query { counted: Item _items(numbers: [Int!]!): [Item]! @merge(keyField: "number") }
  type Item { number: Int! stock: Int place: Place }
  type Place { name: String }`;

test('an unreachable field is found, with an operation that selects it, wherever that starts', () => {
  const shop = `
    type Query { item(id: ID!): Item shop: Shop any: [Thing] }
    type Mutation { buy: Item }
    type Subscription { bought: Item }
    type Shop { best: Item }
    union Thing = Item | Shop
    type Item { id: ID! name: String }`;
  expect(found({ shop, counting })).toEqual([
    'Item.number { item { number } }',
    'Item.stock { item { stock } }',
    'Item.place { item { place { __typename } } }',
    // There, nothing finds an item by its number.
    'Item.id { counted { id } }',
    'Item.name { counted { name } }',
  ]);
  const subscribed = `type Query { a: Int } type Subscription { any: [Thing] } union Thing = Item | Box
    type Box { item: Item } type Item { id: ID! }`;
  expect(found({ subscribed, stock: counting.replace('counted: Item', '') })).toEqual([
    'Item.number subscription { any { ... on Item { number } } }',
    'Item.stock subscription { any { ... on Item { stock } } }',
    'Item.place subscription { any { ... on Item { place { __typename } } } }',
  ]);
});

test('what is served beside its key is not found, from whichever subgraph it comes', () => {
  const both = 'type Query { item: Item } type Item { number: Int! name: String }';
  expect(found({ both, counting })).toEqual(['Item.name { counted { name } }']);
});

test('a key can go through an interface, and through a union by fragments', () => {
  const shop = (result: string) => `${directives}
    type Query { item: Item } type Item @key(selectionSet: "{ id }") { id: ID! maker: Maker }
    ${result} type Person implements Named { name: String } type Firm implements Named { name: String }
    interface Named { name: String }`;
  const rating = `${directives}
    type Query { _items(keys: [Key!]!): [Item]! @merge(keyArg: "keys") }
    input Key { id: ID! maker: MakerKey } input MakerKey { name: String }
    type Item @key(selectionSet: "{ id }") { id: ID! rating: Int @computed(selectionSet: "{ maker { name } }") }`;
  const boss = 'interface Maker { name: String } type Boss implements Maker { name: String }';
  expect(found({ shop: shop(boss), rating })).toEqual([]);
  const union = 'union Maker = Person | Firm';
  expect(
    found({ shop: shop(union), rating: rating.replace('{ maker { name } }', '{ maker { ... on Firm { name } } }') }),
  ).toEqual([]);
});

test.each(['demo', 'bench', 'edgeCases', 'federated'] as const)('of the %s graph, all can be planned', (name) => {
  const { graph: subject, close } = openGraphUnderTest(name);
  try {
    expect(findUnplannable(modelOf(subject.graph))).toEqual({ fields: [], isWhole: true });
  } finally {
    close();
  }
});

test('a warning names the field, the reason and an operation; many are counted', () => {
  const many = Array.from({ length: 25 }, (_, index) => `f${index}: Int`).join(' ');
  const shop = 'type Query { item: Item } type Item { id: ID! }';
  const warnings = unplannableWarnings(
    compose({
      shop,
      stock: `type Query { a: Int _items(ids: [Int!]!): [Item]! @merge(keyField: "number") } ${directives} type Item { number: Int! ${many} }`,
    }),
  );
  expect(warnings[0]).toMatch(
    /^Item\.number cannot always be planned: Item\.number cannot be reached from shop, as in "\{ item \{ number \} \}"\. /,
  );
  expect(warnings).toHaveLength(21);
  expect(warnings.at(-1)).toBe('6 more fields cannot always be planned');
});
