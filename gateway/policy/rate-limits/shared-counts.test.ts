// Counts of several workers at their supervisor, and what each worker allows while that does not reply.
import { expect, test } from 'vitest';
import { settled, startWorkers } from '../../../test/harness/workers.ts';
import { checked, recordedLog } from '../../../test/rate-limits/counting.ts';
import { Relay } from '../../cluster/relay.ts';
import { CountService } from './count-service.ts';
import { createCounters } from './counters.ts';
import { SharedCounts } from './shared-counts.ts';

async function countersOf(relay: Relay, workers: number) {
  const log = recordedLog();
  const config = checked({});
  const started = await startWorkers(relay, workers);
  return {
    log,
    counters: started.map(({ channel }) => createCounters({ config, redis: null, channel, log })),
    shared: started.map(({ channel }) => new SharedCounts(channel, 100, log)),
  };
}

test('a limit, and what is given back to it, is of all workers', async () => {
  const relay = new Relay();
  new CountService().serve(relay);
  const { counters } = await countersOf(relay, 3);
  const [first, second, third] = counters.map((each) => each.counter('request', 10, 60));
  const results = await Promise.all(
    [4, 4, 4].map((points, index) => [first, second, third][index]?.consume('u1', points)),
  );
  expect(results.map((result) => [result?.allowed, result?.remaining])).toEqual([
    [true, 6],
    [true, 2],
    [false, 2],
  ]);
  second?.refund('u1', 4, results[1]?.window);
  // A window that it does not know.
  third?.refund('u1', 4, { isShared: false, endsAt: 1 });
  expect(await third?.consume('u1', 7)).toMatchObject({ allowed: false, remaining: 6 });
  expect(await third?.consume('u1', 6)).toMatchObject({ allowed: true, remaining: 0 });
  expect(await first?.consume('u2', 10)).toMatchObject({ allowed: true });
});

test('a rate is of all workers', async () => {
  const relay = new Relay();
  let now = 5_000;
  new CountService(() => now).serve(relay);
  const { shared } = await countersOf(relay, 2);
  const take = () => Promise.all(shared.map((each) => each.take('control', 2, 2)));
  expect(await take()).toEqual([0, 0]);
  expect(await take()).toEqual([500, 500]);
  now += 500;
  expect((await take()).toSorted()).toEqual([0, 500]);
});

test('without a reply, each worker allows its share, and reports it once', async () => {
  const relay = new Relay();
  const { counters, log } = await countersOf(relay, 4);
  const [counter] = counters.map((each) => each.counter('request', 10, 60));
  const results = [];
  for (let count = 0; count < 4; count += 1) results.push(await counter?.consume('u1', 1));
  expect(results.map((result) => [result?.allowed, result?.remaining])).toEqual([
    [true, 1],
    [true, 0],
    [false, 0],
    [false, 0],
  ]);
  counter?.refund('u1', 1, results[0]?.window);
  await settled();
  expect(await counter?.consume('u1', 1)).toMatchObject({ allowed: true });
  expect(log.lines).toEqual([
    'warn: rate limits: the supervisor does not reply, this worker counts its share by itself until it does',
  ]);
});
