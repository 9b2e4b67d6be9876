// Lookup fields that cannot work, each with what to add.
import { expect, test } from 'vitest';
import { ComposeError } from './compose-error.ts';
import { composeGraph } from './graph.ts';

function reasons(
  b: string,
  a = 'type Query { me: User } type User { id: ID! last: String org: Org } type Org { code: Int }',
) {
  try {
    composeGraph([
      { name: 'a', sdl: a },
      { name: 'b', sdl: b },
    ]);
    return [];
  } catch (error) {
    if (error instanceof ComposeError) return error.reasons;
    throw error;
  }
}

test.each<[name: string, sdl: string, reason: string | RegExp]>([
  [
    'no key',
    'type Query { _o(keys: [OKey!]!): [User]! @merge } input OKey { id: ID last: String } type User { id: ID! age: Int }',
    'b: Query._o has no key for User; add keyField to @merge, or @key(selectionSet: "{ id }") to type User',
  ],
  [
    'a list of keys without @key',
    'type Query { _o(keys: [OKey!]!): [User]! @merge(key: ["id", "org.code"], argsExpr: "keys: [[$key]]") } input OKey { id: ID } type User { id: ID! age: Int }',
    /^b: Query\._o has no key for User; add keyField/,
  ],
  [
    'a key that reads what it does not have',
    'type Query { _o(keys: [OKey!]!): [User]! @merge(argsExpr: "keys: [[{ id: $key.id, code: $key.org.code }]]") } input OKey { id: ID code: Int! } type User @key(selectionSet: "{ last }") { id: ID! last: String age: Int }',
    /^b: Query\._o cannot /,
  ],
  [
    'a key field that no service has',
    'type Query { _o(upcs: [ID!]!): [User]! @merge(keyField: "upc") } type User { id: ID! age: Int }',
    'b: Query._o has a key with User.upc, which no service has',
  ],
  [
    'another required argument',
    'type Query { _o(ids: [ID!]!, tenant: ID!): [User]! @merge(keyField: "id", keyArg: "ids") } type User { id: ID! age: Int }',
    'b: Query._o requires "tenant", which the key does not fill; make it optional, or add additionalArgs: "tenant: …" to @merge',
  ],
  [
    'an argument that is not there',
    'type Query { _o(ids: [ID!]!): [User]! @merge(keyField: "id", keyArg: "keys") } type User { id: ID! age: Int }',
    'b: Query._o has no argument "keys", which @merge gives it',
  ],
  [
    'an ID key into Int',
    'type Query { _o(ids: [Int!]!): [User]! @merge(keyField: "id") } type User { id: ID! age: Int }',
    'b: Query._o cannot take the key { id } of User as ids: [Int!]! at 0 (Int cannot represent non-integer value: "key")',
  ],
  [
    'one key where a list is returned',
    'type Query { _o(id: ID!): [User]! @merge(keyField: "id") } type User { id: ID! age: Int }',
    /^b: Query\._o cannot take the key \{ id \} of User as id: ID!/,
  ],
  [
    'two lookups without a key',
    `type Query {
      byId(keys: [UserKey!]!): [User]! @merge(argsExpr: "keys: [[{ id: $key.id }]]")
      byLast(keys: [UserKey!]!): [User]! @merge(argsExpr: "keys: [[{ last: $key.last }]]")
    } input UserKey { id: ID last: String } type User @key(selectionSet: "{ id last }") { id: ID! last: String age: Int }`,
    'b: Query.byId is not used: of the lookup fields byId, byLast for User one at most may leave out its key; add keyField to @merge',
  ],
  [
    'a lookup on another type',
    'type Query { x: X } type X { _o(ids: [ID!]!): [User]! @merge(keyField: "id") } type User { id: ID! age: Int }',
    'b: @merge on X._o has no effect; a lookup field is a field of Query',
  ],
  [
    'a lookup of no objects',
    'type Query { _o(ids: [ID!]!): [Int]! @merge(keyField: "id") x: Int }',
    'b: @merge on Query._o has no effect; a lookup field returns objects',
  ],
  [
    'an expression that cannot be read',
    'type Query { _o(ids: [ID!]!): [User]! @merge(argsExpr: "ids: [[$key.id]") } type User @key(selectionSet: "{ id }") { id: ID! age: Int }',
    'b: @key, @merge or @computed cannot be read: Each opening "[[" must be matched by a closing "]]" without nesting.',
  ],
])('%s', (_name, sdl, reason) => {
  expect(reasons(sdl)).toEqual([typeof reason === 'string' ? reason : expect.stringMatching(reason)]);
});

test.each<[name: string, sdl: string]>([
  ['a list', 'type Query { _o(ids: [ID!]!): [User]! @merge(keyField: "id") } type User { id: ID! age: Int }'],
  ['one at a time', 'type Query { _o(id: ID!): User @merge(keyField: "id") } type User { id: ID! age: Int }'],
  [
    'keys as texts, with more arguments',
    'type Query { _o(ids: [String!]!, tenant: ID!): [User]! @merge(keyField: "id", keyArg: "ids", additionalArgs: "tenant: 1") } type User { id: ID! age: Int }',
  ],
  [
    'a nested argument',
    'type Query { _o(where: Where!): [User]! @merge(keyField: "id", keyArg: "where.id.in") } input Where { id: In! } input In { in: [ID!]! } type User { id: ID! age: Int }',
  ],
  [
    'a compound key',
    'type Query { _o(keys: [OKey!]!): [User]! @merge(key: ["id", "code:org.code"]) } input OKey { id: ID! code: Int } type User @key(selectionSet: "{ id org { code } }") { id: ID! age: Int }',
  ],
])('%s can work', (_name, sdl) => {
  expect(reasons(sdl)).toEqual([]);
});
