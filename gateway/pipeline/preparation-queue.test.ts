// Preparation queue: the share of time that new documents get, with a clock of the test's own.
import { AsyncLocalStorage } from 'node:async_hooks';
import { GraphQLError } from 'graphql';
import { beforeEach, expect, test } from 'vitest';
import { Cancellation } from '../transport/cancellation.ts';
import { PreparationQueue } from './preparation-queue.ts';

let clock: number;
let done: string[];
let turns: { run: () => void; at: number }[];

beforeEach(() => {
  clock = 0;
  done = [];
  turns = [];
});

function queueOf(options: { share?: number; maxWaiting?: number } = {}): PreparationQueue {
  return new PreparationQueue({
    share: 0.5,
    maxWaiting: 10,
    ...options,
    now: () => clock,
    schedule: (run, milliseconds) => turns.push({ run, at: clock + milliseconds }),
  });
}

/** Enters work that takes these milliseconds. */
function enter(queue: PreparationQueue, name: string, takes: number, cancellation = new Cancellation()): void {
  const work = () => {
    clock += takes;
    done.push(name);
  };
  queue.enter(cancellation, work, (error) => done.push(`${name}: ${(error as GraphQLError).extensions.code}`));
}

/** The next scheduled turn of the event loop. */
function turn(): void {
  const next = turns.shift();
  clock = Math.max(clock, next?.at ?? clock);
  next?.run();
}

test('work is done at once after a quiet time', () => {
  const queue = queueOf();
  enter(queue, 'one', 5);
  enter(queue, 'two', 5);
  expect(done).toEqual(['one', 'two']);
});

test('what comes after long work waits for another turn, in order', () => {
  const queue = queueOf();
  for (const name of ['one', 'two', 'three']) enter(queue, name, 30);
  expect(done).toEqual(['one']);
  turn();
  expect(done).toEqual(['one', 'two']);
  turn();
  expect(done).toEqual(['one', 'two', 'three']);
});

test('work that causes more work waits with it for another turn once it has taken long', () => {
  const queue = queueOf();
  queue.enter(
    new Cancellation(),
    () => {
      clock += 30;
      enter(queue, 'two', 30);
      done.push('one');
    },
    () => {},
  );
  expect(done).toEqual(['one']);
  turn();
  expect(done).toEqual(['one', 'two']);
  turn();
  expect(clock).toBe(60);
});

test('the parts of long work take a turn each, also where nothing more may wait', () => {
  const queue = queueOf({ maxWaiting: 1 });
  let left = 3;
  const part = () => {
    clock += 1;
    done.push(`part ${left}`);
    left -= 1;
    if (left > 0) queue.continue(part, () => done.push('rejected'));
  };
  queue.continue(part, () => done.push('rejected'));
  enter(queue, 'one', 1);
  turn();
  expect(done).toEqual(['one: OVERLOADED', 'part 3']);
  enter(queue, 'two', 1);
  turn();
  turn();
  expect(done).toEqual(['one: OVERLOADED', 'part 3', 'two: OVERLOADED', 'part 2', 'part 1']);
});

test('over a long time it takes its share and no more', () => {
  const queue = queueOf({ share: 0.25, maxWaiting: 1000 });
  for (let number = 0; number < 500; number += 1) enter(queue, String(number), 10);
  while (turns.length > 0) turn();
  expect(done).toHaveLength(500);
  expect(clock).toBeGreaterThan(4 * (5000 - 200));
  expect(clock).toBeLessThan(4 * 5000 + 2000);
});

test('beyond the bound work is rejected, with Retry-After', () => {
  const queue = queueOf({ maxWaiting: 1 });
  for (const name of ['one', 'two', 'three']) enter(queue, name, 200);
  expect(done).toEqual(['one', 'three: OVERLOADED']);
  expect(queue.waiting).toBe(1);
});

test('the work of a client that disconnects, or of a gateway that stops, leaves the queue and is not done', () => {
  const queue = queueOf();
  const [cancellation, ending] = [new Cancellation(), new Cancellation()];
  enter(queue, 'one', 50);
  enter(queue, 'gone', 50, cancellation);
  enter(queue, 'late', 50, ending);
  enter(queue, 'two', 5);
  cancellation.cancel();
  ending.expire();
  while (turns.length > 0) turn();
  expect(done).toEqual(['one', 'gone: REQUEST_CANCELLED', 'late: SHUTTING_DOWN', 'two']);
});

test('work that fails later fails for its own request', () => {
  const queue = queueOf();
  enter(queue, 'one', 50);
  const failed: unknown[] = [];
  const work = () => {
    throw new GraphQLError('no');
  };
  queue.enter(new Cancellation(), work, (error) => failed.push(error));
  enter(queue, 'two', 5);
  while (turns.length > 0) turn();
  expect(failed).toEqual([new GraphQLError('no')]);
  expect(done).toEqual(['one', 'two']);
});

test('work that has waited is done in the async context of its request', () => {
  const queue = queueOf();
  const requests = new AsyncLocalStorage<string>();
  enter(queue, 'long', 1000);
  for (const name of ['first', 'second']) {
    requests.run(name, () =>
      queue.enter(
        new Cancellation(),
        () => done.push(String(requests.getStore())),
        () => {},
      ),
    );
  }
  while (turns.length > 0) requests.run('another', turn);
  expect(done).toEqual(['long', 'first', 'second']);
});
