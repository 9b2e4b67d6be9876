// Reloads under load, a worker that is killed, and what the supervisor takes: `node test/supervisor/reload-soak.ts
// [--count 20] [--workers 2] [--clients 8] [--bare]`; `--bare`: of workers that compose nothing. Then, unless
// `--seconds 0`, the processor's time of a request, of one worker and of two, in as many seconds each. Exit code 1 for a
// failed request, a replacement that takes 4 s, 10 % more memory or handles of the supervisor, a worker with less than
// 40 % of the requests, or 1.1 times the processor's time of one worker.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startLoad } from './load.ts';
import { startBare, startSupervised } from './supervised-gateway.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20' },
    workers: { type: 'string', default: '2' },
    clients: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '10' },
    bare: { type: 'boolean', default: false },
  },
});
const [count, workers, clients, seconds] = [values.count, values.workers, values.clients, values.seconds].map(
  Number,
) as [number, number, number, number];
const problems: string[] = [];
const settings = "usage: false, log: { sample: 0 }, shutdownDelay: '1s'";

const ends: (() => void | Promise<void>)[] = [];
const later = (end: () => void | Promise<void>) => void ends.unshift(end);
const megabytes = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
const handles = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;
const processorTime = (pid: number) => {
  const fields = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const gateway = values.bare
  ? await startBare(workers, later)
  : await startSupervised(`workers: ${workers}, ${settings}`, later);
const { pid } = gateway.process;
await gateway.untilServedBy(({ size }) => size === workers);
const load = startLoad(gateway.url, clients);
/** Until this many others than these have served. */
const untilReplaced = async (before: ReadonlySet<number>, others: number) => {
  await gateway.untilServedBy(
    (now) => [...now].filter((one) => !before.has(one)).length === others && now.size === workers,
  );
};
const first = { memory: 0, handles: 0 };
for (let reload = 1; reload <= count; reload += 1) {
  const before = await gateway.untilServedBy(({ size }) => size === workers);
  gateway.process.signal('SIGHUP');
  await untilReplaced(before, workers);
  const now = { memory: megabytes(pid), handles: handles(pid) };
  if (reload === Math.ceil(count / 10)) Object.assign(first, now);
  console.log(
    `reload ${reload}: ${load.responses} requests, supervisor ${now.memory.toFixed(0)} MB, ${now.handles} handles`,
  );
}
const failures = await load.stop();
if (failures.length > 0) problems.push(`${failures.length} failed requests: ${failures[0]}`);
// What replaced workers held is given back.
await delay(5_000);
const last = { memory: megabytes(pid), handles: handles(pid) };
for (const each of ['memory', 'handles'] as const) {
  if (last[each] > first[each] * 1.1)
    problems.push(`${each} of the supervisor: ${first[each]} at first, ${last[each]} at last`);
}
const running = await gateway.untilServedBy(({ size }) => size === workers);
const killed = performance.now();
process.kill([...running][0] as number, 'SIGKILL');
await untilReplaced(running, 1);
const replaced = performance.now() - killed;
if (replaced > 4_000) problems.push(`a killed worker was replaced in ${Math.round(replaced)} ms`);
console.log(`a killed worker was replaced in ${Math.round(replaced)} ms; supervisor ${JSON.stringify([first, last])}`);
for (const end of ends.splice(0)) await end();

/** Microseconds of the processor for a request, in all processes, and the least share of a worker. */
async function measure(number: number): Promise<{ perRequest: number; share: number }> {
  const { url, process: supervisor, untilServedBy } = await startSupervised(`workers: ${number}, ${settings}`, later);
  const pids = [supervisor.pid, ...(await untilServedBy(({ size }) => size === number))];
  // What is compiled once.
  const warmUp = startLoad(url, 64, 0);
  await delay(3_000);
  await warmUp.stop();
  const before = pids.map(processorTime);
  const measured = startLoad(url, 64, 0);
  await delay(seconds * 1_000);
  const failed = await measured.stop();
  if (failed.length > 0) problems.push(`${failed.length} failed requests: ${failed[0]}`);
  const spent = pids.reduce((sum, one, index) => sum + processorTime(one) - (before[index] ?? 0), 0);
  for (const end of ends.splice(0)) await end();
  const share = measured.served.size < number ? 0 : Math.min(...measured.served.values()) / measured.responses;
  return { perRequest: (spent * 1_000) / measured.responses, share };
}

if (seconds > 0) {
  const one = await measure(1);
  const two = await measure(2);
  const ratio = two.perRequest / one.perRequest;
  console.log(
    `one worker ${one.perRequest.toFixed(0)} µs a request, two ${two.perRequest.toFixed(0)} µs (${ratio.toFixed(2)} times); ` +
      `the least share of the two is ${(two.share * 100).toFixed(0)} %`,
  );
  if (ratio > 1.1) problems.push(`two workers take ${ratio.toFixed(2)} times the processor's time`);
  if (two.share < 0.4) problems.push(`a worker has ${(two.share * 100).toFixed(0)} % of the requests`);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
