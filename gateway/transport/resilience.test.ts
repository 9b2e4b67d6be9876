// Properties of balancer, ejection, retry budget and circuit breaker, over a clock that the test moves.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../../test/differential/random.ts';
import type { Balance } from './balancer.ts';
import { Breaker, NORMAL, REJECTED } from './breaker.ts';
import { InProcessPool } from './connection.ts';
import { LatencyEstimate } from './latency-estimate.ts';
import { defaultResilience } from './resilience.ts';
import { RetryBudget } from './retry-budget.ts';
import { RollingCount } from './rolling-count.ts';
import type { Upstream, UpstreamOptions } from './upstream.ts';
import { Upstreams } from './upstreams.ts';

const address = (key: string): UpstreamOptions => ({
  ...{ key, label: key, origin: `http://${key}`, path: '/graphql' },
  ...{ headers: [], streamPath: '/', streamHeaders: [], hasCredentials: false, openUpload: null },
  pool: new InProcessPool(() => ({ dispatch: () => true, destroy: async () => {} })),
});

const names = (count: number) => Array.from({ length: count }, (_, index) => `a${index}`);

function open(count: number, balance: Balance = 'fastest', seed = 1): Upstreams {
  const { ejection } = defaultResilience;
  return new Upstreams(names(count).map(address), { balance, ejection, random: randomNumbers(seed) });
}

interface Load {
  balance: Balance;
  /** Mean service time of each address, in milliseconds; its workers serve one request each. */
  means: readonly number[];
  workers: number;
  /** Requests per second. */
  rate: number;
  seconds: number;
  seed: number;
}

/** Simulates addresses with workers and queues. Returns latencies and the number of requests of each address. */
function simulate({ balance, means, workers, rate, seconds, seed }: Load): { latencies: number[]; counts: number[] } {
  const random = randomNumbers(seed);
  const upstreams = open(means.length, balance, seed + 1);
  const free = means.map(() => new Array<number>(workers).fill(0));
  const counts = means.map(() => 0);
  const ends: { at: number; upstream: Upstream; started: number }[] = [];
  const latencies: number[] = [];
  for (let now = 1; now < seconds * 1000; now += (-Math.log(1 - random()) * 1000) / rate) {
    ends.sort((one, other) => one.at - other.at);
    while (ends[0] && ends[0].at <= now) {
      const { at, upstream, started } = ends.shift() as (typeof ends)[number];
      upstream.respond();
      upstream.end();
      upstream.succeed(at, at - started);
      latencies.push(at - started);
    }
    const upstream = upstreams.choose(now);
    const index = upstreams.all.indexOf(upstream);
    counts[index] = (counts[index] as number) + 1;
    const queue = free[index] as number[];
    const worker = queue.indexOf(Math.min(...queue));
    const at = Math.max(now, queue[worker] as number) - Math.log(1 - random()) * (means[index] as number);
    queue[worker] = at;
    upstream.begin(now);
    ends.push({ at, upstream, started: now });
  }
  return { latencies: latencies.sort((one, other) => one - other), counts };
}

const percentile = (sorted: readonly number[], share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;

describe('the balancer', () => {
  it('gives an address that is five times slower its part, where round robin builds a queue', () => {
    // Three addresses of eight workers at 60 % of what they can do.
    const load = { means: [10, 10, 50], workers: 8, rate: 0.6 * 1760, seconds: 12, seed: 7 };
    const fastest = simulate({ ...load, balance: 'fastest' });
    const leastBusy = simulate({ ...load, balance: 'leastBusy' });
    const roundRobin = simulate({ ...load, balance: 'roundRobin' });
    const sent = fastest.counts.reduce((sum, count) => sum + count, 0);
    expect((fastest.counts[2] as number) / sent).toBeLessThan(0.12);
    expect(percentile(fastest.latencies, 0.95)).toBeLessThan(80);
    expect(percentile(leastBusy.latencies, 0.95)).toBeLessThan(200);
    expect(percentile(roundRobin.latencies, 0.95)).toBeGreaterThan(1_000);
  });

  it('shares the load where all are alike', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Balance>('fastest', 'leastBusy', 'roundRobin'),
        fc.integer({ min: 2, max: 6 }),
        fc.integer(),
        (balance, count, seed) => {
          const means = new Array<number>(count).fill(10);
          const { counts } = simulate({ balance, means, workers: 8, rate: 300 * count, seconds: 5, seed });
          for (const one of counts) expect(one / 1500).toBeGreaterThan(0.6);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('passes over an address that does not respond, however fast it was, and not over one with a slow operation', () => {
    const upstreams = open(2);
    const [hung, other] = upstreams.all as [Upstream, Upstream];
    for (let now = 1; now < 1000; now += 10) {
      for (const [upstream, latency] of [
        [hung, 1],
        [other, 20],
      ] as const) {
        upstream.begin(now);
        upstream.respond();
        upstream.end();
        upstream.succeed(now, latency);
      }
    }
    expect(upstreams.choose(1_000)).toBe(hung);
    hung.begin(1_000);
    expect(upstreams.choose(1_050)).toBe(other);
    // A response to another request shows that it is not hung.
    hung.begin(1_055);
    hung.respond();
    hung.end();
    expect(upstreams.choose(1_060)).toBe(hung);
  });

  it('tries an address again that was slow', () => {
    const upstreams = open(2);
    const [slow, other] = upstreams.all as [Upstream, Upstream];
    slow.succeed(1, 500);
    const chosen: Upstream[] = [];
    for (let now = 1; now <= 60_000; now += 100) {
      other.succeed(now, 10);
      chosen.push(upstreams.choose(now));
    }
    expect(chosen[10]).toBe(other);
    expect(chosen.at(-1)).toBe(slow);
  });
});

describe('ejection', () => {
  it('never leaves fewer than half of the addresses, but all where more fail', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.record({ index: fc.nat(6), isFailure: fc.boolean(), after: fc.nat(20_000) }), { maxLength: 200 }),
        (count, events) => {
          const upstreams = open(count);
          let now = 1;
          for (const { index, isFailure, after } of events) {
            now += after;
            const chosen = upstreams.choose(now);
            const states = upstreams.states(now);
            const away = states.filter(({ state }) => state !== 'available').length;
            if (away <= count / 2) expect(chosen.isEjected).toBe(false);
            else expect(upstreams.isPanicking).toBe(true);
            for (const { ejectedFor } of states) expect(ejectedFor ?? 0).toBeLessThanOrEqual(300_000);
            const upstream = upstreams.all[index % count] as Upstream;
            if (isFailure) upstreams.fail(upstream, now, false);
            else upstream.succeed(now, 5);
          }
        },
      ),
    );
  });

  it('takes longer each time, and one failure is enough after it', () => {
    const upstreams = open(3);
    const [first] = upstreams.all as [Upstream];
    let now = 1;
    for (let failed = 0; failed < 5; failed++) upstreams.fail(first, now, false);
    for (const seconds of [30, 60, 90]) {
      expect(upstreams.states(now)[0]).toMatchObject({ state: 'ejected', ejectedFor: seconds * 1000 });
      now += seconds * 1000;
      upstreams.choose(now);
      expect(first.isEjected).toBe(false);
      upstreams.fail(first, now, false);
    }
  });

  it('ends with a share that grows', () => {
    const upstreams = open(3, 'roundRobin');
    const [first] = upstreams.all as [Upstream];
    for (let failed = 0; failed < 5; failed++) upstreams.fail(first, 1, false);
    const shareAt = (start: number) => {
      let got = 0;
      for (let sent = 0; sent < 3_000; sent++) if (upstreams.choose(start + sent / 100) === first) got += 1;
      return got / 1_000;
    };
    expect(shareAt(10_000)).toBe(0);
    expect(shareAt(30_001)).toBeLessThan(0.2);
    expect(shareAt(35_001)).toBeGreaterThan(0.35);
    expect(shareAt(35_001)).toBeLessThan(0.65);
    expect(shareAt(40_001)).toBeCloseTo(1, 1);
  });

  it('has no effect on a single address', () => {
    const upstreams = open(1);
    for (let failed = 0; failed < 50; failed++) upstreams.fail(upstreams.all[0] as Upstream, 1, false);
    expect(upstreams.states(1)).toMatchObject([{ state: 'available', failuresInRow: 50 }]);
  });
});

describe('addresses that change', () => {
  it('are added with a small share, and removed without an end of what runs', async () => {
    const upstreams = open(2, 'roundRobin');
    const [first, second] = upstreams.all as [Upstream, Upstream];
    for (const upstream of [first, second]) upstream.succeed(1, 40);
    upstreams.replace(['a1', 'a2'], address, 1_000);
    expect(upstreams.all[0]).toBe(second);
    expect(upstreams.states(1_000)).toMatchObject([
      { address: 'a1', share: 1 },
      { address: 'a2', share: 0.1, latency: expect.closeTo(36, 0) },
    ]);
  });
});

describe('the retry budget', () => {
  it('allows at most its share of the requests of any ten seconds, and its floor', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ after: fc.nat(2_000), wants: fc.boolean() }), { maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(5),
        (steps, share, minPerSecond) => {
          const budget = new RetryBudget({ share, minPerSecond });
          const requests: number[] = [];
          const retries: number[] = [];
          let now = 0;
          for (const { after, wants } of steps) {
            now += after;
            budget.count(now);
            requests.push(now);
            if (wants && budget.take(now)) retries.push(now);
            // Windows begin with a second: one of nine seconds is within ten of them.
            const since = (times: number[], window: number) => times.filter((time) => time > now - window).length;
            const allowed = minPerSecond * 10 + since(requests, 10_000) * share;
            expect(since(retries, 9_000)).toBeLessThanOrEqual(allowed);
          }
        },
      ),
    );
  });
});

describe('the circuit breaker', () => {
  const options = { failures: 0.5, minRequests: 20, window: 10_000, duration: 5_000, trials: 3 };

  it('opens only where half of at least twenty requests have failed, and never sends more than its trials', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ after: fc.nat(700), end: fc.constantFrom('ok', 'failed', 'cancelled') }), {
          maxLength: 400,
        }),
        (steps) => {
          const breaker = new Breaker(options);
          const ended: { at: number; isFailure: boolean }[] = [];
          let now = 0;
          let trials = 0;
          for (const { after, end } of steps) {
            now += after;
            const before = breaker.state;
            const permit = breaker.admit(now);
            if (before === 'open' && breaker.state === 'half-open') trials = 0;
            if (permit === REJECTED) continue;
            if (permit !== NORMAL) trials += 1;
            if (end === 'cancelled') {
              breaker.release(permit);
              if (permit !== NORMAL) trials -= 1;
            } else {
              breaker.record(permit, end === 'failed', now);
              if (permit === NORMAL) ended.push({ at: now, isFailure: end === 'failed' });
            }
            expect(trials).toBeLessThanOrEqual(options.trials);
            if (permit === NORMAL && breaker.state === 'open') {
              // Nine to ten seconds are counted.
              const recent = ended.filter(({ at }) => at > now - 10_000);
              expect(recent.length).toBeGreaterThanOrEqual(20);
              expect(recent.filter(({ isFailure }) => isFailure).length).toBeGreaterThanOrEqual(10);
              ended.length = 0;
            }
            if (before === 'half-open' && breaker.state === 'closed') ended.length = 0;
          }
        },
      ),
    );
  });

  it('is open for its time, then decides by three trials', () => {
    const states: string[] = [];
    const breaker = new Breaker(options, (state) => states.push(state));
    for (let sent = 0; sent < 20; sent++) breaker.record(breaker.admit(1), true, 1);
    expect([breaker.admit(5_000), breaker.openFor(4_001)]).toEqual([REJECTED, 1_000]);
    const [first, second, third, fourth] = [1, 2, 3, 4].map(() => breaker.admit(5_001)) as [number, ...number[]];
    expect([first, second, third, fourth]).toEqual([1, 1, 1, REJECTED]);
    breaker.record(first, false, 5_100);
    breaker.record(second as number, true, 5_100);
    // One of the first round does not count in the second.
    breaker.admit(10_100);
    breaker.record(third as number, true, 10_200);
    expect(breaker.state).toBe('half-open');
    for (const permit of [2, 2, 2]) breaker.record(permit, false, 10_300);
    expect(states).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
    expect(breaker.admit(10_301)).toBe(NORMAL);
  });
});

describe('counts and percentiles', () => {
  it('of the last ten slots', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000), { maxLength: 100 }), (gaps) => {
        const count = new RollingCount(10_000);
        const times: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          count.add(now);
          times.push(now);
          const first = (Math.floor(now / 1_000) - 9) * 1_000;
          expect(count.total(now)).toBe(times.filter((time) => time >= first).length);
        }
      }),
    );
  });

  it('are at most a fifth above the exact ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.3, max: 10_000, noNaN: true }), { minLength: 100, maxLength: 1_500 }),
        (all) => {
          const estimate = new LatencyEstimate();
          for (const latency of all) estimate.add(latency);
          const sorted = all.toSorted((one, other) => one - other);
          const exact = sorted[Math.ceil(all.length * 0.99) - 1] as number;
          expect(estimate.p99).toBeGreaterThanOrEqual(exact);
          expect(estimate.p99).toBeLessThanOrEqual(exact * 1.2);
        },
      ),
    );
    expect(new LatencyEstimate().p99).toBeNull();
  });
});
