// Services of the soak test: every value that is private has the caller and the number of its request, so that a response
// with another caller's data, or of another request, is seen. They record nothing that grows.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { IResolvers } from '@graphql-tools/utils';
import { type DocumentNode, type ExecutionResult, execute, getOperationAST, parse, subscribe } from 'graphql';
import { parseSdl } from '../../gateway/compose/sdl.ts';
import { listen } from '../harness/listen.ts';

interface Context {
  /** The caller and the number of the request. */
  stamp: string;
  nonce: string;
}

type Resolvers = IResolvers<Record<string, unknown>, Context>;

const firstItems = (first: number) => Array.from({ length: first }, (_, index) => ({ id: String(index) }));
const byIds = (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id }));

export const sdl = {
  accounts: `
    type Query { me: Account _accounts(ids: [ID!]!): [Account]! @merge(keyField: "id") }
    type Mutation { note(text: String!): Note }
    type Subscription { ticks(count: Int!): Tick }
    type Account { id: ID! owner: String items(first: Int!): [Item!]! }
    type Note { text: String by: String item: Item }
    type Tick { n: Int by: String item: Item }
    type Item { id: ID! }
  `,
  items: `
    type Query { items(first: Int!): [Item] _items(ids: [ID!]!): [Item]! @merge(keyField: "id") }
    type Item { id: ID! name: String mine: String filler: String }
  `,
  prices: `
    type Query { rates: [Rate!] @cacheControl(maxAge: 1) _prices(ids: [ID!]!): [Item]! @merge(keyField: "id") }
    type Rate @cacheControl(maxAge: 1) { from: String value: Int }
    type Item @cacheControl(maxAge: 1) { id: ID! price: Int }
  `,
} as const;

export type SubgraphName = keyof typeof sdl;

export interface Notes {
  /** Mutations that were executed. */
  executed: number;
  /** Numbers of requests whose mutation was executed more than once. */
  repeated: string[];
}

/** Of the latest mutations: one that is sent again comes soon. */
const REMEMBERED = 50_000;

export const filler = 'x'.repeat(2_000);

const resolvers = (notes: Notes): Record<SubgraphName, Resolvers> => {
  const known = new Set<string>();
  return {
    accounts: {
      Query: { me: (_, __, { stamp }) => ({ id: stamp.split(' ')[0] }), _accounts: byIds },
      Mutation: {
        note: (_, { text: written }, { nonce }) => {
          notes.executed += 1;
          if (known.has(nonce)) notes.repeated.push(nonce);
          known.add(nonce);
          if (known.size > REMEMBERED) known.delete(known.values().next().value as string);
          return { text: written, item: { id: '1' } };
        },
      },
      Subscription: {
        ticks: {
          async *subscribe(_: unknown, { count }: { count: number }) {
            for (let n = 1; n <= count; n += 1) {
              await new Promise((resolve) => setImmediate(resolve));
              yield { ticks: { n, item: { id: String(n) } } };
            }
          },
        },
      },
      Account: { owner: (_, __, { stamp }) => stamp, items: (_, { first }) => firstItems(first) },
      Note: { by: (_, __, { stamp }) => stamp },
      Tick: { by: (_, __, { stamp }) => stamp },
    },
    items: {
      Query: { items: (_, { first }) => firstItems(first), _items: byIds },
      Item: {
        name: ({ id }) => `item ${id}`,
        mine: ({ id }, _, { stamp }) => `${id} of ${stamp}`,
        filler: () => filler,
      },
    },
    prices: {
      Query: { rates: () => [{ from: 'EUR', value: 1 }], _prices: byIds },
      Rate: {},
      Item: { price: ({ id }) => Number(id) * 100 },
    },
  };
};

export interface SoakService {
  url: string;
  stop(): Promise<void>;
}

export interface SoakServices {
  urls: Record<SubgraphName, string>;
  notes: Notes;
  stop(): Promise<void>;
}

/** @param closes decides, after each response, whether the service closes its connection without a word before. */
export async function startSoakServices(closes: () => boolean): Promise<SoakServices> {
  const notes: Notes = { executed: 0, repeated: [] };
  const all = resolvers(notes);
  const names = Object.keys(sdl) as SubgraphName[];
  const started = await Promise.all(names.map((name) => start(name, all[name], closes)));
  return {
    urls: Object.fromEntries(names.map((name, index) => [name, started[index]?.url])) as SoakServices['urls'],
    notes,
    async stop() {
      await Promise.all(started.map((service) => service.stop()));
    },
  };
}

async function start(name: SubgraphName, ofService: Resolvers, closes: () => boolean): Promise<SoakService> {
  const schema = makeExecutableSchema({ typeDefs: parseSdl(sdl[name], name), resolvers: ofService as IResolvers });
  const documents = new Map<string, DocumentNode>();
  const server = createServer(async (message, response) => {
    const { query, variables, operationName } = JSON.parse(await text(message));
    const document = documents.get(query) ?? parse(query, { noLocation: true });
    documents.set(query, document);
    const given = {
      schema,
      document,
      variableValues: variables,
      operationName,
      contextValue: contextOf(message.headers),
    };
    response.on('finish', () => {
      if (closes()) setImmediate(() => response.socket?.end());
    });
    if (getOperationAST(document, operationName)?.operation === 'subscription')
      await stream(response, subscribe(given));
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(await execute(given)));
  });
  const { origin, stop } = await listen(server);
  return { url: `${origin}/graphql`, stop };
}

function contextOf(headers: IncomingHttpHeaders): Context {
  const nonce = String(headers['x-nonce'] ?? '');
  return { nonce, stamp: `${headers['x-who'] ?? 'anonymous'} ${nonce}` };
}

async function stream(response: ServerResponse, subscribed: ReturnType<typeof subscribe>): Promise<void> {
  const events = (await subscribed) as AsyncIterable<ExecutionResult>;
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  for await (const event of events) {
    if (response.destroyed) return;
    response.write(`event: next\ndata: ${JSON.stringify(event)}\n\n`);
  }
  response.end('event: complete\ndata:\n\n');
}
