// Answers of stock execution, completed for a client by its own document.
import { type ExecutionResult, GraphQLError, getOperationAST, parse, print } from 'graphql';
import { expect, test } from 'vitest';
import { graphOf, viewOf } from '../../test/clients/shop.ts';
import { checkClient } from '../clients/load-clients.ts';
import { buildView } from '../clients/view.ts';
import { composeGraph } from '../compose/graph.ts';
import { forStock, inClientsWords, StockKeys, withoutGraphNames } from './view-result.ts';

const view = viewOf({
  exclude: ['Entry', 'Query.audit', '#internal', 'Tier.SILVER'],
  rename: {
    types: { User: 'Person', Found: 'Hit' },
    fields: { 'Query.found': 'hits', 'User.name': 'label', 'User.tier': 'rank' },
  },
});

/** What becomes of an answer to the client's query. */
function words(query: string, result: ExecutionResult, variables = {}, seenBy = view): ExecutionResult {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('There is no operation.');
  return inClientsWords(seenBy, { document, operation, variables }, new StockKeys('_typename'), result);
}

/** An object as stock execution gives it: under keys of its own, wherever the client's are others than the graph's. */
const say = (typename: string, aliased: object) => ({ _typename: typename, ...under(aliased) });
const under = (aliased: object) =>
  Object.fromEntries(Object.entries(aliased).map(([key, value]) => [`_typename_${key}`, value]));

test('objects say their types wherever several may stand, under a key that the client has not', () => {
  const { schema } = graphOf();
  const document = parse(
    '{ found(text: "x") { _typename: __typename ... on User { id } } user(id: 1) { orders { id } } }',
  );
  const typed = forStock(schema, document, undefined);
  expect(typed.keys.typename).toBe('_typename_');
  expect(print(typed.document).replace(/\s+/g, ' ')).toBe(
    '{ found(text: "x") { _typename_: __typename _typename___typename: __typename ... on User { id } } user(id: 1) { orders { id } } }',
  );
});

test('names of types become those of the client, and nothing else that looks like one', () => {
  const query = '{ hits(text: "x") { t: __typename ... on Person { label v: __typename } ... on Order { v: id } } }';
  const hits = [say('User', { t: 'User', label: 'User', v: 'User' }), say('Order', { t: 'Order', v: 'User' })];
  expect(words(query, { data: under({ hits }) })).toEqual({
    data: {
      hits: [
        { t: 'Person', label: 'User', v: 'Person' },
        { t: 'Order', v: 'User' },
      ],
    },
  });
});

test('an object of a hidden type is null, and carried up with an error where it may not be', () => {
  expect(words('{ node(id: 1) { id } }', { data: { node: say('Entry', {}) } })).toEqual({
    data: { node: null },
  });
  const { data, errors } = words('{ hits(text: "x") { __typename } }', { data: under({ hits: [say('Entry', {})] }) });
  expect(data).toBeNull();
  expect(errors?.map(({ message, path }) => [message, path])).toEqual([
    ['Cannot return null for non-nullable field Query.hits.', ['hits', 0]],
  ]);
});

test('a hidden value of an enum is null, with an error that does not name it', () => {
  const { data, errors } = words('{ user(id: 1) { rank } }', { data: { user: under({ rank: 'SILVER' }) } });
  expect(data).toEqual({ user: { rank: null } });
  expect(errors?.map(({ message }) => message)).toEqual(['Enum "Tier" cannot represent this value (Person.rank).']);
});

test('a null that is not allowed goes up through objects and lists, as far as it must', () => {
  const sdl = 'type Query { as: [A] } type A { id: ID b: B! bs: [[B!]] } type B { mood: Mood! } enum Mood { GOOD BAD }';
  const graph = composeGraph([{ name: 'moods', sdl, executor: () => ({ data: null }) }]);
  const strict = buildView(graph, checkClient({ exclude: ['Mood.BAD'] }), 'strict');
  const [good, bad] = [{ mood: 'GOOD' }, { mood: 'BAD' }];
  const data = {
    as: [
      { id: '1', b: good, bs: [[good], [good, bad]] },
      { id: '2', b: bad, bs: null },
    ],
  };
  const answer = words('{ as { id b { mood } bs { mood } } }', { data }, {}, strict);
  expect(answer.data).toEqual({ as: [{ id: '1', b: good, bs: [[good], null] }, null] });
  expect(answer.errors?.map(({ path }) => path)).toEqual([
    ['as', 0, 'bs', 1, 1, 'mood'],
    ['as', 1, 'b', 'mood'],
  ]);
});

test('conditions, nulls and values of scalars stay as they are', () => {
  const query =
    'query ($no: Boolean!) { user(id: 1) { label @include(if: $no) ... @skip(if: $no) { id } orders { id } } }';
  const data = { user: { id: 'User', orders: null } };
  expect(words(query, { data }, { no: false })).toEqual({ data });
  expect(words('{ user(id: 1) { id } }', { data: null })).toEqual({ data: null });
});

test("introspection shows the client's schema", () => {
  const query = '{ __type(name: "User") { name } p: __type(name: "Person") { name } __schema { queryType { name } } }';
  const data = { __type: { name: 'User' }, ...under({ p: null }), __schema: { queryType: { name: 'Query' } } };
  expect(words(query, { data })).toEqual({
    data: { __type: null, p: { name: 'Person' }, __schema: { queryType: { name: 'Query' } } },
  });
});

test('what GraphQL.js says of values loses its names; what services and policies say does not', () => {
  const named = new GraphQLError('Enum "Tier" cannot represent value: "SILVER"', { path: ['x'] });
  expect(withoutGraphNames(named)).toMatchObject({
    message: 'The value cannot be represented here.',
    path: ['x'],
    extensions: { code: 'SUBGRAPH_BAD_RESPONSE' },
  });
  for (const error of [
    new GraphQLError('Enum "Tier" is a word.', { extensions: { code: 'OWN' } }),
    new GraphQLError('Sign in to have this.'),
    new GraphQLError('Cannot return null for non-nullable field A.b.', { originalError: new Error('unexpected') }),
  ]) {
    expect(withoutGraphNames(error)).toBe(error);
  }
});
