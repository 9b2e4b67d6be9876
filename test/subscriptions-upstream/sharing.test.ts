// Equal subscriptions of clients: one upstream subscription, its bounds, and what keeps callers apart.
import { describe, expect, onTestFinished, test } from 'vitest';
import { PlainClient } from '../websocket/shop.ts';
import { EventService } from './event-service.ts';
import { startStockGraph } from './graph.ts';
import { SocketService } from './socket-service.ts';

const query = 'subscription { stockChanged { id inStock name } }';
const product = (inStock: number) => ({ stockChanged: { id: 'p1', inStock } });
const expected = (inStock: number) => ({ data: { stockChanged: { id: 'p1', inStock, name: 'Product p1' } } });

/** Subscribes over server-sent events; the results, one by one. */
async function subscribed(origin: string, headers: Record<string, string> = {}, path = '/graphql') {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
    signal: abort.signal,
  });
  const chunks = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  const next = async (): Promise<unknown> => {
    for (;;) {
      const found = /event: next\ndata: (.*)\n\n/.exec(text);
      if (found) {
        text = text.slice(found.index + found[0].length);
        return JSON.parse(found[1] as string);
      }
      const { value, done } = await chunks.read();
      if (done) return text;
      text += decoder.decode(value, { stream: true });
    }
  };
  return { next, leave: () => abort.abort() };
}

describe.each(['sse', 'websocket'] as const)('equal subscriptions to a service over %s', (protocol) => {
  const start = () => (protocol === 'sse' ? EventService.start() : SocketService.start());

  test('are one, of clients over both transports; each gets every event, and it ends with the last one', async () => {
    const service = await start();
    const { origin } = await startStockGraph(service.url, { protocol });
    const sockets = await Promise.all([1, 2, 3].map(() => PlainClient.open(`${origin.replace('http', 'ws')}/graphql`)));
    for (const client of sockets) client.subscribe('1', query);
    const upstream = await service.subscription(0);
    const streams = await Promise.all([1, 2].map(() => subscribed(origin)));
    const view = await subscribed(origin, {}, '/graphql/web');
    // Each of them has been subscribed before its query has its response.
    await Promise.all(sockets.map((client) => client.query('q', '{ __typename }')));
    for (const value of [1, 2]) {
      upstream.next(product(value));
      for (const client of sockets) expect((await client.message()).payload).toEqual(expected(value));
      for (const { next } of [...streams, view]) expect(await next()).toEqual(expected(value));
    }
    for (const client of sockets) client.send({ type: 'complete', id: '1' });
    for (const { leave } of streams) leave();
    upstream.next(product(3));
    expect(await view.next()).toEqual(expected(3));
    view.leave();
    await upstream.over;
    expect(service.subscriptions).toHaveLength(1);
  });

  test('end the upstream subscription also while it is being opened', async () => {
    const service = await start();
    service.isSilent = true;
    const { origin } = await startStockGraph(service.url, { protocol });
    const clients = await Promise.all([1, 2].map(() => PlainClient.open(`${origin.replace('http', 'ws')}/graphql`)));
    for (const client of clients) client.subscribe('1', query);
    const closed = await service.firstConnection;
    for (const client of clients) client.socket.terminate();
    await closed.over;
    expect(service.subscriptions).toHaveLength(0);
  });
});

test('subscriptions with other forwarded header fields are others: nobody gets the data of another', async () => {
  const service = await EventService.start();
  const { origin } = await startStockGraph(service.url, {}, { forward: { headers: ['x-user'] } });
  const [one, same, other] = [
    await subscribed(origin, { 'x-user': 'a' }),
    await subscribed(origin, { 'x-user': 'a' }),
    await subscribed(origin, { 'x-user': 'b' }),
  ];
  const [ofA, ofB] = [await service.subscription(0), await service.subscription(1)];
  expect([ofA.headers['x-user'], ofB.headers['x-user']]).toEqual(['a', 'b']);
  ofA.next(product(1));
  ofB.next(product(2));
  expect(await one.next()).toEqual(expected(1));
  expect(await same.next()).toEqual(expected(1));
  expect(await other.next()).toEqual(expected(2));
  expect(service.subscriptions).toHaveLength(2);
});

test('with `share: false`, and for other variables, each is one of its own', async () => {
  const service = await EventService.start();
  const { origin } = await startStockGraph(service.url, { share: false });
  await subscribed(origin);
  await subscribed(origin);
  await service.subscription(1);
  const sharing = await EventService.start();
  const shared = await startStockGraph(sharing.url, {});
  const client = await PlainClient.open(`${shared.origin.replace('http', 'ws')}/graphql`);
  for (const id of ['1', '2']) {
    client.subscribe(id, 'subscription Q($id: ID) { stockChanged(id: $id) { id } }', { id });
  }
  await sharing.subscription(1);
  expect(sharing.subscriptions.map(({ variables }) => Object.values(variables ?? {}))).toEqual([['1'], ['2']]);
});

test('types and values that are renamed in the graph are renamed once for each of them, as for queries in flight', async () => {
  const service = await EventService.start();
  const transforms = { rename: { types: { Product: 'Item' } } };
  const { origin } = await startStockGraph(service.url, {}, { subgraphs: { stock: { transforms } } });
  const clients = await Promise.all([1, 2].map(() => PlainClient.open(`${origin.replace('http', 'ws')}/graphql`)));
  for (const client of clients) client.subscribe('1', 'subscription { stockChanged { __typename id } }');
  await Promise.all(clients.map((client) => client.query('q', '{ __typename }')));
  (await service.subscription(0)).next({ stockChanged: { __typename: 'Product', id: 'p1' } });
  const results = await Promise.all(clients.map(async (client) => (await client.message()).payload));
  const expected = { data: { stockChanged: { __typename: 'Item', id: 'p1' } } };
  expect(results).toEqual([expected, expected]);
  expect(service.subscriptions).toHaveLength(1);
});
