// Requests to a subgraph in any order of their ends, cancellations and retries: what they share is never exceeded, and
// returns to where it was.
import fc, { type Scheduler } from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { scope } from '../../test/harness/test-upstream.ts';
import { Breaker, NORMAL, type Permit, REJECTED } from './breaker.ts';
import type { Connection, ExchangeHandler } from './connection.ts';
import { plainQuery, unknownFetch } from './fetch-profile.ts';
import { SubgraphClient } from './subgraph-client.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ends = ['ok', 'ok', '503', '500', 'reset', 'refused'] as const;
type End = (typeof ends)[number];

/** Connections whose exchanges end as given, in the order of the scheduler. */
class Connections {
  /** Requests that were written to a connection. */
  sent = 0;
  running = 0;
  readonly #scheduler: Scheduler;
  readonly #next: () => End;

  constructor(scheduler: Scheduler, next: () => End) {
    this.#scheduler = scheduler;
    this.#next = next;
  }

  connect = (): Connection => ({
    dispatch: (_request, handler) => this.#dispatch(handler),
    destroy: async () => {},
  });

  #dispatch(handler: ExchangeHandler): void {
    const end = this.#next();
    let isOver = false;
    const over = () => {
      if (isOver) return false;
      isOver = true;
      this.running -= 1;
      return true;
    };
    const abort = (error: Error) => {
      if (over()) handler.onResponseError?.(controller, error);
    };
    const controller = {
      ...{ aborted: false, paused: false, reason: null, rawHeaders: [], rawTrailers: [] },
      ...{ abort, pause: () => {}, resume: () => {} },
    };
    this.running += 1;
    if (end !== 'refused') {
      this.sent += 1;
      handler.onRequestStart?.(controller, undefined);
    }
    void this.#scheduler.schedule(Promise.resolve(), end).then(() => {
      if (!over()) return;
      if (end === 'reset' || end === 'refused') {
        handler.onResponseError?.(controller, Object.assign(new Error(end), { code: 'ECONNRESET' }));
        return;
      }
      const type = end === 'ok' ? 'application/json' : 'text/plain';
      handler.onResponseStart?.(controller, end === 'ok' ? 200 : Number(end), { 'content-type': type });
      handler.onResponseData?.(controller, Buffer.from('{"data":{"a":1}}'));
      handler.onResponseEnd?.(controller, {});
    });
  }
}

const cases = fc.record({
  addresses: fc.integer({ min: 1, max: 5 }),
  share: fc.constantFrom(0, 0.1, 0.5),
  minPerSecond: fc.constantFrom(0, 1),
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.constantFrom(2, 5, 100),
  ends: fc.oneof(
    fc.infiniteStream(fc.constantFrom(...ends)),
    fc.infiniteStream(fc.constantFrom<End>('500', 'reset', 'refused')),
  ),
  hasBreaker: fc.boolean(),
  requests: fc.array(
    fc.record({ isQuery: fc.boolean(), leaves: fc.nat(3).map((drawn) => drawn === 0), pause: fc.nat(400) }),
    { minLength: 1, maxLength: 60, size: 'max' },
  ),
});

test('in any order, retries stay within the budget, half of the addresses get requests, and nothing is left in flight', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), cases, async (scheduler, given) => {
      const { addresses, share, minPerSecond, maxAttempts, concurrency, hasBreaker, requests } = given;
      const connections = new Connections(scheduler, () => given.ends.next().value as End);
      const client = new SubgraphClient({
        ...{ name: 'products', timeout: 20_000, maxResponseBytes: 1_000, connect: connections.connect },
        urls: Array.from({ length: addresses }, (_, index) => `http://127.0.0.${index + 1}:9/graphql`),
        subscriptions: { max: 10, end: 'complete', startTimeout: 20_000 },
        resilience: {
          retry: { maxAttempts, share, minPerSecond },
          ...(!hasBreaker && { breaker: null }),
          bulkhead: { concurrency, maxQueue: 1_000, maxQueueTime: 60_000 },
        },
      } as ConstructorParameters<typeof SubgraphClient>[0]);
      let started = 0;
      let done = 0;
      const check = () => {
        expect(connections.sent).toBeLessThanOrEqual(started + minPerSecond * 10 + started * share);
        const { addresses: states, isPanicking, concurrency: bulkhead } = client.state();
        const ejected = states.filter(({ state }) => state === 'ejected').length;
        if (ejected > addresses / 2) expect(isPanicking).toBe(true);
        expect(bulkhead.inFlight).toBeLessThanOrEqual(concurrency);
      };
      for (const { isQuery, leaves, pause } of requests) {
        const requested = scope();
        started += 1;
        client.execute('{"query":"{ a }"}', requested, () => (done += 1), isQuery ? plainQuery : unknownFetch);
        if (leaves) void scheduler.schedule(Promise.resolve(), 'leaves').then(() => requested.cancellation.cancel());
        check();
        if (scheduler.count() > 0) await scheduler.waitOne();
        await vi.advanceTimersByTimeAsync(pause);
        check();
      }
      for (let turn = 0; done < started && turn < 1_000; turn += 1) {
        if (scheduler.count() > 0) await scheduler.waitOne();
        else await vi.advanceTimersByTimeAsync(20);
        check();
      }
      await scheduler.waitIdle();
      expect({ done, running: connections.running }).toEqual({ done: started, running: 0 });
      const { addresses: states, concurrency: bulkhead } = client.state();
      expect(states.map(({ inFlight }) => inFlight)).toEqual(new Array(addresses).fill(0));
      expect(bulkhead).toMatchObject({ inFlight: 0, queued: 0 });
      await client.close();
    }),
    { numRuns: 60 },
  );
});

test('a half-open breaker lets its trials through and no more, in any order of their ends', () => {
  const options = { failures: 0.5, minRequests: 4, window: 10_000, duration: 1_000, trials: 3 };
  const step = fc.record({
    act: fc.constantFrom('admit', 'admit', 'admit', 'admit', 'ok', 'failed', 'cancelled'),
    which: fc.nat(20),
    after: fc.nat(400),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
      const breaker = new Breaker(options);
      const running: Permit[] = [];
      /** Of the current round: trials that run, and those that have passed. */
      const trials = (round: Permit) => running.filter((permit) => permit === round).length;
      let passed = 0;
      let round: Permit = NORMAL;
      let now = 0;
      for (const { act, which, after } of steps) {
        now += after;
        if (act === 'admit') {
          const permit = breaker.admit(now);
          if (permit === REJECTED) {
            if (breaker.state === 'half-open') expect(trials(round) + passed).toBe(options.trials);
            continue;
          }
          if (permit !== NORMAL && permit !== round) [round, passed] = [permit, 0];
          running.push(permit);
          if (permit !== NORMAL) expect(trials(round) + passed).toBeLessThanOrEqual(options.trials);
        } else if (running.length > 0) {
          const [permit] = running.splice(which % running.length, 1) as [Permit];
          const isTrial = breaker.state === 'half-open' && permit === round;
          if (act === 'cancelled') breaker.release(permit);
          else breaker.record(permit, act === 'failed', now);
          if (!isTrial) continue;
          if (act === 'ok') passed += 1;
          expect(breaker.state).toBe(act === 'failed' ? 'open' : passed === options.trials ? 'closed' : 'half-open');
        }
      }
    }),
  );
});
