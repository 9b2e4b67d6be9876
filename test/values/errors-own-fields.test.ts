// Errors of the gateway's own fields: always a code, no value, no message of a library; an error that a resolver means
// for clients passes whole.
import { GraphQLError, GraphQLScalarType } from 'graphql';
import { expect, test } from 'vitest';
import { type ServedGraph, serveGraph } from './served-graph.ts';

const catalogue = 'type Query { item: Item } type Item { id: ID! name: String }';

const own = {
  schema: `
    type Query {
      me: String
      boom: Int!
      mood: Mood
      count: Int
      counts: [Int]
      price: Float
      flag: Boolean
      names: [String]
      sealed: Sealed
      node(id: ID!): Node
      nodes: [Node]
      deliberate(how: String!): String
      list(how: String!): [String]
      owner: Owner
    }
    type Subscription { ticks: Int failing: Int }
    interface Node { id: ID! }
    type Thing implements Node { id: ID! }
    type Other implements Node { id: ID! }
    type Owner { id: ID! nick: String }
    enum Mood { FINE }
    scalar Sealed
  `,
  resolvers: {
    Sealed: new GraphQLScalarType({
      name: 'Sealed',
      serialize: (value) => {
        throw new GraphQLError(`sealed: ${value}`);
      },
    }),
    Subscription: {
      ticks: {
        async *subscribe() {
          yield { ticks: 1 };
          yield { ticks: 'private remark' };
          throw new GraphQLError('Enough.', { extensions: { code: 'ENOUGH' } });
        },
      },
      failing: {
        subscribe: () => {
          throw new GraphQLError('Not today.');
        },
      },
    },
    Query: {
      me: () => 'Ada',
      boom: () => {
        throw new GraphQLError('boom', { extensions: { code: 'BOOM' } });
      },
      mood: () => 'private remark',
      count: () => 'private remark',
      counts: () => [1, 'private remark', 2.5],
      price: () => 'private remark',
      flag: () => 'private remark',
      names: () => 'private remark',
      sealed: () => 'private remark',
      node: (_: unknown, { id }: { id: string }) => (id === 'bare' ? { id } : { __typename: id.split(':')[0], id }),
      nodes: () => [
        { __typename: 'Thing', id: '1' },
        { __typename: 'Gone', id: '2' },
      ],
      deliberate: (_: unknown, { how }: { how: string }) => failing(how),
      list: (_: unknown, { how }: { how: string }) => ['a', failing(how === 'throw' ? 'reject' : how)],
      owner: () => ({
        id: '1',
        nick: () => {
          throw new GraphQLError('No nick.', { extensions: { code: 'NO_NICK' } });
        },
      }),
    },
  },
};

function failing(how: string): unknown {
  const error = new GraphQLError('On purpose.', {
    extensions: how === 'coded' ? { code: 'MINE', fields: { mail: ['taken'] } } : { hint: 'try later' },
  });
  if (how === 'reject') return Promise.reject(error);
  if (how === 'return') return error;
  if (how === 'resolve') return Promise.resolve(error);
  throw error;
}

const serve = (): Promise<ServedGraph> =>
  serveGraph({ services: { catalogue }, fields: own, view: { rename: { fields: { 'Query.mood': 'humour' } } } });

const libraryWords =
  /private remark|cannot represent (a |non|value)|Abstract type|Runtime Object|resolveType|Expected Iterable|inside the schema/;

test.each([
  ['a value that its enum does not have', '{ f: mood }', null],
  ['a text that should be an integer', '{ f: count }', null],
  ['a text that should be a number', '{ f: price }', null],
  ['a text that should be true or false', '{ f: flag }', null],
  ['a text that should be a list', '{ f: names }', null],
  ['a value that a scalar of the gateway rejects', '{ f: sealed }', null],
  ['a type that there is no more', '{ f: node(id: "Gone:1") { id } }', null],
  ['a type that cannot stand there', '{ f: node(id: "Owner:1") { id } }', null],
  ['no type', '{ f: node(id: "bare") { id } }', null],
])('%s is an error with a code that repeats nothing', async (_what, query, value) => {
  const graph = await serve();
  const { data, errors, text } = await graph.query(query);
  expect(data).toEqual({ f: value });
  expect(errors).toMatchObject([{ path: ['f'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }]);
  expect(text).not.toMatch(libraryWords);
});

test('a value that does not fit costs its own place in a list', async () => {
  const graph = await serve();
  const { data, errors, text } = await graph.query('{ counts nodes { id } }');
  expect(data).toEqual({ counts: [1, null, null], nodes: [{ id: '1' }, null] });
  expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['counts', 1], 'SUBGRAPH_BAD_RESPONSE'],
    [['counts', 2], 'SUBGRAPH_BAD_RESPONSE'],
    [['nodes', 1], 'SUBGRAPH_BAD_RESPONSE'],
  ]);
  expect(text).not.toMatch(libraryWords);
});

test('a client with a view reads the same', async () => {
  const graph = await serve();
  const { data, errors, text } = await graph.query('{ humour count }', { path: '/graphql/web' });
  expect(data).toEqual({ humour: null, count: null });
  expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['humour'], 'SUBGRAPH_BAD_RESPONSE'],
    [['count'], 'SUBGRAPH_BAD_RESPONSE'],
  ]);
  expect(text).not.toMatch(libraryWords);
  expect(text).not.toContain('mood');
});

test.each(['throw', 'reject', 'return', 'resolve'])(
  'a GraphQLError that a resolver ends in passes whole, with a code added (%s)',
  async (how) => {
    const graph = await serve();
    const { data, errors } = await graph.query('query ($how: String!) { deliberate(how: $how) list(how: $how) }', {
      variables: { how },
    });
    expect(data).toEqual({ deliberate: null, list: ['a', null] });
    const error = { message: 'On purpose.', extensions: { hint: 'try later', code: 'RESOLVER_ERROR' } };
    expect(errors).toEqual([
      { ...error, path: ['deliberate'] },
      { ...error, path: ['list', 1] },
    ]);
  },
);

test('one that has a code keeps it, and all its extensions', async () => {
  const graph = await serve();
  const { errors } = await graph.query('{ deliberate(how: "coded") owner { nick } }');
  expect(errors).toEqual([
    { message: 'On purpose.', path: ['deliberate'], extensions: { code: 'MINE', fields: { mail: ['taken'] } } },
    { message: 'No nick.', path: ['owner', 'nick'], extensions: { code: 'NO_NICK' } },
  ]);
});

test('a field of the gateway that fails leaves its siblings without errors', async () => {
  const graph = await serve();
  const { data, errors } = await graph.query('{ me boom }');
  expect(data).toBeNull();
  expect(errors).toEqual([{ message: 'boom', path: ['boom'], extensions: { code: 'BOOM' } }]);
});

test('the same errors are in events, where a stream breaks, and where none starts', async () => {
  const { origins } = await serve();
  for (const [query, expected] of [
    [
      'subscription { ticks }',
      [
        { data: { ticks: 1 } },
        {
          data: { ticks: null },
          errors: [{ path: ['ticks'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }],
        },
        { errors: [{ message: 'Enough.', extensions: { code: 'ENOUGH' } }] },
      ],
    ],
    ['subscription { failing }', [{ errors: [{ message: 'Not today.', extensions: { code: 'RESOLVER_ERROR' } }] }]],
  ] as const) {
    const response = await fetch(`${origins[0]}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
    });
    const text = await response.text();
    const events = [...text.matchAll(/^data: ?(\{.*)$/gm)].map(([, data]) => JSON.parse(data as string));
    expect(events).toMatchObject(expected);
    expect(text).not.toMatch(libraryWords);
  }
});
