// The demo behind its gateway, for clients of other projects: its three services as processes, a fourth one with events, the tokens
// of its users.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createSchema, createYoga, Repeater, type YogaInitialContext } from 'graphql-yoga';
import { afterAll } from 'vitest';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { mintDevelopmentToken } from '../../gateway/policy/authentication/development-key.ts';
import { developmentKey } from '../harness/demo-users.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { demoConfig, root, urlsOf } from '../harness/gateway.ts';
import { listen } from '../harness/listen.ts';
import { startServices, startSubgraphs, type TestSubgraphs } from '../harness/subgraphs.ts';

const eventsSdl = `
  type Query { endless: Int }
  type Subscription { stockChanged(productId: ID!): Product orderChanged: Order @authenticated }
  type Product { id: ID! }
  type Order { id: ID! }
`;

export interface Demo {
  /** Of the gateway's GraphQL endpoint. */
  url: string;
  webSocketUrl: string;
  services: TestSubgraphs;
  events: Events;
  /** Ends the gateway, and starts another one at its address. */
  restart(): Promise<void>;
}

export interface DemoOptions {
  /** Files of the gateway's folder: `clients/app/client.ts`. */
  files?: Record<string, string>;
  /** Folder of the clients, in place of that of the files. */
  clients?: string;
  config?: Partial<GatewayConfig>;
}

/**
 * Stops what is started later at the end of the file, the latest first. To be called while the tests are collected:
 * Vitest ignores an `afterAll` within a hook that has waited for something.
 */
export function stopsAtEnd(): (stop: () => Promise<unknown>) => void {
  const stops: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });
  return (stop) => void stops.push(stop);
}

/**
 * Starts it; the gateway stands on a free port.
 * @param atEnd takes what stops it; see `stopsAtEnd`.
 */
export async function startDemo(
  atEnd: (stop: () => Promise<unknown>) => void,
  { files = {}, clients: clientsFolder, config = {} }: DemoOptions = {},
): Promise<Demo> {
  // The demo's own clients use all of its services.
  const [services, events] = await Promise.all([
    clientsFolder === undefined ? startSubgraphs() : startServices(),
    startEvents(atEnd),
  ]);
  atEnd(() => services.stop());
  const folder = temporaryFolder({ 'clients/.keep': '', ...files }, (remove) => atEnd(async () => remove()));
  const clients = [...(await loadClients(clientsFolder ?? `${folder}/clients`)).values()];
  const settings = demoConfig(urlsOf(services), { shutdownGrace: 1 });
  const subgraphs = { ...settings.subgraphs, events: { url: events.url, schema: eventsSdl } };
  const start = async (port: number): Promise<[Gateway, string]> => {
    const gateway = createGateway(
      { ...settings, subgraphs, port, ...config },
      { folder: root, clients, development: developmentKey },
    );
    return [gateway, await gateway.start()];
  };
  let [gateway, origin] = await start(0);
  atEnd(() => gateway.stop());
  return {
    url: `${origin}/graphql`,
    webSocketUrl: `${origin.replace('http', 'ws')}/graphql`,
    services,
    events,
    async restart() {
      await gateway.stop();
      [gateway] = await start(Number(new URL(origin).port));
    },
  };
}

/** A service whose events a test publishes, and with a field whose requests end only when the client of the gateway leaves. */
class Events {
  url = '';
  readonly #left = Promise.withResolvers<void>();
  readonly #arrived = Promise.withResolvers<void>();
  /** Resolves when a request for `endless` has come. */
  readonly endlessArrived = this.#arrived.promise;
  /** Resolves when it has been cancelled. */
  readonly endlessCancelled = this.#left.promise;
  readonly #subscribers = new Map<(event: object) => unknown, { field: string; end: () => void }>();
  readonly #changed = new EventTarget();

  /** A field's source of events, for the resolver `subscribe`. */
  stream(field: string): Repeater<object> {
    return new Repeater<object>(async (push, stop) => {
      const send = (value: object) => push({ [field]: value });
      this.#subscribers.set(send, { field, end: () => stop() });
      this.#changed.dispatchEvent(new Event('change'));
      await stop;
      this.#subscribers.delete(send);
      this.#changed.dispatchEvent(new Event('change'));
    });
  }

  /** The field `endless`: never resolves. */
  wait(signal: AbortSignal): Promise<never> {
    signal.addEventListener('abort', () => this.#left.resolve());
    this.#arrived.resolve();
    return new Promise(() => {});
  }

  /** Resolves when so many subscriptions are open. */
  async subscribed(count: number): Promise<void> {
    while (this.#subscribers.size !== count) await once(this.#changed, 'change');
  }

  publish(field: 'stockChanged' | 'orderChanged', id: string): void {
    for (const [send, subscriber] of this.#subscribers) if (subscriber.field === field) send({ id });
  }

  /** Completes all subscriptions. */
  end(): void {
    for (const { end } of this.#subscribers.values()) end();
  }
}

async function startEvents(atEnd: (stop: () => Promise<unknown>) => void): Promise<Events> {
  const events = new Events();
  const schema = createSchema({
    typeDefs: `directive @authenticated on FIELD_DEFINITION ${eventsSdl}`,
    resolvers: {
      Query: {
        endless: (_root: unknown, _arguments: unknown, { request }: YogaInitialContext) => events.wait(request.signal),
      },
      Subscription: {
        stockChanged: { subscribe: () => events.stream('stockChanged') },
        orderChanged: { subscribe: () => events.stream('orderChanged') },
      },
    },
  });
  const yoga = createYoga({ schema, logging: false });
  const { origin, stop } = await listen(createServer(yoga));
  atEnd(stop);
  events.url = `${origin}/graphql`;
  return events;
}

const HOUR = 3_600_000;

/** A token for this user, without `Bearer`. */
export function tokenOf(subject: string, scopes: readonly string[] = ['orders:read']): Promise<string> {
  return mintDevelopmentToken(developmentKey, { subject, scopes, expires: HOUR });
}

/** A token that was valid an hour ago. */
export function expiredToken(subject: string): Promise<string> {
  return mintDevelopmentToken(developmentKey, { subject, expires: -HOUR });
}

export interface SentRequest {
  method: string;
  url: URL;
  headers: Headers;
  body: unknown;
  status: number;
  /** Content type of the response. */
  type: string | null;
}

/** `fetch` that records what a client sends. */
export function recordingFetch(): { fetch: typeof fetch; requests: SentRequest[] } {
  const requests: SentRequest[] = [];
  const recording: typeof fetch = async (input, init) => {
    const { signal: _, ...sent } = init ?? {};
    const request = new Request(input, sent);
    const text = await request.text();
    const response = await fetch(input, init);
    requests.push({
      method: request.method,
      url: new URL(request.url),
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
      status: response.status,
      type: response.headers.get('content-type'),
    });
    return response;
  };
  return { fetch: recording, requests };
}
