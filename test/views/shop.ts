// Graph of the view tests, and gateways over it, with the fast path and without. What the view renames has
// `inner` in its name in the graph, what it hides has `secret`: neither word may ever reach the view's client.

import { createServer } from 'node:http';
import type { IResolvers } from '@graphql-tools/utils';
import { createSchema, createYoga, Repeater } from 'graphql-yoga';
import { expect } from 'vitest';
import type { ClientDefinition } from '../../gateway/client-views/definition.ts';
import { checkClient } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { listen } from '../harness/listen.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';

const directives = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  directive @authenticated on FIELD_DEFINITION | OBJECT
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION
  directive @rateLimit(limit: Int!, duration: Int!) on FIELD_DEFINITION
  directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT
  directive @listSize(assumedSize: Int, slicingArguments: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
  enum CacheControlScope { PUBLIC PRIVATE }
`;

const shared = `
  interface InnerNode { id: ID! }
  enum InnerStatus { OPEN PAID SECRET_LOST }
`;

const peopleSdl = `
  type Query {
    innerUser(innerId: ID!): InnerUser
    innerUsers(innerFirst: Int = 2, innerTier: InnerTier, secretSince: Int = 7): [InnerUser!]!
    innerNode(id: ID!): InnerNode
    innerNodes: [InnerNode]
    innerFound: [InnerFound]
    foundStrict: [InnerFound!]
    onlyFound: InnerFound!
    innerStatuses: [InnerStatus]
    statusesStrict: [InnerStatus!]
    counted(innerFilter: InnerFilter = { name: "all" }): String
    innerGuarded: String @authenticated
    innerScoped: InnerUser @requiresScopes(scopes: [["users:read"]])
    innerLimited: Int @rateLimit(limit: 1, duration: 60)
    innerListed(innerTop: Int): [Int!] @listSize(slicingArguments: ["innerTop"])
    innerCached: InnerUser @cacheControl(maxAge: 60)
    failing: InnerUser
    innerStrict: InnerUser!
    secretLedger: [SecretEntry!]
    _users(ids: [ID!]!): [InnerUser]! @merge(keyField: "id")
  }
  type Mutation {
    innerRename(innerInput: InnerInput!): InnerUser
    secretPurge: Int
  }
  type Subscription {
    innerChanged(innerId: ID): InnerUser
    somethingFound: InnerFound
    innerStatusChanged: InnerStatus
    allFound: [InnerFound!]
  }
  ${shared}
  union InnerFound = InnerUser | InnerOrder | SecretEntry
  type InnerUser implements InnerNode {
    id: ID!
    innerName: String!
    innerTier: InnerTier
    age: Int
    innerFriend: InnerUser
    secretNotes: String
  }
  type InnerOrder implements InnerNode { id: ID! }
  type SecretEntry implements InnerNode { id: ID! secretText: String }
  enum InnerTier { GOLD SILVER }
  input InnerInput { id: ID! name: String! secretNick: String }
  input InnerFilter { name: String tier: InnerTier secretFlag: Boolean and: [InnerFilter!] }
`;

const ordersSdl = `
  type Query {
    _users(ids: [ID!]!): [InnerUser]! @merge(keyField: "id")
    _orders(ids: [ID!]!): [InnerOrder]! @merge(keyField: "id")
  }
  ${shared}
  type InnerUser { id: ID! innerOrders(innerFirst: Int = 2, innerStatus: InnerStatus): [InnerOrder!] }
  type InnerOrder implements InnerNode {
    id: ID!
    innerStatus: InnerStatus
    statusStrict: InnerStatus!
    innerLines: [InnerLine!]!
    innerBuyer: InnerUser
    secretMargin: Int
  }
  type InnerLine { product: String! innerCount: Int! }
`;

/** The names of a view that calls almost everything otherwise, and hides the rest. */
export const renaming: ClientDefinition = {
  version: '2',
  exclude: [
    'SecretEntry',
    '*.secret*',
    'InnerStatus.SECRET_LOST',
    'Query.innerUsers(secretSince:)',
    'Query.secretLedger',
    'Mutation.secretPurge',
  ],
  rename: {
    types: {
      InnerUser: 'Person',
      InnerOrder: 'Purchase',
      InnerNode: 'Node',
      InnerFound: 'Found',
      InnerStatus: 'Status',
      InnerTier: 'Tier',
      InnerLine: 'Line',
      InnerInput: 'NameInput',
      InnerFilter: 'Filter',
    },
    fields: {
      'Query.innerUser': 'person',
      'Query.innerUsers': 'people',
      'Query.innerNode': 'node',
      'Query.innerNodes': 'nodes',
      'Query.innerFound': 'found',
      'Query.innerStatuses': 'statuses',
      'Query.innerGuarded': 'guarded',
      'Query.innerScoped': 'scoped',
      'Query.innerLimited': 'limited',
      'Query.innerListed': 'listed',
      'Query.innerCached': 'cached',
      'Query.innerStrict': 'strict',
      'Mutation.innerRename': 'rename',
      'Subscription.innerChanged': 'changed',
      'Subscription.innerStatusChanged': 'statusChanged',
      'InnerUser.innerName': 'name',
      'InnerUser.innerTier': 'tier',
      'InnerUser.innerFriend': 'friend',
      'InnerUser.innerOrders': 'purchases',
      'InnerOrder.innerStatus': 'status',
      'InnerOrder.innerLines': 'lines',
      'InnerOrder.innerBuyer': 'buyer',
      'InnerLine.innerCount': 'count',
    },
    arguments: {
      'Query.innerUser(innerId:)': 'id',
      'Query.innerUsers(innerFirst:)': 'limit',
      'Query.innerUsers(innerTier:)': 'tier',
      'Query.innerListed(innerTop:)': 'top',
      'Query.counted(innerFilter:)': 'filter',
      'Mutation.innerRename(innerInput:)': 'input',
      'Subscription.innerChanged(innerId:)': 'id',
      'InnerUser.innerOrders(innerFirst:)': 'limit',
      'InnerUser.innerOrders(innerStatus:)': 'status',
    },
  },
};

/** A client as `loadClients` would have it; its folder has these files. */
export interface ShopClient {
  definition?: ClientDefinition;
  files?: Record<string, string>;
}

export interface Service {
  url: string;
  /** Texts of the requests so far. */
  queries: string[];
  /** Response in place of the service's: its data, or undefined for the service's own. */
  instead: ((query: string, variables: Record<string, unknown>) => unknown) | null;
}

export interface ShopGateway {
  origin: string;
  gateway: Gateway;
  stop(): Promise<unknown>;
}

export class Shop {
  readonly people: Service;
  readonly orders: Service;
  readonly #publishers: Map<string, Set<(event: object) => unknown>>;
  readonly #closers: (() => unknown)[] = [];

  private constructor(
    people: Service,
    orders: Service,
    publishers: Map<string, Set<(event: object) => unknown>>,
    closers: (() => unknown)[],
  ) {
    this.people = people;
    this.orders = orders;
    this.#publishers = publishers;
    this.#closers = closers;
  }

  static async start(): Promise<Shop> {
    const publishers = new Map<string, Set<(event: object) => unknown>>();
    const closers: (() => unknown)[] = [];
    const people = await serve(peopleSdl, peopleResolvers(publishers), closers);
    const orders = await serve(ordersSdl, orderResolvers, closers);
    return new Shop(people, orders, publishers, closers);
  }

  /** Starts a gateway over the services; it is stopped with them. */
  async gateway(
    clients: Record<string, ShopClient> = { web: { definition: renaming } },
    options: Partial<GatewayConfig> = {},
  ): Promise<ShopGateway> {
    const files = Object.entries(clients).flatMap(([name, { files: own = {} }]) =>
      Object.entries(own).map(([path, text]) => [`clients/${name}/${path}`, text]),
    );
    const folder = temporaryFolder(
      { 'people.graphql': peopleSdl, 'orders.graphql': ordersSdl, ...Object.fromEntries(files) },
      (remove) => this.#closers.push(remove),
    );
    const gateway = createGateway(
      {
        port: 0,
        log: { level: 'silent' },
        overload: false,
        csrf: false,
        unreachable: 'warn',
        graphiql: true,
        limits: { suggestions: true, introspection: true },
        authentication: { identityHeader: {} },
        trustedProxies: ['loopback'],
        subgraphs: {
          people: { url: this.people.url, schema: 'people.graphql' },
          orders: { url: this.orders.url, schema: 'orders.graphql' },
        },
        ...options,
      },
      {
        folder,
        clients: Object.entries(clients).map(([reference, { definition = {} }]) => {
          const [name = '', version = null] = reference.split('@');
          const checked = checkClient(definition);
          return {
            reference,
            name,
            version: version ?? checked.version ?? null,
            folder: `${folder}/clients/${reference}`,
            definition: checked,
          };
        }),
      },
    );
    const origin = await gateway.start();
    this.#closers.push(() => gateway.stop());
    return { origin, gateway, stop: () => gateway.stop() };
  }

  /** The same gateway three times: with the fast path, without it, and with a plugin, which sees plain data. */
  async httpPaths(clients?: Record<string, ShopClient>, options: Partial<GatewayConfig> = {}): Promise<HttpPaths> {
    return new HttpPaths([
      await this.gateway(clients, { ...options, fastPath: true }),
      await this.gateway(clients, { ...options, fastPath: false }),
      await this.gateway(clients, { ...options, plugins: [{}] }),
    ]);
  }

  /** Publishes an event to every subscription of the field. */
  publish(field: string, event: unknown): void {
    for (const publish of this.#publishers.get(field) ?? []) publish({ [field]: event });
  }

  /** Clears the recorded queries, and the responses set in place of the services'. */
  reset(): void {
    for (const service of [this.people, this.orders]) {
      service.queries.length = 0;
      service.instead = null;
    }
  }

  async stop(): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
  }
}

export interface PathRequest {
  /** /graphql/web, unless given; with its query string. */
  path?: string;
  headers?: Record<string, string>;
  /** A text is a query. Without a body, it is a GET. */
  body?: unknown;
  /** Leaves a stream when this much of it has come. */
  until?: RegExp;
}

export interface PathResponse {
  status: number;
  headers: Headers;
  text: string;
  body: ParsedJson;
}

export class HttpPaths {
  readonly gateways: readonly [ShopGateway, ...ShopGateway[]];

  constructor(gateways: readonly [ShopGateway, ...ShopGateway[]]) {
    this.gateways = gateways;
  }

  /** Sends to all of them; fails unless the responses are equal. */
  async query(query: unknown, request: PathRequest = {}): Promise<PathResponse> {
    return this.send({ body: query, ...request });
  }

  async send(request: PathRequest): Promise<PathResponse> {
    const responses: PathResponse[] = [];
    for (const { origin } of this.gateways) responses.push(await send(origin, request));
    const [first] = responses as [PathResponse];
    for (const { status, text } of responses) {
      expect({ status, text: withoutReferences(text) }).toEqual({
        status: first.status,
        text: withoutReferences(first.text),
      });
    }
    return first;
  }
}

export async function send(
  origin: string,
  { path = '/graphql/web', headers, body, until }: PathRequest,
): Promise<PathResponse> {
  const leaving = new AbortController();
  const response = await fetch(`${origin}${path}`, {
    signal: leaving.signal,
    ...(body !== undefined && {
      method: 'POST',
      body: JSON.stringify(typeof body === 'string' ? { query: body } : body),
    }),
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
  });
  const text = until ? await readUntil(response, until) : await response.text();
  leaving.abort();
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    // A page, or nothing.
  }
  return { status: response.status, headers: response.headers, text, body: parsed };
}

async function readUntil(response: Response, end: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    if (end.test(text)) break;
  }
  return text;
}

/** The gateway gives a reference into its log where something was unexpected. */
function withoutReferences(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'reference');
}

const user = (id: string) => ({
  __typename: 'InnerUser',
  id,
  innerName: `Name of ${id}`,
  innerTier: id === 'u2' ? null : 'GOLD',
  age: 40,
  secretNotes: 'secret',
});
const order = (id: string) => ({
  __typename: 'InnerOrder',
  id,
  innerStatus: id === 'o2' ? 'SECRET_LOST' : 'PAID',
  statusStrict: id === 'o2' ? 'SECRET_LOST' : 'OPEN',
  innerLines: [{ product: 'lamp', innerCount: 2 }],
  innerBuyer: { id: 'u1' },
  secretMargin: 5,
});
const entry = { __typename: 'SecretEntry', id: 'e1', secretText: 'secret' };
const everything = [user('u1'), { __typename: 'InnerOrder', id: 'o1' }, entry];

function peopleResolvers(publishers: Map<string, Set<(event: object) => unknown>>): IResolvers {
  const events = (field: string) => () =>
    new Repeater<object>(async (push, stop) => {
      const publish = (event: object) => push(event);
      const all = publishers.get(field) ?? new Set();
      publishers.set(field, all.add(publish));
      // A first event at once: a test that has it is subscribed.
      push({ [field]: firstEvents[field] });
      await stop;
      all.delete(publish);
    });
  const firstEvents: Record<string, unknown> = {
    innerChanged: user('u1'),
    somethingFound: entry,
    innerStatusChanged: 'PAID',
    allFound: [user('u1'), { __typename: 'InnerOrder', id: 'o1' }],
  };
  const kindOf = { __resolveType: ({ __typename }: { __typename: string }) => __typename };
  return {
    InnerNode: kindOf,
    InnerFound: kindOf,
    Query: {
      innerUser: (_: unknown, { innerId }) => (innerId === 'missing' ? null : user(innerId)),
      innerUsers: (_: unknown, { innerFirst, secretSince }) =>
        ['u1', 'u2', 'u3'].slice(0, innerFirst).map((id) => ({ ...user(id), age: secretSince })),
      innerNode: (_: unknown, { id }) => everything.find((each) => each.id === id) ?? null,
      innerNodes: () => everything,
      innerFound: () => everything,
      foundStrict: () => everything,
      onlyFound: () => entry,
      innerStatuses: () => ['OPEN', 'SECRET_LOST', 'PAID'],
      statusesStrict: () => ['OPEN', 'SECRET_LOST'],
      counted: (_: unknown, { innerFilter }) => JSON.stringify(innerFilter ?? null),
      innerGuarded: () => 'guarded',
      innerScoped: () => user('u1'),
      innerLimited: () => 1,
      innerListed: () => [1, 2],
      innerCached: () => user('u1'),
      failing: () => {
        throw new Error('InnerUser is secret');
      },
      innerStrict: () => user('u1'),
      secretLedger: () => [entry],
      _users: (_: unknown, { ids }) => ids.map(user),
    },
    Mutation: { innerRename: (_: unknown, { innerInput }) => ({ ...user(innerInput.id), innerName: innerInput.name }) },
    Subscription: Object.fromEntries(Object.keys(firstEvents).map((field) => [field, { subscribe: events(field) }])),
    InnerUser: { innerFriend: ({ id }: { id: string }) => (id === 'u1' ? user('u2') : null) },
  };
}

const orderResolvers: IResolvers = {
  InnerNode: { __resolveType: () => 'InnerOrder' },
  Query: {
    _users: (_: unknown, { ids }) => ids.map((id: string) => ({ id })),
    _orders: (_: unknown, { ids }) => ids.map(order),
  },
  InnerUser: {
    innerOrders: (_: unknown, { innerFirst, innerStatus }) =>
      ['o1', 'o2', 'o3']
        .map(order)
        .filter((each) => !innerStatus || each.innerStatus === innerStatus)
        .slice(0, innerFirst),
  },
};

async function serve(typeDefs: string, resolvers: IResolvers, closers: (() => unknown)[]): Promise<Service> {
  const yoga = createYoga({
    schema: createSchema({ typeDefs: `${directives} ${typeDefs}`, resolvers }),
    logging: false,
    maskedErrors: true,
  });
  const service: Service = { url: '', queries: [], instead: null };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    // Subscriptions come by GET.
    const address = Object.fromEntries(new URL(request.url ?? '', 'http://service').searchParams);
    const { query = '', variables = {} } = body.length > 0 ? JSON.parse(body.toString()) : address;
    service.queries.push(query);
    const result = service.instead?.(query, variables);
    if (result !== undefined) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(result));
      return;
    }
    await yoga(body.length > 0 ? Object.assign(request, { body }) : request, response);
  });
  const { origin, stop } = await listen(server);
  closers.push(stop);
  service.url = `${origin}/graphql`;
  return service;
}
