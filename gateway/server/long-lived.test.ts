import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LongLivedConnections, type Place } from './long-lived.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('connections are ended a few at a time, and one that opens then at once', () => {
  const connections = new LongLivedConnections({
    config: { max: 1000, perAddress: false, perCaller: false },
    clientAddress: { isTrustedProxy: () => false },
    log: { warn: () => {} },
  });
  const request = new IncomingMessage(new Socket());
  const open = () => connections.open(request, { address: '192.0.2.1' }) as Place;
  let ended = 0;
  const places = Array.from({ length: 30 }, open);
  for (const place of places) place.onDrain(() => (ended += 1));
  // Closed before: not counted.
  places[0]?.release();
  connections.drain(100);
  expect(ended).toBe(3);
  vi.advanceTimersByTime(40);
  expect(ended).toBe(15);
  vi.advanceTimersByTime(50);
  expect(ended).toBe(29);
  open().onDrain(() => (ended += 1));
  vi.advanceTimersByTime(0);
  expect(ended).toBe(30);
});
