import { afterEach, expect, test, vi } from 'vitest';
import { onEndSignals } from './end-signals.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('signals that arrive together are one request to end, a later one is a second', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const before = new Set([...process.listeners('SIGTERM'), ...process.listeners('SIGINT')]);
  const received: string[] = [];
  onEndSignals((signal) => received.push(signal));
  process.emit('SIGINT', 'SIGINT');
  process.emit('SIGINT', 'SIGINT');
  vi.advanceTimersByTime(100);
  process.emit('SIGTERM', 'SIGTERM');
  expect(received).toEqual(['SIGINT']);
  vi.advanceTimersByTime(300);
  process.emit('SIGINT', 'SIGINT');
  expect(received).toEqual(['SIGINT', 'SIGINT']);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    for (const listener of process.listeners(signal)) if (!before.has(listener)) process.off(signal, listener);
  }
});
