// Every type of change that schemas can have, and which uses it breaks: in a response, a literal, a variable, a fragment.
import { ChangeType, diff } from '@graphql-inspector/core';
import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { overlap } from '../../gateway/check/break-coordinates.ts';
import { checkGraph } from '../../gateway/check/check-graph.ts';
import { composedState } from '../../gateway/commands/checked-state.ts';
import { composeGraph } from '../../gateway/compose/graph.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import { noDeclaration } from '../../gateway/persisted-documents/document-declaration.ts';

const base = `type Query { row: Row!  find(in: In, at: Int! = 1, state: State): Row  by(by: By): Int  node: Node  any: Any  "Old." old: Int @deprecated(reason: "a")  last: Int @deprecated }
type Row implements Node { id: ID!  name(upper: Boolean, of: Int): String!  count: Int!  state: State }
type Book implements Node { id: ID!  title: String }
type Spare { id: ID! }
interface Node { id: ID! }
union Any = Row | Book | Spare
enum State { A B @deprecated(reason: "no") C }
input In { n: Int = 1  must: Int! = 1  state: State  "A text." text: String  bare: Int }
input By { a: Int  b: Int }
scalar Custom
"Text." type Aside { id: ID! }
type Mutation { pay(id: ID): Row }
type Subscription { paid: Row }
`;

const uses: Record<string, string> = {
  output: 'query output { row { id name(upper: true) count state } any { __typename } }',
  literal: 'query literal { find(in: { n: 1, state: A, text: "a" }, at: 2, state: C) { id } }',
  variable:
    'query variable($in: In, $at: Int, $state: State, $by: By) { by(by: $by) find(in: $in, at: $at, state: $state) { id } }',
  fragment: 'query fragment { any { ... on Node { id } } node { ...OnRow } } fragment OnRow on Row { name state }',
  mutation: 'mutation mutation { pay(id: 1) { id } }',
  subscription: 'subscription subscription { paid { id } }',
};

const config = checkConfig({ subgraphs: { shop: { url: 'http://127.0.0.1:9/graphql', schema: base } } });
const compose = (sdl: string) => () => composeGraph([{ name: 'shop', sdl }]);
const state = (sdl: string) => composedState(compose(sdl), config, new Map());
const before = state(base);
const documents = Object.entries(uses).map(([name, body]) => ({
  id: name,
  name,
  type: undefined,
  body,
  document: parse(body),
  placedIn: 'body' as const,
  declaration: noDeclaration,
  place: { file: `${name}.graphql`, line: 1, column: 1 },
}));

/** Names of the uses that break, sorted. */
async function broken(changed: string): Promise<string> {
  const after = state(changed);
  const [old, next] = [before.clientState(null), after.clientState(null)];
  const { clients, changes } = await checkGraph({
    before: before.graph.schema,
    after: after.graph.schema,
    rules: before.rules && after.rules && { before: before.rules, after: after.rules },
    clients: [
      {
        name: 'web',
        before: old.schema,
        after: next.schema,
        viewBreak: null,
        documents,
        graphCoordinate: (coordinate) => coordinate,
        serve: { before: old.serve, after: next.serve },
        names: ['web'],
        hidden: { before: old.hidden, after: next.hidden },
      },
    ],
    today: '2026-11-29',
  });
  // What an accepted break has to name is among the changes.
  for (const { operation, message, coordinates } of clients[0]?.breaks ?? []) {
    const named = changes.filter((change) => coordinates.some((one) => overlap(one, change.coordinate)));
    expect(named, `${operation}: ${message}: ${coordinates}`).not.toEqual([]);
  }
  return [...new Set(clients[0]?.breaks.map(({ operation }) => operation))].sort().join(' ');
}

/** Text of the base, what takes its place, and the uses that break by it. */
const table: readonly (readonly [from: string, to: string, breaks: string])[] = [
  ['name(upper: Boolean, of: Int): String!', '', 'fragment output'],
  ['count: Int!', 'count: Int!  added: Int', ''],
  ['count: Int!', 'count: Int', 'output'],
  ['count: Int!', 'count: Float!', 'output'],
  ['count: Int!', '"A count." count: Int!', ''],
  ['"Text." type', 'type', ''],
  ['"Text." type', '"Other." type', ''],
  ['type Spare {', '"Spare." type Spare {', ''],
  ['count: Int!', 'count: Int! @deprecated(reason: "a")', ''],
  ['"Old." old: Int @deprecated(reason: "a")', 'old: Int', ''],
  ['"Old." old: Int @deprecated(reason: "a")', '"Older." old: Int @deprecated(reason: "b")', ''],
  ['"Old." old: Int @deprecated(reason: "a")', 'old: Int @deprecated', ''],
  ['last: Int @deprecated', 'last: Int @deprecated(reason: "c")', ''],
  ['"A text." text', 'text', ''],
  ['"A text." text', '"Text." text', ''],
  ['type Query {', 'schema { query: Root mutation: Mutation subscription: Subscription } type Root {', ''],
  ['upper: Boolean, ', '', 'output'],
  ['of: Int', 'of: Int, by: Int', ''],
  ['of: Int', 'of: Int, by: Int!', 'fragment output'],
  ['of: Int', '"By." of: Int', ''],
  ['upper: Boolean', 'upper: [Boolean]', ''],
  ['upper: Boolean', 'upper: Int', 'output'],
  ['at: Int! = 1', 'at: Int! = 2', ''],
  ['at: Int! = 1', 'at: Int!', 'variable'],
  ['at: Int! = 1', 'at: Int = 1', ''],
  ['at: Int! = 1', 'at: Float! = 1', 'variable'],
  ['n: Int = 1', 'n: Float = 1', ''],
  ['bare: Int', 'bare: Float', ''],
  ['bare: Int', 'bare: ID', ''],
  ['bare: Int', 'bare: [Int]', ''],
  ['bare: Int', 'bare: String', 'variable'],
  ['bare: Int', 'bare: Int!', 'literal variable'],
  ['bare: Int', 'bare: Int!  = 1', 'variable'],
  ['  bare: Int', '', 'variable'],
  ['text: String', '', 'literal variable'],
  ['bare: Int', 'bare: Int  more: Int', ''],
  ['bare: Int', 'bare: Int  more: Int! = 1', ''],
  ['bare: Int', 'bare: Int  more: Int!', 'literal variable'],
  ['must: Int! = 1', 'must: Int!', 'literal variable'],
  ['must: Int! = 1', 'must: Int! = 2', ''],
  ['bare: Int', '"Bare." bare: Int', ''],
  ['input By {', 'input By @oneOf {', 'variable'],
  [' C }', ' }', 'literal variable'],
  [' C }', ' C D }', ''],
  [' C }', ' "See." C }', ''],
  [' C }', ' C @deprecated(reason: "c") }', ''],
  ['B @deprecated(reason: "no")', 'B', ''],
  ['B @deprecated(reason: "no")', 'B @deprecated(reason: "yes")', ''],
  ['enum State { A B @deprecated(reason: "no") C }', 'scalar State', 'fragment output'],
  ['type Aside', 'interface Aside', ''],
  ['Book implements Node', 'Book', 'fragment'],
  ['Spare {', 'Spare implements Node {', ''],
  [' | Spare', '', ''],
  ['Any = Row', 'Any = Aside | Row', ''],
  ['scalar Custom', '', ''],
  ['scalar Custom', 'scalar Custom  scalar More', ''],
  ['type Mutation { pay(id: ID): Row }', '', 'mutation'],
  ['type Subscription { paid: Row }', '', 'subscription'],
];

test.each(table)('%s → %s', async (from, to, breaks) => {
  expect(base).toContain(from);
  expect(await broken(base.replace(from, to))).toBe(breaks);
});

test('the table has every type of change of a schema', async () => {
  const found = new Set<string>();
  for (const [from, to] of table) {
    for (const { type } of await diff(buildSchema(base), buildSchema(base.replace(from, to), { assumeValid: true })))
      found.add(type);
  }
  // Directives of operations are the gateway's own.
  const left = Object.values(ChangeType).filter((type) => !found.has(type) && !type.startsWith('DIRECTIVE_'));
  expect(left).toEqual([]);
});
