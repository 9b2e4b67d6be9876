// Totals of the metrics after a load of any length, and their memory under any number of operation names:
// `node test/metrics/soak.ts [requests] [names]`, 20,000 and 1,000,000 unless given. Exit code 1 where a total is not that of
// the load, and where series or memory grow with the names.
import { isDeepStrictEqual } from 'node:util';
import { createGateway } from '../../gateway/index.ts';
import { exposition } from '../../gateway/telemetry/metrics/exposition.ts';
import { MetricsRegistry } from '../../gateway/telemetry/metrics/registry.ts';
import { RequestMetrics } from '../../gateway/telemetry/metrics/request-metrics.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { loadedConfig, measuredTotals, sendLoad, startLoadedService } from './load.ts';

const requests = Number(process.argv[2] ?? 20_000);
const names = Number(process.argv[3] ?? 1_000_000);
const undo: (() => void)[] = [];

for (const fastPath of [true, false]) {
  const service = await startLoadedService();
  const { config, sdl } = loadedConfig(service);
  const folder = temporaryFolder({ 'load.graphql': sdl }, (end) => undo.push(end));
  const gateway = createGateway({ ...config, fastPath }, folder);
  const origin = await gateway.start();
  const expected = await sendLoad(origin, service, { requests, seed: Date.now() });
  const read = async () => measuredTotals(await (await fetch(`${origin}/metrics`)).text());
  let measured = await read();
  // A response is complete at its client before the gateway has counted it.
  for (let again = 0; again < 100 && measured.requests < expected.requests; again += 1) measured = await read();
  const isEqual = isDeepStrictEqual(measured, expected);
  const { errors, sentToService, fetches } = expected;
  console.log({ fastPath, requests: expected.requests, errors, sentToService, fetches, isEqual });
  if (!isEqual) {
    console.log(measured, expected);
    process.exitCode = 1;
  }
  await gateway.stop();
  await service.stop();
}

/** Bytes after a collection of garbage; the script runs itself with the flag for it. */
const heap = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
};
const registry = new MetricsRegistry();
const metrics = new RequestMetrics(registry);
const count = (from: number, to: number) => {
  for (let index = from; index < to; index += 1) {
    const operation = { name: `Name${index}`, type: 'query', document: '', isTrusted: false, latest: null };
    metrics.ended({
      method: 'POST',
      route: '/graphql',
      status: 200,
      operation,
      client: null,
      seconds: 0.01,
      codes: undefined,
    });
  }
};
const series = () => [...exposition(registry.families(), 'prometheus')].join('').match(/_count\{/g)?.length ?? 0;
count(0, 10_000);
const before = { series: series(), bytes: heap() };
count(10_000, names);
const after = { series: series(), bytes: heap() };
console.log({ names, before, after });
if (after.series > before.series || after.bytes > before.bytes + 1_000_000) process.exitCode = 1;
for (const end of undo) end();
