// Memory of readers that read nothing, beside one that reads all: of one upstream subscription, weighed after a garbage
// collection.
//   node --expose-gc subscriptions/slow-readers.ts [--readers 1000] [--events 100000] [--bytes 1000]

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Cancellation } from '../../gateway/transport/cancellation.ts';
import { SubgraphClient } from '../../gateway/transport/subgraph-client.ts';

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '1000' },
    events: { type: 'string', default: '100000' },
    bytes: { type: 'string', default: '1000' },
  },
});
const count = Number(values.events);
const event = `event: next\ndata: ${JSON.stringify({ data: { v: 'x'.repeat(Number(values.bytes)) } })}\n\n`;

const start = Promise.withResolvers<void>();
const server = createServer(async (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  await start.promise;
  for (let sent = 0; sent < count; sent += 1) if (!response.write(event)) await once(response, 'drain');
  response.end('event: complete\ndata:\n\n');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const client = new SubgraphClient({
  name: 'stock',
  urls: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`],
  timeout: 20_000,
  maxResponseBytes: 1_000_000,
  subscriptions: { max: 10, end: 'complete', startTimeout: 20_000 },
});
const subscribe = () =>
  client.subscribe('{"query":"subscription { v }"}', {
    requestId: 'r',
    cancellation: new Cancellation(),
    calls: { push: () => {} },
  });

const used = () => {
  global.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

const fast = await subscribe();
const slow = await Promise.all(Array.from({ length: Number(values.readers) }, subscribe));
const before = used();
start.resolve();
let read = 0;
let most = 0;
for await (const _ of fast) {
  read += 1;
  if (read % 10_000 === 0) most = Math.max(most, used() - before);
}
const codes = await Promise.all(
  slow.map((reader) =>
    reader.next().then(
      () => 'event',
      (error) => error.code,
    ),
  ),
);
console.log(`${slow.length} readers that read nothing, 1 that has read ${read} events of ${event.length} bytes`);
console.log(
  `heap beyond the start, at most: ${most.toFixed(1)} MB of ${((count * event.length) / 1024 / 1024).toFixed(0)} MB sent`,
);
console.log(`ends of the readers that read nothing: ${[...new Set(codes)].join(', ')}`);
await client.close();
server.close();
