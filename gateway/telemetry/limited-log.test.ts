import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LimitedLog } from './limited-log.ts';
import type { Logger } from './log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open() {
  const lines: [object, string][] = [];
  const log = { isLevelEnabled: () => true, info: (fields: object, message: string) => lines.push([fields, message]) };
  return { lines, limited: new LimitedLog(log as unknown as Logger, 'rejected', () => Date.now()) };
}

test('lines beyond the bound are left out, and their number is logged when the period ends', () => {
  const { lines, limited } = open();
  for (let index = 0; index < 150; index += 1) limited.write(() => ({ index }));
  expect(lines).toHaveLength(100);
  expect(lines[99]).toEqual([{ index: 99 }, 'rejected']);
  vi.advanceTimersByTime(10_000);
  expect(lines[100]).toEqual([{ leftOut: 50 }, 'rejected: more than 100 in 10 s']);
  limited.write(() => ({ index: 150 }));
  expect(lines[101]).toEqual([{ index: 150 }, 'rejected']);
});

test('nothing is counted or made for a level that is not logged', () => {
  const log = { isLevelEnabled: () => false, info: () => expect.unreachable() };
  const limited = new LimitedLog(log as unknown as Logger, 'rejected', () => 0);
  for (let index = 0; index < 200; index += 1) limited.write(() => expect.unreachable());
  expect(vi.getTimerCount()).toBe(0);
});
