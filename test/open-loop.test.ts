// The open-loop load of the benchmarks: what it measures of a service that stops serving for a while.
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { outcomes, runOpenLoop, sampleSize } from '../bench/load/open-loop.ts';
import { postRequest } from '../bench/load/post-request.ts';
import { listen } from './harness/listen.ts';

test('requests are sent at their times, and those that wait for a service count from then on', async () => {
  let isStopped = true;
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    const respond = () => response.end('{}');
    request.resume().on('end', () => (isStopped ? waiting.push(respond) : respond()));
  });
  const { origin, stop } = await listen(server);
  const url = new URL(origin);
  const request = postRequest(Number(url.port), '{}', { path: '/graphql', headers: {} });
  const operations = [{ request, expected: Buffer.from('{}'), isSafe: true }];
  const load = { port: Number(url.port), operations, patience: 60_000, maxConnections: 50 };
  const serveAgain = () => {
    isStopped = false;
    for (const respond of waiting.splice(0)) respond();
  };
  const samples = await runOpenLoop({ ...load, phases: [{ seconds: 0.4, rates: [500] }] }, () => {
    setTimeout(serveAgain, 300);
  });
  const sent = Array.from({ length: samples.length / sampleSize }, (_, index) => ({
    at: samples[index * sampleSize + 1] ?? 0,
    duration: samples[index * sampleSize + 2] ?? 0,
    outcome: outcomes[samples[index * sampleSize + 3] ?? 0],
  }));
  // Also those that found all 50 connections waiting.
  expect(sent.map(({ at }) => at).sort((one, other) => one - other)).toEqual(
    Array.from({ length: 200 }, (_, index) => index * 2),
  );
  expect(new Set(sent.map(({ outcome }) => outcome))).toEqual(new Set(['succeeded']));
  for (const { at, duration } of sent) expect(at + duration).toBeGreaterThanOrEqual(at < 295 ? 295 : at);
  await stop();
});

test('a response that does not come in time, a wrong one and a rejection are different outcomes', async () => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.url === '/rejected') response.writeHead(503).end();
      if (request.url === '/wrong') response.end('{"data":null}');
      if (request.url === '/cut') response.destroy();
    });
  });
  const { origin, stop } = await listen(server);
  const url = new URL(origin);
  const port = Number(url.port);
  const operations = ['/rejected', '/wrong', '/cut', '/silent'].map((path) => ({
    ...{ expected: Buffer.from('{}'), isSafe: false },
    request: postRequest(port, '{}', { path, headers: {} }),
  }));
  const phases = [{ seconds: 0.1, rates: [10, 10, 10, 10] }];
  const samples = await runOpenLoop({ port, operations, phases, patience: 2000, maxConnections: 10 });
  const found = Object.fromEntries(
    operations.map((_, index) => [samples[index * sampleSize] ?? 0, outcomes[samples[index * sampleSize + 3] ?? 0]]),
  );
  expect(found).toEqual({ 0: 'rejected', 1: 'failed', 2: 'failed', 3: 'abandoned' });
  await stop();
});
