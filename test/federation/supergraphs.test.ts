// Supergraphs of other composers: the forms in which they say what a subgraph has.
import { expect, onTestFinished, test } from 'vitest';
import { composeSupergraph, readSupergraph } from '../../gateway/compose/supergraph.ts';
import { createGateway } from '../../gateway/index.ts';
import { unplannableWarnings } from '../../gateway/planner/unplannable-messages.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { send } from '../harness/subgraphs.ts';
import { supergraphOf } from '../values/federated.ts';
import type { Representation } from './federated-services.ts';
import { link, serveFederation } from './served-federation.ts';

const users = [
  { id: 'u1', email: 'ada@example.com', name: 'Ada', home: { city: 'London', country: 'UK' } },
  { id: 'u2', email: 'bob@example.com', name: 'Bob', home: { city: 'Bern', country: 'CH' } },
];

test('a Federation 1 supergraph: owners, and keys that other subgraphs have', async () => {
  const { receive } = await serveFederation(
    {
      accounts: {
        sdl: `${link} type Query { me: User } type User @key(fields: "id") { id: ID! name: String }`,
        resolvers: { Query: { me: () => users[0] } },
        entities: { User: ({ id }) => users.find((user) => user.id === id) ?? null },
      },
      reviews: {
        sdl: `${link} type Query { latest: Review } type Review { body: String author: User } type User @key(fields: "id") { id: ID! count: Int }`,
        resolvers: { Query: { latest: () => ({ body: 'Good.', author: { id: 'u2' } }) } },
        entities: { User: ({ id }) => ({ id, count: 2 }) },
      },
    },
    {
      supergraph: `schema @core(feature: "https://specs.apollo.dev/core/v0.2") @core(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION) { query: Query }
        directive @core(feature: String!, as: String, for: core__Purpose) repeatable on SCHEMA
        directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet) on FIELD_DEFINITION
        directive @join__graph(name: String!, url: String!) on ENUM_VALUE
        directive @join__owner(graph: join__Graph!) on INTERFACE | OBJECT
        directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on INTERFACE | OBJECT
        enum core__Purpose { EXECUTION SECURITY }
        scalar join__FieldSet
        enum join__Graph { ACCOUNTS @join__graph(name: "accounts", url: "accounts_URL") REVIEWS @join__graph(name: "reviews", url: "reviews_URL") }
        type Query { me: User @join__field(graph: ACCOUNTS) latest: Review @join__field(graph: REVIEWS) }
        type Review { body: String author: User }
        type User @join__owner(graph: ACCOUNTS) @join__type(graph: ACCOUNTS, key: "id") @join__type(graph: REVIEWS, key: "id") {
          id: ID! @join__field(graph: ACCOUNTS)
          name: String @join__field(graph: ACCOUNTS)
          count: Int @join__field(graph: REVIEWS)
        }`,
    },
  );
  expect(await receive('{ me { id name count } latest { body author { id } } }')).toEqual({
    data: { me: { id: 'u1', name: 'Ada', count: 2 }, latest: { body: 'Good.', author: { id: 'u2' } } },
    errors: {},
    requests: { accounts: 1, reviews: 2 },
  });
  expect(await receive('{ latest { author { name } } }')).toEqual({
    data: { latest: { author: { name: 'Bob' } } },
    errors: {},
    requests: { accounts: 1, reviews: 1 },
  });
});

test.each<[query: string, data: object, requests: object]>([
  ['{ byMail { name } }', { byMail: [{ name: 'Ada' }, { name: 'Bob' }] }, { mails: 1, accounts: 1 }],
  ['{ byPlace { name } }', { byPlace: [{ name: 'Ada' }, { name: 'Bob' }] }, { places: 1, accounts: 1 }],
  // By way of the accounts, which have both keys.
  ['{ byMail { visits } }', { byMail: [{ visits: 3 }, { visits: 3 }] }, { mails: 1, accounts: 1, places: 1 }],
  [
    '{ byPlace { visits home { city } } }',
    {
      byPlace: [
        { visits: 3, home: { city: 'London' } },
        { visits: 3, home: { city: 'Bern' } },
      ],
    },
    { places: 1 },
  ],
])('keys that are nested, several for a type, or not for lookups: %s', async (query, data, requests) => {
  const isSame = (representation: Representation) => (user: (typeof users)[number]) =>
    user.email === representation.email || JSON.stringify(user.home) === JSON.stringify(representation.home);
  const { receive } = await serveFederation({
    accounts: {
      sdl: `${link} type User @key(fields: "email") @key(fields: "home { city country }") { id: ID! email: String! home: Home @shareable name: String } type Home @shareable { city: String country: String }`,
      entities: { User: (representation) => users.find(isSame(representation)) ?? null },
    },
    mails: {
      sdl: `${link} type Query { byMail: [User] } type User @key(fields: "email", resolvable: false) { email: String! }`,
      resolvers: { Query: { byMail: () => users.map(({ email }) => ({ email })) } },
    },
    places: {
      sdl: `${link} type Query { byPlace: [User] } type User @key(fields: "home { city country }") { home: Home @shareable visits: Int } type Home @shareable { city: String country: String }`,
      resolvers: { Query: { byPlace: () => users.map(({ home }) => ({ home, visits: 3 })) } },
      entities: { User: ({ home }) => ({ home, visits: 3 }) },
    },
  });
  expect(await receive(query)).toEqual({ data, errors: {}, requests });
});

test('a key that a subgraph does not find leaves null, and the others are not affected', async () => {
  const { receive } = await serveFederation({
    first: {
      sdl: `${link} type Query { books: [Book] } type Book @key(fields: "upc") { upc: ID! }`,
      resolvers: { Query: { books: () => [{ upc: 'b1' }, { upc: 'b2' }] } },
    },
    second: {
      sdl: `${link} type Book @key(fields: "upc") @key(fields: "id") { upc: ID! id: ID! }`,
      entities: { Book: ({ upc }) => (upc === 'b1' ? { upc, id: '1' } : null) },
    },
    third: {
      sdl: `${link} type Book @key(fields: "id") { id: ID! author: String }`,
      entities: { Book: ({ id }) => ({ id, author: `author ${id}` }) },
    },
  });
  expect(await receive('{ books { upc author } }')).toEqual({
    data: {
      books: [
        { upc: 'b1', author: 'author 1' },
        { upc: 'b2', author: null },
      ],
    },
    errors: {},
    requests: { first: 1, second: 1, third: 1 },
  });
});

test('a mutation is sent once, to the subgraph with the fewest requests after it, and completed from others', async () => {
  const added = { id: 'c1', name: 'new' };
  const { receive, subgraphs } = await serveFederation({
    first: {
      sdl: `${link} type Query { a: Int } type Mutation { add(name: String!): Category @shareable } type Category @key(fields: "id") { id: ID! }`,
      resolvers: { Mutation: { add: () => added } },
    },
    second: {
      sdl: `${link} type Mutation { add(name: String!): Category @shareable } type Category @key(fields: "id") { id: ID! name: String }`,
      resolvers: { Mutation: { add: () => added } },
      entities: { Category: () => added },
    },
    third: {
      sdl: `${link} type Category @key(fields: "id") { id: ID! size: Int }`,
      entities: { Category: ({ id }) => ({ id, size: 4 }) },
    },
  });
  expect(await receive('mutation { add(name: "new") { name size } }')).toEqual({
    data: { add: { name: 'new', size: 4 } },
    errors: {},
    requests: { second: 1, third: 1 },
  });
  expect(subgraphs.first.requests).toEqual([]);
});

test('an argument from a context that no type sets is not left out silently: the graph is rejected, or the field', async () => {
  const sdl = supergraphOf(
    ['only'],
    `type Query @join__type(graph: ONLY) { shop: Shop }
     type Shop @join__type(graph: ONLY) { currency: String item: Item }
     type Item @join__type(graph: ONLY, key: "id") { id: ID! price: Int @join__field(graph: ONLY, contextArguments: [{ context: "only__shop", name: "in", type: "String", selection: "{ currency }" }]) }
     input join__ContextArgument { name: String! type: String! context: String! selection: String! }`,
  ).replace('usedOverridden: Boolean)', 'usedOverridden: Boolean, contextArguments: [join__ContextArgument!])');
  expect(unplannableWarnings(composeSupergraph(readSupergraph(sdl, 'supergraph')))).toEqual([
    'Item.price cannot always be planned: Item.price(in:) has no value: no object that encloses Item there sets the ' +
      'context only__shop, as in "{ shop { item { price } } }". Such operations are rejected',
  ]);
  const folder = temporaryFolder({ 'supergraph.graphql': sdl.replace('only_URL', 'http://127.0.0.1:9') });
  const config = { port: 0, csrf: false, log: { level: 'silent' }, supergraph: 'supergraph.graphql' } as const;
  expect(() => createGateway(config, folder)).toThrow(
    'Item.price of only cannot be reached in "{ shop { item { price } } }": Item.price(in:) has no value',
  );
  const gateway = createGateway({ ...config, unreachable: 'warn' }, folder);
  onTestFinished(async () => void (await gateway.stop()));
  const origin = await gateway.start();
  const { errors } = await send(`${origin}/graphql`, '{ shop { item { price } } }');
  expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['OPERATION_NOT_PLANNABLE']);
});
