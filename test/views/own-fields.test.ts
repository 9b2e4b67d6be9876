// Fields of a client alone: resolved in process, for every caller, in the client's names.
import { GraphQLError } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ClientDefinition } from '../../gateway/client-views/definition.ts';
import type { ResolverContext } from '../../gateway/config/context.ts';
import { PlainClient } from '../websocket/shop.ts';
import { type HttpPaths, renaming, Shop } from './shop.ts';

const own: ClientDefinition = {
  ...renaming,
  rename: {
    ...renaming.rename,
    types: { ...renaming.rename?.types, InnerTip: 'Tip' },
    fields: { ...renaming.rename?.fields, 'Query.innerTip': 'tip', 'InnerTip.innerText': 'text' },
  },
  fields: {
    schema: `
      type Query {
        featured: InnerUser
        innerTip: InnerTip
        found2: [InnerUser!]
        nested(query: String!): String
        caller: String
        failing1: String
        failing2: String
        wrong: Mood
        guarded2: String @authenticated
      }
      type Mutation { note(text: String!): String }
      type InnerUser { id: ID! greeting(word: String = "Hello"): String }
      type InnerTip { innerText: String! about: InnerUser }
      enum Mood { FINE }
      directive @authenticated on FIELD_DEFINITION
    `,
    resolvers: {
      Query: {
        featured: () => ({ id: 'u1' }),
        found2: async (_root, _arguments, { graph }: ResolverContext) => {
          const { data } = await graph('query ($first: Int) { innerUsers(innerFirst: $first) { id } }', { first: 2 });
          return data?.innerUsers;
        },
        innerTip: () => ({ innerText: 'a tip', about: { id: 'u2' } }),
        nested: async (_root, { query }: { query: string }, { graph }: ResolverContext) =>
          JSON.stringify(await graph(query)),
        caller: (_root, _arguments, { identity }: ResolverContext) => identity?.subject ?? 'anonymous',
        failing1: () => {
          throw new Error('InnerUser: password hunter2');
        },
        failing2: () => {
          throw new GraphQLError('Not today.', { extensions: { code: 'NOT_TODAY' } });
        },
        wrong: () => 'SECRET_MOOD',
        guarded2: () => 'for those who have signed in',
      },
      Mutation: { note: (_root, { text }: { text: string }) => `noted: ${text}` },
      InnerUser: { greeting: ({ id }: { id: string }, { word }: { word: string }) => `${word} ${id}` },
    },
  },
};

let shop: Shop;
let httpPaths: HttpPaths;
beforeAll(async () => {
  shop = await Shop.start();
  httpPaths = await shop.httpPaths({ web: { definition: own }, other: { definition: renaming } });
});
afterEach(() => shop.reset());
afterAll(() => shop.stop());

const data = async (query: string, headers = {}) => {
  const { body } = await httpPaths.query(query, { headers });
  expect(body.errors).toBeUndefined();
  return body.data;
};

test('return objects of the graph, which the services complete', async () => {
  expect(
    await data('{ featured { __typename name greeting purchases(limit: 1) { status } } tip { text about { name } } }'),
  ).toEqual({
    featured: { __typename: 'Person', name: 'Name of u1', greeting: 'Hello u1', purchases: [{ status: 'PAID' }] },
    tip: { text: 'a tip', about: { name: 'Name of u2' } },
  });
});

test('execute operations on the graph, and are completed by it', async () => {
  expect(await data('{ found2 { name greeting(word: "Hi") } }')).toEqual({
    found2: [
      { name: 'Name of u1', greeting: 'Hi u1' },
      { name: 'Name of u2', greeting: 'Hi u2' },
    ],
  });
});

test('are mutations too', async () => {
  expect(await data('mutation { note(text: "milk") rename(input: { id: "u1", name: "n" }) { name } }')).toEqual({
    note: 'noted: milk',
    rename: { name: 'n' },
  });
});

test("are in no other client's schema", async () => {
  const unknown = 'Cannot query field "caller" on type "Query".';
  for (const [path, message] of [
    ['/graphql', unknown],
    ['/graphql/other', `${unknown} Did you mean "cached"?`],
  ] as const) {
    const { body } = await httpPaths.query('{ caller }', { path });
    expect(body.errors[0].message).toBe(message);
  }
});

describe('their operations on the graph', () => {
  const caller = async (query: string, headers = {}) => {
    const { body } = await httpPaths.query(
      { query: 'query ($q: String!) { nested(query: $q) }', variables: { q: query } },
      { headers },
    );
    return JSON.parse(body.data.nested);
  };

  test('run as the caller', async () => {
    const query = '{ innerGuarded }';
    expect((await caller(query)).errors[0]).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
    expect(await caller(query, { 'x-user-id': 'kim' })).toEqual({ data: { innerGuarded: 'guarded' } });
    expect(await data('{ caller }', { 'x-user-id': 'kim' })).toEqual({ caller: 'kim' });
  });

  test('are queries or mutations, and nothing else', async () => {
    expect(await caller('mutation { secretPurge }')).toEqual({ data: { secretPurge: null } });
    for (const [query, code] of [
      ['{', 'GRAPHQL_PARSE_FAILED'],
      ['{ person(id: "u1") { name } }', 'GRAPHQL_VALIDATION_FAILED'],
      ['query A { __typename } query B { __typename }', 'OPERATION_RESOLUTION_FAILURE'],
      ['subscription { innerChanged { id } }', 'BAD_REQUEST'],
      ['query ($id: ID!) { innerUser(innerId: $id) { id } }', 'BAD_USER_INPUT'],
    ] as const) {
      const { data, errors } = await caller(query);
      expect(data ?? null, query).toBeNull();
      expect(errors[0].extensions?.code, query).toBe(code);
    }
  });

  test('run over WebSockets, too', async () => {
    const [{ origin }] = httpPaths.gateways;
    const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql/web`);
    expect((await client.query('1', '{ found2 { greeting } }')).payload).toEqual({
      data: { found2: [{ greeting: 'Hello u1' }, { greeting: 'Hello u2' }] },
    });
  });
});

test('are guarded as the fields of the graph are', async () => {
  const { body } = await httpPaths.query('{ guarded2 }');
  expect(body).toMatchObject({ data: { guarded2: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(await data('{ guarded2 }', { 'x-user-id': 'kim' })).toEqual({ guarded2: 'for those who have signed in' });
});

test('log their errors, and mask those that are not meant for clients', async () => {
  const { body, text } = await httpPaths.query('{ a: failing1 failing2 wrong tip { text } }');
  expect(body.data).toEqual({ a: null, failing2: null, wrong: null, tip: { text: 'a tip' } });
  expect(text).not.toMatch(/hunter2|inner|secret/i);
  const codes = body.errors.map(({ path, extensions }: { path: string[]; extensions: { code: string } }) => [
    path[0],
    extensions.code,
  ]);
  expect(codes.sort()).toEqual([
    ['a', 'INTERNAL_SERVER_ERROR'],
    ['failing2', 'NOT_TODAY'],
    ['wrong', 'SUBGRAPH_BAD_RESPONSE'],
  ]);
});
