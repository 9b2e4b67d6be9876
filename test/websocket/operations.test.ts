// Operations over a WebSocket: the same results as over HTTP, after the same checks.
import { request } from 'node:http';
import { type Client, createClient } from 'graphql-ws';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { collectLines } from '../harness/log-lines.ts';
import { PlainClient, Shop, token } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.start();
});

function clientOf(url: string, connectionParams: Record<string, unknown> = {}): Client {
  const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
  onTestFinished(async () => {
    await client.dispose();
  });
  return client;
}

async function send(client: Client, query: string, variables?: Record<string, unknown>): Promise<unknown> {
  for await (const result of client.iterate({ query, variables })) return result;
  return undefined;
}

test('a query is executed on several services', async () => {
  const { url } = await shop.gateway();
  expect(await send(clientOf(url), '{ product { id inStock name } }')).toEqual({
    data: { product: { id: 'p1', inStock: 1, name: 'Product p1' } },
  });
});

test('a mutation with variables is executed', async () => {
  const { url } = await shop.gateway();
  const mutation = 'mutation ($n: Int!) { setStock(inStock: $n) { inStock name } }';
  expect(await send(clientOf(url), mutation, { n: 5 })).toEqual({
    data: { setStock: { inStock: 5, name: 'Product p1' } },
  });
});

test('events arrive with what other services have then, until the client unsubscribes, which ends the subscription upstream', async () => {
  const { url } = await shop.gateway();
  const events = clientOf(url).iterate({ query: 'subscription { stockChanged { id inStock name price } }' });
  const first = events.next();
  await shop.subscribed(1);
  shop.publish({ id: 'p1', inStock: 3 });
  expect((await first).value).toEqual({
    data: { stockChanged: { id: 'p1', inStock: 3, name: 'Product p1', price: 99 } },
  });
  for (const [id, inStock, price] of [
    ['p1', 2, 98],
    ['p1', 1, 97],
    ['p2', 5, 96],
  ]) {
    shop.publish({ id, inStock });
    expect((await events.next()).value).toEqual({
      data: { stockChanged: { id, inStock, name: `Product ${id}`, price } },
    });
  }
  await events.return?.();
  await shop.subscribed(0);
});

test('a client that disconnects ends its subscriptions upstream', async () => {
  const { url } = await shop.gateway();
  const client = await PlainClient.open(url);
  client.subscribe('1', 'subscription { stockChanged { id } }');
  client.subscribe('2', 'subscription { stockChanged { id } }');
  await shop.subscribed(2);
  client.socket.terminate();
  await shop.subscribed(0);
});

test('a query that its client cancels is cancelled upstream', async () => {
  const { url } = await shop.gateway();
  const client = await PlainClient.open(url);
  client.subscribe('1', '{ slow }');
  const { aborted } = await shop.slow.firstRequest;
  client.send({ type: 'complete', id: '1' });
  expect(await aborted).toBe(true);
  expect(await client.query('2', '{ product { id } }')).toEqual({
    type: 'next',
    id: '2',
    payload: { data: { product: { id: 'p1' } } },
  });
});

test('the id of a cancelled operation can be used again at once', async () => {
  const { url } = await shop.gateway();
  const client = await PlainClient.open(url);
  client.subscribe('1', 'subscription { stockChanged { id } }');
  await shop.subscribed(1);
  client.send({ type: 'complete', id: '1' });
  client.subscribe('1', '{ product { id } }');
  expect(await client.message()).toEqual({ type: 'next', id: '1', payload: { data: { product: { id: 'p1' } } } });
  expect(await client.message()).toEqual({ type: 'complete', id: '1' });
});

describe('fields that require authentication', () => {
  test('are null, with an error, for anonymous callers', async () => {
    const { url } = await shop.gateway();
    expect(await send(clientOf(url), '{ product { id secret } }')).toMatchObject({
      data: { product: { id: 'p1', secret: null } },
      errors: [{ path: ['product', 'secret'], extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('are not subscribed to', async () => {
    const { url } = await shop.gateway();
    const client = await PlainClient.open(url);
    expect(await client.query('1', 'subscription { secretChanged }')).toMatchObject({
      payload: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect(shop.subscribers).toBe(0);
  });

  test('have values for authenticated callers', async () => {
    const { url } = await shop.gateway();
    const client = clientOf(url, { authorization: `Bearer ${await token('u1')}` });
    expect(await send(client, '{ product { id secret } }')).toEqual({ data: { product: { id: 'p1', secret: 42 } } });
  });
});

describe('rejected operations', () => {
  test.each([
    ['a syntax error', '{', 'GRAPHQL_PARSE_FAILED'],
    ['a field that does not exist', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'several operations and no name',
      'query A { product { id } } query B { product { id } }',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['no query', '', 'BAD_REQUEST'],
    ['too many tokens', `{ product { ${'id '.repeat(100)} } }`, 'TOKEN_LIMIT_EXCEEDED'],
    ['introspection where there is none', '{ __schema { types { name } } }', 'INTROSPECTION_DISABLED'],
  ])('%s', async (_what, query, code) => {
    const { url } = await shop.gateway({ limits: { tokens: 100, introspection: false } });
    const client = await PlainClient.open(url);
    const message = await client.query('1', query);
    expect(message).toMatchObject({ type: 'error', id: '1', payload: [{ extensions: { code } }] });
    expect(JSON.stringify(message)).not.toContain('"http"');
  });

  test('variables that are too large', async () => {
    const { url } = await shop.gateway({ limits: { variablesBytes: 100 } });
    const client = await PlainClient.open(url);
    const query = 'query ($n: Int!) { text(length: $n) }';
    expect(await client.query('1', query, { n: 1, more: 'x'.repeat(100) })).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'VARIABLES_TOO_LARGE', limit: 100 } }],
    });
  });

  test('a variable of the wrong type', async () => {
    const { url } = await shop.gateway();
    const client = await PlainClient.open(url);
    expect(await client.query('1', 'mutation ($n: Int!) { setStock(inStock: $n) { id } }', { n: 'x' })).toMatchObject({
      payload: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    });
  });

  test('each operation counts for the limit on requests, as does the connection', async () => {
    const { url } = await shop.gateway({ rateLimits: { request: { limit: 3, duration: '1m' } } });
    const client = await PlainClient.open(url);
    expect(await client.query('1', '{ product { id } }')).toMatchObject({ type: 'next' });
    expect(await client.query('2', '{')).toMatchObject({ type: 'error' });
    expect(await client.query('3', '{ product { id } }')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMIT_EXCEEDED', retryAfter: expect.any(Number) } }],
    });
    await expect(PlainClient.open(url)).rejects.toThrow(/4429.*Too many requests: /);
  });

  test('one more than the maximum of concurrent operations', async () => {
    const { url } = await shop.gateway({ websocket: { operations: 2 } });
    const client = await PlainClient.open(url);
    client.subscribe('1', 'subscription { stockChanged { id } }');
    client.subscribe('2', 'subscription { stockChanged { id } }');
    await shop.subscribed(2);
    const rejected = { type: 'error', payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }] };
    expect(await client.query('3', '{ product { id } }')).toMatchObject(rejected);
    client.send({ type: 'complete', id: '1' });
    expect(await client.query('4', '{ product { id } }')).toMatchObject({ type: 'next' });
  });
});

test("services' errors reveal no internals", async () => {
  const { url } = await shop.gateway();
  const client = await PlainClient.open(url);
  for (const query of ['{ failing }', 'subscription { failing }']) {
    const text = JSON.stringify(await client.query(query, query));
    expect(text).toContain('"subgraph":"stock"');
    expect(text).not.toContain('inside');
  }
});

test('cached responses are served, although browsers connect with cache-control: no-cache', async () => {
  const { url } = await shop.gateway();
  const client = await PlainClient.open(url, {}, { headers: { 'cache-control': 'no-cache' } });
  for (const id of ['1', '2'])
    expect(await client.query(id, '{ stars }')).toMatchObject({ payload: { data: { stars: 1 } } });
  expect(shop.storedRequests).toBe(1);
});

test('headers of the upgrade request and the user are forwarded with each operation, under a request id of its own', async () => {
  const forward = { headers: ['x-tenant'], claims: { 'x-user': 'sub' } };
  const { url } = await shop.gateway({ forward });
  const params = { authorization: `Bearer ${await token('u7')}` };
  const client = await PlainClient.open(url, params, { headers: { 'x-tenant': 'blue', 'x-request-id': 'connection' } });
  await client.query('1', '{ product { id } }');
  await client.query('2', '{ product { inStock } }');
  const seen = shop.requests.map(({ headers }) => [headers['x-tenant'], headers['x-user']]);
  expect(seen).toEqual(Array(2).fill(['blue', 'u7']));
  expect(new Set([...shop.requests.map(({ headers }) => headers['x-request-id']), 'connection']).size).toBe(3);
});

test('each operation has a line in the log', async () => {
  const { url, gateway } = await shop.gateway({ log: { level: 'info' } });
  const lines = collectLines(gateway.log);
  const client = await PlainClient.open(url, {}, { headers: { 'x-request-id': 'connection' } });
  await client.query('1', 'query Named { product { id } }');
  await client.query('2', '{ nothing }');
  client.subscribe('3', 'subscription Watch { stockChanged { id } }');
  await shop.subscribed(1);
  client.send({ type: 'complete', id: '3' });
  await shop.subscribed(0);
  const common = { method: 'WS', path: '/graphql', connection: 'connection', duration: expect.any(Number) };
  expect(lines).toMatchObject([
    { ...common, operation: 'Named', status: 200, calls: [{ subgraph: 'stock', outcome: 'ok' }] },
    { ...common, status: 400, errors: ['GRAPHQL_VALIDATION_FAILED'] },
    { ...common, operation: 'Watch', status: 200 },
  ]);
});

test('an upgrade to another protocol gets an HTTP response', async () => {
  const { http } = await shop.gateway();
  const status = await new Promise((resolve, reject) => {
    const headers = { connection: 'Upgrade', upgrade: 'h2c', 'content-type': 'application/json' };
    request(http, { method: 'POST', headers }, (response) => resolve(response.statusCode))
      .on('error', reject)
      .end('{"query":"{ product { id } }"}');
  });
  expect(status).toBe(200);
});

describe('clients', () => {
  const views = {
    web: { rename: { fields: { 'Product.inStock': 'left' } } },
    desk: { authentication: 'required' as const },
    kiosk: { trustedDocuments: 'only' as const, limits: { variablesBytes: 10 } },
  };

  test('have their own view, also of events', async () => {
    const { url } = await shop.gateway({}, views);
    const client = await PlainClient.open(`${url}/web`);
    expect(await client.query('1', '{ product { left name } }')).toMatchObject({
      payload: { data: { product: { left: 1, name: 'Product p1' } } },
    });
    client.subscribe('2', 'subscription { stockChanged { left name } }');
    await shop.subscribed(1);
    shop.publish({ id: 'p1', inStock: 3 });
    expect(await client.message()).toMatchObject({
      payload: { data: { stockChanged: { left: 3, name: 'Product p1' } } },
    });
  });

  test('that require authentication have it, also where a page seems to be opened', async () => {
    const { url } = await shop.gateway({}, views);
    const opening = PlainClient.open(`${url}/desk`, {}, { headers: { accept: 'text/html' } });
    await expect(opening).rejects.toThrow(/4401.*requires authentication/);
    const client = await PlainClient.open(`${url}/desk`, { authorization: `Bearer ${await token('u1')}` });
    expect(await client.query('1', '{ product { secret } }')).toMatchObject({ type: 'next' });
  });

  test('that allow trusted documents only, execute nothing else', async () => {
    const { url } = await shop.gateway({}, views);
    const client = await PlainClient.open(`${url}/kiosk`);
    expect(await client.query('1', '{ product { id } }')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'PERSISTED_QUERY_ID_REQUIRED' } }],
    });
  });
});
