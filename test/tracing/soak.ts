// Trace ids from client to service in any number of requests, over addresses that refuse connections and break off
// responses: `node test/tracing/soak.ts [requests]`, 10,000 unless given. Exit code 1 for a request whose id is not the one
// that arrives, and where spans and requests to the service do not agree.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { freePorts } from '../harness/ports.ts';
import { type CollectedSpan, startCollector } from './collector.ts';

const requests = Number(process.argv[2] ?? 10_000);
const CONCURRENCY = 20;

/** Span ids of the requests that have reached a service, by the trace ids of their contexts. */
const arrived = new Map<string, string[]>();

async function startAddress(breaks: boolean): Promise<{ server: Server; url: string }> {
  const server = createServer(async (request, response) => {
    const [, traceId = '', spanId = ''] = String(request.headers.traceparent).split('-');
    arrived.set(traceId, [...(arrived.get(traceId) ?? []), spanId]);
    request.resume();
    await once(request, 'end');
    if (breaks) response.destroy();
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":{"a":1}}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` };
}

const collector = await startCollector();
const [good, breaking] = await Promise.all([startAddress(false), startAddress(true)]);
const unused = (await freePorts(2)).map((port) => `http://127.0.0.1:${port}/graphql`);
const undo: (() => void)[] = [];
const folder = temporaryFolder({ 'first.graphql': 'type Query { a: Int }' }, (end) => undo.push(end));
const gateway = createGateway(
  {
    ...{ port: 0, log: { level: 'silent' }, trustedProxies: ['loopback'] },
    subgraphs: {
      first: { url: [unused[0] as string, good.url, breaking.url, unused[1] as string], schema: 'first.graphql' },
    },
    tracing: { endpoint: collector.url, protocol: 'http/json', maxQueued: 100_000 },
  },
  folder,
);
const origin = await gateway.start();
const sent = new Map<string, boolean>();
const failures: string[] = [];
let next = 0;

async function client(): Promise<void> {
  while (next < requests) {
    next += 1;
    const traceId = `${'a'.repeat(16)}${next.toString(16).padStart(16, '0')}`;
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      body: JSON.stringify({ query: 'query Soak { a }' }),
    });
    const { errors } = (await response.json()) as { errors?: unknown };
    sent.set(traceId, errors !== undefined);
  }
}

await Promise.all(Array.from({ length: CONCURRENCY }, client));
await gateway.stop();
const byTrace = Map.groupBy(collector.spans, ({ traceId }: CollectedSpan) => traceId);
for (const [traceId, hasFailed] of sent) {
  const spans = byTrace.get(traceId) ?? [];
  const [server] = spans.filter(({ kind }) => kind === 2);
  const attempts = spans.filter(({ kind }) => kind === 3);
  const reached = arrived.get(traceId) ?? [];
  const isWhole =
    server?.parentSpanId === '00f067aa0ba902b7' &&
    attempts.every(({ parentSpanId }) => parentSpanId === server.spanId) &&
    reached.length > 0 &&
    reached.every((id) => attempts.some(({ spanId }) => spanId === id)) &&
    attempts.at(-1)?.isError === hasFailed;
  if (!isWhole) failures.push(`${traceId}: ${JSON.stringify({ hasFailed, reached, spans })}`);
}
const foreign = [...arrived.keys()].filter((traceId) => !sent.has(traceId));
const attempts = collector.spans.filter(({ kind }) => kind === 3);
const retried = attempts.filter(({ attributes }) => attributes['http.request.resend_count'] !== undefined).length;
const failed = [...sent.values()].filter(Boolean).length;
console.log({
  requests: sent.size,
  failed,
  attempts: attempts.length,
  retried,
  foreign: foreign.length,
  wrong: failures.length,
});
for (const failure of failures.slice(0, 5)) console.log(failure);
if (failures.length + foreign.length > 0 || sent.size !== requests || retried === 0) process.exitCode = 1;
for (const { server } of [good, breaking]) {
  server.closeAllConnections();
  server.close();
}
await collector.stop();
for (const end of undo) end();
