// Cache policy of entities in a plan's entity fetch: max-age, scope, and what its response depends on.

import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { composeGraph } from '../compose/graph.ts';
import { composeSupergraph, readSupergraph } from '../compose/supergraph.ts';
import { noDeniedFields } from '../query-plan/denied-fields.ts';
import type { EntityCachePolicy } from '../query-plan/plan.ts';
import { GraphModel } from './model.ts';
import { Planner } from './planner.ts';

const shop = `
  type Query { featured: [Product] }
  type Product @key(selectionSet: "{ id }") { id: ID! }
`;

const catalog = `
  type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Product @cacheControl(maxAge: 60) {
    id: ID!
    name(language: String): String
    stock: Int @cacheControl(maxAge: 5)
    mine: Int @cacheControl(scope: PRIVATE)
    maker: Maker
    keptMaker: Maker @cacheControl(inheritMaxAge: true)
    partner: Partner
  }
  type Maker { id: ID! founder: Person @cacheControl(maxAge: 30) }
  type Person { name: String }
  union Partner @cacheControl(maxAge: 50) = Maker | Bank
  type Bank @cacheControl(maxAge: 40, scope: PRIVATE) { iban: String }
`;

function retained(fields: string, { header = '', sdl = catalog, defaultMaxAge = 0 } = {}): EntityCachePolicy | null {
  const graph = composeGraph([
    { name: 'shop', sdl: shop },
    { name: 'catalog', sdl },
  ]);
  const model = new GraphModel(graph.schema, graph.subschemas);
  const planner = new Planner(model, { rules: graph.rules, defaultMaxAge });
  const document = parse(`query ${header} { featured { ${fields} } }`);
  const [operation] = document.definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error('This is no operation.');
  const plan = planner.plan({ document, operation, conditions: {}, deniedFields: noDeniedFields });
  return plan.entityFetches[0]!.cachePolicy;
}

const times = (fields: string, options = {}) => {
  const { maxAge, private: own } = retained(fields, options) ?? { maxAge: 0, private: false };
  return [maxAge, own];
};

test('the minimum max-age over the fields, and private if any field is', () => {
  expect(times('name')).toEqual([60, false]);
  expect(times('name stock')).toEqual([5, false]);
  expect(times('name mine')).toEqual([60, true]);
  expect(times('keptMaker { id }')).toEqual([60, false]);
  expect(times('keptMaker { founder { name } }')).toEqual([30, false]);
  expect(times('partner { ... on Maker { id } }')).toEqual([40, true]);
});

test('none with a field that may not be cached', () => {
  expect(retained('name maker { id }')).toBeNull();
  expect(retained('name', { sdl: catalog.replace('@cacheControl(maxAge: 60)', '') })).toBeNull();
  expect(times('name', { sdl: catalog.replace('@cacheControl(maxAge: 60)', ''), defaultMaxAge: 7 })).toEqual([
    7,
    false,
  ]);
});

test('the types below it are known, with all that may stand at a union’s place', () => {
  expect(retained('keptMaker { founder { name } }')?.types.sort()).toEqual(['Maker', 'Person']);
  expect(retained('partner { __typename }')?.types.sort()).toEqual(['Bank', 'Maker']);
  expect(retained('name')?.types).toEqual([]);
});

test('its selection has the variables in it, their types and their defaults', () => {
  const german = retained('name(language: $l)', { header: '($other: Int, $l: String = "de")' });
  expect(german).toMatchObject({ variables: ['l'], id: 'id' });
  expect(german?.selection).toBe('($v1: String = "de"){ name(language: $v1) id }');
  expect(retained('name(language: $l)', { header: '($other: Int, $l: String)' })?.selection).not.toBe(
    german?.selection,
  );
});

test('fields of an interface object have its rules, whether the object is known by its type or by the interface', () => {
  const sdl = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
    directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT | INTERFACE
    enum CacheControlScope { PUBLIC PRIVATE }
    enum join__Graph { A @join__graph(name: "a", url: "http://127.0.0.1:1") B @join__graph(name: "b", url: "http://127.0.0.1:2") }
    type Query @join__type(graph: A) @join__type(graph: B) { users: [Named] @join__field(graph: A) }
    interface Named @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) {
      id: ID!
      city: String @cacheControl(maxAge: 30) @join__field(graph: B)
      secret: String @cacheControl(maxAge: 20, scope: PRIVATE) @join__field(graph: B)
    }
    type User implements Named @join__type(graph: A, key: "id") @join__implements(graph: A, interface: "Named") {
      id: ID!
      city: String @join__field
      secret: String @join__field
    }`;
  const graph = composeSupergraph(readSupergraph(sdl, 'graph'));
  const planner = new Planner(new GraphModel(graph.schema, graph.subschemas, graph.parts), {
    rules: graph.rules,
    defaultMaxAge: 60,
  });
  const policy = (fields: string) => {
    const document = parse(`{ users { ${fields} } }`);
    const [operation] = document.definitions;
    if (operation?.kind !== 'OperationDefinition') throw new Error('This is no operation.');
    const { entityFetches } = planner.plan({ document, operation, conditions: {}, deniedFields: noDeniedFields });
    return [entityFetches[0]?.cachePolicy?.maxAge, entityFetches[0]?.cachePolicy?.private];
  };
  expect(policy('city')).toEqual([30, false]);
  expect(policy('... on User { city }')).toEqual([30, false]);
  expect(policy('city secret')).toEqual([20, true]);
  expect(policy('... on User { secret }')).toEqual([20, true]);
});
