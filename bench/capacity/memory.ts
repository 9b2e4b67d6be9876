// Memory of what a gateway holds for long: WebSockets that are open and idle, and documents that are prepared.
//   node capacity/memory.ts [--sockets 2000] [--documents 2000]
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { benchmarkGraph } from '../run/benchmark-graph.ts';
import { repository } from '../run/gateways.ts';
import { endOnSignals, freePort, ready, start } from '../run/processes.ts';
import { requestOf } from '../run/requests.ts';
import { startSubgraphs } from '../run/subgraph-process.ts';
import { kernelUsage } from '../run/usage.ts';

const { values } = parseArgs({
  options: { sockets: { type: 'string', default: '2000' }, documents: { type: 'string', default: '2000' } },
});
endOnSignals();
const sockets = Number(values.sockets);
const documents = Number(values.documents);
const subgraphs = await startSubgraphs(benchmarkGraph({ gateway: [], others: [], warning: undefined }));
const port = await freePort();
const config = join(subgraphs.directory, 'memory.config.mjs');
const settings = { usage: false, overload: false, connections: { perAddress: 100_000 }, rateLimits: {} };
writeFileSync(config, `export default ${JSON.stringify(settings)};`);
const gateway = start(
  [
    ...[process.execPath, join(repository, 'dist/gateway/cli.js'), 'start', '--single-process'],
    ...['--config', config, '--supergraph', subgraphs.supergraph, '--port', String(port)],
  ],
  { cwd: subgraphs.directory, log: join(subgraphs.directory, 'memory.log'), env: { LOG_LEVEL: 'warn' } },
);
const url = `http://127.0.0.1:${port}/graphql`;

/** Megabytes once they have stayed the same for a second, which collections of garbage take. */
async function settled(): Promise<number> {
  for (let last = Number.NaN; ; ) {
    const now = kernelUsage(gateway.pid).resident / 1_048_576;
    if (Math.abs(now - last) < 1) return now;
    last = now;
    await delay(1_000);
  }
}

async function post(query: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`status ${response.status}: ${text}`);
}

/** Resolves when the gateway has accepted it. */
async function open(): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  return socket;
}

try {
  await ready(gateway, url);
  const { body } = requestOf('small-three');
  const { query } = JSON.parse(body) as { query: string };
  // As much young generation as traffic makes it take, whatever the documents.
  for (let index = 0; index < 5_000; index += 1) await post(query);
  const before = await settled();
  for (let index = 0; index < documents; index += 1) await post(query.replace('{', `{ name${index}: __typename`));
  const prepared = await settled();
  console.log(
    `${documents} documents like small-three: ${(((prepared - before) * 1024) / documents).toFixed(1)} kB each`,
  );
  const opened: WebSocket[] = [];
  while (opened.length < sockets) opened.push(...(await Promise.all(Array.from({ length: 50 }, open))));
  const connected = await settled();
  console.log(
    `${opened.length} idle WebSockets: ${(((connected - prepared) * 1024) / opened.length).toFixed(1)} kB each`,
  );
  for (const socket of opened) socket.terminate();
} finally {
  await gateway.stop();
  await subgraphs.stop();
}
