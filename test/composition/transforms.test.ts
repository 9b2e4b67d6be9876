// Transforms: services whose names collide, and which cannot be changed, under one graph.
import type { IResolvers } from '@graphql-tools/utils';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { type CachingGateway, type Service, startCachingGateway, startService } from '../caching/services.ts';

const shopSdl = `
  type Query {
    search(text: String!, status: Status = LIVE, filter: Filter = { status: LIVE, tags: [NEW] }): [Hit!]!
    user(id: ID!): User
    lines(filters: [[Filter!]]): String
    internal: String
    _shopUsers(ids: [ID!]!): [User]! @merge(keyField: "id")
  }
  type Mutation { setStatus(input: StatusInput!): User @invalidates(type: "User", id: "input.userId") }
  union Hit = Address | User
  interface Named { name: String! }
  type Address implements Named { name: String! street: String! }
  type User implements Named {
    id: ID!
    name: String!
    status: Status
    history: [[Status!]]
    createdAt: String @cacheControl(maxAge: 60)
    email: String @authenticated
    address: Address
    ssn: String
  }
  enum Status { LIVE DEAD @deprecated(reason: "gone") HIDDEN }
  enum Tag { NEW OLD }
  input Filter { status: Status = LIVE tags: [Tag!] below: Filter }
  input StatusInput { userId: ID! status: Status! }
`;

const crmSdl = `
  type Query {
    search(text: String!): [Address!]!
    status: Status
    _crmUsers(ids: [ID!]!): [User]! @merge(keyField: "id")
  }
  type Address { city: String! }
  type User { id: ID! status: Status contact: Address orders(status: Status = OPEN): Int }
  enum Status { OPEN CLOSED }
`;

let tick = 0;
const statuses = new Map([
  ['1', 'LIVE'],
  ['2', 'DEAD'],
  ['3', 'HIDDEN'],
]);
const userOf = (id: string) => ({
  __typename: 'User',
  id,
  name: `user ${id} at ${tick}`,
  status: () => statuses.get(id),
  history: [['LIVE', 'DEAD'], null, ['DEAD']],
  createdAt: `created ${tick}`,
  email: `e${id}`,
  address: { name: 'home', street: `street ${tick}` },
});

const received: unknown[] = [];
const shop: IResolvers = {
  Query: {
    search: (_root, args) => {
      received.push(args);
      return [userOf('2'), { __typename: 'Address', name: 'office', street: 's' }];
    },
    user: (_root, { id }) => userOf(id),
    lines: (_root, args) => JSON.stringify(args),
    _shopUsers: (_root, { ids }) => ids.map(userOf),
  },
  Mutation: {
    setStatus: (_root, { input: { userId, status } }) => {
      statuses.set(userId, status);
      return userOf(userId);
    },
  },
};
const crm: IResolvers = {
  Query: {
    search: (_root, { text }) => [{ city: text }],
    status: () => 'OPEN',
    _crmUsers: (_root, { ids }) =>
      ids.map((id: string) => ({ id, status: 'CLOSED', contact: { city: `city of ${id} at ${tick}` } })),
  },
  User: { orders: (_root, { status }) => (status === 'CLOSED' ? 7 : 1) },
};

const transforms = {
  prefix: { types: 'Shop', rootFields: 'shop_' },
  rename: {
    types: { User: 'User', Hit: 'ShopResult' },
    fields: { 'User.createdAt': 'registeredAt', 'User.status': 'shopStatus', 'Query.user': 'account' },
    arguments: { 'Query.search(text:)': 'term' },
    inputFields: { 'StatusInput.userId': 'id', 'Filter.below': 'nested' },
    values: { 'Status.LIVE': 'ACTIVE', 'Status.DEAD': 'LIVE' },
  },
  exclude: ['Query.internal', 'User.ssn', 'Status.HIDDEN'],
};

const services = () =>
  Promise.all([
    startService({ name: 'shop', sdl: shopSdl, resolvers: shop }),
    startService({ name: 'crm', sdl: crmSdl, resolvers: crm }),
  ]);

describe('services whose names collide', () => {
  let started: Service[];
  const gateways = new Map<string, CachingGateway>();
  const undos: (() => void)[] = [];
  beforeAll(async () => {
    started = await services();
    const start = async (name: string, options: Partial<GatewayConfig>) => {
      gateways.set(
        name,
        await startCachingGateway(
          started,
          {
            subgraphs: { shop: { transforms } },
            cache: { responses: false },
            ...options,
          } as Partial<GatewayConfig>,
          (undo) => undos.push(undo),
        ),
      );
    };
    await start('the fast path', {});
    await start('Yoga', { fastPath: false, deduplicateInFlight: true });
  });
  afterAll(async () => {
    await Promise.all([...gateways.values(), ...started].map((one) => one.stop()));
    for (const undo of undos) undo();
  });
  beforeEach(() => {
    tick += 1;
    received.length = 0;
    statuses.set('2', 'DEAD');
  });

  describe.each(['the fast path', 'Yoga'])('by %s', (path) => {
    const send = (query: string, variables: Record<string, unknown> = {}, user?: string) =>
      (gateways.get(path) as CachingGateway).send(query, { variables, ...(user !== undefined && { user }) });

    test('fields, types and values have the names of the graph, across services', async () => {
      const { data, errors } = await send(
        `{ account(id: 2) { __typename id name shopStatus history registeredAt address { __typename street }
             status contact { __typename city } closed: orders(status: CLOSED) } }`,
      );
      expect(errors).toBeUndefined();
      expect(data.account).toEqual({
        __typename: 'User',
        id: '2',
        name: `user 2 at ${tick}`,
        shopStatus: 'LIVE',
        history: [['ACTIVE', 'LIVE'], null, ['LIVE']],
        registeredAt: `created ${tick}`,
        address: { __typename: 'ShopAddress', street: `street ${tick}` },
        status: 'CLOSED',
        contact: { __typename: 'Address', city: `city of 2 at ${tick}` },
        closed: 7,
      });
    });

    test('unions, interfaces and fragments, with literals and defaults', async () => {
      const { data, errors } = await send(
        `query ($filter: ShopFilter = { status: ACTIVE, nested: { tags: NEW, nested: { status: LIVE } } }) {
           a: shop_search(term: "x", status: LIVE, filter: $filter) {
             __typename ... on ShopNamed { name } ...U ... on ShopAddress { kind: street } }
           b: shop_search(term: "y", filter: { nested: { status: LIVE } }) { ... on User { mixed: __typename } ... on ShopAddress { mixed: name } }
           crm: search(text: "z") { __typename city }
         }
         fragment U on User { s: shopStatus }`,
      );
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        a: [
          { __typename: 'User', name: `user 2 at ${tick}`, s: 'LIVE' },
          { __typename: 'ShopAddress', name: 'office', kind: 's' },
        ],
        b: [{ mixed: 'User' }, { mixed: 'office' }],
        crm: [{ __typename: 'Address', city: 'z' }],
      });
      expect(received).toEqual(
        expect.arrayContaining([
          {
            text: 'x',
            status: 'DEAD',
            filter: { status: 'LIVE', below: { status: 'LIVE', tags: ['NEW'], below: { status: 'DEAD' } } },
          },
          { text: 'y', status: 'LIVE', filter: { status: 'LIVE', below: { status: 'DEAD' } } },
        ]),
      );
    });

    test('variables: nested inputs, lists of lists, one value for a list, null and what is left out', async () => {
      const query = `query ($filters: [[ShopFilter!]], $status: ShopStatus) {
        shop_lines(filters: $filters) shop_search(term: "t", status: $status) { __typename } }`;
      const filters = [
        [{ status: 'LIVE', nested: { status: null, nested: { status: 'ACTIVE' } } }],
        null,
        [{ tags: [] }],
      ];
      const { data, errors } = await send(query, { filters, status: 'ACTIVE' });
      expect(errors).toBeUndefined();
      expect(JSON.parse(data.shop_lines)).toEqual({
        filters: [
          [{ status: 'DEAD', below: { status: null, below: { status: 'LIVE' } } }],
          null,
          [{ status: 'LIVE', tags: [] }],
        ],
      });
      expect(received[0]).toMatchObject({ status: 'LIVE' });
      const single = await send(query, { filters: { nested: { tags: 'OLD' } } });
      expect(JSON.parse(single.data.shop_lines)).toEqual({
        filters: [[{ status: 'LIVE', below: { status: 'LIVE', tags: ['OLD'] } }]],
      });
      expect(received[1]).toMatchObject({ status: 'LIVE' });
    });

    test("the service's own names are no names of the graph", async () => {
      for (const query of [
        '{ internal }',
        '{ shop_internal }',
        '{ account(id: 1) { ssn } }',
        '{ account(id: 1) { createdAt } }',
      ]) {
        expect((await send(query)).errors?.[0]?.message).toContain('Cannot query field');
      }
      const variable = await send('query ($s: ShopStatus) { shop_search(term: "t", status: $s) { __typename } }', {
        s: 'DEAD',
      });
      expect(variable.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      const hidden = await send('{ account(id: 3) { id shopStatus } }');
      expect(hidden.data.account).toEqual({ id: '3', shopStatus: null });
      expect(hidden.errors?.[0]?.message).toContain('ShopStatus');
    });

    test('guards stand at the names of the graph', async () => {
      const denied = await send('{ account(id: 1) { id email } }');
      expect(denied.data.account).toEqual({ id: '1', email: null });
      expect(denied.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
      expect((await send('{ account(id: 1) { email } }', {}, 'ann')).data.account).toEqual({ email: 'e1' });
    });

    test('mutations take inputs under the names of the graph', async () => {
      const { data, errors } = await send(
        'mutation ($input: ShopStatusInput!) { shop_setStatus(input: $input) { id shopStatus status } }',
        { input: { id: '2', status: 'ACTIVE' } },
      );
      expect(errors).toBeUndefined();
      expect(data.shop_setStatus).toEqual({ id: '2', shopStatus: 'ACTIVE', status: 'CLOSED' });
    });

    test('introspection shows the graph', async () => {
      const { data } = await send(`{
        filter: __type(name: "ShopFilter") { inputFields { name defaultValue } }
        status: __type(name: "ShopStatus") { enumValues(includeDeprecated: true) { name isDeprecated } }
        query: __type(name: "Query") { fields { name args { name defaultValue } } }
      }`);
      expect(data.filter.inputFields).toEqual([
        { name: 'status', defaultValue: 'ACTIVE' },
        { name: 'tags', defaultValue: null },
        { name: 'nested', defaultValue: null },
      ]);
      expect(data.status.enumValues).toEqual([
        { name: 'ACTIVE', isDeprecated: false },
        { name: 'LIVE', isDeprecated: true },
      ]);
      const search = data.query.fields.find(({ name }: { name: string }) => name === 'shop_search');
      expect(search.args).toEqual([
        { name: 'term', defaultValue: null },
        { name: 'status', defaultValue: 'ACTIVE' },
        { name: 'filter', defaultValue: '{status: ACTIVE, tags: [NEW]}' },
      ]);
    });
  });
});
