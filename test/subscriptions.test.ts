// Subscriptions from a service through the gateway to a client, with fields of other services in each event.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IResolvers } from '@graphql-tools/utils';
import { createSchema, createYoga, Repeater } from 'graphql-yoga';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGateway, type Gateway } from '../gateway/index.ts';
import { temporaryFolder } from './harness/folder.ts';

const stockSdl = `
  type Query { product: Product _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Subscription { stockChanged: Product failing: Int silent: Int }
  type Product { id: ID! inStock: Int }
`;
const pricesSdl = `
  type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Product { id: ID! price: Int }
`;

interface Shop {
  /** Lets the next event happen. */
  release: () => void;
  /** Settles when no client is subscribed any more. */
  left: Promise<void>;
  /** Settles when a client waits for events that never come, with the client's language. */
  silence: Promise<string | null>;
  /** Settles when that client has unsubscribed. */
  givenUp: Promise<void>;
}

const servers: Server[] = [];
let shop: Shop;
let gateway: Gateway;
let url: string;
let removeFolder = () => {};

async function serve(typeDefs: string, resolvers: IResolvers): Promise<string> {
  const definitions = `directive @merge(keyField: String) on FIELD_DEFINITION ${typeDefs}`;
  const server = createServer(
    createYoga({ schema: createSchema({ typeDefs: definitions, resolvers }), logging: false }),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

beforeAll(async () => {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  let inStock = 3;
  let happen: () => void = () => {};
  const stockChanged = () =>
    new Repeater(async (push, stop) => {
      happen = () => push({ stockChanged: { id: 'p1', inStock: inStock-- } });
      happen();
      await stop;
      leave();
    });
  const silence = Promise.withResolvers<string | null>();
  const givenUp = Promise.withResolvers<void>();
  shop = { release: () => happen(), left, silence: silence.promise, givenUp: givenUp.promise };
  const stock = await serve(stockSdl, {
    Query: { _products: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id, inStock: 1 })) },
    Subscription: {
      stockChanged: { subscribe: stockChanged },
      silent: {
        subscribe: (_root: unknown, _arguments: unknown, { request }: { request: Request }) => {
          silence.resolve(request.headers.get('accept-language'));
          request.signal.addEventListener('abort', () => givenUp.resolve());
          return new Repeater(async (_push, stop) => {
            await stop;
          });
        },
      },
      failing: {
        subscribe: () => {
          throw new Error('secret of the service');
        },
      },
    },
  });
  let price = 100;
  const prices = await serve(pricesSdl, {
    Query: {
      _products: (_: unknown, { ids }: { ids: string[] }) => {
        price -= 1;
        return ids.map((id) => ({ id, price }));
      },
    },
  });
  const folder = temporaryFolder({ 'stock.graphql': stockSdl, 'prices.graphql': pricesSdl }, (remove) => {
    removeFolder = remove;
  });
  gateway = createGateway(
    {
      port: 0,
      log: { level: 'silent' },
      forward: { headers: ['accept-language'] },
      subgraphs: { stock: { url: stock, schema: 'stock.graphql' }, prices: { url: prices, schema: 'prices.graphql' } },
    },
    folder,
  );
  url = `${await gateway.start()}/graphql`;
});

afterAll(async () => {
  removeFolder();
  await gateway.stop();
  await Promise.all(
    servers.map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

async function subscribe(query: string, abort = new AbortController()) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'accept-language': 'sv' },
    body: JSON.stringify({ query }),
    signal: abort.signal,
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  return async (): Promise<unknown> => {
    for (;;) {
      const event = /event: next\ndata: (.*)\n\n/.exec(text);
      if (event) {
        text = text.slice(event.index + event[0].length);
        return JSON.parse(event[1] as string);
      }
      const { value, done } = await reader.read();
      if (done) return undefined;
      text += decoder.decode(value, { stream: true });
    }
  };
}

it('each event arrives with what another service has then, and leaving ends the subscription upstream', async () => {
  const abort = new AbortController();
  const next = await subscribe('subscription { stockChanged { id inStock price } }', abort);
  expect(await next()).toEqual({ data: { stockChanged: { id: 'p1', inStock: 3, price: 99 } } });
  for (const [inStock, price] of [
    [2, 98],
    [1, 97],
    [0, 96],
  ]) {
    shop.release();
    expect(await next()).toEqual({ data: { stockChanged: { id: 'p1', inStock, price } } });
  }
  abort.abort();
  await shop.left;
});

it('a subscription that its service rejects reveals no internals', async () => {
  const next = await subscribe('subscription { failing }');
  const response = JSON.stringify(await next());
  expect(response).toContain('"subgraph":"stock"');
  expect(response).not.toContain('secret');
});

it('a client that disconnects before the first event ends the subscription upstream, which got the allowed headers', async () => {
  const abort = new AbortController();
  const subscribed = subscribe('subscription { silent }', abort).catch(() => 'left');
  expect(await shop.silence).toBe('sv');
  abort.abort();
  await shop.givenUp;
  await subscribed;
});
