// Subscriptions to methods with server streaming.
import { status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import type { ParsedJson } from '../harness/parsed-json.ts';
import { serveShop } from './shop-gateway.ts';
import { type Call, items, pending, startShop } from './shop-service.ts';

const itemChanged = 'subscription { itemChanged(id: "i1") { id name status form { __typename } } }';

/** The results of a subscription, one by one; `complete` at its regular end, `interrupted` at any other. */
async function subscribe(url: string, query = itemChanged, headers: Record<string, string> = {}) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
    signal: leaving.signal,
  });
  const events = parse(response.body!.pipeThrough(new TextDecoderStream()));
  return { leave: () => leaving.abort(), next: async () => (await events.next()).value as ParsedJson };
}

async function* parse(chunks: ReadableStream<string>): AsyncGenerator<unknown> {
  let text = '';
  for await (const chunk of chunks) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const [, type, data = ''] = /^event: (\w+)(?:\ndata:? ?(.*))?$/m.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (type === 'next') yield JSON.parse(data);
      if (type === 'complete') yield 'complete';
    }
  }
  yield 'interrupted';
}

const lamp = { id: 'i1', name: 'Lamp', status: 'ACTIVE', form: { __typename: 'Box' } };

async function subscribed(subscriptions: object = { resume: false }) {
  const shop = await startShop();
  const { url } = await serveShop({ shop, subgraph: { subscriptions } });
  const events = await subscribe(url);
  const { stream, ...call } = (await shop.call(1)) as Call & { stream: NonNullable<Call['stream']> };
  return { shop, url, events, call, stream };
}

test('each message is an event, and the end of the stream completes the subscription', async () => {
  const { events, stream, call } = await subscribed();
  expect(call).toMatchObject({ method: 'WatchItem', request: { id: 'i1' } });
  stream.send(items.i1!);
  expect(await events.next()).toEqual({ data: { itemChanged: lamp } });
  stream.send({ itemId: 'i1' });
  expect(await events.next()).toEqual({ data: { itemChanged: { id: 'i1', name: '', status: null, form: null } } });
  stream.end();
  expect(await events.next()).toBe('complete');
});

test('another status than OK interrupts the subscription, after the events before it', async () => {
  const { events, stream } = await subscribed();
  for (let count = 0; count < 5; count++) stream.send(items.i1!);
  stream.fail(status.UNAVAILABLE, 'restarting');
  for (let count = 0; count < 5; count++) expect(await events.next()).toEqual({ data: { itemChanged: lamp } });
  expect(await events.next()).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  expect(await events.next()).toBe('interrupted');
});

test('a status that would be the same again is an error in the last event', async () => {
  const { events, stream } = await subscribed();
  stream.fail(status.INVALID_ARGUMENT, 'no such item');
  expect(await events.next()).toEqual({
    data: { itemChanged: null },
    errors: [
      { message: 'no such item', path: ['itemChanged'], extensions: { code: 'BAD_USER_INPUT', subgraph: 'shop' } },
    ],
  });
  expect(await events.next()).toBe('complete');
});

test('a client that leaves cancels the stream; a service that goes away interrupts it', async () => {
  const { events, call, shop, url } = await subscribed();
  events.leave();
  await call.cancelled;
  const others = await subscribe(url);
  const { stream } = await shop.call(2);
  stream!.send(items.i1!);
  await others.next();
  shop.stop();
  expect(await others.next()).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  expect(await others.next()).toBe('interrupted');
});

test('events have fields of other calls, of one moment each', async () => {
  const shop = await startShop((call) => (call.method === 'BatchGetItems' ? { items: [items.i1!] } : pending));
  const { url } = await serveShop({ shop });
  const events = await subscribe(url, 'subscription { itemChanged(id: "i1") { id number } }');
  (await shop.call(1)).stream!.send(items.i1!);
  expect(await events.next()).toEqual({ data: { itemChanged: { id: 'i1', number: '9007199254740993' } } });
});

test('a slow client holds the service back', async () => {
  const shop = await startShop();
  const { url } = await serveShop({ shop });
  const events = await subscribe(url, 'subscription { itemChanged(id: "i1") { name } }');
  const { stream } = await shop.call(1);
  const message = { itemId: 'i1', name: 'x'.repeat(1_000_000) };
  // Until nothing more is taken: the client reads nothing.
  let sent = 0;
  let isHeld = false;
  await expect
    .poll(
      () => {
        while (sent < 2_000 && stream!.send(message)) sent += 1;
        const wasHeld = isHeld;
        isHeld = !stream!.send(message);
        sent += 1;
        return wasHeld && isHeld;
      },
      { interval: 100, timeout: 20_000 },
    )
    .toBe(true);
  expect(sent).toBeLessThan(200);
  expect((await events.next()).data.itemChanged.name).toHaveLength(1_000_000);
});

test('equal subscriptions are one stream, which ends with the last of them', async () => {
  const { events, stream, call, shop, url } = await subscribed({});
  const other = await subscribe(url, 'subscription { itemChanged(id: "i1") { id name status form { __typename } } }');
  const third = await subscribe(url, 'subscription { itemChanged(id: "i2") { id } }');
  await shop.call(2);
  stream.send(items.i1!);
  expect(await events.next()).toEqual({ data: { itemChanged: lamp } });
  expect(await other.next()).toEqual({ data: { itemChanged: lamp } });
  events.leave();
  stream.send(items.i1!);
  expect(await other.next()).toEqual({ data: { itemChanged: lamp } });
  other.leave();
  await call.cancelled;
  third.leave();
  expect(shop.calls).toHaveLength(2);
});

test('a stream is resumed when the service has restarted, without an end that the client would see', async () => {
  const { events, stream, shop } = await subscribed({});
  stream.send(items.i1!);
  expect(await events.next()).toEqual({ data: { itemChanged: lamp } });
  shop.stop();
  const again = await startShop(undefined, { port: Number(shop.address.split(':')[1]) });
  (await again.call(1)).stream!.send({ itemId: 'i1', name: 'New' });
  expect(await events.next()).toMatchObject({ data: { itemChanged: { name: 'New' } } });
});

test('streams are bounded in number', async () => {
  const { url, shop } = await serveShop({ subgraph: { subscriptions: { max: 1, share: false } } });
  await subscribe(url);
  await shop.call(1);
  const second = await subscribe(url);
  expect(await second.next()).toMatchObject({ errors: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }] });
});

test('arguments that the request cannot have end the subscription before it begins', async () => {
  const sdl = `
    type Query { ok(id: ID!): Stock @grpc(service: "test.v1.Shop", method: "GetItem") }
    type Stock { itemId: ID! }
    scalar Any
    type Subscription { changed(id: Any!): Stock @grpc(service: "test.v1.Shop", method: "WatchItem") }
  `;
  const { url, shop } = await serveShop({ subgraph: { schema: sdl }, config: { unreachable: 'warn' } });
  const events = await subscribe(url, 'subscription { changed(id: { a: 1 }) { itemId } }');
  expect(await events.next()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(shop.calls).toEqual([]);
});
