// Plans: the number of requests and rounds, and their documents.
import { readFileSync } from 'node:fs';
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { testEngine } from '../../test/harness/engine.ts';
import { composeSupergraph, readSupergraph } from '../compose/supergraph.ts';
import { Engine } from '../engine/engine.ts';
import { explain } from '../query-plan/explain.ts';
import type { Plan } from '../query-plan/plan.ts';

const users = `
  type Query { me: User  user(id: ID!): User  node: Node  _users(ids: [ID!]!): [User] @merge(keyField: "id") }
  type Mutation { rename(name: String): User }
  interface Node { id: ID! }
  type User implements Node { id: ID!  name(long: Boolean): String }
  type Order implements Node { id: ID! }`;
const orders = `
  type Query {
    order(id: ID!): Order
    _users(ids: [ID!]!): [User] @merge(keyField: "id")
    _orders(keys: [OrderKey!]!): [Order] @merge
  }
  type Mutation { buy: Order }
  input OrderKey { id: ID!  weight: Int }
  type User { id: ID!  orders(first: Int): [Order!] }
  type Order @key(selectionSet: "{ id }") {
    id: ID!  buyer: User  sku: ID  total: Int  shipping: Int @computed(selectionSet: "{ weight }")
  }`;
const weights = `
  type Query { _weights(skus: [ID!]!): [Order] @merge(keyField: "sku")  rate: Int }
  type Order { sku: ID  weight: Int }`;
const engine = testEngine({ users, orders, weights });

function fetches(plan: Plan): string[] {
  return plan.fetches.map(({ subgraph, level, document }) => `${level} ${subgraph} ${document}`);
}

test('a field stays with the subgraph that serves it, the rest is fetched one round later', () => {
  expect(fetches(engine.plan('{ me { name orders { total } } }'))).toEqual([
    '0 users query  { me { name id } }',
    '1 orders query ($k1_ids: [ID!]!) { _users(ids: $k1_ids) { orders { total } id } }',
  ]);
});

test('root fields of different subgraphs are fetched at once, those of one subgraph together', () => {
  const plan = engine.plan('{ rate me { name } other: user(id: 1) { name } }');
  expect(plan.fetches.map(({ subgraph, level }) => [subgraph, level])).toEqual([
    ['weights', 0],
    ['users', 0],
  ]);
});

test('an object whose key is not at hand is reached through the subgraph that has it', () => {
  expect(fetches(engine.plan('{ node { ... on Order { weight } } }'))).toEqual([
    '0 users query  { node { __typename ... on Order { id } } }',
    '1 orders query ($k1_keys: [OrderKey!]!) { _orders(keys: $k1_keys) { sku id } }',
    '2 weights query ($k2_skus: [ID!]!) { _weights(skus: $k2_skus) { weight sku } }',
  ]);
});

test('an input of a computed field may be reached through its own subgraph', () => {
  const plan = engine.plan('{ node { ... on Order { shipping } } }');
  expect(plan.fetches.map(({ subgraph, level }) => `${level} ${subgraph}`)).toEqual([
    '0 users',
    '1 orders',
    '2 weights',
    '3 orders',
  ]);
});

test('plain fields are fetched with a computed one in the same request, as an entity fetch of their own', () => {
  const plan = engine.plan('{ order(id: 1) { shipping } }');
  expect(fetches(plan)).toEqual([
    '0 orders query  { order(id: 1) { id sku } }',
    '1 weights query ($k1_skus: [ID!]!) { _weights(skus: $k1_skus) { weight sku } }',
    '2 orders query ($k2_keys: [OrderKey!]!) { _orders(keys: $k2_keys) { shipping id } }',
  ]);
  const byId = `
    type Query { _weights(ids: [ID!]!): [Order] @merge(keyField: "id") }
    type Order { id: ID!  weight: Int }`;
  const late = testEngine({ users, orders: orders.replace('sku: ID', ''), weights: byId });
  const [, , last, ...more] = fetches(late.plan('{ node { ... on Order { shipping total } } }'));
  expect(last).toMatch(/^2 orders .* { shipping id } _3: .* { total id } }$/);
  expect(more).toEqual([]);
});

test('the same field with other arguments has a name of its own upstream, whatever the client calls it', () => {
  expect(fetches(engine.plan('{ me { id: name  _0: name(long: true) } }'))).toEqual([
    '0 users query  { me { name _0: name(long: true) } }',
  ]);
});

test('arguments stay variables, with their defaults, under generated names', () => {
  const plan = engine.plan('query Q($first: Int = 3) { me { orders(first: $first) { id } } }');
  expect(plan.fetches[1]?.document).toBe(
    'query Q__orders__1($v0: Int = 3, $k1_ids: [ID!]!) { _users(ids: $k1_ids) { orders(first: $v0) { id } id } }',
  );
  expect(plan.fetches[1]?.variables).toEqual([{ name: 'v0', from: 'first' }]);
});

test('entity fetches of the same fields at several places are one, and each key is fetched once', () => {
  const plan = engine.plan('{ a: order(id: 1) { buyer { name } } b: order(id: 2) { buyer { name } } }');
  expect(plan.fetches.map(({ subgraph }) => subgraph)).toEqual(['orders', 'users']);
  expect(plan.entityFetches).toHaveLength(1);
  expect(plan.entityFetches[0]?.sources).toHaveLength(2);
});

test("a mutation's fields wait for each other, also with a __typename between them", () => {
  const plan = engine.plan('mutation { rename(name: "a") { orders { id } } __typename buy { buyer { name } } }');
  expect(plan.fetches.map(({ subgraph, dependsOn }) => [subgraph, dependsOn])).toEqual([
    ['users', []],
    ['orders', [0]],
    ['orders', [0, 1]],
    ['users', [0, 1, 2]],
  ]);
});

test('introspection is executed by the gateway', () => {
  expect(engine.plan('{ __schema { queryType { name } } }').fetches.map(({ subgraph }) => subgraph)).toEqual([
    '__introspection',
  ]);
});

test('two mentions of one field on an interface do not select on members what only others have', () => {
  const plan = engine.plan('{ node { ... on User { name } } n: node { id } }');
  expect(plan.fetches[0]?.document).toBe(
    'query  { node { __typename ... on User { name } } _0: node { __typename id } }',
  );
});

test('a plan is plain data', () => {
  const plan = engine.plan('{ me { name orders { total shipping } } }');
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});

test("the bench's large query takes six requests in four rounds", () => {
  const file = (name: string) => readFileSync(new URL(`../../bench/${name}`, import.meta.url), 'utf8');
  const graph = composeSupergraph(readSupergraph(file('supergraph.graphql'), 'bench'));
  const bench = new Engine({
    ...graph,
    clients: new Map(),
    errorMode: 'all',
    maxDocuments: 10,
    maxDocumentBytes: 10_000_000,
    mask: (error) => new GraphQLError(String(error)),
    onSubgraphErrors() {},
    onUnplanned() {},
  });
  const operation = bench.documents.get(file('queries/large.graphql')).operation(undefined);
  if (!operation) throw new Error('The query has no operation.');
  const plan = bench.plan(operation, {});
  expect(plan.fetches).toHaveLength(6);
  expect(Math.max(...plan.fetches.map(({ level }) => level))).toBe(3);
});

test('the query root below the root is fetched once, without a key, and explained so', () => {
  const roots = testEngine({
    shop: 'type Query { again: Query all: [Query!]! }',
    stock: 'type Query { stock(of: ID): Int }',
  });
  const plan = roots.plan('query ($of: ID) { again { stock(of: $of) } all { stock(of: $of) } }');
  expect(fetches(plan)).toEqual([
    '0 shop query  { again { __typename } all { __typename } }',
    '1 stock query ($v0: ID) { stock(of: $v0) }',
  ]);
  expect(explain(plan)).toContain('    root fields of Query at #0 again and at #0 all\n');
});
