// The composed graph as clients see it.
import { expect, test } from 'vitest';
import { clientSchema } from '../client-views/definition.ts';
import { buildView } from '../client-views/view.ts';
import { composeGraph } from './graph.ts';

const users = {
  name: 'users',
  sdl: `
    directive @beta on FIELD_DEFINITION
    type Query { user(id: ID!): User  _users(ids: [ID!]!): [User]! @merge(keyField: "id")  _sdl: String! }
    type User { id: ID! name: String @beta }
    type Forgotten { id: ID! }  input LookUp { id: ID! }  extend type Query { _byKey(key: LookUp): User @inaccessible }`,
};
const orders = {
  name: 'orders',
  sdl: `
    type Query { _users(ids: [ID!]!): [User]! @merge(keyField: "id") }
    type User { id: ID! orders: Int }`,
};

test('a type is the sum of its definitions in the subgraphs', () => {
  expect(composeGraph([users, orders]).sdl).toContain('type User {\n  id: ID!\n  name: String\n  orders: Int\n}');
});

test('lookup fields, what only they use and stitching directives are hidden; directives and published types of the services stay', () => {
  const { sdl } = composeGraph([users, orders]);
  expect(sdl).toContain('directive @beta on FIELD_DEFINITION');
  expect(sdl).toContain('type Query {\n  user(id: ID!): User\n}');
  expect(sdl).toContain('type Forgotten {');
  expect(sdl).not.toMatch(/_users|_sdl|@merge|@key|@computed|@canonical|LookUp/);
});

test("the gateway's own fields join the graph", () => {
  const own = {
    name: 'gateway',
    sdl: 'type Query { profile: User } type User { id: ID! }',
    resolvers: { Query: { profile: () => ({ id: 'u1' }) } },
  };
  expect(composeGraph([users, orders, own]).sdl).toContain('  profile: User\n');
});

test("the version changes with a subgraph's SDL, also where clients do not see it", () => {
  const { version } = composeGraph([users, orders]);
  expect(version).toMatch(/^[0-9a-f]{16}$/);
  expect(composeGraph([users, orders]).version).toBe(version);
  const grown = { ...orders, sdl: orders.sdl.replace('orders: Int', 'orders: Int _spent: Int') };
  expect(composeGraph([users, grown]).version).not.toBe(version);
});

test('directives for client compilers are in the SDL of the graph and of views', () => {
  const semantic = 'directive @semanticNonNull(levels: [Int] = [0]) on FIELD_DEFINITION';
  const graph = composeGraph([
    {
      name: 'a',
      sdl: `${semantic} type Query { me: User @semanticNonNull  _us(ids: [ID!]!): [User]! @merge(keyField: "id") }
        "Who." type User { id: ID! "How." name(long: Boolean): String @semanticNonNull  tags: [String] @semanticNonNull(levels: [0, 1]) }`,
    },
    {
      name: 'b',
      sdl: `${semantic} type Query { _us(ids: [ID!]!): [User]! @merge(keyField: "id") }
        type User { id: ID! name(long: Boolean): String  age: Int @semanticNonNull }`,
    },
  ]);
  expect(graph.sdl).toContain('  me: User @semanticNonNull\n');
  expect(graph.sdl).toContain(
    '"""Who."""\ntype User {\n  age: Int @semanticNonNull\n  id: ID!\n  """How."""\n  name(long: Boolean): String\n  tags: [String] @semanticNonNull(levels: [0, 1])\n}',
  );
  const view = buildView(
    graph,
    clientSchema.parse({ rename: { types: { User: 'Person' }, fields: { 'User.age': 'years' } } }),
    'web',
  );
  expect(view.sdl).toContain('  years: Int @semanticNonNull\n');
});

test.each([
  ['a list type', `type Query { a: ${'['.repeat(20_000)}Int${']'.repeat(20_000)} }`],
  ['a default', `input In { a: In } type Query { a(in: In = ${'{a:'.repeat(20_000)}null${'}'.repeat(20_000)}): Int }`],
])('%s that is nested without end is an error that names the service', (_what, sdl) => {
  const message = 'The graph cannot be composed: 1 conflict\n  odd: a type or a value is nested too deeply';
  expect(() => composeGraph([users, { name: 'odd', sdl }])).toThrow(message);
});
