// Cost of observability by processor time: requests in this process (`gateway.inject`), each with one fetch from a service in
// another process, through gateways with nothing, with everything on and no trace sampled, and with every trace sampled and
// exported; in turns. `npm run bench:observability` takes about three minutes for 10^6 requests, and writes nothing. Exit code
// 1 where the median costs more than the bars.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGateway, type Gateway, type GatewayConfig } from '../gateway/index.ts';
import { type Interval, medianOf } from './observability/interval.ts';
import { measureRecords } from './observability/records.ts';
import { runInjected } from './run/injected-requests.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    /** Of one gateway in one round. */
    round: { type: 'string', default: '500' },
  },
});

/** Microseconds of a request, at most. */
const bars = { unsampled: 3, sampled: 8 };
const CONCURRENCY = 25;

const peers = spawn(process.execPath, [fileURLToPath(new URL('./observability/peers.ts', import.meta.url))], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const [port] = await once(createInterface(peers.stdout), 'line');
const origin = `http://127.0.0.1:${port}`;
const folder = mkdtempSync(join(tmpdir(), 'concierge-observability-'));
writeFileSync(
  join(folder, 'shop.graphql'),
  'type Query { product: Product } type Product { name: String price: Int inStock: Boolean }',
);

const gatewayWith = (options: Partial<GatewayConfig>): Gateway =>
  createGateway(
    {
      ...{ port: 0, log: { level: 'silent' }, usage: false, deduplicateInFlight: false, overload: false },
      subgraphs: { shop: { url: `${origin}/graphql`, schema: 'shop.graphql' } },
      ...options,
    },
    folder,
  );
const everything = (sample: number, exporter: 'otlp' | 'none' = 'otlp') => ({
  metrics: { public: true },
  tracing: { sample, exporter, endpoint: origin, maxQueued: 20_000 },
});
const gateways = {
  nothing: gatewayWith({}),
  'contexts alone': gatewayWith({ tracing: { sample: 0, exporter: 'none' } }),
  unsampled: gatewayWith(everything(0)),
  sampled: gatewayWith(everything(1)),
};
type Name = keyof typeof gateways;
const names = Object.keys(gateways) as Name[];

const run = (gateway: Gateway, requests: number) =>
  runInjected(gateway, {
    query: 'query Product { product { name price inStock } }',
    requests,
    concurrency: CONCURRENCY,
  });

const perRound = Number(values.round);
const rounds = Math.max(2, Math.floor(Number(values.requests) / perRound / names.length));
const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
for (const name of [...names, ...names]) await run(gateways[name], perRound);
for (let round = 0; round < rounds; round += 1) {
  const turn = round % names.length;
  for (const name of [...names.slice(turn), ...names.slice(0, turn)]) {
    times[name].push(await run(gateways[name], perRound));
  }
}
const written = ({ median, low, high }: Interval) =>
  `${median.toFixed(2)} µs (95 %: ${low.toFixed(2)} to ${high.toFixed(2)})`;
const requests = rounds * perRound * names.length;
console.log(`${requests} requests in ${rounds} rounds; nothing on: ${written(medianOf(times.nothing))} a request`);
for (const name of names.slice(1)) {
  const differences = times[name].map((time, round) => time - (times.nothing[round] as number));
  console.log(`${name}: ${written(medianOf(differences))} more`);
}
for (const gateway of Object.values(gateways)) await gateway.stop();

console.log('\nThe same work without the request around it:');
for (const kind of ['unsampled', 'sampled'] as const) {
  const interval = medianOf(await measureRecords(kind === 'sampled' ? 1 : 0, origin, Number(values.requests)));
  console.log(`${kind}: ${written(interval)}; the bar is ${bars[kind]} µs`);
  if (!(interval.median <= bars[kind])) process.exitCode = 1;
}
peers.stdin.end();
rmSync(folder, { recursive: true });
