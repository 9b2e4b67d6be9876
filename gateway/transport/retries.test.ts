// Retries over real sockets, with faults of the network between the gateway and the service.
import { expect, onTestFinished, test } from 'vitest';
import { FaultProxy, type Faults } from '../../test/harness/faults/fault-proxy.ts';
import { type Behaviour, closedUrl, responding } from '../../test/harness/servers.ts';
import { scope, upstream } from '../../test/harness/test-upstream.ts';
import { FetchProfile, plainQuery, unknownFetch } from './fetch-profile.ts';
import type { Resilience } from './resilience.ts';
import { type SubgraphCall, SubgraphClient, type SubgraphResponse } from './subgraph-client.ts';

const body = '{"query":"{ a }"}';
const result = { data: { a: 'one' } };

function client(urls: readonly string[], resilience: Partial<Resilience> = {}, timeout = 20_000): SubgraphClient {
  const made = new SubgraphClient({
    ...{ name: 'products', urls, timeout, maxResponseBytes: 1_000_000 },
    subscriptions: { max: 10, end: 'complete', startTimeout: 20_000 },
    resilience: { balance: 'roundRobin', ...resilience },
  });
  onTestFinished(() => made.close());
  return made;
}

async function proxied(behave: Behaviour = responding(200, result), faults: Faults = {}) {
  const service = await upstream(behave);
  const proxy = await FaultProxy.start(service.url, faults);
  onTestFinished(() => proxy.stop());
  return { service, proxy };
}

const query = (of: SubgraphClient, requested = scope()): Promise<SubgraphResponse> =>
  of.send(body, requested, plainQuery);
const mutation = (of: SubgraphClient, requested = scope()): Promise<SubgraphResponse> =>
  of.send(body, requested, unknownFetch);

/** Fails `times` requests in this way, and responds to the others. */
function failing(times: number, fail: Behaviour): Behaviour {
  let left = times;
  return (response, request) => {
    left -= 1;
    (left >= 0 ? fail : responding(200, result))(response, request);
  };
}

test.each<[string, Behaviour]>([
  ['a connection that is reset', (response) => response.socket?.destroy()],
  ['HTTP status 502', responding(502, 'bad gateway', 'text/plain')],
  ['HTTP status 503', responding(503, 'unavailable', 'text/plain')],
  ['HTTP status 504', responding(504, 'time-out', 'text/plain')],
])('after %s, a query is sent to another address, a mutation is not', async (_failure, fail) => {
  const [broken, fine] = await Promise.all([upstream(failing(2, fail)), upstream(responding(200, result))]);
  const both = client([broken.url, fine.url]);
  const requested = scope();
  expect(await query(both, requested)).toMatchObject(result);
  expect(requested.calls).toMatchObject([{ outcome: 'ok', attempts: 2 }]);
  expect([broken.requests.length, fine.requests.length]).toEqual([1, 1]);
  const failed = [mutation(both), mutation(both)];
  expect((await Promise.allSettled(failed)).map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect([broken.requests.length, fine.requests.length]).toEqual([2, 2]);
});

test('with one address, a query is sent to it once more', async () => {
  const server = await upstream(failing(1, (response) => response.socket?.destroy()));
  expect(await query(client([server.url]))).toMatchObject(result);
  expect(server.requests).toHaveLength(2);
});

test('after a blocked event loop, nothing is sent again for which there is no time left', async () => {
  const server = await upstream((response) => response.socket?.destroy());
  const sent = query(client([server.url], {}, 200));
  const failed = expect(sent).rejects.toMatchObject({ name: 'SubgraphError' });
  while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  // Time for the end of the connection, which a pause of 25 ms at least follows.
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  for (const until = performance.now() + 400; performance.now() < until; );
  await failed;
  expect(server.requests).toHaveLength(1);
});

test('a query that goes on failing is sent twice, and fails with the last failure', async () => {
  const server = await upstream(responding(503, 'unavailable', 'text/plain'));
  const requested = scope();
  await expect(query(client([server.url]), requested)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  expect(server.requests).toHaveLength(2);
  expect(requested.calls).toMatchObject([{ attempts: 2, detail: 'HTTP status 503 without a GraphQL response' }]);
});

test.each<[string, Behaviour]>([
  ['HTTP status 500', responding(500, 'error', 'text/plain')],
  ['HTTP status 429', responding(429, 'slow down', 'text/plain')],
  ['HTTP status 503 with a GraphQL response', responding(503, { errors: [{ message: 'no' }] })],
  ['a page of HTML', responding(200, '<html>', 'text/html')],
])('%s is not retried', async (_what, behave) => {
  const server = await upstream(behave);
  await query(client([server.url])).catch(() => null);
  expect(server.requests).toHaveLength(1);
});

test('a response that breaks off is requested again as a whole', async () => {
  const { proxy, service } = await proxied(responding(200, { data: { a: 'x'.repeat(10_000) } }), { cutAfter: 500 });
  expect(await query(client([proxy.url]))).toMatchObject({ data: { a: 'x'.repeat(10_000) } });
  expect(service.requests).toHaveLength(2);
});

test('the time-out is for all attempts together', async () => {
  const server = await upstream((response) => {
    setTimeout(() => response.socket?.destroy(), 150);
  });
  // Each attempt ends before it: an attempt that had all of it would be no time-out.
  await expect(query(client([server.url], {}, 300))).rejects.toMatchObject({ code: 'SUBGRAPH_TIMEOUT' });
});

test('Retry-After of the only address is waited for where the time-out allows it', async () => {
  const unavailable: Behaviour = (response) => response.writeHead(503, { 'retry-after': '1' }).end('unavailable');
  const [patient, hasty] = await Promise.all([upstream(failing(1, unavailable)), upstream(failing(1, unavailable))]);
  const waited = query(client([patient.url]));
  await expect(query(client([hasty.url], {}, 900))).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  expect(hasty.requests).toHaveLength(1);
  const started = performance.now();
  expect(await waited).toMatchObject(result);
  expect(patient.requests).toHaveLength(2);
  expect(performance.now() - started).toBeGreaterThan(500);
});

test('a client that leaves during the pause before a retry ends it', async () => {
  const unavailable: Behaviour = (response) => response.writeHead(503, { 'retry-after': '1' }).end('unavailable');
  const server = await upstream(failing(1, unavailable));
  const requested = scope();
  const sent = query(client([server.url]), requested);
  const { aborted } = await server.firstRequest;
  await aborted;
  setImmediate(() => requested.cancellation.cancel());
  await expect(sent).rejects.toMatchObject({ name: 'RequestCancelled' });
  expect(requested.calls).toMatchObject([{ outcome: 'CANCELLED' }]);
});

test('where nothing accepts connections, mutations go to another address as well', async () => {
  const server = await upstream(responding(200, result));
  const both = client([closedUrl, closedUrl.replace('127.0.0.1', '127.0.0.2'), server.url]);
  for (let sent = 0; sent < 6; sent++) expect(await mutation(both)).toMatchObject(result);
  expect(server.requests).toHaveLength(6);
});

test('where no address accepts connections, each is tried, and one of them once more', async () => {
  const closed = ['127.0.0.1', '127.0.0.2', '127.0.0.3'].map((host) => closedUrl.replace('127.0.0.1', host));
  for (const [urls, attempts] of [
    [closed, 4],
    [closed.slice(0, 1), 2],
  ] as const) {
    const requested = scope();
    await expect(query(client(urls), requested)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(requested.calls).toMatchObject([{ attempts }]);
  }
});

test('an address that does not complete connections is passed over after the time-out of connections', async () => {
  const server = await upstream(responding(200, result));
  // Not routed: packets to it disappear, or are rejected at once.
  const both = client(['http://192.0.2.1/graphql', server.url], { connectTimeout: 100 });
  expect(await mutation(both)).toMatchObject(result);
});

test('retries end with their budget', async () => {
  const server = await upstream(responding(503, 'unavailable', 'text/plain'));
  const retry = { maxAttempts: 2, share: 0.1, minPerSecond: 1 };
  const few = client([server.url], { retry, breaker: null });
  for (let sent = 0; sent < 5; sent++) {
    await Promise.allSettled(Array.from({ length: 20 }, () => query(few)));
  }
  // 100 requests: 10 retries of the floor in ten seconds, and 10 % of the requests.
  expect(server.requests.length).toBeGreaterThanOrEqual(110);
  expect(server.requests.length).toBeLessThanOrEqual(120);
  expect(few.state().retriesLeft).toBe(0);
});

test('a service that closes idle connections at random fails no query', async () => {
  const { proxy } = await proxied(responding(200, result), { idle: 4 });
  // Without a retry, but for connections that were idle.
  const one = client([proxy.url], { retry: { maxAttempts: 1, share: 0, minPerSecond: 0 }, breaker: null });
  const worker = async () => {
    for (let sent = 0; sent < 50; sent++) {
      expect(await query(one)).toMatchObject(result);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  expect(proxy.accepted).toBeGreaterThan(10);
});

test('a service that closes idle connections early gets each mutation on a new one', async () => {
  const { proxy } = await proxied(responding(200, result), { idle: 1 });
  const one = client([proxy.url]);
  await mutation(one);
  await expect.poll(() => proxy.open).toBe(0);
  for (let sent = 0; sent < 100; sent++) expect(await mutation(one)).toMatchObject(result);
  expect(proxy.accepted).toBe(101);
});

test('a service that ends a connection while a request is written to it gets each mutation on a new one', async () => {
  const sockets: unknown[] = [];
  const server = await upstream((response, request) => {
    const isReused = sockets.includes(response.socket);
    if (!isReused) sockets.push(response.socket);
    if (isReused && sockets.length === 1) response.socket?.destroy();
    else responding(200, result)(response, request);
  });
  const one = client([server.url]);
  await query(one);
  // Sent once more, on a new connection.
  await query(one);
  expect(sockets).toHaveLength(2);
  for (let sent = 0; sent < 3; sent++) await mutation(one);
  expect(sockets).toHaveLength(5);
});

test('mutations share connections that were used a moment ago, and none that were idle for a second', async () => {
  const { proxy } = await proxied();
  const one = client([proxy.url]);
  for (let sent = 0; sent < 20; sent++) {
    await mutation(one);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const shared = proxy.accepted;
  expect(shared).toBeLessThan(5);
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  await mutation(one);
  expect(proxy.accepted).toBe(shared + 1);
});

test('a connection gets no requests after its age', async () => {
  const { proxy } = await proxied();
  const one = client([proxy.url], { connectionAge: 50 });
  await query(one);
  await new Promise((resolve) => setTimeout(resolve, 60));
  await query(one);
  expect(proxy.accepted).toBe(2);
});

test('connections that are reset with a request, or whose end gets lost, fail no query', async () => {
  const [resetting, lost, fine] = await Promise.all([proxied(undefined, { resets: true }), proxied(), proxied()]);
  const afterReset = client([resetting.proxy.url, fine.proxy.url]);
  const afterEnd = client([lost.proxy.url, fine.proxy.url]);
  await query(afterEnd);
  lost.proxy.faults = { isHalfOpen: true };
  await lost.service.stop();
  await query(afterEnd);
  expect(await Promise.all([query(afterReset), query(afterEnd)])).toMatchObject([result, result]);
});

test('a query without a response goes to another address after a second, and the first response counts', async () => {
  const [hung, fine] = await Promise.all([proxied(responding(200, result), { isBlackHole: true }), proxied()]);
  const both = client([hung.proxy.url, fine.proxy.url]);
  const requested = scope();
  expect(await query(both, requested)).toMatchObject(result);
  expect(requested.calls).toMatchObject([{ outcome: 'ok', attempts: 2 }]);
  expect(hung.service.requests).toHaveLength(0);
  // The request that has lost is cancelled, and its connection with it.
  await expect.poll(() => hung.proxy.open).toBe(0);
  expect(both.state().addresses).toMatchObject([{ failuresInRow: 1, inFlight: 0 }, { failuresInRow: 0 }]);
});

test('with hedging, a query that is late goes to another address too, within the budget', async () => {
  const [late, fine] = await Promise.all([proxied(), proxied()]);
  const both = client([late.proxy.url, fine.proxy.url], { hedge: { share: 0.05 } });
  // A profile of its own: the 99th percentile is that of one fetch.
  const profile = new FetchProfile(true, true);
  const hedged = async () => {
    const requested = scope();
    await both.send(body, requested, profile);
    return (requested.calls as SubgraphCall[])[0]?.attempts;
  };
  for (let sent = 0; sent < 120; sent++) await hedged();
  late.proxy.faults = { latency: 10_000 };
  const started = performance.now();
  // One of the two is at the address that is late.
  expect(await Promise.all([hedged(), hedged()])).toContain(2);
  expect(performance.now() - started).toBeLessThan(9_000);
  await expect.poll(() => late.proxy.open).toBe(0);
  late.proxy.faults = { latency: 200 };
  // 5 % of 122 requests are six: more are not hedged.
  const many = await Promise.all(Array.from({ length: 40 }, hedged));
  expect(many.filter((attempts) => attempts === 2).length).toBeLessThanOrEqual(8);
  const mutated = scope();
  await Promise.all([both.send(body, mutated), both.send(body, mutated)]);
  expect((mutated.calls as SubgraphCall[]).map(({ attempts }) => attempts)).toEqual([undefined, undefined]);
});
