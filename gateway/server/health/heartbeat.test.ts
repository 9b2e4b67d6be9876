import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPulse, Heartbeat, healthOf } from './heartbeat.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'hrtime'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a loop that stops is not ready after a second, and dead after ten', () => {
  let isReady = false;
  const pulse = createPulse();
  const heartbeat = new Heartbeat(pulse, () => isReady);
  expect(healthOf(pulse)).toEqual({ isAlive: true, isReady: false });
  isReady = true;
  vi.advanceTimersByTime(100);
  expect(healthOf(pulse)).toEqual({ isAlive: true, isReady: true });
  vi.advanceTimersByTime(60_000);
  expect(healthOf(pulse)).toEqual({ isAlive: true, isReady: true });
  heartbeat.stop();
  vi.advanceTimersByTime(999);
  expect(healthOf(pulse)).toEqual({ isAlive: true, isReady: true });
  vi.advanceTimersByTime(1);
  expect(healthOf(pulse)).toEqual({ isAlive: true, isReady: false });
  vi.advanceTimersByTime(9_000);
  expect(healthOf(pulse)).toEqual({ isAlive: false, isReady: false });
});
