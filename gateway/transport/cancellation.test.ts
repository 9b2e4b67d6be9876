import { once } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Cancellation } from './cancellation.ts';

test('cancelling calls every listener once', () => {
  const cancellation = new Cancellation();
  const [one, two] = [vi.fn(), vi.fn()];
  cancellation.add(one);
  cancellation.add(two);
  cancellation.cancel();
  cancellation.cancel();
  expect(cancellation.cancelled).toBe(true);
  expect([one, two].map((listener) => listener.mock.calls.length)).toEqual([1, 1]);
});

test('a listener that was removed is not called', () => {
  const cancellation = new Cancellation();
  const listener = vi.fn();
  cancellation.add(listener);
  cancellation.remove(listener);
  cancellation.cancel();
  expect(listener).not.toHaveBeenCalled();
});

test('a listener may remove others while it is called', () => {
  const cancellation = new Cancellation();
  const two = vi.fn();
  cancellation.add(() => cancellation.remove(two));
  cancellation.add(two);
  expect(() => cancellation.cancel()).not.toThrow();
});

test('its signal aborts with it', () => {
  const cancellation = new Cancellation();
  const { signal } = cancellation;
  expect(signal.aborted).toBe(false);
  cancellation.cancel();
  expect(signal.aborted).toBe(true);
});

test('a request that expires ends what it waits for, but not itself; it can be cancelled afterwards', () => {
  const cancellation = new Cancellation();
  const [first, second] = [vi.fn(), vi.fn()];
  const { signal } = cancellation;
  cancellation.add(first);
  cancellation.expire();
  expect([cancellation.isExpired, cancellation.cancelled, signal.aborted]).toEqual([true, false, true]);
  expect(cancellation.error.extensions).toMatchObject({ code: 'SHUTTING_DOWN', http: { status: 503 } });
  cancellation.add(second);
  cancellation.cancel();
  expect(cancellation.cancelled).toBe(true);
  expect(cancellation.error.extensions.code).toBe('REQUEST_CANCELLED');
  expect([first, second].map((listener) => listener.mock.calls.length)).toEqual([1, 1]);
});

test('a signal that is first read after the end is aborted', () => {
  const cancellation = new Cancellation();
  cancellation.cancel();
  expect(cancellation.signal.aborted).toBe(true);
});

test('a listener that throws does not stop the ones after it, and its error becomes an uncaught exception', async () => {
  const testRunner = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  onTestFinished(() => {
    for (const listener of testRunner) process.on('uncaughtException', listener);
  });
  const uncaught = once(process, 'uncaughtException');
  const cancellation = new Cancellation();
  const last = vi.fn();
  cancellation.add(() => {
    throw new Error('a defect');
  });
  cancellation.add(last);
  expect(() => cancellation.cancel()).not.toThrow();
  expect(last).toHaveBeenCalledOnce();
  expect((await uncaught)[0]).toMatchObject({ message: 'a defect' });
});
