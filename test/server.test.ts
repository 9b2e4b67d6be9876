// HTTP server: health, paths, request ids, limits, and the log line of each request.

import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { version } from '../gateway/config/version.ts';
import { customer } from './harness/demo-users.ts';
import { temporaryFolder } from './harness/folder.ts';
import {
  concierge,
  demoConfigFile,
  type GatewayProcess,
  startGateway,
  startGatewayProcess,
} from './harness/gateway.ts';
import { profileQuery } from './harness/profile-query.ts';
import { send, startSubgraphs, type TestSubgraphs } from './harness/subgraphs.ts';

let subgraphs: TestSubgraphs;
let gateway: GatewayProcess;
let removeFolder = () => {};
beforeAll(async () => {
  subgraphs = await startSubgraphs();
  const { users, products } = subgraphs;
  // Orders is down for the log's sake.
  const text = demoConfigFile({ users: users.url, products: products.url });
  const folder = temporaryFolder({ 'gateway.config.mjs': text }, (remove) => {
    removeFolder = remove;
  });
  gateway = await startGatewayProcess(`${folder}/gateway.config.mjs`, { development: true });
});
afterAll(async () => {
  await gateway.process.stop();
  await subgraphs.stop();
  removeFolder();
});

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

test.each(['/healthcheck', '/health', '/readiness'])('%s reports that the gateway is healthy', async (path) => {
  const response = await fetch(`${gateway.origin}${path}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toEqual({ status: 'ok', version, generation: 1 });
  const head = await fetch(`${gateway.origin}${path}`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test('another path gets 404 with the path of GraphQL', async () => {
  const response = await fetch(`${gateway.origin}/graphqI?query={__typename}`);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    errors: [{ message: 'There is nothing at /graphqI. GraphQL is at /graphql.', extensions: { code: 'NOT_FOUND' } }],
  });
});

test("the caller's request id comes back and goes to the services", async () => {
  const response = await post({ query: '{ product(id: "p1") { name } }' }, { 'x-request-id': 'from-the-caller' });
  expect(response.headers.get('x-request-id')).toBe('from-the-caller');
  const line = await subgraphs.products.process.line(({ requestId }) => requestId === 'from-the-caller');
  expect(line.msg).toBe('request');
});

test.each([
  ['no request id', undefined],
  ['one that could forge log lines', 'a b{"level":60}'],
  ['one that is too long', 'x'.repeat(129)],
])('a request with %s gets a new one', async (_what, given) => {
  const response = await post({ query: '{ __typename }' }, given === undefined ? {} : { 'x-request-id': given });
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('a request is one log line: its id, operation, status, duration and calls', async () => {
  await send(gateway.url, profileQuery, { headers: { ...customer, 'x-request-id': 'logged' } });
  const line = await gateway.process.line(({ requestId, msg }) => requestId === 'logged' && msg === 'request');
  expect(line).toEqual({
    level: 30,
    time: expect.any(Number),
    msg: 'request',
    requestId: 'logged',
    method: 'POST',
    path: '/graphql',
    operation: 'Profile',
    document: expect.stringMatching(/^[0-9a-f]{64}$/),
    plan: expect.stringMatching(/^[0-9a-f]{12}$/),
    address: expect.stringContaining('127.0.0.1'),
    userAgent: expect.any(String),
    caller: expect.stringMatching(/^[0-9a-f]{16}$/),
    status: 200,
    duration: expect.any(Number),
    bytes: expect.any(Number),
    cache: 'miss',
    errors: ['SUBGRAPH_UNAVAILABLE'],
    calls: expect.any(Array),
  });
  const calls = line.calls as { subgraph: string; outcome: string; duration: number; detail?: string }[];
  expect(calls.map(({ subgraph, outcome }) => `${subgraph} ${outcome}`).sort()).toEqual([
    'notifications SUBGRAPH_UNAVAILABLE',
    'orders SUBGRAPH_UNAVAILABLE',
    'products ok',
    'users ok',
  ]);
  for (const { duration } of calls) expect(duration).toBeGreaterThanOrEqual(0);
  expect(calls.find(({ subgraph }) => subgraph === 'orders')?.detail).toContain('ECONNREFUSED');
});

test('a request that is no GraphQL is logged with its status', async () => {
  const response = await post('{"query":', { 'x-request-id': 'broken' });
  expect(response.status).toBe(400);
  const line = await gateway.process.line(({ requestId }) => requestId === 'broken');
  expect(line).toMatchObject({ status: 400, calls: [] });
});

test.each([
  ['does not parse', '{ product(id: }', 'GRAPHQL_PARSE_FAILED'],
  ['selects a field that does not exist', '{ product(id: "p1") { colour } }', 'GRAPHQL_VALIDATION_FAILED'],
  ['leaves out an argument', '{ product { name } }', 'GRAPHQL_VALIDATION_FAILED'],
])('an operation that %s is rejected with its code, and no service gets a request', async (_what, query, code) => {
  const { errors } = await send(gateway.url, query, { headers: { 'x-request-id': code } });
  expect(errors?.[0]?.extensions?.code).toBe(code);
  const line = await gateway.process.line(({ requestId }) => requestId === code);
  expect(line.calls).toEqual([]);
});

test('a variable of the wrong type is rejected, and no service gets a request', async () => {
  const { data, errors } = await send(gateway.url, 'query ($id: ID!) { product(id: $id) { name } }', {
    variables: {},
    headers: { 'x-request-id': 'variables' },
  });
  expect(data).toBeUndefined();
  expect(errors?.[0]?.message).toContain('$id');
  const line = await gateway.process.line(({ requestId }) => requestId === 'variables');
  expect(line.calls).toEqual([]);
});

test('a document of two operations runs the one that is named', async () => {
  const query = 'query A { product(id: "p1") { id } } query B { product(id: "p2") { id } }';
  const named = await post({ query, operationName: 'B' });
  expect(await named.json()).toEqual({ data: { product: { id: 'p2' } } });
});

test('a query may come by GET; a mutation may not', async () => {
  const by = (query: string) =>
    fetch(`${gateway.url}?query=${encodeURIComponent(query)}`, { headers: { 'graphql-require-preflight': '1' } });
  expect(await (await by('{ product(id: "p1") { id } }')).json()).toEqual({ data: { product: { id: 'p1' } } });
  const mutation = await by('mutation { setStock(productId: "p1", quantity: 0) { id } }');
  expect(mutation.status).toBe(405);
  expect(mutation.headers.get('allow')).toBe('POST');
});

test('a body larger than allowed is rejected', async () => {
  const { products } = subgraphs;
  const small = await startGateway({ products: products.url }, { maxBodyBytes: 1000 });
  onTestFinished(async () => {
    await small.stop();
  });
  const send = (body: BodyInit) =>
    fetch(small.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    } as RequestInit);
  const large = JSON.stringify({ query: `{ __typename } # ${'x'.repeat(2000)}` });
  expect((await send(large)).status).toBe(413);
  expect((await send(new Blob([large]).stream())).status).toBe(413);
  expect((await send('{"query":"{ __typename }"}')).status).toBe(200);
});

test('GraphiQL can be switched off, and is off in production', async () => {
  const { products } = subgraphs;
  const off = await startGateway({ products: products.url }, { graphiql: false });
  onTestFinished(async () => {
    await off.stop();
  });
  const response = await fetch(off.url, { headers: { accept: 'text/html' } });
  expect(await response.text()).not.toContain('<html');
});

test('a port in use is named, with the ways to take another one, and the exit code is 1', async () => {
  const { port } = new URL(gateway.origin);
  const folder = temporaryFolder({ 'gateway.config.mjs': demoConfigFile({}) });
  const second = concierge(['start', '--config', `${folder}/gateway.config.mjs`, '--port', port]);
  expect(await second.exit).toBe(1);
  expect(second.output()).toBe(
    `Port ${port} on 127.0.0.1 is in use. Stop the program that uses it, or choose another port: --port, PORT, or \`port\` in the configuration.\n`,
  );
});
