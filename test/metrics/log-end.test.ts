// The end of the log: lines that wait to be written together are written when the process ends, in any way but SIGKILL.
import { expect, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { root, startGatewayProcess } from '../harness/gateway.ts';
import { startProcess } from '../harness/process.ts';
import { startService } from '../values/served-graph.ts';

/** A process that writes as many lines as fill several batches, and then ends as the code does. */
async function linesBefore(end: string, count: number): Promise<{ code: number | null; numbers: unknown[] }> {
  const folder = temporaryFolder({
    'ends.ts': `import { createLog, flushLog, writeLine } from ${JSON.stringify(`${root}gateway/telemetry/log.ts`)};
const log = createLog({ level: 'info', format: 'json' });
for (let number = 0; number < ${count}; number += 1) {
  const filling = 'x'.repeat(100);
  if (number % 2 === 0) writeLine(log, 'info', { number, filling }, 'request');
  else log.info({ number, filling }, 'other');
}
${end}`,
  });
  const process = startProcess({ script: `${folder}/ends.ts` });
  const code = await process.exit;
  return { code, numbers: process.lines().map(({ number }) => number) };
}

test.each([
  ['by itself', '', 0, 3_000],
  ['by process.exit', 'process.exit(3);', 3, 3_000],
  ['by an error that nothing catches', "setImmediate(() => { throw new Error('a resolver'); });", 1, 3_000],
  [
    'by a signal, as the gateway handles it',
    "process.on('SIGTERM', () => flushLog(log).then(() => process.exit(0)));\nprocess.kill(process.pid, 'SIGTERM');\nsetInterval(() => {}, 1000);",
    0,
    3_000,
  ],
])('a process that ends %s has written every line, in order', async (_, end, code, count) => {
  const numbers = Array.from({ length: count }, (_line, number) => number);
  expect(await linesBefore(end, count)).toEqual({ code, numbers });
});

test.each(['SIGTERM', 'SIGUSR2'] as const)('the gateway loses no line of a request (%s)', async (signal) => {
  const service = await startService(() => ({ data: { a: 1 } }));
  const folder = temporaryFolder({
    'first.graphql': 'type Query { a: Int }',
    'gateway.config.mjs': `process.on('SIGUSR2', () => { throw new Error('a plugin'); });
export default {
  port: 0, host: '127.0.0.1', usage: false, overload: false, shutdownDelay: 0, log: { format: 'json' },
  subgraphs: { first: { url: ${JSON.stringify(service.url)}, schema: 'first.graphql' } },
};`,
  });
  const { url, process } = await startGatewayProcess(`${folder}/gateway.config.mjs`, {
    isSingle: signal === 'SIGUSR2',
  });
  const ids = Array.from({ length: 200 }, (_, index) => `request-${index}`);
  await Promise.all(
    ids.map(async (id) => {
      const headers = { 'content-type': 'application/json', 'x-request-id': id };
      const response = await fetch(url, { method: 'POST', headers, body: '{"query":"{ a }"}' });
      expect(await response.text()).toBe('{"data":{"a":1}}');
    }),
  );
  process.signal(signal);
  expect(await process.exit).toBe(signal === 'SIGTERM' ? 0 : 1);
  const logged = process.lines().filter(({ msg }) => msg === 'request');
  expect(logged.map(({ requestId }) => requestId).sort()).toEqual(ids.sort());
  const failure = process.lines().find(({ level }) => level === 60);
  if (signal === 'SIGUSR2') expect(failure).toMatchObject({ err: { type: 'Error', message: 'a plugin' } });
});
