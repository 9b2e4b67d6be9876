// Collector of a test: a server that reads OTLP over HTTP, as JSON, and its spans.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { listen } from '../harness/listen.ts';

export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  /** OTLP: 1 internal, 2 server, 3 client. */
  kind: number;
  attributes: Record<string, string | number | boolean>;
  links: { traceId: string; spanId: string }[];
  isError: boolean;
  /** Milliseconds. */
  duration: number;
  traceState: string | undefined;
}

export interface Collector {
  /** Base URL, as `tracing.endpoint` takes it. */
  url: string;
  spans: CollectedSpan[];
  /** Attributes of the resource that sent the latest spans. */
  resource: CollectedSpan['attributes'];
  /** Requests, also of other encodings, whose spans are not read. */
  requests: { path: string; headers: IncomingHttpHeaders; body: Buffer }[];
  /** What it responds with; a promise makes it slow. */
  respond: () => number | Promise<number>;
  stop(): Promise<void>;
}

interface Value {
  stringValue?: string;
  intValue?: string | number;
  boolValue?: boolean;
}

const attributesOf = (given: { key: string; value: Value }[] = []) =>
  Object.fromEntries(
    given.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? (value.intValue === undefined ? '' : Number(value.intValue)),
    ]),
  );

interface SentSpan extends Omit<CollectedSpan, 'attributes' | 'isError' | 'duration'> {
  attributes: { key: string; value: Value }[];
  status: { code?: number };
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

interface SentBody {
  resourceSpans: {
    resource: { attributes: { key: string; value: Value }[] };
    scopeSpans: { spans: SentSpan[] }[];
  }[];
}

export async function startCollector(): Promise<Collector> {
  const server = createServer(async (request, response) => {
    const received = await buffer(request);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(received) : received;
    collector.requests.push({ path: request.url ?? '', headers: request.headers, body });
    const status = await collector.respond();
    if (status === 200 && request.headers['content-type'] === 'application/json') read(JSON.parse(body.toString()));
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  const read = ({ resourceSpans }: SentBody) => {
    for (const { resource, scopeSpans } of resourceSpans) {
      collector.resource = attributesOf(resource.attributes);
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        collector.spans.push({
          ...{ traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId, name: span.name },
          ...{ kind: span.kind, links: span.links, traceState: span.traceState },
          attributes: attributesOf(span.attributes),
          isError: span.status.code === 2,
          duration: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
        });
      }
    }
  };
  const { origin, stop } = await listen(server);
  const collector: Collector = { url: origin, spans: [], resource: {}, requests: [], respond: () => 200, stop };
  return collector;
}
