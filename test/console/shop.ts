// Shop behind a gateway with a console: services whose responses can be slow or broken, and the gateway's addresses.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { graphql } from 'graphql';
import { type Client, checkClient } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import type { DevelopmentKey } from '../../gateway/policy/authentication/development-key.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { listen } from '../harness/listen.ts';
import { freePorts } from '../harness/ports.ts';

const merge = 'directive @merge(keyField: String) on FIELD_DEFINITION\n';

const catalog = `${merge}
  type Query { products(first: Int): [Product!]! product(id: ID!): Product _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Product { id: ID! name: String brand: Brand }
  type Brand { id: ID! }
`;
const stock = `${merge}
  type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id") _brands(ids: [ID!]!): [Brand]! @merge(keyField: "id") }
  type Product { id: ID! inStock: Int }
  type Brand { id: ID! warehouse: String }
`;
const reviews = `${merge}
  type Query { latestReview: Review _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Mutation { review(product: ID!, text: String!): Review }
  type Review { text: String }
  type Product { id: ID! stars: Float }
`;

/** What a service does from now on. Times in milliseconds. */
export interface Behaviour {
  /** Before the head of its response. */
  wait: () => number;
  /** Ends the wait before. */
  until: Promise<void>;
  /** From the head to the end. */
  transfer: number;
  isBroken: boolean;
}

const product = (id: string) => ({ id, name: `Lamp ${id}`, brand: { id: 'b1' }, inStock: 7, stars: 4.5 });
const products = (_: unknown, { ids = ['1', '2', '3'] }: { ids?: string[] }) => ids.map(product);
const resolvers = {
  Query: {
    products,
    _products: products,
    product: (_: unknown, { id }: { id: string }) => product(id),
    _brands: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id, warehouse: 'North' })),
    latestReview: () => ({ text: 'Bright.' }),
  },
  Mutation: { review: (_: unknown, { text }: { text: string }) => ({ text }) },
};

/** @returns its URL, what it does, and what stops it. */
async function startService(typeDefs: string): Promise<{ url: string; behaviour: Behaviour; stop(): Promise<void> }> {
  const behaviour: Behaviour = { wait: () => 0, until: new Promise(() => {}), transfer: 0, isBroken: false };
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers,
    resolverValidationOptions: { requireResolversToMatchSchema: 'ignore' },
  });
  const server = createServer(async (request, response) => {
    const { query: source, variables: variableValues } = JSON.parse(await text(request));
    const body = JSON.stringify(await graphql({ schema, source, variableValues }));
    await Promise.race([delay(behaviour.wait()), behaviour.until]);
    response.writeHead(behaviour.isBroken ? 500 : 200, { 'content-type': 'application/json' });
    response.write(behaviour.isBroken ? '' : body.slice(0, 1));
    if (behaviour.transfer > 0) await delay(behaviour.transfer);
    response.end(behaviour.isBroken ? 'broken' : body.slice(1));
  });
  const { origin, stop } = await listen(server);
  return { url: `${origin}/graphql`, behaviour, stop };
}

export interface Shop {
  gateway: Gateway;
  /** Origin of the gateway, and of its listener for operators. */
  origin: string;
  admin: string;
  services: { catalog: Behaviour; stock: Behaviour; reviews: Behaviour };
  stop(): Promise<void>;
}

/** @param token of the listener for operators; none by default. */
export async function startShop(
  config: Partial<GatewayConfig> = {},
  { token, development }: { token?: string; development?: DevelopmentKey } = {},
): Promise<Shop> {
  let removeFolder = () => {};
  const sdls = { 'catalog.graphql': catalog, 'stock.graphql': stock, 'reviews.graphql': reviews };
  const folder = temporaryFolder(sdls, (remove) => {
    removeFolder = remove;
  });
  const started = {
    catalog: await startService(catalog),
    stock: await startService(stock),
    reviews: await startService(reviews),
  };
  const [port = 0] = await freePorts(1);
  const gateway = createGateway(
    {
      ...{ port: 0, log: { level: 'silent' }, usage: false, admin: { port, ...(token && { token }) } },
      subgraphs: Object.fromEntries(
        Object.entries(started).map(([name, { url }]) => [name, { url, schema: `${name}.graphql` }]),
      ),
      ...config,
    },
    { folder, clients: ['mobile', 'web'].map((name) => clientOf(name, folder)), ...(development && { development }) },
  );
  const origin = await gateway.start();
  return {
    gateway,
    origin,
    admin: `http://127.0.0.1:${port}`,
    services: {
      catalog: started.catalog.behaviour,
      stock: started.stock.behaviour,
      reviews: started.reviews.behaviour,
    },
    stop: async () => {
      await gateway.stop();
      await Promise.all(Object.values(started).map(({ stop }) => stop()));
      removeFolder();
    },
  };
}

function clientOf(name: string, folder: string): Client {
  return { reference: name, name, version: null, folder, definition: checkClient({}) };
}

export const operations = {
  products: 'query Products { products(first: 3) { name inStock stars brand { warehouse } } }',
  product: 'query ProductPage($id: ID!) { product(id: $id) { name inStock } }',
  review: 'mutation Review($id: ID!) { review(product: $id, text: "Bright.") { text } }',
  latest: '{ latestReview { text } }',
  invalid: 'query Typo { produkts { name } }',
};

/** Sends an operation to the gateway. */
export async function send(
  { origin }: Pick<Shop, 'origin'>,
  query: string,
  { variables, client }: { variables?: object; client?: string } = {},
): Promise<void> {
  const response = await fetch(`${origin}/graphql${client === undefined ? '' : `/${client}`}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  await response.arrayBuffer();
}
