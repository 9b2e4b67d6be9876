// Workers as the supervisor has them, whatever they serve: replaced one by one, started again, killed when they hang, and
// together in the health checks of its port.
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { startProcess, type TestProcess } from '../harness/process.ts';
import type { State } from './stubbed.ts';
import { isRunning, query, send } from './supervised-gateway.ts';

interface Stubbed {
  process: TestProcess;
  url: string;
  set(state: State): void;
  /** Status of the health check with this path, and the generation. */
  health(path: string): Promise<[number | undefined, number]>;
}

async function startStubbed(state: State, ...times: number[]): Promise<Stubbed> {
  const folder = temporaryFolder();
  const set = (next: State) => writeFileSync(`${folder}/state.json`, JSON.stringify(next));
  set(state);
  const process = startProcess({ script: 'test/supervisor/stubbed.ts', args: [folder, ...times.map(String)] });
  onTestFinished(async () => {
    await process.stop();
  });
  const { url } = (await process.line(({ msg }) => msg === 'listening')) as { url: string };
  const { url: origin } = await process.line(({ msg }) => msg === 'listening for health');
  const health = async (path: string): Promise<[number | undefined, number]> => {
    const { status, body } = await send('GET', `${origin}${path}`);
    return [status, (body as { generation: number }).generation];
  };
  return { process, url, set, health };
}

test('a reload replaces the workers one by one, also after one that could not be started, and fails no request', async () => {
  const { process: supervisor, url, set, health } = await startStubbed({ workers: 2, digest: 'a' });
  const served = async () => Number((await query(url)).data?.served);
  const before = new Set<number>();
  while (before.size < 2) before.add(await served());
  expect(await health('/readiness')).toEqual([200, 1]);
  set({ workers: 2, digest: 'b', failing: [2] });
  supervisor.signal('SIGHUP');
  const after = new Set<number>();
  // The former ones serve as long as there are not as many others.
  while (after.size < 2) {
    const pid = await served();
    if (!before.has(pid)) after.add(pid);
  }
  while ([...before].some(isRunning)) await served();
  expect([...after].every(isRunning)).toBe(true);
  expect(await health('/readiness')).toEqual([200, 2]);
  const reported = supervisor.lines().filter(({ level }) => Number(level) > 30);
  expect(reported).toEqual([expect.objectContaining({ msg: 'a worker cannot be started', reason: 'start 2 of b' })]);
});

test('a worker that hangs is not ready, is killed, and another one takes its place as soon as one can be started', async () => {
  const { process: supervisor, url, set, health } = await startStubbed({ workers: 1, digest: 'a' }, 600, 1_000);
  expect(await health('/healthcheck')).toEqual([200, 1]);
  const hung = Number((await query(url)).data?.served);
  set({ workers: 1, digest: 'a', failing: 'all' });
  process.kill(hung, 'SIGSTOP');
  while ((await health('/readiness'))[0] !== 503) await delay(10);
  expect(await supervisor.line(({ worker }) => worker === hung)).toMatchObject({
    ...{ level: 50, signal: 'SIGKILL', reason: 'its event loop was blocked' },
    msg: 'a worker has ended; another one takes its place',
  });
  while ((await health('/healthcheck'))[0] !== 503) await delay(10);
  expect((await health('/readiness'))[0]).toBe(503);
  set({ workers: 1, digest: 'a' });
  supervisor.signal('SIGHUP');
  while ((await health('/readiness'))[0] !== 200) await delay(10);
  expect(await health('/healthcheck')).toEqual([200, 2]);
});
