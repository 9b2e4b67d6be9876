// A gateway over the gRPC service of shop.proto and services of GraphQL, with both HTTP paths and a client's view.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { graphql } from 'graphql';
import { expect, onTestFinished } from 'vitest';
import type { Client } from '../../gateway/client-views/load-clients.ts';
import { parseSdl } from '../../gateway/compose/sdl.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { listen } from '../harness/listen.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';
import { descriptors, type ShopService, startShop } from './shop-service.ts';

export const shopSdl = `${import.meta.dirname}/shop.graphql`;

/** Lists of the items of the gRPC service, and the stocks of places. */
const listsSdl = `
  type Query {
    list: [Item!]!
    places: [Stock!]!
    ghosts: [Item!]!
  }
  type Item { id: ID! }
  type Stock { itemId: ID! warehouse: Warehouse! }
  type Warehouse { number: ID! }
`;

const lists = {
  Query: {
    list: () => ['i1', 'i2', 'i3'].map((id) => ({ id })),
    ghosts: () => ['i1', 'nothing'].map((id) => ({ id })),
    places: () => [
      { itemId: 'i1', warehouse: { number: '1' } },
      { itemId: 'i1', warehouse: { number: '9007199254740993' } },
    ],
  },
};

interface SentOptions {
  variables?: object;
  headers?: Record<string, string>;
  path?: string;
}

export interface ServedShop {
  gateway: Gateway;
  shop: ShopService;
  url: string;
  /** The response, equal on both HTTP paths: it is sent to two gateways. */
  request(query: string, options?: SentOptions): Promise<ParsedJson>;
  /** On the fast path alone. */
  send(
    query: string,
    options?: { variables?: object; headers?: Record<string, string>; path?: string },
  ): Promise<ParsedJson>;
}

export interface ShopOptions {
  shop?: ShopService;
  /** Options of the subgraph. */
  subgraph?: Partial<NonNullable<GatewayConfig['subgraphs']>[string]>;
  config?: Partial<GatewayConfig>;
  clients?: Client[];
}

export async function serveShop({
  shop: given,
  subgraph = {},
  config = {},
  clients = [],
}: ShopOptions = {}): Promise<ServedShop> {
  const shop = given ?? (await startShop());
  const lists = await startLists();
  const start = async (fastPath: boolean) => {
    const gateway = createGateway(
      {
        port: 0,
        log: { level: 'silent' },
        // Tests share the event loop with their services and clients.
        overload: false,
        ...config,
        fastPath,
        subgraphs: {
          lists,
          shop: { grpc: shop.address, descriptors, schema: shopSdl, ...subgraph },
          ...config.subgraphs,
        },
      },
      { clients },
    );
    onTestFinished(async () => {
      await gateway.stop();
    });
    return { gateway, url: await gateway.start() };
  };
  const { gateway, url } = await start(true);
  let other: Promise<{ url: string }> | undefined;
  return {
    ...{ gateway, shop, url, send: (query, options) => post(url, query, options) },
    request: async (query, options = {}) => {
      other ??= start(false);
      const [fast, yoga] = [await post(url, query, options), await post((await other).url, query, options)];
      expect(yoga).toEqual(fast);
      return fast;
    },
  };
}

async function post(url: string, query: string, { variables, headers, path = '/graphql' }: SentOptions = {}) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as ParsedJson;
}

async function startLists() {
  const schema = makeExecutableSchema({ typeDefs: parseSdl(listsSdl, 'lists'), resolvers: lists });
  const server = createServer(async (message, response) => {
    const { query, variables } = JSON.parse(await text(message));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(await graphql({ schema, source: query, variableValues: variables })));
  });
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  return { url: `${origin}/graphql`, schema: listsSdl };
}
