// graphql-ws and graphql-sse before the demo: what a connection needs that lasts for hours.
import { ApolloClient, CombinedProtocolErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { createClient as createSseClient } from 'graphql-sse';
import { type ClientOptions, createClient } from 'graphql-ws';
import { firstValueFrom } from 'rxjs';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { secret, token as signed } from '../websocket/shop.ts';
import { type Demo, expiredToken, startDemo, stopsAtEnd, tokenOf } from './demo.ts';

const stock = {
  query: 'subscription ($id: ID!) { stockChanged(productId: $id) { id name } }',
  variables: { id: 'p1' },
};
const orders = { query: 'subscription { orderChanged { id status } }' };
const product = { data: { stockChanged: { id: 'p1', name: expect.any(String) } } };
const order = { data: { orderChanged: { id: 'o1', status: expect.any(String) } } };

let demo: Demo;
const atEnd = stopsAtEnd();

beforeAll(async () => {
  // Besides development tokens, whose expiry has a tolerance.
  const issuer = { issuer: 'test', secret, clockTolerance: 0 };
  demo = await startDemo(atEnd, { config: { authentication: { jwt: [issuer] } } });
});

/** As a browser has it: without a library for sockets of its own. */
function webSocketClient(options: Partial<ClientOptions> = {}) {
  const client = createClient({ url: demo.webSocketUrl, ...options });
  onTestFinished(async () => {
    await client.dispose();
  });
  return client;
}

function eventStreamClient(headers: () => Promise<Record<string, string>> = async () => ({}), retry = async () => {}) {
  const client = createSseClient({ url: demo.url, headers, retry });
  onTestFinished(() => client.dispose());
  return client;
}

const authorized = async () => ({ authorization: `Bearer ${await tokenOf('u1')}` });

const clients = {
  'graphql-ws': (retry?: () => Promise<void>) =>
    webSocketClient({ connectionParams: authorized, ...(retry && { retryWait: retry }) }),
  'graphql-sse': (retry?: () => Promise<void>) => eventStreamClient(authorized, retry),
};
const names = Object.keys(clients) as (keyof typeof clients)[];

test.each(names)('%s: queries, mutations, partial data with codes, and documents that are not valid', async (name) => {
  const client = clients[name]();
  const resultOf = async (query: string, variables?: Record<string, unknown>) =>
    (await client.iterate({ query, variables }).next()).value;
  expect(await resultOf('query ($first: Int!) { products(first: $first) { nodes { id } } }', { first: 2 })).toEqual({
    data: { products: { nodes: [{ id: expect.any(String) }, { id: expect.any(String) }] } },
  });
  const rename = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { name } }';
  expect(await resultOf(rename, { input: { id: 'u1', name: 'Ada' } })).toEqual({
    data: { updateProfile: { name: 'Ada' } },
  });
  expect(await resultOf('{ profile { id } search(text: "o1") { __typename } }')).toMatchObject({
    data: { profile: { id: 'u1' }, search: null },
    errors: [{ path: ['search'], extensions: { code: 'FORBIDDEN' } }],
  });
  for (const [document, code] of [
    ['{ profil { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{ profile { id }', 'GRAPHQL_PARSE_FAILED'],
    ['query A { profile { id } } query B { profile { id } }', 'OPERATION_RESOLUTION_FAILURE'],
  ] as const) {
    const errors = [{ extensions: { code } }];
    // Over a WebSocket an `error` message, which the client throws; in a stream a result.
    if (name === 'graphql-ws') await expect(resultOf(document)).rejects.toMatchObject(errors);
    else expect(await resultOf(document)).toMatchObject({ errors });
  }
});

test.each(names)(
  '%s: events have fields of other services; ending the iteration ends the subscription at the service',
  async (name) => {
    const client = clients[name]();
    const events = client.iterate(orders);
    const first = events.next();
    await demo.events.subscribed(1);
    demo.events.publish('orderChanged', 'o1');
    expect((await first).value).toEqual(order);
    await events.return?.();
    await demo.events.subscribed(0);
  },
);

test.each(names)('%s: a subscription goes on after the gateway has been restarted', async (name) => {
  const restarted = Promise.withResolvers<void>();
  const client = clients[name](() => restarted.promise);
  const received: unknown[] = [];
  const one = Promise.withResolvers<void>();
  const two = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<unknown>();
  const leave = client.subscribe(stock, {
    next: (event) => {
      if (received.push(event) === 1) one.resolve();
      else two.resolve();
    },
    error: (error) => failed.resolve(error),
    complete: () => failed.resolve('complete'),
  });
  await demo.events.subscribed(1);
  demo.events.publish('stockChanged', 'p1');
  await one.promise;
  await demo.restart();
  await demo.events.subscribed(0);
  restarted.resolve();
  expect(await Promise.race([demo.events.subscribed(1), failed.promise])).toBe(undefined);
  demo.events.publish('stockChanged', 'p1');
  expect(await Promise.race([two.promise, failed.promise])).toBe(undefined);
  expect(received).toEqual([product, product]);
  leave();
  await demo.events.subscribed(0);
});

/** An iterator of the events of a request, over connections whose tokens are renewed. */
type Renewing = (tokenOfConnection: () => Promise<string>) => AsyncIterator<unknown>;

/** As docs/client-libraries.md has it: the client reports 4401 to each subscription, and connects no more. */
const overWebSocket: Renewing = (tokenOfConnection) => {
  const connectionParams = async () => ({ authorization: `Bearer ${await tokenOfConnection()}` });
  const client = webSocketClient({ connectionParams });
  async function* events() {
    for (;;) {
      try {
        return yield* client.iterate(orders);
      } catch (error) {
        if ((error as CloseEvent).code !== 4401) throw error;
      }
    }
  }
  return events();
};

const overEventStream: Renewing = (tokenOfConnection) => {
  const headers = async () => ({ authorization: `Bearer ${await tokenOfConnection()}` });
  const client = eventStreamClient(headers);
  async function* events() {
    for await (const event of client.iterate(orders)) {
      if (event.data) yield event;
      else expect(event.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
  }
  return events();
};

/** Apollo Client's HTTP link: what ends a subscription is its last result, and it subscribes no more. */
const overParts: Renewing = (tokenOfConnection) => {
  async function* events() {
    for (;;) {
      const headers = { authorization: `Bearer ${await tokenOfConnection()}` };
      const client = new ApolloClient({ link: new HttpLink({ uri: demo.url, headers }), cache: new InMemoryCache() });
      const subscribed = client.subscribe<{ orderChanged: object }>({ query: gql(orders.query) });
      const { data, error } = await firstValueFrom(subscribed);
      if (data) yield { data: { orderChanged: { ...data.orderChanged, __typename: undefined } } };
      else expect(CombinedProtocolErrors.is(error) && error.errors).toMatchObject([expired]);
    }
  }
  return events();
};

const expired = {
  message: 'The token has expired. Subscribe again with a new one.',
  extensions: { code: 'UNAUTHENTICATED' },
};

test.each([
  ['graphql-ws', overWebSocket],
  ['graphql-sse', overEventStream],
  ['Apollo Client', overParts],
])('%s: a subscription goes on with another token after its own has expired', async (_name, renewing) => {
  let connections = 0;
  const events = renewing(async () => {
    connections += 1;
    if (connections > 1) return tokenOf('u1');
    // In one to two seconds.
    return signed('u1', Math.floor(Date.now() / 1000) + 2);
  });
  const next = events.next();
  await demo.events.subscribed(1);
  // The token expires.
  await demo.events.subscribed(0);
  await demo.events.subscribed(1);
  demo.events.publish('orderChanged', 'o1');
  expect((await next).value).toEqual(order);
  expect(connections).toBe(2);
  await events.return?.();
  await demo.events.subscribed(0);
});

test('graphql-sse: credentials that are rejected are retried as often as the client is configured to, then an error', async () => {
  const retried: number[] = [];
  const client = createSseClient({
    url: demo.url,
    headers: async () => ({ authorization: `Bearer ${await expiredToken('u1')}` }),
    retryAttempts: 1,
    retry: async (retries) => {
      retried.push(retries);
    },
  });
  onTestFinished(() => client.dispose());
  await expect(client.iterate(orders).next()).rejects.toMatchObject({ response: { status: 401 } });
  expect(retried).toEqual([0]);
});
