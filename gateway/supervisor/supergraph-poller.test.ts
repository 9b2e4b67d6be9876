// While the source of a supergraph is down, it is polled less and less, with one line in the log; nothing is reloaded.
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../test/harness/listen.ts';
import { remoteSupergraph } from '../config/remote-supergraph.ts';
import { digestOf } from './supergraph-digest.ts';
import { SupergraphPoller } from './supergraph-poller.ts';
import { SupervisorLog } from './supervisor-log.ts';

class CountingLog extends SupervisorLog {
  readonly lines: object[] = [];

  override warn(fields: object, message: string): void {
    this.lines.push({ ...fields, message });
  }
}

test('the interval doubles with each failure, and what comes back is reloaded once', async () => {
  let sdl: string | null = null;
  let responded = performance.now();
  const pauses: number[] = [];
  const { origin, stop } = await listen(
    createServer((_request, response) => {
      pauses.push(performance.now() - responded);
      response.writeHead(sdl === null ? 503 : 200).end(sdl);
      responded = performance.now();
      if (pauses.length === 5) sdl = 'new';
    }),
  );
  onTestFinished(() => stop());
  const log = new CountingLog();
  let reloads = 0;
  const reloaded = Promise.withResolvers<void>();
  const reload = async () => {
    reloads += 1;
    reloaded.resolve();
    return { result: 'rejected' as const, generation: 1, reason: 'it cannot be composed' };
  };
  const poller = new SupergraphPoller(reload, log);
  onTestFinished(() => poller.close());
  poller.configure({ source: remoteSupergraph.parse({ url: origin, poll: 10 }), digest: digestOf('old') });
  // Its timers alone let a process end.
  const running = setInterval(() => {}, 1_000);
  await reloaded.promise;
  const polled = pauses.length;
  expect(polled).toBe(6);
  // A tenth less at most; the time of the response is on both sides.
  for (const [failures, pause] of pauses.entries()) {
    if (failures > 0) expect(pause).toBeGreaterThan(10 * 2 ** failures * 0.9 - 2);
  }
  expect(log.lines).toEqual([
    {
      source: `${origin}/`,
      reason: expect.stringContaining('status 503'),
      message: 'the supergraph cannot be fetched; the last one is served on',
    },
  ]);
  // What was rejected is not tried again while it is the same.
  while (pauses.length < polled + 3) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(reloads).toBe(1);
  clearInterval(running);
});
