// Service command and service lifetime: its messages, its log, its end.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProcess } from '../harness/process.ts';
import { send, startSubgraph, type TestSubgraph } from '../harness/subgraphs.ts';

const script = 'subgraphs/start.ts';

let slow: TestSubgraph;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'concierge-subgraphs-'));
  // Far longer than any of these tests: a response would be an error.
  slow = await startSubgraph('users', { latency: 60_000 });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('an unknown service is rejected with the names of those there are', async () => {
  const process = startProcess({ script, args: ['customers'] });
  expect(await process.exit).toBe(2);
  expect(process.output()).toBe(
    'There is no service "customers". The services are: users, orders, products, notifications, payments.\n',
  );
});

test('a port that is in use is named together with the option that changes it', async () => {
  const { port } = new URL(slow.url);
  const process = startProcess({ script, args: ['users', '--port', port] });
  expect(await process.exit).toBe(1);
  expect(process.output()).toBe(`Port ${port} on 127.0.0.1 is in use. Choose another one with --port.\n`);
});

test('a port that is no port is rejected', async () => {
  const process = startProcess({ script, args: ['users', '--port', '70000'] });
  expect(await process.exit).toBe(2);
  expect(process.output()).toContain('A port is a whole number from 0 to 65535.');
});

test('a client that disconnects while it waits is logged at once as aborted', async () => {
  const client = new AbortController();
  const headers = { 'x-request-id': 'gone-1' };
  const requested = send(slow.url, 'query Impatient { user(id: "u1") { name } }', { headers, signal: client.signal });
  const rejected = expect(requested).rejects.toThrow();
  // Connections are accepted in turn: once a later request has its response, the service has the earlier one.
  await expect(fetch(new URL('/health', slow.url))).resolves.toMatchObject({ status: 200 });
  client.abort();
  await rejected;
  const [request] = await slow.waitForRequests(1);
  expect(request).toMatchObject({ requestId: 'gone-1', aborted: true });
  expect(request!.respondedAt - request!.receivedAt).toBeLessThan(30_000);
});

test('a service that gets SIGTERM finishes the request that is running', async () => {
  const service = await startSubgraph('products', { latency: 300 });
  const response = send(service.url, 'query Last { product(id: "p1") { id } }');
  // As above: the service has the request before it gets the signal.
  await fetch(new URL('/health', service.url));
  service.process.signal('SIGTERM');
  expect(await response).toEqual({ data: { product: { id: 'p1' } } });
  expect(await service.process.exit).toBe(0);
  expect(service.requests()).toMatchObject([{ operation: 'Last', rootFields: ['product'] }]);
  expect(service.requests()[0]).not.toHaveProperty('aborted');
});

test('a service with idle connections stops at once', async () => {
  const service = await startSubgraph('users');
  await send(service.url, '{ __typename }');
  expect(await service.stop()).toBe(0);
});

test('a request is logged with its operation and its cost', async () => {
  const service = await startSubgraph('users');
  const query =
    'query Two { ...Both } fragment Both on Query { user(id: "u1") { name } users(first: 1) { totalCount } }';
  await send(service.url, query, { headers: { 'x-request-id': 'r-7' } });
  const [request] = await service.waitForRequests(1);
  expect(request).toMatchObject({
    subgraph: 'users',
    requestId: 'r-7',
    operation: 'Two',
    rootFields: ['user', 'users'],
    query,
    statements: 2,
  });
  expect(request!.respondedAt).toBeGreaterThan(request!.receivedAt);
  expect(service.process.lines()[0]).toMatchObject({ msg: 'listening', subgraph: 'users', url: service.url });
  await service.stop();
});

test('a database file retains its data from one start to the next', async () => {
  const database = join(folder, 'products.db');
  const first = await startSubgraph('products', { database });
  await send(first.url, 'mutation { setStock(productId: "p5", quantity: 12345) { id } }');
  await first.stop();
  const second = await startSubgraph('products', { database });
  const response = await send(second.url, '{ product(id: "p5") { inStock } products(first: 1) { totalCount } }');
  expect(response.data).toEqual({ product: { inStock: 12345 }, products: { totalCount: 500 } });
  await second.stop();
});

test('nothing but GraphQL and readiness is served', async () => {
  const home = await fetch(new URL('/', slow.url), { headers: { accept: 'text/html' } });
  expect(home.status).toBe(404);
});

test('a client that has disconnected does not hold a service open', async () => {
  expect(await slow.stop()).toBe(0);
});
