// What observability does for one request, and nothing else: its trace with one fetch and its header fields, the series of
// both, and for a sampled one its spans with their export.
import { setImmediate } from 'node:timers/promises';
import { MetricsRegistry } from '../../gateway/telemetry/metrics/registry.ts';
import { RequestMetrics } from '../../gateway/telemetry/metrics/request-metrics.ts';
import { SubgraphMetrics } from '../../gateway/telemetry/metrics/subgraph-metrics.ts';
import { openTelemetry } from '../../gateway/telemetry/trace/open-telemetry.ts';
import { SpanQueue } from '../../gateway/telemetry/trace/span-queue.ts';
import { Tracer } from '../../gateway/telemetry/trace/tracer.ts';

const ROUND = 5_000;

/** @returns microseconds of processor time of one request, in each round. */
export async function measureRecords(ratio: number, origin: string, requests: number): Promise<number[]> {
  const registry = new MetricsRegistry();
  const metrics = new RequestMetrics(registry);
  const series = new SubgraphMetrics(registry).of('shop');
  const opened = openTelemetry({ url: `${origin}/v1/traces`, protocol: 'http/protobuf' });
  const log = { warn: console.warn, info: console.info };
  const queue = new SpanQueue({ ...opened, maxQueued: 20_000, log });
  const rules = { followsParent: true, slow: 1_000, tailPerSecond: 10, document: false };
  const tracer = new Tracer({ ratio, ...rules, propagation: ['w3c'] }, queue);
  const operation = { name: 'Product', type: 'query', isTrusted: true, document: '', latest: null };
  const own = ['content-type', 'application/json', 'accept', 'application/json', 'x-request-id', 'id'];
  const untrusted = () => false;
  const request = () => {
    const trace = tracer.begin({ host: 'localhost:4000' }, untrusted);
    const fetch = trace.fetch('shop', 'http://127.0.0.1:4001', '/graphql', 1, [...own]);
    series.inFlight.add(1);
    fetch.status = 200;
    series.receivedBytes.add(70);
    fetch.bytes = 70;
    fetch.end('ok');
    series.inFlight.add(-1);
    series.ended('ok', fetch.duration / 1000, trace.sampledId);
    const http = { method: 'POST', route: '/graphql', status: 200 };
    const ended = { ...http, operation, client: null, codes: undefined };
    const isExported = trace.end({ kind: 'http', requestId: 'id', path: '/graphql', host: 'localhost:4000', ...ended });
    metrics.ended({ ...ended, ...(isExported && { traceId: trace.traceId }), seconds: trace.duration / 1000 });
  };
  const times: number[] = [];
  for (let done = 0; done < requests; done += ROUND) {
    const before = process.cpuUsage();
    for (let index = 0; index < ROUND; index += 1) {
      request();
      if (index % 100 === 99) await setImmediate();
    }
    // Until all of them are exported, but the last that are no batch.
    while (queue.size >= 512) await setImmediate();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / ROUND);
  }
  await queue.close();
  const { exported, dropped, failed } = queue.counts;
  if (exported !== Math.ceil(requests / ROUND) * ROUND * 2 * ratio || dropped + failed > 0) {
    throw new Error(`Spans are missing: ${JSON.stringify(queue.counts)}`);
  }
  return times.slice(Math.floor(times.length / 10));
}
