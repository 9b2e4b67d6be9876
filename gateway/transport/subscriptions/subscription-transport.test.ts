// Subscription transport to one subgraph over real HTTP: every way in which a service may stream, end and fail.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type Behaviour,
  closedUrl,
  responding,
  silence,
  startUpstream,
  type Upstream,
} from '../../../test/harness/servers.ts';
import { scope, upstream } from '../../../test/harness/test-upstream.ts';
import type { Balance } from '../balancer.ts';
import type { Cancellation } from '../cancellation.ts';
import { SubgraphClient, type SubgraphResponse } from '../subgraph-client.ts';
import { RequestCancelled, SubgraphError } from '../subgraph-error.ts';

const body = '{"query":"subscription { v }"}';
const next = (v: unknown) => `event: next\ndata: ${JSON.stringify({ data: { v } })}\n\n`;
const complete = 'event: complete\ndata:\n\n';

interface Options {
  max?: number;
  end?: 'complete' | 'close';
  startTimeout?: number;
  maxResponseBytes?: number;
  balance?: Balance;
}

function client(
  urls: string | string[],
  { maxResponseBytes = 1_000_000, balance = 'fastest', ...options }: Options = {},
) {
  const made = new SubgraphClient({
    name: 'stock',
    urls: [urls].flat(),
    timeout: 20_000,
    maxResponseBytes,
    resilience: { balance },
    subscriptions: { max: 100, end: 'complete', startTimeout: 20_000, isShared: false, ...options },
  });
  onTestFinished(() => made.close());
  return made;
}

/** The head of an event stream, at once. */
function open(response: ServerResponse): ServerResponse {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  return response;
}

const streaming =
  (text: string | Buffer): Behaviour =>
  (response) =>
    open(response).end(text);

interface Outcome {
  values: unknown[];
  /** A code, or `complete`. */
  end: string;
}

async function outcomeOf(subscribed: Promise<AsyncIterable<SubgraphResponse>>): Promise<Outcome> {
  const values: unknown[] = [];
  try {
    for await (const { data } of await subscribed) values.push(data?.v);
    return { values, end: 'complete' };
  } catch (error) {
    if (error instanceof SubgraphError) return { values, end: error.code };
    throw error;
  }
}

test('a subscription is requested by POST, as an event stream; its record has the number of events', async () => {
  const server = await upstream(streaming(next(1) + next(2) + complete));
  const url = server.url.replace('//', '//name:pass@');
  const subscribed = scope();
  subscribed.forwarded = { headersFor: () => ['x-user', 'u1'], keyFor: () => '', carriesCredentials: () => false };
  expect(await outcomeOf(client(url).subscribe(body, subscribed))).toEqual({ values: [1, 2], end: 'complete' });
  expect(server.requests[0]?.body).toEqual({ query: 'subscription { v }' });
  expect(server.requests[0]?.headers).toMatchObject({
    'content-type': 'application/json',
    accept: 'text/event-stream',
    authorization: `Basic ${btoa('name:pass')}`,
    'x-request-id': 'r1',
    'x-user': 'u1',
  });
  expect(subscribed.calls).toEqual([{ subgraph: 'stock', duration: expect.any(Number), outcome: 'ok', events: 2 }]);
});

describe('a stream cut off at any byte', () => {
  const text = next('é日🙂') + next(2);
  const bytes = Buffer.from(text + complete);
  /** Where the empty line of `complete` is whole: at its first line end, too, when no more comes. */
  const whole = bytes.length;
  let server: Upstream;

  beforeEach(async () => {
    server = await startUpstream((response, { body: { variables } }) => {
      const { at, how } = variables as { at: number; how: string };
      open(response).write(bytes.subarray(0, at), () => {
        if (how === 'end') response.end();
        else if (how === 'destroy') response.socket?.destroy();
        else response.socket?.resetAndDestroy();
      });
    });
    return () => server.stop();
  });

  test.each(['end', 'destroy', 'reset'])('is an error after the events so far, never the end (%s)', async (how) => {
    const subgraph = client(server.url, { max: 1000 });
    const ends = await Promise.all(
      Array.from(bytes, (_, at) =>
        outcomeOf(subgraph.subscribe(JSON.stringify({ query: '', variables: { at, how } }), scope())),
      ),
    );
    for (const { values, end } of ends) {
      expect(['é日🙂', 2].slice(0, values.length)).toEqual(values);
      expect(end).toBe('SUBGRAPH_UNAVAILABLE');
    }
    expect(ends.at(-1)?.values).toEqual(['é日🙂', 2]);
    const last = JSON.stringify({ query: '', variables: { at: whole, how } });
    expect(await outcomeOf(subgraph.subscribe(last, scope()))).toEqual({ values: ['é日🙂', 2], end: 'complete' });
  });

  test('for a service that never sends `complete`, the end of the response is the end, within no event', async () => {
    const subgraph = client(server.url, { max: 1000, end: 'close' });
    const ends = await Promise.all(
      Array.from({ length: text.length }, (_, at) =>
        outcomeOf(subgraph.subscribe(JSON.stringify({ query: '', variables: { at, how: 'end' } }), scope())),
      ),
    );
    const regular = [0, Buffer.byteLength(next('é日🙂')), Buffer.byteLength(text)];
    for (const [at, { end }] of ends.entries()) {
      expect([at, end]).toEqual([at, regular.includes(at) ? 'complete' : 'SUBGRAPH_UNAVAILABLE']);
    }
    const reset = JSON.stringify({ query: '', variables: { at: Buffer.byteLength(text), how: 'reset' } });
    expect((await outcomeOf(subgraph.subscribe(reset, scope()))).end).toBe('SUBGRAPH_UNAVAILABLE');
  });
});

test.each<[string, string, Behaviour]>([
  ['HTML with status 200', 'SUBGRAPH_BAD_RESPONSE', responding(200, '<html>', 'text/html')],
  ['status 401', 'SUBGRAPH_ERROR', responding(401, 'who?', 'text/plain')],
  ['status 500', 'SUBGRAPH_UNAVAILABLE', responding(500, 'oops', 'text/plain')],
  [
    'an event stream with status 500 that never ends',
    'SUBGRAPH_UNAVAILABLE',
    (response) => {
      response.writeHead(500, { 'content-type': 'text/event-stream' }).write(next(1));
    },
  ],
  ['status 204', 'SUBGRAPH_BAD_RESPONSE', (response) => response.writeHead(204).end()],
  ['a body beyond the bound', 'SUBGRAPH_BAD_RESPONSE', responding(200, { data: { v: 'x'.repeat(2000) } })],
  [
    'a body cut off',
    'SUBGRAPH_UNAVAILABLE',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"errors":', () => response.socket?.destroy());
    },
  ],
])('%s in place of a stream is %s', async (_what, code, behave) => {
  const { url } = await upstream(behave);
  const subscribed = scope();
  await expect(client(url, { maxResponseBytes: 1000 }).subscribe(body, subscribed)).rejects.toMatchObject({ code });
  expect(subscribed.calls).toMatchObject([{ outcome: code, events: 0 }]);
});

test.each<[string, string | Buffer]>([
  ['an event that is no JSON', 'event: next\ndata: <html>\n\n'],
  ['an event that is no GraphQL response', 'event: next\ndata: {"v":1}\n\n'],
  ['an event without data', 'event: next\ndata:\n\n'],
  ['an event beyond the bound', next('x'.repeat(2000))],
  ['an event without end beyond the bound', `event: next\ndata: ${'x'.repeat(2000)}`],
  ['bytes that are not UTF-8', Buffer.concat([Buffer.from('event: next\ndata: {"data":{"v":"'), Buffer.of(0xff)])],
])('%s ends a stream with SUBGRAPH_BAD_RESPONSE, after the events before it', async (_what, bad) => {
  const server = await upstream((response) => {
    open(response).write(next(1), () => response.write(bad));
  });
  const outcome = await outcomeOf(client(server.url, { maxResponseBytes: 1000 }).subscribe(body, scope()));
  expect(outcome).toEqual({ values: [1], end: 'SUBGRAPH_BAD_RESPONSE' });
  expect(await server.requests[0]?.aborted).toBe(true);
});

test('events with other names are ignored; events with none have results', async () => {
  const { url } = await upstream(
    streaming(`event: ping\ndata: now\n\ndata:\n\ndata: {"data":{"v":1}}\n\n${next(2)}event: complete\ndata: null\n\n`),
  );
  expect(await outcomeOf(client(url).subscribe(body, scope()))).toEqual({ values: [1, 2], end: 'complete' });
});

test('a single GraphQL response in place of a stream is its one result', async () => {
  const errors = [{ message: 'no', extensions: { code: 'FORBIDDEN' } }];
  const { url } = await upstream(responding(400, { errors }));
  const results = await client(url).subscribe(body, scope());
  expect(await results.next()).toMatchObject({ done: false, value: { errors } });
  expect(await results.next()).toEqual({ done: true, value: undefined });
});

test('a service that does not send the head of the stream in time is cut off', async () => {
  const server = await upstream(silence);
  await expect(client(server.url, { startTimeout: 50 }).subscribe(body, scope())).rejects.toMatchObject({
    code: 'SUBGRAPH_TIMEOUT',
  });
  expect(await server.requests[0]?.aborted).toBe(true);
});

test('once the head is there, the next event may take any time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  let release = () => {};
  const server = await upstream((response) => {
    open(response);
    release = () => response.end(next(1) + complete);
  });
  const results = await client(server.url, { startTimeout: 1000 }).subscribe(body, scope());
  const outcome = outcomeOf(Promise.resolve(results));
  vi.advanceTimersByTime(3_600_000);
  release();
  expect(await outcome).toEqual({ values: [1], end: 'complete' });
});

test('a URL that refuses connections is skipped', async () => {
  const server = await upstream(streaming(next(1) + complete));
  const subgraph = client([closedUrl, server.url]);
  const subscribed = scope();
  for (let count = 0; count < 2; count += 1) {
    expect(await outcomeOf(subgraph.subscribe(body, subscribed))).toEqual({ values: [1], end: 'complete' });
  }
  expect(subscribed.calls).toHaveLength(2);
  await expect(client(closedUrl).subscribe(body, scope())).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
});

test.each<[string, (results: AsyncIterableIterator<SubgraphResponse>, cancellation: Cancellation) => void]>([
  ['return()', (results) => void results.return?.()],
  ['cancellation', (_results, cancellation) => cancellation.cancel()],
])('%s closes the connection, also while an event is awaited', async (how, leave) => {
  const server = await upstream((response) => void open(response).write(next(1)));
  const subscribed = scope();
  const results = await client(server.url).subscribe(body, subscribed);
  expect(await results.next()).toMatchObject({ value: { data: { v: 1 } } });
  const pending = results.next().then(
    ({ done }) => done,
    (error) => error,
  );
  leave(results, subscribed.cancellation);
  if (how === 'return()') expect(await pending).toBe(true);
  else expect(await pending).toBeInstanceOf(RequestCancelled);
  expect(await results.next()).toEqual({ done: true, value: undefined });
  expect(await server.requests[0]?.aborted).toBe(true);
  expect(subscribed.calls).toMatchObject([{ outcome: 'ok', events: 1 }]);
});

test('a request that is cancelled before the stream is there is ended', async () => {
  const server = await upstream(silence);
  const subscribed = scope();
  const results = client(server.url).subscribe(body, subscribed);
  const { aborted } = await server.firstRequest;
  subscribed.cancellation.cancel();
  await expect(results).rejects.toBeInstanceOf(RequestCancelled);
  expect(await aborted).toBe(true);
  expect(subscribed.calls).toMatchObject([{ outcome: 'CANCELLED' }]);
  await expect(client(server.url).subscribe(body, subscribed)).rejects.toBeInstanceOf(RequestCancelled);
});

test('a gateway that stops ends its streams with an error', async () => {
  const server = await upstream((response) => void open(response));
  const subgraph = client(server.url);
  const results = await subgraph.subscribe(body, scope());
  const pending = expect(results.next()).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  await subgraph.close();
  await pending;
});

test('subscriptions beyond the bound are rejected, until others end', async () => {
  const { url } = await upstream((response) => void open(response));
  const subgraph = client(url, { max: 2 });
  const [first] = await Promise.all([subgraph.subscribe(body, scope()), subgraph.subscribe(body, scope())]);
  const rejected = scope();
  await expect(subgraph.subscribe(body, rejected)).rejects.toMatchObject({
    code: 'TOO_MANY_SUBSCRIPTIONS',
    message: 'The subgraph "stock" has as many open subscriptions as are allowed.',
  });
  expect(rejected.calls).toMatchObject([{ outcome: 'TOO_MANY_SUBSCRIPTIONS', events: 0 }]);
  await first?.return?.();
  await expect(subgraph.subscribe(body, scope())).resolves.toBeDefined();
});

test('500 open streams take no places of queries', async () => {
  const server = await upstream((response, { headers }) => {
    if (headers.accept === 'text/event-stream') open(response);
    else responding(200, { data: { v: 1 } })(response, server.requests[0] as never);
  });
  const subgraph = client(server.url, { max: 500 });
  await Promise.all(Array.from({ length: 500 }, () => subgraph.subscribe(body, scope())));
  const results = await Promise.all(Array.from({ length: 200 }, () => subgraph.send('{"query":"{ v }"}', scope())));
  expect(results).toHaveLength(200);
  for (const { data } of results) expect(data).toEqual({ v: 1 });
});

test('a reader that does not pull stops the service: the buffer is bounded, and nothing is lost', async () => {
  const event = next('x'.repeat(1000));
  const count = 40_000;
  let written = 0;
  const server = await upstream(async (response) => {
    open(response);
    while (written < count) {
      written += 1;
      if (!response.write(event)) await once(response, 'drain');
    }
    response.end(complete);
  });
  const results = await client(server.url).subscribe(body, scope());
  expect((await results.next()).done).toBe(false);
  // A service that nothing stops writes at least its 16 KiB buffer in each turn of the event loop: all 40 MB in 2,500
  // turns.
  for (let passed = 0; passed < 10_000; passed += 1) await turn();
  // What the sockets of both sides hold has left the service.
  expect(written).toBeLessThan(count / 2);
  let read = 1;
  for await (const _ of results) read += 1;
  expect(read).toBe(count);
});

describe('addresses', () => {
  const take = async (of: SubgraphClient) => {
    const events = await of.subscribe(body, scope());
    await events.return?.();
  };

  test('are chosen as for queries: one that fails to open streams is ejected, open streams are no load', async () => {
    const [broken, fine] = await Promise.all([
      upstream(responding(500, 'error', 'text/plain')),
      upstream((response) => void open(response)),
    ]);
    const both = client([broken.url, fine.url]);
    const failed: unknown[] = [];
    for (let sent = 0; sent < 30; sent++) await take(both).catch((error) => failed.push(error));
    expect(failed.length).toBeLessThanOrEqual(5);
    expect(fine.requests.length).toBeGreaterThanOrEqual(25);
    const events = await both.subscribe(body, scope());
    expect(both.state().addresses.map(({ inFlight }) => inFlight)).toEqual([0, 0]);
    await events.return?.();
  });

  test('are taken in turn where that is configured', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => upstream((response) => void open(response))));
    const all = client(
      servers.map(({ url }) => url),
      { balance: 'roundRobin' },
    );
    for (let sent = 0; sent < 6; sent++) await take(all);
    expect(servers.map(({ requests }) => requests.length)).toEqual([2, 2, 2]);
  });

  test('that all fail open the circuit breaker, which streams and queries share', async () => {
    const server = await upstream(responding(500, 'error', 'text/plain'));
    const one = client(server.url);
    for (let sent = 0; sent < 20; sent++)
      await expect(take(one)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    const requested = scope();
    await expect(one.subscribe(body, requested)).rejects.toMatchObject({ code: 'SUBGRAPH_CIRCUIT_OPEN' });
    await expect(one.send('{"query":"{ v }"}', scope())).rejects.toMatchObject({ code: 'SUBGRAPH_CIRCUIT_OPEN' });
    expect(server.requests).toHaveLength(20);
    expect(requested.calls).toMatchObject([{ outcome: 'SUBGRAPH_CIRCUIT_OPEN', events: 0 }]);
  });
});
