// Graph with subscriptions for tests of WebSockets: three services, and gateways over them with any configuration.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { IResolvers } from '@graphql-tools/utils';
import { createSchema, createYoga, Repeater } from 'graphql-yoga';
import { SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { type ClientDefinition, clientSchema } from '../../gateway/client-views/definition.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { listen } from '../harness/listen.ts';
import { startUpstream, type Upstream } from '../harness/servers.ts';

const stockSdl = `
  type Query { product: Product stars: Int @cacheControl(maxAge: 60) hello: String @cacheControl(maxAge: 60) text(length: Int!): String failing: Int _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Mutation { setStock(inStock: Int!): Product }
  type Subscription { stockChanged: Product secretChanged: Int @authenticated failing: Int }
  type Product { id: ID! inStock: Int note: String secret: Int @authenticated }
`;
const namesSdl = `
  type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Product { id: ID! name: String price: Int }
`;
/** Responds when a test lets it. */
const slowSdl = 'type Query { slow: Int }';

const directives = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  directive @authenticated on FIELD_DEFINITION
  directive @cacheControl(maxAge: Int) on FIELD_DEFINITION
`;

export const secret = 'a secret that is long enough for HS256';

/** A token that the gateway accepts, for a user; `expires` in seconds since 1970. */
export function token(subject: string, expires = Math.floor(Date.now() / 1000) + 3600): Promise<string> {
  return new SignJWT({ scope: 'stock:read' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('test')
    .setSubject(subject)
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret));
}

export class Shop {
  readonly slow: Upstream;
  /** Requests that the service with the stock has got. */
  readonly requests: IncomingMessage[] = [];
  /** Number of fetches of the field `stars`. */
  storedRequests = 0;
  readonly #slowResponse: Promise<ServerResponse>;
  readonly #folder: string;
  readonly #urls: { stock: string; names: string };
  readonly #subscribers: Set<(event: object) => unknown>;
  readonly #changed: EventTarget;

  private constructor(
    slow: Upstream,
    slowResponse: Promise<ServerResponse>,
    folder: string,
    urls: { stock: string; names: string },
    subscribers: Set<(event: object) => unknown>,
    changed: EventTarget,
  ) {
    this.slow = slow;
    this.#slowResponse = slowResponse;
    this.#folder = folder;
    this.#urls = urls;
    this.#subscribers = subscribers;
    this.#changed = changed;
  }

  /** Starts the services, which stop when the test is over. */
  static async start(): Promise<Shop> {
    const slowResponses = Promise.withResolvers<ServerResponse>();
    const subscribers = new Set<(event: object) => unknown>();
    const changed = new EventTarget();
    const report = () => changed.dispatchEvent(new Event('change'));
    const events = (field: string) => () =>
      new Repeater<object>(async (push, stop) => {
        const publish = (event: object) => push({ [field]: event });
        subscribers.add(publish);
        report();
        await stop;
        subscribers.delete(publish);
        report();
      });
    const product = (id: string) => ({ id, inStock: 1, secret: 42 });
    const failing = () => {
      throw new Error('inside of the service');
    };
    const stock = await serve(stockSdl, (request) => shop.requests.push(request), {
      Query: {
        product: () => product('p1'),
        stars: () => {
          shop.storedRequests += 1;
          return shop.storedRequests;
        },
        hello: () => 'hi',
        text: (_: unknown, { length }: { length: number }) => 'x'.repeat(length),
        failing,
        _products: (_: unknown, { ids }: { ids: string[] }) => ids.map(product),
      },
      Mutation: { setStock: (_: unknown, { inStock }: { inStock: number }) => ({ ...product('p1'), inStock }) },
      Subscription: {
        stockChanged: { subscribe: events('stockChanged') },
        secretChanged: { subscribe: events('secretChanged') },
        failing: { subscribe: failing },
      },
    });
    let price = 100;
    const names = await serve(namesSdl, () => {}, {
      Query: {
        _products: (_: unknown, { ids }: { ids: string[] }) => {
          price -= 1;
          return ids.map((id) => ({ id, name: `Product ${id}`, price }));
        },
      },
    });
    const slow = await startUpstream((response) => slowResponses.resolve(response));
    onTestFinished(() => slow.stop());
    const folder = temporaryFolder({
      'stock.graphql': stockSdl,
      'names.graphql': namesSdl,
      'slow.graphql': slowSdl,
    });
    const shop = new Shop(slow, slowResponses.promise, folder, { stock, names }, subscribers, changed);
    return shop;
  }

  /** Starts a gateway over the services; it accepts tokens of the issuer `test`. */
  async gateway(
    options: Partial<GatewayConfig> = {},
    views: Record<string, ClientDefinition> = {},
    withLog: (log: Gateway['log']) => void = () => {},
  ): Promise<{ gateway: Gateway; url: string; http: string }> {
    const clients = Object.entries(views).map(([name, definition]) => ({
      ...{ reference: name, name, version: null, folder: this.#folder },
      definition: clientSchema.parse(definition),
    }));
    const gateway = createGateway(
      {
        port: 0,
        log: { level: 'silent' },
        overload: false,
        shutdownGrace: 1,
        subgraphs: {
          // Each subscription of a client is one of its own at the service.
          stock: { url: this.#urls.stock, schema: 'stock.graphql', subscriptions: { share: false } },
          names: { url: this.#urls.names, schema: 'names.graphql' },
          slow: { url: this.slow.url, schema: 'slow.graphql' },
        },
        authentication: { jwt: [{ issuer: 'test', secret, clockTolerance: 0 }] },
        ...options,
      },
      { folder: this.#folder, clients },
    );
    withLog(gateway.log);
    const origin = await gateway.start();
    onTestFinished(async () => {
      await gateway.stop();
    });
    return { gateway, http: `${origin}/graphql`, url: `${origin.replace('http', 'ws')}/graphql` };
  }

  /** Publishes an event to every subscription. */
  publish(event: object = { id: 'p1', inStock: 7 }): void {
    for (const publish of this.#subscribers) publish(event);
  }

  /** Lets the slow service respond, once it has a request. */
  async respondSlowly(): Promise<void> {
    const response = await this.#slowResponse;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"slow":1}}');
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  /** Resolves when so many subscriptions are open at the service. */
  async subscribed(count: number): Promise<void> {
    while (this.#subscribers.size !== count) await once(this.#changed, 'change');
  }
}

async function serve(
  typeDefs: string,
  seen: (request: IncomingMessage) => void,
  resolvers: IResolvers,
): Promise<string> {
  const schema = createSchema({ typeDefs: `${directives} ${typeDefs}`, resolvers });
  const yoga = createYoga({ schema, logging: false });
  const server = createServer((request, response) => {
    seen(request);
    return yoga(request, response);
  });
  const { origin, stop } = await listen(server);
  onTestFinished(stop);
  return `${origin}/graphql`;
}

export interface Message {
  type: string;
  id?: string;
  payload?: unknown;
}

/** A client that sends word for word what a test gives it. */
export class PlainClient {
  readonly socket: WebSocket;
  /** Resolves when the connection is closed, with the code and the reason. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #messages: Message[] = [];
  #waiting: ((message: Message) => void) | null = null;

  constructor(
    url: string,
    { protocol = 'graphql-transport-ws', ...options }: ClientOptions & { protocol?: string } = {},
  ) {
    this.socket = new WebSocket(url, protocol, options);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    this.socket.on('error', () => {});
    this.socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as Message;
      if (this.#waiting) this.#waiting(message);
      else this.#messages.push(message);
      this.#waiting = null;
    });
    onTestFinished(() => this.socket.terminate());
  }

  /** Connects and is acknowledged. */
  static async open(url: string, payload?: object, options: ClientOptions = {}): Promise<PlainClient> {
    const client = new PlainClient(url, options);
    await once(client.socket, 'open');
    client.send({ type: 'connection_init', payload });
    const message = await Promise.race([client.message(), client.closed]);
    if (!('type' in message)) throw new Error(`closed: ${JSON.stringify(message)}`);
    return client;
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string, variables?: object): void {
    this.send({ type: 'subscribe', id, payload: { query, variables } });
  }

  /** The next message, past or coming. */
  message(): Promise<Message> {
    const message = this.#messages.shift();
    if (message) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** The result of a query, which has one message and an end. */
  async query(id: string, query: string, variables?: object): Promise<Message> {
    this.subscribe(id, query, variables);
    const message = await this.message();
    if (message.type === 'next' && (await this.message()).type !== 'complete') throw new Error('It goes on.');
    return message;
  }
}

/** The status and body with which an upgrade is rejected. */
export function rejection(url: string, options: ClientOptions = {}): Promise<{ status: number; body: string }> {
  const socket = new WebSocket(url, 'graphql-transport-ws', options);
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => reject(new Error('It was not rejected.')));
    socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
  });
}
