import { expect, test } from 'vitest';
import { LoadShedding, type Sheddable, sheddable } from './load-shedding.ts';

const lines: string[] = [];
const log = {
  warn: (_: object, text: string) => lines.push(text),
  info: (_: object, text: string) => lines.push(text),
};

let running = 0;

/** With so many requests in flight, as the whole time before. */
function create(usual = 0): LoadShedding {
  const shedding = new LoadShedding({ lag: 30, retryAfter: 1, log: log as never, running: () => running });
  running = usual;
  for (let index = 0; index < 500; index++) shedding.sheds('anonymous', -6000);
  measure(shedding, 0, 200, { from: -5000 });
  return shedding;
}

/** Measures so many times; returns the time after it. */
function measure(shedding: LoadShedding, delay: number, times: number, { from = 0 } = {}): number {
  for (let index = 1; index <= times; index++) shedding.measure(delay, from + index * 25);
  return from + times * 25;
}

/** The kinds of which one is shed with so many requests in flight. */
function shed(shedding: LoadShedding, inFlight: number): Sheddable[] {
  running = inFlight;
  return sheddable.filter((kind) => shedding.sheds(kind, 0));
}

test('nothing is shed while the event loop is in time, nor for one long task, nor without many requests', () => {
  const shedding = create();
  running = 5000;
  measure(shedding, 29, 1000);
  expect(shed(shedding, 5000)).toEqual([]);
  for (let index = 0; index < 50; index++) {
    measure(shedding, 2000, 1);
    measure(shedding, 0, 1);
  }
  expect(shed(shedding, 5000)).toEqual([]);
  running = 9;
  const calm = create(9);
  measure(calm, 500, 100);
  for (let at = 0; at < 100; at++) expect(calm.sheds('anonymous', at * 100)).toBe(false);
});

test('nothing is shed of the first requests of a process, whose code is not compiled yet', () => {
  const shedding = new LoadShedding({ lag: 30, retryAfter: 1, log: log as never, running: () => 500 });
  let first = 0;
  for (let index = 0; index < 100; index++) {
    for (let count = 0; count < 10; count++) if (!shedding.sheds('anonymous', index * 40)) first += 1;
    shedding.measure(35, index * 40);
  }
  expect(first).toBeGreaterThanOrEqual(500);
  expect(first).toBeLessThan(530);
});

test('within one turn of the event loop the time counts that many requests take, and no pause between two of them', () => {
  const shedding = create();
  const shedOf = (count: number, gap: number, from: number) => {
    let number = 0;
    running = 0;
    for (let index = 0; index < count; index++) {
      if (shedding.sheds('anonymous', from + index * gap)) number += 1;
      else running += 1;
    }
    shedding.measure(0, from);
    return number;
  };
  expect(shedOf(60, 1, 0)).toBe(0);
  expect(shedding.sheds('anonymous', 1000)).toBe(false);
  expect(shedding.sheds('anonymous', 3000)).toBe(false);
  expect(shedOf(40, 1, 3000)).toBe(0);
  expect(shedOf(300, 1, 5000)).toBeGreaterThan(150);
});

test('background work is shed first, then new documents, anonymous callers, and callers by their priority', () => {
  const shedding = create();
  running = 1000;
  measure(shedding, 500, 2);
  const seen = Array.from({ length: 300 }, (_, inFlight) => shed(shedding, inFlight));
  const steps = seen.filter((kinds, index) => kinds.length !== seen[index - 1]?.length);
  expect(steps).toEqual(sheddable.map((_, count) => sheddable.slice(0, count)).concat([[...sheddable]]));
});

test('while the event loop is late fewer and fewer are in flight, some of them always, and more once it is in time', () => {
  /** Anonymous requests that are in flight at most after measurements of a delay, with so many in flight. */
  const limitAfter = (...measurements: [delay: number, times: number, inFlight: number][]) => {
    const shedding = create();
    let at = 0;
    for (const [delay, times, inFlight] of measurements) {
      running = inFlight;
      at = measure(shedding, delay, times, { from: at });
    }
    let inFlight = 0;
    while (inFlight < 5000 && !shed(shedding, inFlight).includes('anonymous')) inFlight += 1;
    return inFlight;
  };
  expect(limitAfter([60, 2, 1000])).toBe(500);
  // Those that are too many have to be served before it is known whether the limit is low enough.
  expect(limitAfter([60, 12, 1000])).toBe(500);
  expect(limitAfter([60, 2, 1000], [60, 1, 500])).toBeLessThan(400);
  expect(limitAfter([60, 2, 1000], [5000, 200, 10])).toBe(100);
  expect(limitAfter([60, 2, 1000], [5000, 200, 10], [0, 20, 10])).toBeGreaterThan(150);
  expect(limitAfter([60, 2, 1000], [5000, 200, 10], [0, 60, 10])).toBe(5000);
});

test('as much as takes 100 ms may always be in flight: more requests where each takes less', () => {
  const shedding = create();
  for (let index = 1; index <= 100; index++) {
    running = 1;
    // A thousand requests in each half second.
    for (let count = 0; count < 1000; count++) shedding.sheds('high', index * 500);
    running = 1000;
    shedding.measure(475, index * 500);
  }
  expect([shed(shedding, 199).includes('anonymous'), shed(shedding, 201).includes('anonymous')]).toEqual([false, true]);
});

test('fifty connections that wait for their responses are never rejected, however long each request takes', () => {
  for (const cost of [1, 4, 20, 100]) {
    const shedding = create();
    let at = 0;
    let rejected = 0;
    for (let turn = 0; turn < 400; turn++) {
      // All of them arrive in one turn, and are served in it.
      for (running = 0; running < 50; running++) {
        at += cost;
        for (const kind of ['document', 'anonymous', 'normal'] as const) if (shedding.sheds(kind, at)) rejected += 1;
      }
      shedding.measure(Math.max(0, 50 * cost - 25), at);
    }
    expect(rejected).toBe(0);
  }
});

test('requests that wait for services, as usual, do not count', () => {
  const shedding = create(3000);
  running = 3100;
  measure(shedding, 60, 2);
  expect(shed(shedding, 3010)).toEqual([]);
  expect(shed(shedding, 3300)).toEqual([...sheddable]);
});

test('after five seconds of shedding requests the gateway is not ready, until that is over; the log says both', () => {
  lines.length = 0;
  const shedding = create();
  running = 1000;
  const late = measure(shedding, 500, 10);
  expect(shedding.sheds('anonymous', late)).toBe(true);
  const overloaded = measure(shedding, 500, 1, { from: late });
  running = 0;
  expect([shedding.isReady(overloaded), shedding.isReady(overloaded + 4_999)]).toEqual([true, true]);
  expect(shedding.isReady(overloaded + 5_000)).toBe(false);
  measure(shedding, 0, 200, { from: overloaded });
  expect(shedding.isReady(overloaded + 5_000)).toBe(true);
  expect(lines).toEqual(['overloaded: requests are rejected', 'not overloaded any more']);
});

test.each([
  ['twice', { load: 2 }, 0.9],
  ['four times', { load: 4 }, 0.75],
  ['ten times', { load: 10 }, 0.35],
  ['four times', { load: 4, streams: 1000 }, 0.75],
  ['twice', { load: 2, stolen: 40 }, 0.85],
])('at %s the requests that a loop can serve (%o), %d of what it can are served in time', (_, options, share) => {
  const { inTime, recovered } = simulate(options);
  expect(inTime).toBeGreaterThan(share);
  expect(recovered).toBeLessThan(500);
});

/**
 * A loop in which a request takes a millisecond in four parts with 2 ms between them, and a rejection 0.06 ms. Other processes
 * take `stolen` of 60 ms from it; `streams` are in flight the whole time.
 * @returns what was served within 500 ms, as a share of what it could; and milliseconds until nothing is shed any more.
 */
function simulate({ load, stolen = 0, streams = 0 }: { load: number; stolen?: number; streams?: number }): {
  inTime: number;
  recovered: number;
} {
  let state = 1;
  // The same numbers each time (Park and Miller).
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  let inFlight: { at: number; ready: number; left: number }[] = [];
  const options = { lag: 30, retryAfter: 1, log: log as never };
  const shedding = new LoadShedding({ ...options, running: () => streams + inFlight.length });
  const [overloadedUntil, end] = [10_000, 15_000];
  const usable = 1 - stolen / 60;
  let [now, next, tick, inTime, lastShed, theft] = [0, 0, 25, 0, 0, 60];
  const work = (milliseconds: number) => {
    now += milliseconds;
    for (; stolen > 0 && now >= theft; theft += 60) now += stolen;
  };
  while (now < end) {
    const rate = usable * (now > 1000 && now < overloadedUntil ? load : 0.5);
    const turn = now;
    for (; next <= turn; next += (0.5 + random()) / rate) {
      if (shedding.sheds('anonymous', now)) {
        work(0.06);
        lastShed = next;
      } else {
        work(0.25);
        inFlight.push({ at: next, ready: now + 2, left: 3 });
      }
    }
    for (const request of inFlight) {
      if (request.ready > turn) continue;
      work(0.25);
      request.left -= 1;
      request.ready = now + 2;
      if (request.left === 0 && request.at > 2_000 && request.at < overloadedUntil && now - request.at < 500)
        inTime += 1;
    }
    inFlight = inFlight.filter(({ left }) => left > 0);
    if (now >= tick) {
      shedding.measure(now - tick, now);
      tick = now + 25;
    }
    work(Math.max(0.01, Math.min(next, tick, ...inFlight.map(({ ready }) => ready)) - now));
  }
  return { inTime: inTime / usable / (overloadedUntil - 2_000), recovered: lastShed - overloadedUntil };
}
