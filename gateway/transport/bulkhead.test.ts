// The bulkhead of a subgraph: at most so many requests in flight, shared by the flows that want places.
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { responding } from '../../test/harness/servers.ts';
import { scope, upstream } from '../../test/harness/test-upstream.ts';
import { Bulkhead, type BulkheadOptions } from './bulkhead.ts';
import { Cancellation } from './cancellation.ts';
import { FetchProfile, unknownFetch } from './fetch-profile.ts';
import { type FlowRequest, flowKey } from './flow.ts';
import { SubgraphClient } from './subgraph-client.ts';
import type { SubgraphError } from './subgraph-error.ts';

const result = { data: { a: 1 } };
const slow = new FetchProfile(true, false, '{ slow }');
const fast = new FetchProfile(true, false, '{ fast }');
const other = new FetchProfile(true, false, '{ other }');

const codeOf = (sent: Promise<unknown>) => sent.then(() => 'ok').catch(({ code }: SubgraphError) => code);

/** A service that holds its responses until `release`, and a client of it. */
async function open(options: Partial<BulkheadOptions> = {}, isBroken = () => false) {
  const held: (() => void)[] = [];
  const service = await upstream((response, request) => {
    if (isBroken()) responding(500, 'error', 'text/plain')(response, request);
    else if (request.body.query === '{ fast }') responding(200, result)(response, request);
    else held.push(() => responding(200, result)(response, request));
  });
  const subgraph = new SubgraphClient({
    ...{ name: 'stock', urls: [service.url], timeout: 20_000, maxResponseBytes: 1_000 },
    resilience: { bulkhead: { concurrency: 8, maxQueue: 40, maxQueueTime: 20_000, ...options } },
    subscriptions: { max: 10, end: 'complete', startTimeout: 20_000 },
  });
  onTestFinished(() => subgraph.close());
  return {
    subgraph,
    held,
    requested: () => service.requests.map(({ body }) => body.query),
    /** Sends requests of a fetch. @returns `ok`, or the code of each. */
    send: (profile: FetchProfile, count = 1, requested = scope()) =>
      Array.from({ length: count }, () =>
        codeOf(subgraph.send(JSON.stringify({ query: profile.document }), requested, profile)),
      ),
    until: (count: number) => expect.poll(() => held.length).toBe(count),
    release: () => {
      for (const respond of held.splice(0)) respond();
    },
  };
}

test('one slow field has three quarters of the places, and the others do not wait for it', async () => {
  const { subgraph, send, until, release, requested } = await open();
  const all = send(slow, 20);
  await until(6);
  expect(subgraph.state().concurrency).toEqual({ inFlight: 6, queued: 14, max: 8 });
  for (let count = 0; count < 10; count++) await Promise.all(send(fast));
  expect(requested().filter((query) => query === '{ slow }')).toHaveLength(6);
  // Another slow one has three times what is free.
  const more = send(other, 5);
  await until(8);
  expect(subgraph.state().concurrency).toEqual({ inFlight: 8, queued: 17, max: 8 });
  const ended = () => {
    release();
    return subgraph.state().concurrency;
  };
  await expect.poll(ended).toEqual({ inFlight: 0, queued: 0, max: 8 });
  expect(await Promise.all([...all, ...more])).toEqual(new Array(25).fill('ok'));
});

test('a place that becomes free goes to the flow that has the fewest', async () => {
  const { send, until, held, requested } = await open({ concurrency: 2 });
  const all = send(slow, 6);
  await until(2);
  all.push(...send(other, 2), ...send(fast));
  // Among equals, the one whose turn was longest ago.
  for (const [index, next] of ['{ other }', '{ slow }', '{ fast }'].entries()) {
    await until(2);
    held.shift()?.();
    await expect.poll(() => requested()[2 + index]).toBe(next);
  }
});

test.each([
  ['a full queue', { maxQueue: 8 }],
  ['no queue', { maxQueue: 0 }],
])('beyond %s requests fail at once, those for other fields are still taken in', async (_, { maxQueue }) => {
  const { send, until, release } = await open({ maxQueue });
  const all = send(slow, 20);
  await until(6);
  // Three quarters of the queue as well.
  const queued = (maxQueue * 3) / 4;
  const rejected = await Promise.all(all.splice(6 + queued));
  expect(rejected).toEqual(new Array(14 - queued).fill('SUBGRAPH_OVERLOADED'));
  expect(await send(fast)[0]).toBe('ok');
  if (queued > 0) release();
  await until(6);
  release();
  expect(await Promise.all(all)).toEqual(new Array(6 + queued).fill('ok'));
});

test('a request that waits ends with its time in the queue, its deadline, its client or the gateway, and is not sent', async () => {
  const { subgraph, send, until, release, requested } = await open({ concurrency: 1, maxQueueTime: 400 });
  const first = send(slow);
  await until(1);
  const [late, hasty, left, ended] = [scope(), { ...scope(), deadline: performance.now() + 20 }, scope(), scope()];
  const waiting = [late, hasty, left, ended].map((requested) => send(slow, 1, requested)[0]);
  left.cancellation.cancel();
  ended.cancellation.expire();
  // Nothing more is sent for it.
  waiting.push(send(fast, 1, ended)[0]);
  expect(await Promise.all(waiting)).toEqual([
    ...['SUBGRAPH_OVERLOADED', 'SUBGRAPH_TIMEOUT', undefined],
    ...['SUBGRAPH_TIMEOUT', 'SUBGRAPH_TIMEOUT'],
  ]);
  expect([late, hasty, left, ended].map(({ calls }) => calls)).toMatchObject([
    [{ outcome: 'SUBGRAPH_OVERLOADED', detail: expect.stringContaining('queue.maxTime'), queued: expect.any(Number) }],
    [{ outcome: 'SUBGRAPH_TIMEOUT' }],
    [{ outcome: 'CANCELLED' }],
    [{ outcome: 'SUBGRAPH_TIMEOUT', detail: expect.stringContaining('the gateway stops') }, {}],
  ]);
  expect(subgraph.state().concurrency).toEqual({ inFlight: 1, queued: 0, max: 1 });
  release();
  await Promise.all(first);
  expect(requested()).toEqual(['{ slow }']);
});

test('what waits fails when the circuit breaker opens, and when the gateway stops', async () => {
  let isBroken = false;
  const { subgraph, send, until, held } = await open({ concurrency: 1 }, () => isBroken);
  const first = send(slow);
  await until(1);
  const waiting = send(slow, 30);
  isBroken = true;
  held.shift()?.();
  await Promise.all(first);
  const codes = await Promise.all(waiting);
  expect(new Set(codes)).toEqual(new Set(['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_CIRCUIT_OPEN']));
  expect(codes.filter((code) => code === 'SUBGRAPH_CIRCUIT_OPEN').length).toBeGreaterThan(5);
  const stopped = await open({ concurrency: 1 });
  const both = stopped.send(unknownFetch, 2);
  await stopped.until(1);
  await stopped.subgraph.close();
  expect(await Promise.all(both)).toEqual(['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE']);
  expect(subgraph.state().concurrency).toMatchObject({ inFlight: 0, queued: 0 });
});

test('documents that select the same fields are one flow, whatever else is in them', () => {
  const key = flowKey('query A($v1: ID! = "x") { product(id: $v1) { name price } }');
  expect(key).toBe('name price product');
  for (const document of [
    '{ mine: product(id: "name of { it }") { price name } }',
    '{ a: product(id: "\\"x", with: { b: [1] }) @skip(if: $c) { name, b : price name } }',
    'query B { product(text: """a "quoted" word""") { price name } }',
  ]) {
    expect(flowKey(document)).toBe(key);
  }
  expect(flowKey('{ product { name } }')).not.toBe(key);
});

test('in any order of events, places are bounded, and each request begins or ends once', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const steps = fc.array(
    fc.record({
      action: fc.constantFrom('enter', 'enter', 'enter', 'leave', 'leave', 'cancel', 'wait', 'second'),
      which: fc.nat(20),
      fails: fc.boolean(),
    }),
    { maxLength: 200 },
  );
  const run = (
    concurrency: number,
    maxQueue: number,
    taken: typeof steps extends fc.Arbitrary<infer T> ? T : never,
  ) => {
    const bulkhead = new Bulkhead('stock', { concurrency, maxQueue, maxQueueTime: 100 });
    const profiles = ['{ a }', '{ b }', '{ c }'].map((document) => new FetchProfile(true, false, document));
    const running: FlowRequest[] = [];
    const waiting = new Map<FlowRequest, Cancellation>();
    const ended = new Map<FlowRequest, number>();
    const enter = (profile: FetchProfile, fails: boolean) => {
      const cancellation = new Cancellation();
      const request: FlowRequest = {
        cancellation,
        flow: bulkhead.flowOf(profile),
        ends: performance.now() + 150,
        begin: () => {
          waiting.delete(request);
          ended.set(request, (ended.get(request) ?? 0) + 1);
          if (fails) bulkhead.leave(request.flow);
          else running.push(request);
        },
        fail: () => {
          waiting.delete(request);
          ended.set(request, (ended.get(request) ?? 0) + 1);
        },
      };
      waiting.set(request, cancellation);
      ended.set(request, 0);
      bulkhead.enter(request, performance.now());
    };
    for (const { action, which, fails } of taken) {
      if (action === 'enter') enter(profiles[which % 3] as FetchProfile, fails);
      else if (action === 'wait') vi.advanceTimersByTime(which * 10);
      else if (action === 'cancel') [...waiting.values()][which]?.cancel();
      else if (action === 'leave') for (const { flow } of running.splice(which % 5, 1)) bulkhead.leave(flow);
      else {
        // Of a request that is sent to a second address.
        const flow = bulkhead.flowOf(profiles[which % 3] as FetchProfile);
        if (bulkhead.take(flow)) bulkhead.leave(flow);
      }
      const { inFlight, queued } = bulkhead.state;
      expect(inFlight).toBe(running.length);
      expect(inFlight).toBeLessThanOrEqual(concurrency);
      expect(queued).toBe(waiting.size);
      expect(queued).toBeLessThanOrEqual(maxQueue);
      expect([...ended].every(([request, times]) => times === (waiting.has(request) ? 0 : 1))).toBe(true);
      // No place is free for any that waits.
      for (const { flow } of waiting.keys()) expect(flow.inFlight).toBeGreaterThanOrEqual(3 * (concurrency - inFlight));
    }
    while (running.length + waiting.size > 0) {
      for (const { flow } of running.splice(0)) bulkhead.leave(flow);
    }
    expect(bulkhead.state).toEqual({ inFlight: 0, queued: 0, max: concurrency });
    expect(vi.getTimerCount()).toBe(0);
  };
  fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(12), steps, run));
});
