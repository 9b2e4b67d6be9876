// Hooks of subscriptions: the operation once, and each event, over WebSockets and event streams.
import { once } from 'node:events';
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { PlainClient, Shop } from '../websocket/shop.ts';
import { expectMasked, type Hooks } from './shop.ts';

const subscription = 'subscription Stock { stockChanged { id inStock price } }';

function recording(): { hooks: Hooks; seen: unknown[] } {
  const seen: unknown[] = [];
  return {
    seen,
    hooks: {
      onOperation: ({ kind, name }) => void seen.push(['operation', kind, name]),
      onSubgraphRequest: ({ subgraph }) => void seen.push(['request', subgraph]),
      onSubgraphResponse: ({ subgraph, data }) => void seen.push(['response', subgraph, JSON.stringify(data)]),
      onResponse: ({ data }) => void seen.push(['result', JSON.stringify(data)]),
    },
  };
}

const expected = [
  ['operation', 'subscription', 'Stock'],
  ['request', 'stock'],
  ...[7, 8].flatMap((inStock) => [
    ['response', 'stock', expect.stringContaining(`"inStock":${inStock}`)],
    ['request', 'names'],
    ['response', 'names', expect.stringContaining('"price"')],
    ['result', `{"stockChanged":{"id":"p1","inStock":${inStock},"price":${106 - inStock}}}`],
  ]),
];

test('over a WebSocket, each event passes the hooks', async () => {
  const shop = await Shop.start();
  const { hooks, seen } = recording();
  const { url } = await shop.gateway({ hooks });
  const client = await PlainClient.open(url);
  client.subscribe('1', subscription);
  await shop.subscribed(1);
  for (const inStock of [7, 8]) {
    shop.publish({ id: 'p1', inStock });
    expect(await client.message()).toMatchObject({ type: 'next', payload: { data: { stockChanged: { inStock } } } });
  }
  expect(seen).toEqual(expected);
});

test('over an event stream, each event passes the hooks', async () => {
  const shop = await Shop.start();
  const { hooks, seen } = recording();
  const { http } = await shop.gateway({ hooks });
  const leaving = new AbortController();
  const response = await fetch(http, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: subscription }),
    signal: leaving.signal,
  });
  await shop.subscribed(1);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (const inStock of [7, 8]) {
    shop.publish({ id: 'p1', inStock });
    for (let text = ''; !text.includes(`"inStock":${inStock}`); ) {
      const { value, done } = await reader.read();
      if (done) throw new Error('The stream has ended.');
      text += Buffer.from(value).toString();
    }
  }
  leaving.abort();
  expect(seen).toEqual(expected);
});

test('an event whose result a hook rejects is withheld, and the next one comes', async () => {
  const shop = await Shop.start();
  const { url } = await shop.gateway({
    hooks: {
      onResponse({ data }) {
        if (JSON.stringify(data).includes(':7'))
          throw new GraphQLError('Withheld.', { extensions: { code: 'SECRET' } });
      },
    },
  });
  const client = await PlainClient.open(url);
  client.subscribe('1', 'subscription { stockChanged { inStock } }');
  await shop.subscribed(1);
  shop.publish({ id: 'p1', inStock: 7 });
  expect(await client.message()).toMatchObject({
    payload: { errors: [{ message: 'Withheld.', extensions: { code: 'SECRET' } }] },
  });
  shop.publish({ id: 'p1', inStock: 8 });
  expect(await client.message()).toMatchObject({ payload: { data: { stockChanged: { inStock: 8 } } } });
});

test('a subscription that onOperation or onSubgraphRequest rejects is not begun', async () => {
  const shop = await Shop.start();
  const rejecting = () => {
    throw new GraphQLError('No.', { extensions: { code: 'NO' } });
  };
  for (const hooks of [{ onOperation: rejecting }, { onSubgraphRequest: rejecting }]) {
    const { url } = await shop.gateway({ hooks });
    const client = await PlainClient.open(url);
    client.subscribe('1', subscription);
    expect(JSON.stringify(await client.message())).toContain('"message":"No.","extensions":{"code":"NO"}');
  }
  expect(shop.subscribers).toBe(0);
});

test('a subscription ends with the error of onSubgraphResponse, also at the service', async () => {
  const shop = await Shop.start();
  const { url } = await shop.gateway({
    hooks: { onSubgraphResponse: () => Promise.reject(new Error('secret inside')) },
  });
  const client = await PlainClient.open(url);
  client.subscribe('1', subscription);
  await shop.subscribed(1);
  shop.publish();
  const message = await client.message();
  expect(message.type).toBe('error');
  expectMasked(message.payload as []);
  await shop.subscribed(0);
});

test('a client that leaves ends the wait for a hook that hangs', async () => {
  const shop = await Shop.start();
  const called = Promise.withResolvers<AbortSignal>();
  const { url, gateway } = await shop.gateway({
    hooks: {
      timeout: '1h',
      onOperation: (_, { signal }) => {
        called.resolve(signal);
        return new Promise(() => {});
      },
    },
  });
  const client = await PlainClient.open(url);
  client.subscribe('1', '{ product { id } }');
  const signal = await called.promise;
  client.socket.terminate();
  if (!signal.aborted) await once(signal, 'abort');
  expect(await gateway.stop()).toBe(0);
  expect(shop.requests).toEqual([]);
});
