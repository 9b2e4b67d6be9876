// A gateway in a process of its own: for each line of its input, requests at the rate that the line has, for a second. Writes
// the address of its console, and then for each line the processor time of a request in microseconds.
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { createGateway } from '../../gateway/index.ts';

const [, , origin = ''] = process.argv;
const SLICE_MS = 5;

const probe = createServer().listen(0, '127.0.0.1');
await once(probe, 'listening');
const { port } = probe.address() as AddressInfo;
await new Promise((resolve) => probe.close(resolve));

const folder = mkdtempSync(join(tmpdir(), 'concierge-console-'));
writeFileSync(
  join(folder, 'shop.graphql'),
  'type Query { product: Product } type Product { name: String price: Int inStock: Boolean }',
);
const gateway = createGateway(
  {
    ...{ port: 0, log: { level: 'silent' }, usage: false, deduplicateInFlight: false, admin: { port } },
    subgraphs: { shop: { url: `${origin}/graphql`, schema: 'shop.graphql' } },
  },
  folder,
);
await gateway.start();
console.log(`http://127.0.0.1:${port}/console`);

async function send(): Promise<void> {
  const { status } = await gateway.inject({ query: 'query Product { product { name price inStock } }' });
  if (status !== 200) throw new Error(`The status is ${status}.`);
}

for await (const line of createInterface(process.stdin)) {
  const rate = Number(line);
  const before = process.cpuUsage();
  const started = performance.now();
  const running: Promise<void>[] = [];
  while (running.length < rate) {
    const due = Math.min(rate, ((performance.now() - started) / 1000) * rate);
    while (running.length < due) running.push(send());
    await delay(SLICE_MS);
  }
  await Promise.all(running);
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / rate);
}
await gateway.stop();
