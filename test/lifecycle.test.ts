// Start and stop: services that are not there yet, clients that disconnect, and a gateway that drains.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../gateway/index.ts';
import { customer, orderDesk } from './harness/demo-users.ts';
import { temporaryFolder } from './harness/folder.ts';
import { demoConfigFile, type GatewayProcess, root, startGatewayProcess } from './harness/gateway.ts';
import { silence, startUpstream, type Upstream } from './harness/servers.ts';
import { send, startSubgraph, type TestSubgraph } from './harness/subgraphs.ts';

const quickQuery = '{ product(id: "p1") { name } }';
const slowQuery = 'query Slow { user(id: "u1") { name } }';

let users: TestSubgraph;
let products: TestSubgraph;
/** Accepts requests and never responds: what `shared` has for users. */
let silent: Upstream;
/** A gateway for tests that do not stop it; orders is down. */
let shared: GatewayProcess;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
  [users, products, silent] = await Promise.all([
    startSubgraph('users'),
    startSubgraph('products'),
    startUpstream(silence),
  ]);
  undo.push(users.stop, products.stop, silent.stop);
  shared = await startGateway({}, { users: silent.url }, (stop) => undo.unshift(stop));
});
afterAll(async () => {
  for (const one of undo) await one();
});

/** A gateway over users and products; orders is down. @param later takes what stops it. */
async function startGateway(
  options: Partial<GatewayConfig>,
  urls: { users?: string },
  later: (stop: () => Promise<unknown>) => void,
): Promise<GatewayProcess> {
  const text = demoConfigFile({ users: users.url, products: products.url, ...urls }, options);
  const folder = temporaryFolder({ 'gateway.config.mjs': text }, later as (remove: () => void) => void);
  const gateway = await startGatewayProcess(`${folder}/gateway.config.mjs`, { development: true });
  later(() => gateway.process.stop());
  return gateway;
}

/** A gateway of its own for a test. */
function startOwn(options: Partial<GatewayConfig> = {}, urls: { users?: string } = {}): Promise<GatewayProcess> {
  return startGateway(options, urls, (stop) => onTestFinished(async () => void (await stop())));
}

/** A service that accepts requests and never responds; it ends with the test. */
async function silentUpstream(): Promise<Upstream> {
  const upstream = await startUpstream(silence);
  onTestFinished(() => upstream.stop());
  return upstream;
}

interface Held {
  upstream: Upstream;
  release(): void;
}

/** A proxy of the users service that holds its responses until they are released; it ends with the test. */
async function heldUsers(): Promise<Held> {
  const released = Promise.withResolvers<void>();
  const upstream = await startUpstream(async (response, { body }) => {
    await released.promise;
    const headers = { 'content-type': 'application/json' };
    const result = await fetch(users.url, { method: 'POST', headers, body: JSON.stringify(body) });
    response.end(await result.text());
  });
  onTestFinished(() => upstream.stop());
  return { upstream, release: released.resolve };
}

test('the gateway starts while a service is down, and serves the rest', async () => {
  const { url } = shared;
  const query = '{ product(id: "p1") { name } order(id: "o1") { status } }';
  const { data, errors } = await send(url, query, { headers: orderDesk });
  expect(data).toEqual({ product: { name: expect.any(String) }, order: null });
  expect(errors).toMatchObject([{ path: ['order'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'orders' } }]);
});

test('a client that disconnects cancels its subgraph requests', async () => {
  const { url, process } = shared;
  const leaving = new AbortController();
  const requested = send(url, slowQuery, { signal: leaving.signal, headers: orderDesk });
  const request = await silent.firstRequest;
  leaving.abort();
  await expect(requested).rejects.toThrow();
  expect(await request.aborted).toBe(true);
  const line = await process.line(({ msg, operation }) => msg === 'request' && operation === 'Slow');
  expect(line).toMatchObject({ status: 499, calls: [{ subgraph: 'users', outcome: 'CANCELLED' }] });
  expect(process.output()).toBe('');
});

test('the disconnect of a client reaches a real service', async () => {
  const far = await startSubgraph('users', { latency: 60_000 });
  onTestFinished(async () => {
    await far.stop();
  });
  const { url } = await startOwn({}, { users: far.url });
  const leaving = new AbortController();
  const requested = send(url, slowQuery, {
    signal: leaving.signal,
    headers: { ...orderDesk, 'x-request-id': 'leaves' },
  });
  // Whole requests to another service, so that the one to users is on its way.
  for (let sent = 0; sent < 3; sent++) await send(url, quickQuery);
  leaving.abort();
  await expect(requested).rejects.toThrow();
  const line = await far.process.line(({ requestId }) => requestId === 'leaves');
  expect(line).toMatchObject({ msg: 'request', aborted: true });
});

test('after a disconnect in the first round there is no second one', async () => {
  const { url, process } = shared;
  products.clear();
  const before = silent.requests.length;
  const leaving = new AbortController();
  const query = 'query Two { user(id: "u1") { saved(first: 3) { ... on Product { name } } } }';
  const requested = send(url, query, { signal: leaving.signal, headers: orderDesk });
  await expect.poll(() => silent.requests.length).toBe(before + 1);
  leaving.abort();
  await expect(requested).rejects.toThrow();
  await process.line(({ operation }) => operation === 'Two');
  expect(await products.settled()).toEqual([]);
});

test('on SIGTERM the gateway finishes what runs, accepts nothing new, and ends with exit code 0', async () => {
  const { upstream, release } = await heldUsers();
  const { url, process } = await startOwn({}, { users: upstream.url });
  const running = send(url, slowQuery, { headers: orderDesk });
  await upstream.firstRequest;
  process.signal('SIGTERM');
  await process.line(({ msg }) => msg === 'stopping');
  await expect(send(url, quickQuery)).rejects.toThrow('fetch failed');
  release();
  expect((await running).data).toEqual({ user: { name: expect.any(String) } });
  expect(await process.exit).toBe(0);
  expect(process.lines().map(({ msg }) => msg)).toEqual(['listening', 'stopping', 'request', 'stopped']);
});

test('after SIGTERM the gateway serves for `shutdownDelay`, and SIGHUP only writes a line', async () => {
  const { url, process } = await startOwn({ shutdownDelay: '1h' });
  process.signal('SIGHUP');
  await process.line(({ msg }) => msg === 'nothing is reloaded without a supervisor');
  process.signal('SIGTERM');
  expect(await process.line(({ msg }) => msg === 'stopping')).toMatchObject({
    signal: 'SIGTERM',
    acceptingMs: 3_600_000,
  });
  expect((await fetch(new URL('/readiness', url))).status).toBe(503);
  expect((await send(url, quickQuery)).data).toEqual({ product: { name: expect.any(String) } });
  expect(await process.insist('SIGINT')).toBe(1);
});

test.each([
  ['has closed its pipe', async (log: Readable) => void log.destroy()],
  [
    'does not read',
    async (log: Readable, url: string) => {
      log.pause();
      // More lines than a pipe and the stream before it take.
      for (let count = 0; count < 1500; count += 1) await send(url, '{ __typename }');
    },
  ],
])('a gateway ends, though the reader of its log %s', async (_what, leave) => {
  const text = demoConfigFile({ users: users.url, products: products.url }, { log: { level: 'info' } });
  const file = `${temporaryFolder({ 'gateway.config.mjs': text })}/gateway.config.mjs`;
  const child = spawn(process.execPath, [`${root}gateway/cli.ts`, 'start', '--development', '--config', file], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = await new Promise<string>((resolve) => {
    let log = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
      const listening = /"url":"([^"]+)"/.exec(log)?.[1];
      if (listening) resolve(listening);
    });
  });
  await leave(child.stdout, url);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('requests that outlast the grace period get what is known, and the gateway ends with exit code 0', async () => {
  const upstream = await silentUpstream();
  const { url, process } = await startOwn({ shutdownGrace: 100 }, { users: upstream.url });
  const running = send(url, slowQuery, { headers: orderDesk });
  const request = await upstream.firstRequest;
  process.signal('SIGTERM');
  expect(await running).toMatchObject({ errors: [{ extensions: { code: 'SHUTTING_DOWN' } }] });
  expect(await request.aborted).toBe(true);
  expect(await process.exit).toBe(0);
  expect(process.lines()).toContainEqual(
    expect.objectContaining({ msg: 'requests were still running at the end of the grace period', cut: 1 }),
  );
});

test('on a later SIGTERM, the gateway ends at once', async () => {
  const upstream = await silentUpstream();
  const { url, process } = await startOwn({ shutdownGrace: '1m' }, { users: upstream.url });
  const running = send(url, slowQuery, { headers: orderDesk });
  await upstream.firstRequest;
  process.signal('SIGTERM');
  await process.line(({ msg }) => msg === 'stopping');
  const [code] = await Promise.all([process.insist('SIGTERM'), expect(running).rejects.toThrow()]);
  expect(code).toBe(1);
});

test('an idle connection does not delay the end', async () => {
  const { url, process } = await startOwn({ shutdownGrace: '1m' });
  const socket = await open(url);
  const closed = once(socket, 'close');
  await send(url, quickQuery, { headers: customer });
  expect(await process.stop()).toBe(0);
  await closed;
});

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}
