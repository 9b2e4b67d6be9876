// Clients that disconnect: all work for them ends. Subgraph requests are cut off, nothing more is requested, and the
// response is not completed.

import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PreparedOperation } from '../../gateway/engine/prepared-operation.ts';
import type { CompiledPlan } from '../../gateway/execute/compiled-plan.ts';
import { createGateway, type GatewayConfig, type ResolverContext } from '../../gateway/index.ts';
import { Cancellation } from '../../gateway/transport/cancellation.ts';
import { executeOperation } from '../harness/execute-operation.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { PlainClient } from '../websocket/shop.ts';

/** A request that waits for its response. */
interface Held {
  query: string;
  respond(body: unknown): void;
  /** Sends an event, and leaves the stream open. */
  event(body: unknown): void;
  /** Resolves when the gateway has cut it off. */
  cutOff: Promise<unknown>;
}

class HeldService {
  readonly requests: Held[] = [];
  readonly #waiting: ((held: Held) => void)[] = [];
  #taken = 0;
  url = '';

  static async start(): Promise<HeldService> {
    const service = new HeldService();
    const server = createServer(async (message, response) => {
      const { query } = JSON.parse(await text(message));
      service.#arrived(query, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
    return service;
  }

  /** The next request, past or coming. */
  next(): Promise<Held> {
    const held = this.requests[this.#taken++];
    return held ? Promise.resolve(held) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  #arrived(query: string, response: ServerResponse): void {
    const held: Held = {
      query,
      cutOff: new Promise<void>((resolve) => response.on('close', () => !response.writableFinished && resolve())),
      respond(body) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      },
      event(body) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`event: next\ndata: ${JSON.stringify(body)}\n\n`);
      },
    };
    this.requests.push(held);
    this.#waiting.shift()?.(held);
  }
}

/** The gateway's own field. */
class OwnField {
  /** What it returns to all. */
  readonly result = Promise.withResolvers<string>();
  readonly #signals: AbortSignal[] = [];
  readonly #events = new EventEmitter();

  called(signal: AbortSignal): void {
    this.#signals.push(signal);
    this.#events.emit('call');
  }

  /** The signals of its calls, once there are as many. */
  async calls(count: number): Promise<readonly AbortSignal[]> {
    while (this.#signals.length < count) await once(this.#events, 'call');
    return this.#signals;
  }
}

const sdls = {
  shop: `
    type Query { items: [Item!] @cacheControl(maxAge: 60)  other: String }
    type Mutation { change(id: ID!): Item }
    type Subscription { changed: Item }
    type Item @cacheControl(maxAge: 60) { id: ID!  name: String }`,
  stock: `
    type Query { _items(ids: [ID!]!): [Item]! @merge(keyField: "id") }
    type Item @cacheControl(maxAge: 60) { id: ID!  count: Int }`,
};

/** A gateway with the fast path, or without. */
async function start(fastPath: boolean, config: Partial<GatewayConfig> = {}) {
  const shop = await HeldService.start();
  const stock = await HeldService.start();
  const own = new OwnField();
  const folder = temporaryFolder({
    ...Object.fromEntries(Object.entries(sdls).map(([name, sdl]) => [`${name}.graphql`, sdl])),
    'fields.graphql': 'type Query { own: String }',
  });
  const gateway = createGateway(
    {
      port: 0,
      log: { level: 'silent' },
      limits: { introspection: true },
      subgraphs: {
        shop: { url: shop.url, schema: 'shop.graphql' },
        stock: { url: stock.url, schema: 'stock.graphql' },
      },
      fields: {
        schema: 'fields.graphql',
        resolvers: {
          Query: {
            own: (_: unknown, _args: unknown, { signal }: ResolverContext) => {
              own.called(signal);
              return own.result.promise;
            },
          },
        },
      },
      ...config,
      fastPath,
    },
    { folder },
  );
  const origin = await gateway.start();
  onTestFinished(async () => {
    await gateway.stop();
  });
  /** How often responses of an operation are written from now on, and how often anything else is made of their data. */
  const completions = (query: string) => {
    const compiled = gateway.engine.documents.get(query).operation(undefined)?.planFor({}) as CompiledPlan;
    const counts = { written: 0, others: 0 };
    const { write } = compiled;
    const { output } = compiled.plan;
    const { types } = output;
    Object.defineProperty(compiled, 'write', {
      get() {
        counts.written += 1;
        return write;
      },
    });
    Object.defineProperty(output, 'types', {
      get() {
        counts.others += 1;
        return types;
      },
    });
    return counts;
  };
  return { origin, engine: gateway.engine, shop, stock, own, completions };
}

/** Sends a request, and can disconnect before its response. */
function send(origin: string, body: unknown, headers: Record<string, string> = {}) {
  const leaving = new AbortController();
  const response = fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: leaving.signal,
  });
  // A disconnected client gets none.
  response.catch(() => {});
  return { response, leave: () => leaving.abort() };
}

const none = { written: 0, others: 0 };
const items = { data: { items: [{ id: '1', name: 'Lamp' }] } };
const counts = { data: { _items: [{ id: '1', count: 3 }] } };

describe.each([
  ['fast path', true],
  ['Yoga', false],
])('%s', (_path, fastPath) => {
  const query = '{ items { name count } }';

  test('a request: its subgraph request is cut off, none follows, and nothing is completed', async () => {
    const { origin, shop, stock, completions } = await start(fastPath);
    const completed = completions(query);
    const client = send(origin, { query });
    const held = await shop.next();
    client.leave();
    await held.cutOff;
    expect([completed, stock.requests.length]).toEqual([none, 0]);
  });

  test('a request whose second subgraph request is running: the same', async () => {
    const { origin, shop, stock, completions } = await start(fastPath);
    const completed = completions(query);
    const client = send(origin, { query });
    (await shop.next()).respond(items);
    const held = await stock.next();
    client.leave();
    await held.cutOff;
    expect(completed).toEqual(none);
  });

  test('a resolver of the gateway that goes on: no subgraph request follows it, and nothing is completed', async () => {
    const { origin, shop, own, completions } = await start(fastPath);
    const mixed = '{ own items { name } }';
    const completed = completions(mixed);
    const client = send(origin, { query: mixed });
    const held = await shop.next();
    const [signal] = (await own.calls(1)) as [AbortSignal];
    const aborted = once(signal, 'abort');
    held.respond(items);
    client.leave();
    await aborted;
    own.result.resolve('Mine');
    await own.result.promise;
    await new Promise(setImmediate);
    expect(completed).toEqual(none);
  });

  test('a batch: none of its operations goes on', async () => {
    const { origin, shop, stock, completions } = await start(fastPath, {
      limits: { batch: 10 },
      deduplicateInFlight: false,
    });
    const queries = [query, '{ a: items { name count } }', '{ b: items { id count } }'];
    const completed = queries.map(completions);
    const client = send(
      origin,
      queries.map((one) => ({ query: one })),
    );
    const held = [await shop.next(), await shop.next(), await shop.next()];
    client.leave();
    for (const one of held) await one.cutOff;
    expect([completed, stock.requests.length]).toEqual([[none, none, none], 0]);
  });

  test('others that wait for the same subgraph request get its response', async () => {
    const { origin, shop, stock, own, completions } = await start(fastPath, { deduplicateInFlight: true });
    const mixed = '{ own items { name count } }';
    const completed = completions(mixed);
    const leaver = send(origin, { query: mixed });
    const held = await shop.next();
    const [signal] = (await own.calls(1)) as [AbortSignal];
    const others = [send(origin, { query: mixed }), send(origin, { query: mixed })];
    await own.calls(3);
    const aborted = once(signal, 'abort');
    leaver.leave();
    await aborted;
    own.result.resolve('Mine');
    held.respond(items);
    (await stock.next()).respond(counts);
    for (const { response } of others) {
      expect(await (await response).json()).toEqual({ data: { own: 'Mine', items: [{ name: 'Lamp', count: 3 }] } });
    }
    expect([completed.written, shop.requests.length, stock.requests.length]).toEqual([2, 1, 1]);
  });

  test('a mutation: what it may have changed is not served from the cache', async () => {
    const { origin, shop } = await start(fastPath);
    const cached = '{ items { id name } }';
    const sendRequest = () => send(origin, { query: cached }).response;
    const first = sendRequest();
    (await shop.next()).respond(items);
    await first;
    expect(await (await sendRequest()).json()).toEqual(items);
    const mutation = send(origin, { query: 'mutation { change(id: "1") { id name } }' });
    const held = await shop.next();
    mutation.leave();
    await held.cutOff;
    const changed = { data: { items: [{ id: '1', name: 'Changed' }] } };
    const again = sendRequest();
    (await shop.next()).respond(changed);
    expect(await (await again).json()).toEqual(changed);
  });
});

describe('a subscription', () => {
  const query = 'subscription { changed { name count } }';
  const event = { data: { changed: { id: '1', name: 'Lamp' } } };

  test("over an event stream: the event that is being made is dropped, and the subgraph's stream ends", async () => {
    const { origin, shop, stock, completions } = await start(true);
    const completed = completions(query);
    const client = send(origin, { query }, { accept: 'text/event-stream' });
    const subscription = await shop.next();
    subscription.event(event);
    const held = await stock.next();
    client.leave();
    await Promise.all([held.cutOff, subscription.cutOff]);
    expect(completed).toEqual(none);
  });

  test.each([
    ['that unsubscribes', (client: PlainClient) => client.send({ type: 'complete', id: '1' })],
    ['that disconnects', (client: PlainClient) => client.socket.terminate()],
  ])('over a WebSocket, by a client %s', async (_how, leave) => {
    const { origin, shop, stock, completions } = await start(true);
    const completed = completions(query);
    const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`);
    client.subscribe('1', query);
    const subscription = await shop.next();
    subscription.event(event);
    const held = await stock.next();
    leave(client);
    await Promise.all([held.cutOff, subscription.cutOff]);
    expect(completed).toEqual(none);
  });

  test('a query over a WebSocket, by a client that disconnects', async () => {
    const one = '{ items { name count } }';
    const { origin, shop, stock, completions } = await start(true);
    const completed = completions(one);
    const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`);
    client.subscribe('1', one);
    const held = await shop.next();
    client.socket.terminate();
    await held.cutOff;
    expect([completed, stock.requests.length]).toEqual([none, 0]);
  });
});

test('an introspection that others wait for is made for them, and not made where all have disconnected', async () => {
  const { engine } = await start(true);
  const send = async (query: string, cancellation: Cancellation) => {
    const operation = engine.documents.get(query).operation(undefined) as PreparedOperation;
    const { response } = await executeOperation(engine, operation, {}, { requestId: '1', cancellation, calls: [] });
    return 'stringify' in response ? response.stringify() : String(response.errors?.[0]?.extensions.code);
  };
  const query = '{ __schema { types { name } } }';
  const cancellations = Array.from({ length: 4 }, () => new Cancellation());
  const requested = cancellations.map((one) => send(query, one));
  cancellations[0]?.cancel();
  cancellations[1]?.cancel();
  const [first, , third, fourth] = await Promise.all(requested);
  expect(first).toBe('REQUEST_CANCELLED');
  expect(third).toContain('"Item"');
  expect(fourth).toBe(third);
  const other = '{ __schema { types { kind } } }';
  const leaving = [new Cancellation(), new Cancellation()];
  const left = leaving.map((one) => send(other, one));
  for (const one of leaving) one.cancel();
  expect(await Promise.all(left)).toEqual(['REQUEST_CANCELLED', 'REQUEST_CANCELLED']);
  expect(await send(other, new Cancellation())).toContain('"OBJECT"');
});
