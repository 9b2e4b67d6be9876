// Subgraph client over real HTTP: the result of each way in which a server can fail.
import { expect, onTestFinished, test } from 'vitest';
import { type Behaviour, closedUrl, cutOff, responding, silence } from '../../test/harness/servers.ts';
import { scope, upstream } from '../../test/harness/test-upstream.ts';
import { SubgraphClient, type SubgraphClientOptions } from './subgraph-client.ts';

const body = '{"query":"{ product { name } }"}';
const result = { data: { product: { name: 'Kettle' } } };

function client(urls: string | string[], options: Partial<SubgraphClientOptions> = {}): SubgraphClient {
  const made = new SubgraphClient({
    name: 'products',
    urls: [urls].flat(),
    timeout: 20_000,
    maxResponseBytes: 1_000_000,
    subscriptions: { max: 10, end: 'complete', startTimeout: 20_000 },
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

test('a request is sent as JSON with the request id, and its response is read', async () => {
  const server = await upstream(responding(200, result));
  const requested = scope();
  expect(await client(server.url).send(body, requested)).toMatchObject(result);
  const [request] = server.requests;
  expect(request?.body).toEqual({ query: '{ product { name } }' });
  expect(request?.headers).toMatchObject({
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json;q=0.9',
    'x-request-id': 'r1',
  });
  expect(requested.calls).toEqual([{ subgraph: 'products', duration: expect.any(Number), outcome: 'ok' }]);
});

test('a response in many pieces, cut inside a character, is put together', async () => {
  const whole = Buffer.from(JSON.stringify({ data: { name: 'Käsespätzle €' } }));
  const server = await upstream(async (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    for (const byte of whole) await new Promise((sent) => response.write(Buffer.from([byte]), sent));
    response.end();
  });
  expect(await client(server.url).send(body, scope())).toMatchObject({ data: { name: 'Käsespätzle €' } });
});

test.each<[string, Behaviour]>([
  ['HTTP status 500', responding(500, { errors: [{ message: 'no' }], data: { product: null } })],
  ['HTTP status 200', responding(200, { errors: [{ message: 'no' }], data: { product: null } })],
])('a GraphQL response with %s is a response', async (_status, behave) => {
  const server = await upstream(behave);
  expect(await client(server.url).send(body, scope())).toMatchObject({
    data: { product: null },
    errors: [{ message: 'no' }],
  });
});

test('a response of errors alone is a response', async () => {
  const server = await upstream(responding(400, { errors: [{ message: 'Cannot query field "name".' }] }));
  expect(await client(server.url).send(body, scope())).toMatchObject({
    errors: [{ message: 'Cannot query field "name".' }],
  });
});

test.each<[string, Behaviour, string, string | RegExp]>([
  [
    'HTTP status 500 in plain text',
    responding(500, 'down for maintenance', 'text/plain'),
    'SUBGRAPH_UNAVAILABLE',
    'HTTP status 500 without a GraphQL response',
  ],
  [
    'a page of HTML',
    responding(200, '<html>Welcome</html>', 'text/html'),
    'SUBGRAPH_BAD_RESPONSE',
    'HTTP status 200, 20 bytes, not a GraphQL response',
  ],
  ['broken JSON', responding(200, '{"data":{'), 'SUBGRAPH_BAD_RESPONSE', /not a GraphQL response/],
  ['an empty body', responding(200, ''), 'SUBGRAPH_BAD_RESPONSE', /0 bytes/],
  ['an empty object', responding(200, {}), 'SUBGRAPH_BAD_RESPONSE', /not a GraphQL response/],
  [
    'data that is null without an error',
    responding(200, { data: null }),
    'SUBGRAPH_BAD_RESPONSE',
    /not a GraphQL response/,
  ],
  ['data that is a text', responding(200, { data: 'Kettle' }), 'SUBGRAPH_BAD_RESPONSE', /not a GraphQL response/],
  ['data that is a list', responding(200, { data: [] }), 'SUBGRAPH_BAD_RESPONSE', /not a GraphQL response/],
  ['errors that are an empty list', responding(200, { errors: [] }), 'SUBGRAPH_BAD_RESPONSE', /not a GraphQL response/],
  ['a JSON list', responding(200, []), 'SUBGRAPH_BAD_RESPONSE', /not a GraphQL response/],
  ['HTTP status 404', responding(404, 'no such page', 'text/plain'), 'SUBGRAPH_BAD_RESPONSE', /HTTP status 404/],
  ['a response that breaks off', cutOff, 'SUBGRAPH_UNAVAILABLE', /ECONNRESET: the service closed the connection/],
  [
    'a connection that is destroyed before the response',
    (response) => response.socket?.destroy(),
    'SUBGRAPH_UNAVAILABLE',
    /ECONNRESET: the service closed the connection/,
  ],
])('%s is a failure of the subgraph', async (_what, behave, code, detail) => {
  const server = await upstream(behave);
  const requested = scope();
  const failure = client(server.url).send(body, requested);
  await expect(failure).rejects.toMatchObject({ name: 'SubgraphError', code, subgraph: 'products' });
  await expect(failure).rejects.toMatchObject({
    detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
  });
  expect(requested.calls).toMatchObject([{ subgraph: 'products', outcome: code }]);
});

test('the messages for clients have neither URLs nor causes', async () => {
  await expect(client(closedUrl).send(body, scope())).rejects.toThrow(
    /^The subgraph "products" could not be reached\.$/,
  );
  const server = await upstream(responding(200, '<html>', 'text/html'));
  await expect(client(server.url).send(body, scope())).rejects.toThrow(
    /^The subgraph "products" returned an unusable response\.$/,
  );
});

test('a closed port is a subgraph that cannot be reached', async () => {
  const requested = scope();
  await expect(client(closedUrl).send(body, requested)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  expect(requested.calls).toMatchObject([
    { outcome: 'SUBGRAPH_UNAVAILABLE', detail: expect.stringContaining('ECONNREFUSED') },
  ]);
});

test('a host name that does not exist is a subgraph that cannot be reached', async () => {
  await expect(client('http://products.invalid/graphql').send(body, scope())).rejects.toMatchObject({
    code: 'SUBGRAPH_UNAVAILABLE',
  });
});

test('a server that never responds is cut off after the time-out, with an error for that', async () => {
  const server = await upstream(silence);
  const requested = scope();
  await expect(client(server.url, { timeout: 100 }).send(body, requested)).rejects.toMatchObject({
    code: 'SUBGRAPH_TIMEOUT',
    message: 'The subgraph "products" did not respond in time.',
    detail: 'no complete response within 100 ms',
  });
  expect(await server.requests[0]?.aborted).toBe(true);
  expect(requested.calls).toMatchObject([{ outcome: 'SUBGRAPH_TIMEOUT' }]);
});

test('a response that trickles in for ever is cut off after the time-out', async () => {
  const server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{');
    const trickle = setInterval(() => response.write(' '), 20);
    response.once('close', () => clearInterval(trickle));
  });
  await expect(client(server.url, { timeout: 200 }).send(body, scope())).rejects.toMatchObject({
    code: 'SUBGRAPH_TIMEOUT',
  });
  expect(await server.requests[0]?.aborted).toBe(true);
});

test('a request that waits for its place is cut off after the time-out as well', async () => {
  const server = await upstream(silence);
  const one = client(server.url, {
    timeout: 100,
    resilience: { bulkhead: { concurrency: 1, maxQueue: 10, maxQueueTime: 5_000 } },
  });
  const both = await Promise.allSettled([one.send(body, scope()), one.send(body, scope())]);
  expect(both).toMatchObject([{ reason: { code: 'SUBGRAPH_TIMEOUT' } }, { reason: { code: 'SUBGRAPH_TIMEOUT' } }]);
});

test('a response larger than allowed is cut off without reading the rest', async () => {
  const server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(`{"data":{"name":"${'x'.repeat(2000)}`);
  });
  await expect(client(server.url, { maxResponseBytes: 1000 }).send(body, scope())).rejects.toMatchObject({
    code: 'SUBGRAPH_BAD_RESPONSE',
    detail: 'the response is longer than 1000 bytes',
  });
  expect(await server.requests[0]?.aborted).toBe(true);
});

test('two URLs are used in turn where that is configured', async () => {
  const [one, two] = await Promise.all([upstream(responding(200, result)), upstream(responding(200, result))]);
  const both = client([one.url, two.url], { resilience: { balance: 'roundRobin' } });
  for (let sent = 0; sent < 4; sent++) await both.send(body, scope());
  expect([one.requests.length, two.requests.length]).toEqual([2, 2]);
});

test('where one of two URLs is down, the other one is used instead', async () => {
  const server = await upstream(responding(200, result));
  const both = client([closedUrl, server.url]);
  for (let sent = 0; sent < 4; sent++) expect(await both.send(body, scope())).toMatchObject(result);
  expect(server.requests).toHaveLength(4);
});

test('a mutation that an address received is not sent to another one: its service may have acted on it', async () => {
  const [broken, fine] = await Promise.all([
    upstream((response) => response.socket?.destroy()),
    upstream(responding(200, result)),
  ]);
  const both = client([broken.url, fine.url], { resilience: { balance: 'roundRobin' } });
  await expect(both.send(body, scope())).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  expect(fine.requests).toHaveLength(0);
});

test('a subgraph that is down at both URLs cannot be reached', async () => {
  await expect(client([closedUrl, closedUrl]).send(body, scope())).rejects.toMatchObject({
    code: 'SUBGRAPH_UNAVAILABLE',
  });
});

test("a URL's path and query are sent as they are, and its credentials as such", async () => {
  const server = await upstream(responding(200, result));
  const url = new URL(server.url);
  url.username = 'me';
  url.password = 'p@ss';
  await client(url.href).send(body, scope());
  expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
});

test('a cancelled request ends the exchange that runs', async () => {
  const server = await upstream(silence);
  const requested = scope();
  const sent = client(server.url).send(body, requested);
  const request = await server.firstRequest;
  requested.cancellation.cancel();
  await expect(sent).rejects.toMatchObject({ name: 'RequestCancelled' });
  expect(await request.aborted).toBe(true);
  expect(requested.calls).toMatchObject([{ subgraph: 'products', outcome: 'CANCELLED' }]);
});

test('a request that was cancelled before is not sent', async () => {
  const server = await upstream(responding(200, result));
  const requested = scope();
  requested.cancellation.cancel();
  await expect(client(server.url).send(body, requested)).rejects.toMatchObject({ name: 'RequestCancelled' });
  expect(server.requests).toHaveLength(0);
});

test('cancelling one request leaves the others alone', async () => {
  let release = () => {};
  const server = await upstream((response) => {
    const before = release;
    release = () => {
      before();
      response.end(JSON.stringify(result));
    };
  });
  const shared = client(server.url);
  const [given, retained] = [scope(), scope()];
  const sent = shared.send(body, given);
  const { aborted } = await server.firstRequest;
  const other = shared.send(body, retained);
  given.cancellation.cancel();
  await expect(sent).rejects.toMatchObject({ name: 'RequestCancelled' });
  expect(await aborted).toBe(true);
  await expect.poll(() => server.requests.length).toBe(2);
  release();
  expect(await other).toMatchObject(result);
});
