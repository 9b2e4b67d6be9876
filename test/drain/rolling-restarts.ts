// Rolling restarts of two `concierge start` behind HAProxy under load, by SIGTERM: `node test/drain/rolling-restarts.ts
// [--count 20] [--workers 1]`. Beside the load, subscribers over WebSockets come back by themselves. Exit code 1 where a request has failed, or a gateway did not end with exit code 0.
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge } from '../harness/gateway.ts';
import { listen } from '../harness/listen.ts';
import { freePorts } from '../harness/ports.ts';
import type { TestProcess } from '../harness/process.ts';
import { startHaproxy } from './haproxy.ts';
import { startLoad } from './load.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '20' }, workers: { type: 'string', default: '1' } },
});
const count = Number(values.count);
const undo: (() => void)[] = [];
const folderOf = (files: Record<string, string>) => temporaryFolder(files, (end) => undo.push(end));

/** Responds after 20 ms, so that requests run at every time; its subscriptions never have an event. */
const service = await listen(
  createServer((request, response) => {
    request.resume();
    if (String(request.headers.accept).startsWith('text/event-stream')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      return;
    }
    setTimeout(() => response.setHeader('content-type', 'application/json').end('{"data":{"a":1}}'), 20);
  }),
);
const folder = folderOf({
  'first.graphql': 'type Query { a: Int } type Subscription { b: Int }',
  'gateway.config.mjs': `export default {
  workers: ${Number(values.workers)}, usage: false, overload: false, deduplicateInFlight: false, shutdownDelay: '2s', log: { format: 'json' },
  subgraphs: { first: { url: '${service.origin}/graphql', schema: 'first.graphql' } },
};`,
});
const start = async (port: number): Promise<TestProcess> => {
  const process = concierge(['start', '--config', `${folder}/gateway.config.mjs`, '--port', String(port)]);
  await process.line(({ msg }) => msg === 'listening');
  return process;
};
const ports = await freePorts(2);
const gateways = new Map<number, TestProcess>();
for (const port of ports) gateways.set(port, await start(port));
const write = (text: string) => `${folderOf({ 'haproxy.cfg': text })}/haproxy.cfg`;
const balancer = await startHaproxy({ ports, interval: 200, write });
const url = `${balancer.origin}/graphql`;
const load = startLoad(url, '{ a }', '{"data":{"a":1}}', 16);

let connections = 0;
const failed: unknown[] = [];
const clients = Array.from({ length: 20 }, () => {
  const client = createClient({
    ...{ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 1_000 },
    on: { connected: () => (connections += 1) },
  });
  client.subscribe({ query: 'subscription { b }' }, { next() {}, error: (error) => failed.push(error), complete() {} });
  return client;
});

const slowest: number[] = [];
let codes = 0;
for (let restart = 0; restart < count; restart += 1) {
  const port = ports[restart % 2] as number;
  const process = gateways.get(port) as TestProcess;
  const begun = performance.now();
  process.signal('SIGTERM');
  if ((await process.exit) === 0) codes += 1;
  slowest.push(Math.round(performance.now() - begun));
  gateways.set(port, await start(port));
  await balancer.until(port, 'UP');
  await load.more(200);
  console.log(`restart ${restart + 1}: ${slowest.at(-1)} ms, ${load.sent} requests, ${load.failures.length} failed`);
}
await load.stop();
for (const client of clients) await client.dispose();
for (const process of gateways.values()) await process.stop();
await balancer.stop();
await service.stop();
for (const end of undo) end();
const failures = [...load.failures, ...failed.map(String)];
console.log({ count, requests: load.sent, failed: failures.length, first: failures.slice(0, 3), connections, codes });
if (failures.length > 0 || codes !== count) process.exitCode = 1;
