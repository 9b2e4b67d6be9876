// Graph of the policy tests: two services and the gateway's own fields, with a directive at every kind of location.
// The gateway alone evaluates the directives. Each service records the documents that it receives.
import { createServer } from 'node:http';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { IResolvers } from '@graphql-tools/utils';
import { type ASTNode, type GraphQLSchema, Kind, parse, print, visit } from 'graphql';
import { createYoga, Repeater } from 'graphql-yoga';
import { parseSdl } from '../../gateway/compose/sdl.ts';
import { listen } from '../harness/listen.ts';

export const peopleSdl = `
  type Query {
    me: User
    user(id: ID!): User
    users: [User!]!
    pets: [Pet]!
    strictPets: [Pet!]!
    assets: [Asset]
    house: House
    found: [Found]
    things: [Thing]
    vault: Vault
    document: Document
    pin: Int @authenticated
    strictPin: Int! @authenticated
    visits: Int @rateLimit(limit: 3, duration: 600)
    strictVisits: Int! @rateLimit(limit: 1, duration: 600)
    _users(ids: [ID!]!): [User]! @merge(keyField: "id")
  }
  type Mutation {
    rename(name: String!): User @requiresScopes(scopes: [["users:write"]])
    wipe: Boolean! @authenticated
    greet: Greeting!
    count: Int!
    touch: User
  }
  type Greeting { text: String! seal: String! @authenticated }
  type Subscription {
    ticks: Tick
    secretTicks: Int @authenticated
    rareTicks: Int @rateLimit(limit: 1, duration: 600)
  }
  type Tick { number: Int whisper: String @authenticated user: User }
  type User @key(selectionSet: "{ id }") {
    id: ID!
    name: String!
    nick: String @authenticated
    email: String @authenticated
    notes: [Note!] @authenticated
    friends: [User!]!
    card: Card
    mood: Mood
    birthday: Birthday
    favourite: Pet
    wage: Int @requiresScopes(scopes: [["hr", "read"], ["admin"]])
    review: String @requiresScopes(scopes: [["read"]]) @policy(policies: [["open"]])
    diary: String @policy(policies: [["open", "closed"], ["owner"]])
    shelf: String @policy(policies: [["open"]])
    broken: String @policy(policies: [["throwing"]])
    slow: String @policy(policies: [["slow"]]) @authenticated
    feed: String @rateLimit(limit: 2, duration: 600)
  }
  type Note { text: String }
  type Card { number: String! @authenticated holder: String }
  enum Mood @authenticated { GOOD BAD }
  scalar Birthday @requiresScopes(scopes: [["admin"]])
  interface Pet { name: String! chip: String @authenticated }
  type Dog implements Pet { name: String! chip: String tricks: Int }
  type Snake implements Pet @requiresScopes(scopes: [["snakes"]]) { name: String! chip: String venom: String }
  interface Asset @authenticated { value: Int }
  interface Building implements Asset { value: Int floors: Int }
  type House implements Building & Asset { value: Int floors: Int }
  type Car implements Asset { value: Int wheels: Int }
  union Found = Dog | House
  union Thing @policy(policies: [["closed"]]) = Dog | Car
  type Vault @authenticated { gold: Int }
  type Document { title: String! pages: Int }
`;

export const shopSdl = `
  type Query {
    topSeller: User
    archive: [Document!]
    _shoppers(ids: [ID!]!, wages: [Int], pets: [PetKey]): [User]!
      @merge(argsExpr: "ids: [[$key.id]], wages: [[$key.wage]], pets: [[$key.favourite]]")
  }
  input PetKey { name: String }
  type User @key(selectionSet: "{ id }") {
    id: ID!
    nick: String
    orders: [Order!]! @authenticated
    points: Int
    badge: Badge
    discount: Int @computed(selectionSet: "{ wage }") @declassified(reason: "tested below")
    "Its key goes through an interface."
    oddity: String @computed(selectionSet: "{ favourite { name } }") @declassified(reason: "tested below")
  }
  type Order { total: Int }
  type Badge { label: String code: String @authenticated }
  type Document @requiresScopes(scopes: [["admin"]]) { title: String! pages: Int }
`;

export const ownSdl = `
  type Query {
    hello: String
    hint: String @authenticated
    visitor: User @requiresScopes(scopes: [["admin"]])
  }
  type User { id: ID! }
`;

export const ownResolvers = {
  Query: { hello: () => 'hello', hint: () => 'a hint', visitor: () => ({ id: 'u2' }) },
};

const people = [
  { id: 'u1', name: 'Ann', nick: 'an', wage: 70, friends: ['u2'] },
  { id: 'u2', name: 'Ben', nick: 'be', wage: 90, friends: ['u1', 'u2'] },
];

function person(id: string) {
  const found = people.find((one) => one.id === id);
  if (!found) return null;
  return {
    ...found,
    email: `${id}@example.com`,
    notes: [{ text: 'first' }, { text: 'second' }],
    friends: () => found.friends.map(person),
    card: { number: '4111', holder: found.name },
    mood: 'GOOD',
    birthday: '1815-12-10',
    favourite: { __typename: 'Dog', name: 'Rex', chip: 'c1', tricks: 3 },
    review: 'good',
    diary: 'dear diary',
    shelf: 'books',
    broken: 'whole',
    slow: 'slow',
    feed: 'news',
  };
}

const dog = { __typename: 'Dog', name: 'Rex', chip: 'c1', tricks: 3 };
const snake = { __typename: 'Snake', name: 'Kaa', chip: 'c2', venom: 'much' };
const house = { __typename: 'House', value: 100, floors: 2 };
const car = { __typename: 'Car', value: 10, wheels: 4 };

const peopleResolvers: IResolvers = {
  Query: {
    me: () => person('u1'),
    user: (_root, { id }) => person(id),
    users: () => people.map(({ id }) => person(id)),
    pets: () => [dog, snake, dog],
    strictPets: () => [dog, snake],
    assets: () => [house, car],
    house: () => house,
    found: () => [dog, house],
    things: () => [dog, car],
    vault: () => ({ gold: 7 }),
    document: () => ({ title: 'Plans', pages: 9 }),
    pin: () => 1234,
    strictPin: () => 5678,
    visits: () => 1,
    strictVisits: () => 1,
    _users: (_root, { ids }) => ids.map(person),
  },
  Mutation: {
    rename: (_root, { name }) => ({ ...person('u1'), name }),
    wipe: () => true,
    greet: () => ({ text: 'hello', seal: 'wax' }),
    count: () => 1,
    touch: () => person('u1'),
  },
  Subscription: {
    ticks: {
      subscribe: () =>
        new Repeater(async (push, stop) => {
          push({ ticks: { number: 1, whisper: 'psst', user: person('u1') } });
          await stop;
        }),
    },
    secretTicks: { subscribe: () => new Repeater(async (_push, stop) => stop) },
    rareTicks: {
      subscribe: () =>
        new Repeater(async (push, stop) => {
          push({ rareTicks: 1 });
          await stop;
        }),
    },
  },
};

const sold = (id: string) => ({
  id,
  nick: people.find((one) => one.id === id)?.nick,
  orders: [{ total: 5 }, { total: 6 }],
  points: 3,
  badge: { label: 'gold', code: 'xyz' },
});

const shopResolvers: IResolvers = {
  Query: {
    topSeller: () => sold('u2'),
    archive: () => [{ title: 'Old plans', pages: 4 }],
    _shoppers: (_root, { ids, wages, pets }) =>
      ids.map((id: string, index: number) => ({
        ...sold(id),
        discount: wages?.[index] / 10,
        oddity: `has ${pets?.[index]?.name}`,
      })),
  },
};

export interface RecordingService {
  name: string;
  url: string;
  /** The text of every operation that it received. */
  requested: string[];
  stop(): Promise<void>;
}

export async function startPeopleAndShop(): Promise<RecordingService[]> {
  const schemaOf = (name: string, sdl: string, resolvers: IResolvers) =>
    makeExecutableSchema({ typeDefs: parseSdl(withoutPolicies(sdl), name), resolvers });
  return [
    await recordRequests('people', schemaOf('people', peopleSdl, peopleResolvers)),
    await recordRequests('shop', schemaOf('shop', shopSdl, shopResolvers)),
  ];
}

/** Serves a schema over HTTP, with subscriptions over server-sent events. */
export async function recordRequests(name: string, schema: GraphQLSchema): Promise<RecordingService> {
  const requested: string[] = [];
  const server = createServer(
    createYoga({
      schema,
      logging: false,
      plugins: [{ onParams: ({ params }) => void requested.push(String(params.query)) }],
    }),
  );
  const { origin, stop } = await listen(server);
  return { name, url: `${origin}/graphql`, requested, stop };
}

const policies = new Set(['authenticated', 'requiresScopes', 'policy', 'rateLimit']);

/** The same SDL of a graph in which everything is allowed to every caller. */
export function withoutPolicies(sdl: string): string {
  const leave = ({ name }: { name: { value: string } }): ASTNode | null | undefined =>
    policies.has(name.value) ? null : undefined;
  return print(visit(parse(sdl), { [Kind.DIRECTIVE]: { enter: leave } }));
}
