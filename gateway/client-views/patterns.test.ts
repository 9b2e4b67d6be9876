// Patterns: the coordinates that each names, and suggestions for those that name none.
import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { elementsOf } from '../compose/schema-elements.ts';
import { readPattern } from './patterns.ts';
import { readTags } from './tags.ts';

const schema = buildSchema(`
  directive @tag(name: String!) repeatable on OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | ENUM_VALUE | INPUT_FIELD_DEFINITION
  type Query { user(id: ID!): User  users(status: Status, note: String @tag(name: "internal")): [User!] }
  type User { id: ID! email: String @tag(name: "internal") @tag(name: "personal") orders(status: Status, first: Int): [Order!] }
  type Order @tag(name: "sales") { id: ID! email: String status: Status }
  type OrderDraft { id: ID! }
  enum Status { OPEN  DONE  LOST @tag(name: "internal") }
  input Filter { status: Status  secret: String @tag(name: "internal") }
`);
const elements = elementsOf(schema);
const tags = readTags([schema]);

function matched(text: string): string[] | string {
  const pattern = readPattern(text, elements, tags);
  return 'problem' in pattern ? pattern.problem : pattern.matched.map(({ coordinate }) => coordinate);
}

test.each<[string, string[]]>([
  ['User', ['User']],
  ['User.email', ['User.email']],
  ['User.*', ['User.id', 'User.email', 'User.orders']],
  ['*.email', ['User.email', 'Order.email']],
  ['Order*', ['Order', 'OrderDraft']],
  ['Order*.id', ['Order.id', 'OrderDraft.id']],
  ['*.e*l', ['User.email', 'Order.email']],
  ['User.orders(status:)', ['User.orders(status:)']],
  ['*.*(status:)', ['Query.users(status:)', 'User.orders(status:)']],
  ['User.orders(*:)', ['User.orders(status:)', 'User.orders(first:)']],
  ['Status.DONE', ['Status.DONE']],
  ['Filter.secret', ['Filter.secret']],
  ['#internal', ['Query.users(note:)', 'User.email', 'Status.LOST', 'Filter.secret']],
  ['#personal', ['User.email']],
  ['#sales', ['Order']],
])('%s names %j', (text, coordinates) => {
  expect(matched(text)).toEqual(coordinates);
});

test.each<[string, string]>([
  ['Usr', 'Usr is not in the graph; did you mean User?'],
  ['User.emial', 'User.emial is not in the graph; did you mean User.email?'],
  ['*.emial', '*.emial is not in the graph; did you mean *.email?'],
  ['User.orders(state:)', 'User.orders(state:) is not in the graph; did you mean User.orders(status:)?'],
  ['Usr.email', 'Usr.email is not in the graph; did you mean User?'],
  ['Status.DUNE', 'Status.DUNE is not in the graph; did you mean Status.DONE?'],
  ['Warehouse.shelf', 'Warehouse.shelf is not in the graph'],
  ['#intern', 'no subgraph has #intern on anything; did you mean #internal?'],
  ['String', 'String is not in the graph'],
  ['__Schema', '__Schema is not in the graph'],
])('%s names nothing: %s', (text, problem) => {
  expect(matched(text)).toEqual(problem);
});
