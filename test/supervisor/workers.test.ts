// Workers of `concierge start`: they serve together, what dies is replaced, and none of them outlives the supervisor.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readMetrics, total } from '../metrics/exposed.ts';
import { isRunning, query, startSupervised } from './supervised-gateway.ts';

test('four workers serve and count together, a killed one is replaced, none outlives a killed supervisor', async () => {
  const { process: supervisor, url, untilServedBy } = await startSupervised('workers: 4, metrics: { public: true },');
  const pids = [...(await untilServedBy(({ size }) => size === 4))];
  expect(pids).not.toContain(supervisor.pid);
  const served = async () => {
    const text = await readMetrics(new URL('/metrics', url).href);
    return total(text, 'http_server_request_duration_seconds_count', { graphql_operation_name: 'Supervised' });
  };
  const before = await served();
  const limited = await Promise.all(Array.from({ length: 160 }, () => query(url, 'limited')));
  expect(limited.filter(({ data }) => data?.limited === 1)).toHaveLength(100);
  const counted = await served();
  expect(counted).toBe(before + 160);
  const [killed, ...others] = pids as [number, ...number[]];
  // One that has stopped replies to no connection: of as many as there are workers, one is on its way to it.
  process.kill(killed, 'SIGSTOP');
  let received = 0;
  const sent = pids.map(() => query(url).finally(() => (received += 1)));
  while (received < pids.length - 1) await delay(10);
  process.kill(killed, 'SIGKILL');
  const servedBy = (await Promise.all(sent)).map(({ data }) => Number(data?.served));
  expect(others).toEqual(expect.arrayContaining(servedBy));
  const line = await supervisor.line(({ msg }) => msg === 'a worker has ended; another one takes its place');
  expect(line).toMatchObject({ level: 50, worker: killed, signal: 'SIGKILL' });
  const after = await untilServedBy((seen) => seen.size === 4);
  expect([...after]).toEqual(expect.arrayContaining(others));
  expect(after).not.toContain(killed);
  expect((await query(url, 'limited')).data?.limited).not.toBe(1);
  expect(await served()).toBeGreaterThan(counted);
  // The last one that listens ends with the others: the port stays the same.
  for (const pid of after) process.kill(pid, 'SIGKILL');
  const servedAgain = () =>
    query(url).then(
      ({ data }) => Number(data?.served),
      ({ code }) => code as string,
    );
  await expect.poll(servedAgain, { timeout: 60_000 }).toBeTypeOf('number');
  const last = await untilServedBy(({ size }) => size === 4);
  // What it does itself ends them only where it can.
  supervisor.signal('SIGKILL');
  expect(await supervisor.exit).toBe(null);
  while ([...last].some(isRunning)) await delay(10);
  expect(supervisor.output()).toBe('');
});
