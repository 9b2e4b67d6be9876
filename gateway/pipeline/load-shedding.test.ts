import { expect, test } from 'vitest';
import { LoadShedding, type Sheddable, sheddable } from './load-shedding.ts';

const lines: string[] = [];
const log = {
  warn: (_: object, text: string) => lines.push(text),
  info: (_: object, text: string) => lines.push(text),
};

function create(random = () => 0.5, running = () => 50): LoadShedding {
  return new LoadShedding({ lag: 30, retryAfter: 1, log: log as never, running, random });
}

/** Measures so many times; returns the time after it. */
function measure(shedding: LoadShedding, delay: number, times: number, { from = 0 } = {}): number {
  for (let index = 1; index <= times; index++) shedding.measure(delay, from + index * 25);
  return from + times * 25;
}

const shed = (shedding: LoadShedding): Sheddable[] => sheddable.filter((kind) => shedding.sheds(kind, 0));

test('nothing is shed while the event loop is in time, nor for one long task, nor without many requests', () => {
  const shedding = create(() => 0);
  measure(shedding, 29, 1000);
  expect(shed(shedding)).toEqual([]);
  for (let index = 0; index < 50; index++) {
    measure(shedding, 2000, 2);
    measure(shedding, 0, 1);
  }
  expect(shed(shedding)).toEqual([]);
  const calm = create(
    () => 0,
    () => 19,
  );
  measure(calm, 500, 100);
  for (let at = 0; at < 100; at++) expect(calm.sheds('anonymous', at * 100)).toBe(false);
});

test('within one turn of the event loop the time counts that many requests take, and no pause between two of them', () => {
  const shedding = create(() => 0.5);
  const shedOf = (count: number, gap: number, from: number) => {
    let number = 0;
    for (let index = 0; index < count; index++) if (shedding.sheds('anonymous', from + index * gap)) number += 1;
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
  const shedding = create(() => 0.999);
  const seen: Sheddable[][] = [];
  for (let index = 0; index < 100; index++) {
    measure(shedding, 500, 1, { from: index * 25 });
    seen.push(shed(shedding));
  }
  const steps = seen.filter((kinds, index) => kinds.length !== seen[index - 1]?.length);
  expect(steps).toEqual(sheddable.map((_, count) => sheddable.slice(0, count)).concat([[...sheddable]]));
});

test('it sheds a share that grows while the event loop is late, and nothing once it is in time again', () => {
  const shedding = create(() => 0.5);
  const late = measure(shedding, 60, 200);
  expect(shed(shedding)).toEqual([...sheddable]);
  measure(shedding, 0, 110, { from: late });
  expect(shed(shedding)).toEqual([]);
});

test('after five seconds of shedding requests the gateway is not ready, until that is over; the log says both', () => {
  lines.length = 0;
  const shedding = create(() => 0);
  const late = measure(shedding, 500, 10);
  expect(shedding.sheds('anonymous', late)).toBe(true);
  const overloaded = measure(shedding, 500, 1, { from: late });
  expect([shedding.isReady(overloaded), shedding.isReady(overloaded + 4_999)]).toEqual([true, true]);
  expect(shedding.isReady(overloaded + 5_000)).toBe(false);
  measure(shedding, 0, 200, { from: overloaded });
  expect(shedding.isReady(overloaded + 5_000)).toBe(true);
  expect(lines).toEqual(['overloaded: requests are rejected', 'not overloaded any more']);
});

test.each([
  [2, 0.8],
  [4, 0.6],
  [10, 0.3],
])('at %d times what a loop can serve, it serves %d of that in time', (load, share) => {
  const { inTime, recovered } = simulate(load);
  expect(inTime).toBeGreaterThan(share);
  expect(recovered).toBeLessThan(2000);
});

/**
 * A loop in which a request takes a millisecond in two halves, and a rejection 0.06 ms.
 * @returns what was served within 500 ms, as a share of the time; and milliseconds until nothing is shed any more.
 */
function simulate(load: number): { inTime: number; recovered: number } {
  let state = 1;
  // The same numbers each time (Park and Miller).
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const shedding = create(random, () => back.length);
  const [overloadedUntil, end] = [10_000, 15_000];
  const back: { at: number; ready: number }[] = [];
  let [now, next, tick, inTime, recovered] = [0, 0, 25, 0, Number.POSITIVE_INFINITY];
  while (now < end) {
    const rate = now < overloadedUntil ? load : 0.5;
    const turn = now;
    for (; next <= turn; next += (0.5 + random()) / rate) {
      if (shedding.sheds('anonymous', now)) now += 0.06;
      else {
        now += 0.5;
        back.push({ at: next, ready: now + 5 });
      }
    }
    while (back.length > 0 && (back[0]?.ready ?? 0) <= turn) {
      const { at } = back.shift() as { at: number };
      now += 0.5;
      if (at > 2_000 && at < overloadedUntil && now - at < 500) inTime += 1;
    }
    if (now >= tick) {
      shedding.measure(now - tick, now);
      tick = now + 25;
    }
    if (now > overloadedUntil && recovered === Number.POSITIVE_INFINITY && !shedding.sheds('anonymous', now)) {
      recovered = now - overloadedUntil;
    }
    now = Math.max(now + 0.01, Math.min(next, tick, back[0]?.ready ?? Number.POSITIVE_INFINITY));
  }
  return { inTime: inTime / (overloadedUntil - 2_000), recovered };
}
