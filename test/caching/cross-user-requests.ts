// Mixed requests by many identities to gateways that cache and share all they may, in Redis: no response may hold another
// caller's data, or that of another request. The services put the caller into every private response, and a joined value has
// the request's own number; the public ones hold nothing of any caller.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Plugin } from 'graphql-yoga';
import { Agent, request } from 'undici';
import { clientSchema } from '../../gateway/client-views/definition.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { Random } from '../differential/random.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { type People, type Person, signUp } from './identities.ts';
import {
  type CachingGateway,
  type Service,
  type ServiceDefinition,
  startCachingGateway,
  startService,
} from './services.ts';

const accountsSdl = `
  type Query {
    me: Account @cacheControl(maxAge: 60, scope: PRIVATE)
    notice(about: Int!): Notice @cacheControl(maxAge: 60)
    _accounts(ids: [ID!]!): [Account]! @merge(keyField: "id")
  }
  type Mutation { note(about: Int!): Notice }
  type Account @cacheControl(maxAge: 60, scope: PRIVATE) { id: ID! owner: String items(first: Int!): [Item!]! @cacheControl(maxAge: 60) }
  type Item { id: ID! }
  type Notice @cacheControl(maxAge: 60) { id: ID! text: String readBy: String @authenticated @cacheControl(maxAge: 60, scope: PRIVATE) }
`;

const itemsSdl = `
  type Query {
    items(first: Int!): [Item!]! @cacheControl(maxAge: 60)
    _items(ids: [ID!]!): [Item]! @merge(keyField: "id")
  }
  type Item @cacheControl(maxAge: 60) {
    id: ID!
    name: String
    mine: String @cacheControl(maxAge: 60, scope: PRIVATE)
    uncached: String @cacheControl(maxAge: 0)
  }
`;

const pricesSdl = `
  type Query { _prices(ids: [ID!]!): [Item]! @merge(keyField: "id") }
  type Item @cacheControl(maxAge: 60) { id: ID! price: Int }
`;

/** Gets two header fields of the client besides: one differs in every request, one is the same in some. */
const stampsSdl = `
  type Query { _stamped(ids: [ID!]!): [Item]! @merge(keyField: "id") }
  type Item @cacheControl(maxAge: 60) {
    id: ID!
    stamp: String @cacheControl(maxAge: 0)
    translated: String @cacheControl(maxAge: 60)
  }
`;

const who = ({ headers }: { headers: Record<string, unknown> }) => String(headers['x-who'] ?? 'anonymous');
const firstItems = (first: number) => Array.from({ length: first }, (_, index) => ({ id: String(index) }));
type Numbered = { about: number };

const services: ServiceDefinition[] = [
  {
    name: 'accounts',
    sdl: accountsSdl,
    resolvers: {
      Query: {
        me: (_: unknown, __: unknown, context) => ({ id: who(context) }),
        notice: (_: unknown, { about }: Numbered) => ({ id: String(about) }),
        _accounts: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
      },
      Mutation: { note: (_: unknown, { about }: Numbered) => ({ id: String(about) }) },
      Account: {
        owner: (_: unknown, __: unknown, context) => who(context),
        items: (_: unknown, { first }: { first: number }) => firstItems(first),
      },
      Notice: {
        text: ({ id }: { id: string }) => `notice ${id}`,
        readBy: (_: unknown, __: unknown, context) => who(context),
      },
    },
  },
  {
    name: 'items',
    sdl: itemsSdl,
    resolvers: {
      Query: {
        items: (_: unknown, { first }: { first: number }) => firstItems(first),
        _items: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
      },
      Item: {
        name: ({ id }: { id: string }) => `item ${id}`,
        mine: ({ id }: { id: string }, _: unknown, context) => `${who(context)} on ${id}`,
        uncached: (_: unknown, __: unknown, context) => who(context),
      },
    },
  },
  {
    name: 'prices',
    sdl: pricesSdl,
    resolvers: {
      Query: { _prices: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })) },
      Item: { price: ({ id }: { id: string }) => Number(id) * 100 },
    },
  },
  {
    name: 'stamps',
    sdl: stampsSdl,
    resolvers: {
      Query: { _stamped: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })) },
      Item: {
        stamp: ({ id }: { id: string }, _: unknown, context) => `${context.headers['x-number']} ${who(context)} ${id}`,
        translated: ({ id }: { id: string }, _: unknown, { headers }) => `${id} in ${headers['accept-language']}`,
      },
    },
  },
];

const fieldsSdl = `
  type Query {
    whoami: String @cacheControl(maxAge: 60)
    motd: String @cacheControl(maxAge: 60)
    handedOn: String @cacheControl(maxAge: 60)
    profile: Account @cacheControl(maxAge: 60)
    noticeFor(about: Int!): String @cacheControl(maxAge: 60)
    loaded(first: Int!): String @cacheControl(maxAge: 60)
    _marked(ids: [ID!]!): [Item]! @merge(keyField: "id")
  }
  type Account { id: ID! }
  type Item { id: ID! mark: String @cacheControl(maxAge: 60) }
`;

interface Context {
  identity: { key: string; subject: string; issuer: string } | null;
  graph(query: string, variables: object): Promise<{ data?: unknown }>;
  load(type: string, id: unknown, selection: string): Promise<unknown>;
}

const named = (identity: Context['identity']) => (identity ? `${identity.issuer} ${identity.subject}` : 'anonymous');

/** What a plugin hands on to resolvers, outside of their context. */
const handed = new AsyncLocalStorage<string>();

const ownFields = {
  // After a fetch.
  Item: { mark: () => handed.getStore() ?? 'nothing' },
  Query: {
    _marked: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
    whoami: (_: unknown, __: unknown, { identity }: Context) => named(identity),
    motd: () => 'the same for all',
    handedOn: () => handed.getStore() ?? 'nothing',
    profile: (_: unknown, __: unknown, { identity }: Context) => identity && { id: identity.subject },
    noticeFor: async (_: unknown, { about }: Numbered, { graph }: Context) =>
      JSON.stringify((await graph('query ($about: Int!) { notice(about: $about) { text readBy } }', { about })).data),
    loaded: async (_: unknown, { first }: { first: number }, { load }: Context) =>
      JSON.stringify(await Promise.all(firstItems(first).map(({ id }) => load('Item', id, 'name mine')))),
  },
};

const clientSdl = `
  type Query {
    greeting: String @cacheControl(maxAge: 60)
    footer: String @cacheControl(maxAge: 60)
    _labelled(ids: [ID!]!): [Item]! @merge(keyField: "id")
  }
  type Item { id: ID! label: String @cacheControl(maxAge: 60) }
`;

const clientFields = {
  Query: {
    greeting: (_: unknown, __: unknown, { identity }: Context) => `Hello ${named(identity)}`,
    footer: () => 'the same for all',
    _labelled: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
  },
  Item: { label: (_: unknown, __: unknown, { identity }: Context) => `chosen for ${named(identity)}` },
};

/** An operation, and the data that the caller has to get. */
interface SentQuery {
  query: string;
  variables?: Record<string, unknown>;
  expected(user: string, first: number, caller: string, gateway: GatewayKind, sent: SentHeaders): unknown;
  /** What anonymous callers get, where that is not what a user named "anonymous" would get. */
  anonymous?: (first: number) => unknown;
  /** At the endpoint of the client that has the fields. */
  client?: true;
}

/** Header fields that one service gets. */
interface SentHeaders {
  'x-number': string;
  'accept-language': string;
}

/** Both HTTP paths: a plugin sends every request through Yoga. */
type GatewayKind = 'fast-path' | 'plugin';

const items = (first: number, item: (id: string) => object) => firstItems(first).map(({ id }) => item(id));

const questions: SentQuery[] = [
  { query: '{ me { id owner } }', expected: (user) => ({ me: { id: user, owner: user } }) },
  {
    query: 'query ($first: Int!) { me { owner items(first: $first) { name mine price } } }',
    expected: (user, first) => ({
      me: {
        owner: user,
        items: items(first, (id) => ({ name: `item ${id}`, mine: `${user} on ${id}`, price: Number(id) * 100 })),
      },
    }),
  },
  {
    query: 'query ($first: Int!) { items(first: $first) { id name price } }',
    expected: (_, first) => ({ items: items(first, (id) => ({ id, name: `item ${id}`, price: Number(id) * 100 })) }),
  },
  {
    query: 'query ($first: Int!) { items(first: $first) { id mine uncached } }',
    expected: (user, first) => ({ items: items(first, (id) => ({ id, mine: `${user} on ${id}`, uncached: user })) }),
  },
  {
    query: 'query ($first: Int!) { notice(about: $first) { id text } me { owner } }',
    expected: (user, first) => ({ notice: { id: String(first), text: `notice ${first}` }, me: { owner: user } }),
  },
  {
    query: 'query ($first: Int!) { notice(about: $first) { text readBy } }',
    expected: (user, first) => ({ notice: { text: `notice ${first}`, readBy: user } }),
    anonymous: (first) => ({ notice: { text: `notice ${first}`, readBy: null } }),
  },
  {
    query: 'query ($first: Int!) { items(first: $first) { name mine stamp } }',
    expected: (user, first, _caller, _gateway, sent) => ({
      items: items(first, (id) => ({
        name: `item ${id}`,
        mine: `${user} on ${id}`,
        stamp: `${sent['x-number']} ${user} ${id}`,
      })),
    }),
  },
  {
    query: 'query ($first: Int!) { items(first: $first) { price translated } }',
    expected: (_user, first, _caller, _gateway, sent) => ({
      items: items(first, (id) => ({ price: Number(id) * 100, translated: `${id} in ${sent['accept-language']}` })),
    }),
  },
  { query: '{ whoami }', expected: (_, __, caller) => ({ whoami: caller }) },
  {
    query: 'query ($first: Int!) { motd whoami items(first: $first) { name } }',
    expected: (_, first, caller) => ({
      motd: 'the same for all',
      whoami: caller,
      items: items(first, (id) => ({ name: `item ${id}` })),
    }),
  },
  { query: '{ motd }', expected: () => ({ motd: 'the same for all' }) },
  {
    query: '{ handedOn motd }',
    expected: (_, __, caller, gateway) => ({
      handedOn: gateway === 'plugin' ? caller : 'nothing',
      motd: 'the same for all',
    }),
  },
  {
    query: 'query ($first: Int!) { items(first: $first) { name mark } }',
    expected: (_, first, caller, gateway) => ({
      items: items(first, (id) => ({ name: `item ${id}`, mark: gateway === 'plugin' ? caller : 'nothing' })),
    }),
  },
  {
    query: 'query ($first: Int!) { profile { id owner items(first: $first) { mine } } }',
    expected: (user, first) => ({
      profile: { id: user, owner: user, items: items(first, (id) => ({ mine: `${user} on ${id}` })) },
    }),
    anonymous: () => ({ profile: null }),
  },
  {
    query: 'query ($first: Int!) { noticeFor(about: $first) }',
    expected: (user, first) => ({
      noticeFor: JSON.stringify({ notice: { text: `notice ${first}`, readBy: user } }),
    }),
    anonymous: (first) => ({ noticeFor: JSON.stringify({ notice: { text: `notice ${first}`, readBy: null } }) }),
  },
  {
    query: 'query ($first: Int!) { loaded(first: $first) }',
    expected: (user, first) => ({
      loaded: JSON.stringify(items(first, (id) => ({ name: `item ${id}`, mine: `${user} on ${id}` }))),
    }),
  },
  {
    query: '{ greeting footer }',
    expected: (_, __, caller) => ({ greeting: `Hello ${caller}`, footer: 'the same for all' }),
    client: true,
  },
  { query: '{ footer }', expected: () => ({ footer: 'the same for all' }), client: true },
  {
    query: 'query ($first: Int!) { items(first: $first) { name label } }',
    expected: (_, first, caller) => ({
      items: items(first, (id) => ({ name: `item ${id}`, label: `chosen for ${caller}` })),
    }),
    client: true,
  },
];

const mutation = 'mutation ($first: Int!) { note(about: $first) { id } }';

export interface CrossingResult {
  requests: number;
  /** Operations: a batch has several. */
  operations: number;
  /** Responses that held another caller's data, or not the caller's own. */
  wrong: string[];
  calls: number;
  /** Of each instance. */
  stats: ReturnType<CachingGateway['gateway']['cache']['stats']>[];
}

export interface CrossingOptions {
  count: number;
  identities?: number;
  /** Requests under way at a time. */
  concurrency?: number;
  seed?: number;
  /** Called with the number of requests that are done. */
  progress?(requests: number): void;
}

/** Sends `count` mixed requests and compares every response with what its caller has to get. */
export async function crossUsers({
  count,
  identities = 50,
  concurrency = 32,
  seed = 1,
  progress = () => {},
}: CrossingOptions): Promise<CrossingResult> {
  const undo: (() => void)[] = [];
  const started = await Promise.all(services.map(startService));
  const people = await signUp(identities);
  const redis = new RedisServer();
  await redis.start();
  const folder = temporaryFolder({ 'fields.graphql': fieldsSdl }, (remove) => undo.push(remove));
  const open = (prefix: GatewayKind, options: Partial<GatewayConfig> = {}) =>
    startCachingGateway(
      started,
      {
        deduplicateInFlight: true,
        // A busy machine is no outage of Redis.
        cache: { entities: true, staleWhileRevalidate: '10s', maxWait: 5000 },
        redis: { url: redis.socket, prefix },
        authentication: people.authentication,
        // Prices are the same for all, and their service does not learn who the caller is.
        forward: { claims: { 'x-who': 'sub' } },
        subgraphs: {
          prices: { forward: {} },
          stamps: { forward: { claims: { 'x-who': 'sub' }, headers: ['x-number', 'accept-language'] } },
        },
        fields: { schema: `${folder}/fields.graphql`, resolvers: ownFields as never },
        limits: { batch: 4 },
        ...options,
      },
      (remove) => undo.push(remove),
      [
        {
          ...{ name: 'app', version: null, reference: 'app', folder },
          definition: clientSchema.parse({ fields: { schema: clientSdl, resolvers: clientFields as never } }),
        },
      ],
    );
  const gateways = new Map<GatewayKind, CachingGateway[]>();
  const agent = new Agent({ connections: concurrency, pipelining: 1 });
  const result: CrossingResult = { requests: 0, operations: 0, wrong: [], calls: 0, stats: [] };
  try {
    // Two instances share what is in Redis.
    gateways.set('fast-path', [await open('fast-path'), await open('fast-path')]);
    gateways.set('plugin', [await open('plugin', { plugins: [handingOn as never] })]);
    let next = 0;
    const numbers = new Random(seed);
    const random = (bound: number) => numbers.below(bound);
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        while (next < count && result.wrong.length < 10) {
          next += 1;
          await sendOnce(gateways, agent, random, people, result);
          progress(result.requests);
        }
      }),
    );
    result.calls = started.reduce((sum: number, { requested }: Service) => sum + requested.length, 0);
    result.stats = [...gateways.values()].flat().map(({ gateway }) => gateway.cache.stats());
    return result;
  } finally {
    await agent.close();
    await Promise.all([...gateways.values()].flat().map((gateway) => gateway.stop()));
    await redis.close();
    await people.stop();
    await Promise.all(started.map((service) => service.stop()));
    for (const one of undo) one();
  }
}

/** Reads the identity, and hands it on to resolvers. */
const handingOn: Plugin = {
  onRequest({ serverContext, requestHandler, setRequestHandler }) {
    const { identity } = serverContext as unknown as Context;
    setRequestHandler((...given) => handed.run(named(identity), () => requestHandler(...given)));
  },
};

interface Requested {
  query: string;
  variables: Record<string, unknown>;
  expected: unknown;
}

async function sendOnce(
  gateways: ReadonlyMap<GatewayKind, readonly CachingGateway[]>,
  dispatcher: Agent,
  random: (below: number) => number,
  { everyone }: People,
  result: CrossingResult,
): Promise<void> {
  // One of them is anonymous.
  const person = everyone[random(everyone.length)] as Person;
  const { subject, caller, headers: credentials } = person;
  const gatewayKind: GatewayKind = random(3) === 0 ? 'plugin' : 'fast-path';
  const isClient = random(4) === 0;
  const instances = gateways.get(gatewayKind) ?? [];
  const origin = `${instances[random(instances.length)]?.origin}/graphql${isClient ? '/app' : ''}`;
  const sent = { 'x-number': String(random(1e9)), 'accept-language': ['en', 'fr', 'pt-BR'][random(3)] as string };
  const headers = { 'content-type': 'application/json', ...credentials, ...sent };
  // Fields of the graph's own are there for the client as well.
  const askable = isClient ? questions : questions.filter(({ client }) => !client);
  const question = (): Requested => {
    const { query, expected, anonymous } = askable[random(askable.length)] as SentQuery;
    const first = 1 + random(6);
    return {
      query,
      variables: { first },
      expected:
        subject === null && anonymous
          ? anonymous(first)
          : expected(subject ?? 'anonymous', first, caller, gatewayKind, sent),
    };
  };
  const kind = random(20);
  let requested: Requested[];
  let responses: { data: unknown }[];
  if (kind === 0) {
    const first = 1 + random(6);
    requested = [{ query: mutation, variables: { first }, expected: { note: { id: String(first) } } }];
    responses = [await post(origin, dispatcher, headers, requested[0])];
  } else if (kind < 5) {
    requested = Array.from({ length: 1 + random(4) }, question);
    responses = await post(origin, dispatcher, headers, requested);
  } else if (kind < 10) {
    requested = [question()];
    responses = [await get(origin, dispatcher, headers, requested[0] as Requested)];
  } else {
    requested = [question()];
    responses = [await post(origin, dispatcher, headers, requested[0])];
  }
  result.requests += 1;
  result.operations += requested.length;
  requested.forEach(({ query, expected }, index) => {
    const { data } = responses[index] ?? {};
    if (JSON.stringify(data) === JSON.stringify(expected)) return;
    result.wrong.push(
      `${caller} (${gatewayKind}${isClient ? ', client' : ''}) sent ${query} and got ${JSON.stringify(responses[index])}`,
    );
  });
}

async function post<ResponseLike>(
  origin: string,
  dispatcher: Agent,
  headers: Record<string, string>,
  requested: unknown,
): Promise<ResponseLike> {
  const sent = JSON.stringify(requested, (name, value) => (name === 'expected' ? undefined : value));
  const { body } = await request(origin, { method: 'POST', headers, body: sent, dispatcher });
  return (await body.json()) as ResponseLike;
}

async function get(
  origin: string,
  dispatcher: Agent,
  headers: Record<string, string>,
  { query, variables }: Requested,
) {
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const { body } = await request(`${origin}?${parameters}`, { headers, dispatcher });
  return (await body.json()) as { data: unknown };
}
