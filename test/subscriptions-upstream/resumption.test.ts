// Interrupted upstream subscriptions, over event streams and WebSockets: they are opened again, and their clients see a
// gap, never a false end, and no event twice.
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { PlainClient } from '../websocket/shop.ts';
import { EventService } from './event-service.ts';
import { startStockGraph } from './graph.ts';
import { SocketService } from './socket-service.ts';

const query = 'subscription { stockChanged { id inStock name } }';
const product = (id: string, inStock: number) => ({ stockChanged: { id, inStock } });
const event = (id: string, inStock: number) => ({
  type: 'next',
  id: '1',
  payload: { data: { stockChanged: { id, inStock, name: `Product ${id}` } } },
});

describe.each(['sse', 'websocket'] as const)('a service with subscriptions over %s', (protocol) => {
  const start = () => (protocol === 'sse' ? EventService.start() : SocketService.start());

  test.each([
    ['the graph', '/graphql', false],
    ['a client view of a federated graph', '/graphql/web', true],
  ])('that is started again is subscribed to again: %s', async (_name, path, isFederated) => {
    const service = await start();
    const { origin } = await startStockGraph(service.url, { protocol }, {}, isFederated);
    const client = await PlainClient.open(`${origin.replace('http', 'ws')}${path}`);
    client.subscribe('1', query);
    const first = await service.subscription(0);
    // Keys are sent in the service's own response shape.
    const shape = isFederated ? { __typename: 'Product' } : {};
    first.next({ stockChanged: { ...shape, id: 'p1', inStock: 1 } });
    expect(await client.message()).toEqual(event('p1', 1));
    await service.cut();
    await service.listen();
    const second = await service.subscription(1);
    expect(second.query).toBe(first.query);
    second.next({ stockChanged: { ...shape, id: 'p2', inStock: 2 } });
    expect(await client.message()).toEqual(event('p2', 2));
    second.complete();
    expect(await client.message()).toEqual({ type: 'complete', id: '1' });
  });

  test('that stays away beyond the bound is an error, as is one without resumption at once', async () => {
    for (const resume of [{ maxTime: 300 }, { maxAttempts: 1 }, false] as const) {
      const service = await start();
      const { origin } = await startStockGraph(service.url, { protocol, resume });
      const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`);
      client.subscribe('1', query);
      await service.subscription(0);
      await service.cut();
      expect(await client.message()).toMatchObject({
        type: 'error',
        payload: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'stock' } }],
      });
    }
  });

  test('that its client leaves while it is away is not subscribed to again', async () => {
    const service = await start();
    const { origin, gateway } = await startStockGraph(service.url, { protocol });
    const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`);
    client.subscribe('1', query);
    await service.subscription(0);
    await service.cut();
    client.send({ type: 'complete', id: '1' });
    // Both on one connection: it has been read when the query has its response.
    await client.query('2', '{ __typename }');
    await service.listen();
    client.subscribe('3', query);
    await service.subscription(1);
    await gateway.stop();
    expect(service.subscriptions).toHaveLength(2);
  });
});

describe('the ids of events in an event stream', () => {
  const open = async () => {
    const service = await EventService.start();
    const { origin } = await startStockGraph(service.url, {});
    const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`);
    client.subscribe('1', 'subscription { stockChanged { id inStock } }');
    const values = async () => {
      const { payload } = (await client.message()) as { payload: { data?: { stockChanged: { inStock: number } } } };
      return payload.data?.stockChanged.inStock;
    };
    return { service, values };
  };

  test('let the service continue after the last one; what it repeats is dropped', async () => {
    const { service, values } = await open();
    const first = await service.subscription(0);
    expect(first.headers['last-event-id']).toBeUndefined();
    for (const id of [1, 2, 3]) first.next(product('p1', id), `e${id}`);
    expect([await values(), await values(), await values()]).toEqual([1, 2, 3]);
    first.cut();
    const second = await service.subscription(1);
    expect(second.headers['last-event-id']).toBe('e3');
    for (const id of [2, 3, 4, 5]) second.next(product('p1', id), `e${id}`);
    expect([await values(), await values()]).toEqual([4, 5]);
  });

  test('that begin anew with another text, or that all are the same, drop nothing', async () => {
    const { service, values } = await open();
    const first = await service.subscription(0);
    for (const value of [1, 2, 2]) first.next(product('p1', value), 'same');
    expect([await values(), await values(), await values()]).toEqual([1, 2, 2]);
    first.cut();
    const second = await service.subscription(1);
    second.next(product('p1', 7), 'same');
    second.next(product('p1', 7), 'same');
    expect([await values(), await values()]).toEqual([7, 7]);
  });
});

test('a service that rejects the subscription when it is resumed has not completed it', async () => {
  const service = await EventService.start();
  const { origin } = await startStockGraph(service.url, {});
  const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`);
  client.subscribe('1', query);
  const { cut } = await service.subscription(0);
  service.rejection = { status: 200, body: { errors: [{ message: 'not now' }] } };
  cut();
  expect(await client.message()).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'SUBGRAPH_ERROR' } }],
  });
});

test('credentials that have expired since the beginning are no reason to sign the caller out', async () => {
  const service = await EventService.start();
  const { origin } = await startStockGraph(service.url, {}, { forward: { headers: ['authorization'] } });
  const client = new PlainClient(`${origin.replace('http', 'ws')}/graphql`, {
    headers: { authorization: 'Basic eA==' },
  });
  await once(client.socket, 'open');
  client.send({ type: 'connection_init' });
  await client.message();
  client.subscribe('1', query);
  const { cut, headers } = await service.subscription(0);
  expect(headers.authorization).toBe('Basic eA==');
  service.rejection = { status: 401, body: {} };
  cut();
  const ended = await client.message();
  expect(ended).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
});

test('a resumption goes to another address where one cannot be connected to', async () => {
  const [one, other] = [await EventService.start(), await EventService.start()];
  const { origin } = await startStockGraph(one.url, { url: [one.url, other.url] });
  const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`);
  client.subscribe('1', query);
  const [used, free] = await Promise.race([
    one.subscription(0).then(() => [one, other] as const),
    other.subscription(0).then(() => [other, one] as const),
  ]);
  await used.cut();
  (await free.subscription(0)).next(product('p1', 5));
  expect(await client.message()).toEqual(event('p1', 5));
});
