// Interface objects: an interface that is an object type in some subgraphs, which do not know its objects' types.
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/entities/interfaces
import { beforeEach, describe, expect, test } from 'vitest';
import type { FederatedService } from './federated-services.ts';
import { link, type ServedFederation, serveFederation } from './served-federation.ts';

const kinds: Record<string, object> = {
  1: { __typename: 'Admin', id: '1', level: 7 },
  2: { __typename: 'Guest', id: '2', until: 'May' },
};

const services = (): Record<'kinds' | 'names' | 'states' | 'badges', FederatedService> => ({
  kinds: {
    sdl: `${link} type Query { known: [Account!]! }
      interface Account @key(fields: "id") { id: ID! }
      type Admin implements Account @key(fields: "id") { id: ID! level: Int }
      type Guest implements Account @key(fields: "id") { id: ID! until: String }`,
    resolvers: { Query: { known: () => Object.values(kinds) } },
    entities: {
      Account: ({ id }) => kinds[String(id)] ?? null,
      Admin: ({ id }) => kinds[String(id)] ?? null,
      Guest: ({ id }) => kinds[String(id)] ?? null,
    },
  },
  names: {
    sdl: `${link} type Query { accounts: [Account] account(id: ID!): Account }
      type Account @key(fields: "id") @interfaceObject { id: ID! name: String friend: Account }`,
    resolvers: {
      Query: {
        accounts: () => [named('1'), named('2')],
        account: (_: unknown, { id }: { id: string }) => named(id),
      },
      Account: { friend: ({ id }: { id: string }) => named(id === '1' ? '2' : '1') },
    },
    entities: { Account: ({ id }) => named(String(id)) },
  },
  states: {
    sdl: `${link} type Account @key(fields: "id") @interfaceObject { id: ID! state: String }`,
    entities: { Account: ({ id }) => ({ id, state: `state ${id}` }) },
  },
  badges: {
    sdl: `${link} type Admin @key(fields: "id") { id: ID! badge: String }`,
    entities: { Admin: ({ id }) => ({ id, badge: `badge ${id}` }) },
  },
});

const named = (id: string) => ({ id, name: `name ${id}` });

let served: ServedFederation<'kinds' | 'names' | 'states' | 'badges'>;
beforeEach(async () => {
  served = await serveFederation(services());
});

test.each<[query: string, data: object, requests: object]>([
  ['{ accounts { id name } }', { accounts: [named('1'), named('2')] }, { names: 1 }],
  [
    '{ accounts { __typename name } }',
    {
      accounts: [
        { __typename: 'Admin', name: 'name 1' },
        { __typename: 'Guest', name: 'name 2' },
      ],
    },
    { kinds: 1, names: 1 },
  ],
  [
    '{ accounts { ... on Admin { called: name level } } }',
    { accounts: [{ called: 'name 1', level: 7 }, {}] },
    { kinds: 1, names: 1 },
  ],
  [
    '{ accounts { ... on Admin { badge } } }',
    { accounts: [{ badge: 'badge 1' }, {}] },
    { kinds: 1, names: 1, badges: 1 },
  ],
  ['{ accounts { state } }', { accounts: [{ state: 'state 1' }, { state: 'state 2' }] }, { names: 1, states: 1 }],
  [
    '{ accounts { ... on Guest { state until } } }',
    { accounts: [{}, { state: 'state 2', until: 'May' }] },
    { kinds: 1, names: 1, states: 1 },
  ],
  [
    '{ known { id name ... on Admin { badge level } } }',
    { known: [{ ...named('1'), badge: 'badge 1', level: 7 }, named('2')] },
    { kinds: 1, names: 1, badges: 1 },
  ],
  [
    '{ account(id: 1) { friend { __typename friend { ... on Admin { name level } } } } }',
    { account: { friend: { __typename: 'Guest', friend: { name: 'name 1', level: 7 } } } },
    { kinds: 1, names: 1 },
  ],
  [
    'query ($typed: Boolean = false) { account(id: 1) { id __typename @include(if: $typed) } }',
    { account: { id: '1' } },
    { names: 1 },
  ],
])('%s', async (query, data, requests) => {
  expect(await served.receive(query)).toEqual({ data, errors: {}, requests });
});

describe('the type of an interface object', () => {
  test('that no subgraph knows is an error at its place, and null', async () => {
    expect(await served.receive('{ account(id: 9) { __typename name } }')).toEqual({
      data: { account: null },
      errors: { account: 'The type of Query.account is not known.' },
      requests: { kinds: 1, names: 1 },
    });
  });

  test('is not needed for the fields of the interface', async () => {
    const { data, requests } = await served.receive('{ account(id: 9) { name state } }');
    expect(data).toEqual({ account: { name: 'name 9', state: 'state 9' } });
    expect(requests).toEqual({ names: 1, states: 1 });
  });

  test('that could not be fetched has the errors of its subgraph', async () => {
    served.subgraphs.kinds.service.entities = {
      Account: () => {
        throw new Error('no kinds today');
      },
    };
    served = await serveFederation({
      ...services(),
      kinds: { ...services().kinds, entities: { Account: () => Promise.reject(new Error('no kinds today')) } },
    });
    const { data, errors } = await served.receive('{ accounts { ... on Admin { level } } }');
    expect(data).toEqual({ accounts: [null, null] });
    expect(errors).toEqual({ 'accounts.0': 'no kinds today', 'accounts.1': 'no kinds today' });
  });
});

describe('an access rule on a field of an interface object', () => {
  const serve = () =>
    serveFederation({
      people: {
        sdl: `${link} type Query { users: [Named] } interface Named @key(fields: "id") { id: ID! } type User implements Named @key(fields: "id") { id: ID! }
          interface Lone @key(fields: "id") { id: ID! }`,
        resolvers: { Query: { users: () => [{ __typename: 'User', id: 'u1' }] } },
        entities: { Named: ({ id }) => ({ __typename: 'User', id }), User: ({ id }) => ({ id }) },
      },
      secrets: {
        sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@interfaceObject", "@authenticated"])
          type Query { others: [Named] lone: Lone }
          type Named @key(fields: "id") @interfaceObject { id: ID! secret: String @authenticated }
          type Lone @key(fields: "id", resolvable: false) @interfaceObject { id: ID! secret: String @authenticated }`,
        resolvers: {
          Query: { others: () => [{ id: 'u1', secret: 'x' }], lone: () => ({ id: 'l1', secret: 'x' }) },
        },
        entities: { Named: ({ id }) => ({ id, secret: 'x' }) },
      },
    });

  test.each([
    ['through the interface', '{ users { id secret } }', 'users'],
    ['through a type', '{ users { id ... on User { secret } } }', 'users'],
    ['of objects without their types', '{ others { id secret } }', 'others'],
    ['of objects whose types are fetched', '{ others { id ... on User { secret } } }', 'others'],
    ['of an interface without types', '{ lone { id secret } }', 'lone'],
  ])('holds %s, and the field is not fetched', async (_where, query, field) => {
    const { receive, subgraphs } = await serve();
    const { data, errors } = await receive(query);
    const isList = field !== 'lone';
    const denied = { id: isList ? 'u1' : 'l1', secret: null };
    expect(data).toEqual({ [field]: isList ? [denied] : denied });
    expect(Object.keys(errors)).toEqual([isList ? `${field}.0.secret` : 'lone.secret']);
    expect(subgraphs.secrets.requests.filter((request) => request.query.includes('secret'))).toEqual([]);
  });
});
