// The channel over node:cluster: one supervisor, three worker processes, and one of them killed.
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workerPort } from '../../gateway/cluster/ipc.ts';
import { Relay } from '../../gateway/cluster/relay.ts';

const relay = new Relay();
const pids = new Map<number, number>();
const gone = Promise.withResolvers<number>();

beforeAll(async () => {
  const ready = Promise.withResolvers<void>();
  relay.on('ready', (pid, worker) => {
    pids.set(worker, Number(pid));
    if (pids.size === 3) ready.resolve();
  });
  relay.onGone(gone.resolve);
  cluster.setupPrimary({ exec: fileURLToPath(new URL('channel-worker.ts', import.meta.url)), execArgv: [] });
  for (let index = 0; index < 3; index += 1) {
    const worker = cluster.fork();
    relay.add(worker.id, workerPort(worker));
  }
  await ready.promise;
});

afterAll(() => {
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL');
});

describe('the channel over node:cluster', () => {
  it('has two workers at once send to all others, in order, with each acknowledged', async () => {
    const replies = await relay.collect('order', { topic: 'note', count: 500 });
    expect([...replies.values()]).toEqual(['1000', '1000', '1000']);
    const received = await relay.collect('received', null);
    for (const [worker, text] of received) {
      const all = (JSON.parse(text) as string[]).map((one) => one.split(' ').map(Number) as [number, number]);
      for (const [other, pid] of pids) {
        const steps = all.filter(([sender]) => sender === pid).map(([, step]) => step);
        expect(steps).toEqual(other === worker ? [] : Array.from({ length: 500 }, (_, step) => step));
      }
    }
  });

  it('does not wait for a worker that is killed before it acknowledges', async () => {
    const [[killed, pid]] = [...pids] as [[number, number]];
    const held = relay.collect('hold', null, { timeout: 60_000 });
    process.kill(pid, 'SIGSTOP');
    const collected = relay.collect('pid', null, { timeout: 60_000 });
    process.kill(pid, 'SIGKILL');
    expect(await gone.promise).toBe(killed);
    expect([...(await collected).values()].map(Number).sort()).toEqual(
      [...pids]
        .filter(([worker]) => worker !== killed)
        .map(([, each]) => each)
        .sort(),
    );
    for (const [worker, each] of pids) if (worker !== killed) process.kill(each, 'SIGKILL');
    expect(await held).toEqual(new Map());
  });
});
