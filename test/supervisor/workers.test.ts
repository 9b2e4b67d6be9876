// Workers of `concierge start`: they serve together, what dies is replaced, and none of them outlives the supervisor.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isRunning, startSupervised } from './supervised-gateway.ts';

test('two workers serve, a killed one is replaced, and none outlives a supervisor that is killed', async () => {
  const { process: supervisor, untilServedBy } = await startSupervised('workers: 2');
  const pids = [...(await untilServedBy(({ size }) => size === 2))];
  expect(pids).not.toContain(supervisor.pid);
  const [killed, other] = pids as [number, number];
  process.kill(killed, 'SIGKILL');
  const line = await supervisor.line(({ msg }) => msg === 'a worker has ended; another one takes its place');
  expect(line).toMatchObject({ level: 50, worker: killed, signal: 'SIGKILL' });
  const after = await untilServedBy((seen) => seen.size === 2);
  expect(after).toContain(other);
  expect(after).not.toContain(killed);
  // What it does itself ends them only where it can.
  supervisor.signal('SIGKILL');
  expect(await supervisor.exit).toBe(null);
  while ([...after].some(isRunning)) await delay(10);
  expect(supervisor.output()).toBe('');
});
