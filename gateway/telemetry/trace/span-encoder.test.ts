import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { SpanEncoder } from './span-encoder.ts';
import { addSpans, type Span, type SpanOrigin } from './spans.ts';
import type { Trace } from './trace.ts';
import { Tracer } from './tracer.ts';

const require = createRequire(import.meta.resolve('@opentelemetry/exporter-trace-otlp-proto'));
const { ProtobufTraceSerializer: theirs } = require('@opentelemetry/otlp-transformer') as {
  ProtobufTraceSerializer: { serializeRequest(spans: readonly Span[]): Uint8Array };
};

const rules = { followsParent: true, slow: 1_000, tailPerSecond: 10, document: false };
const texts = ['', 'Product', 'ä', '€uro 😀', '\ud800', 'x'.repeat(127), 'x'.repeat(128), 'ü'.repeat(9_000), '"\\\n'];

function spansOf(count: number, origin: SpanOrigin): Span[] {
  const spans: Span[] = [];
  const add = (trace: Trace) => addSpans(spans, trace, origin, 1_795_925_000_000);
  const tracer = new Tracer({ ratio: 1, ...rules, propagation: ['w3c'] }, { add });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03';
  for (let index = 0; index < count; index += 1) {
    const text = texts[index % texts.length] as string;
    const isContinued = index % 3 === 0;
    const headers = isContinued ? { traceparent, tracestate: 'vendor=ä, other=1'.replace('ä', 'a') } : {};
    const trace = tracer.begin(headers, () => true);
    const fetch = trace.fetch('shop', `https://shop${index % 150}.example`, '/graphql?secret=1', 1 + (index % 2), []);
    Object.assign(fetch, { status: index % 7 === 0 ? 503 : 200, bytes: [0, 127, 128, 16_384, 2 ** 40][index % 5] });
    fetch.end(index % 7 === 0 ? 'SUBGRAPH_UNAVAILABLE' : 'ok');
    trace.join('shop', index % 2 === 0 ? trace : null).end('ok');
    trace.end({
      ...{ kind: index % 4 === 0 ? 'event' : 'http', requestId: `${index} ${text}`, path: `/${text}`, method: 'POST' },
      ...{ route: '/graphql', host: '[::1]:4000', status: index % 7 === 0 ? 500 : 200, client: text },
      operation: { name: text, type: 'query' },
      codes: index % 7 === 0 ? ['SUBGRAPH_UNAVAILABLE'] : undefined,
    });
    if (index % 5 === 0) tracer.beginLinked(trace).end({ kind: 'background', requestId: text });
  }
  return spans;
}

test('spans are the same bytes as from the serializer of OpenTelemetry, in each of several batches', () => {
  const encoder = new SpanEncoder();
  const attributes = { 'service.name': 'concierge', 'process.pid': 4_321, share: 0.25, below: -1, city: 'Köln' };
  const scope = { name: 'concierge-gateway', version: '1.2.3' };
  for (const [count, schemaUrl] of [
    [1, undefined],
    [300, 'https://opentelemetry.io/schemas/1.40.0'],
    [3, undefined],
  ] as const) {
    const spans = spansOf(count, { resource: { attributes, schemaUrl }, scope });
    const own = encoder.encode(spans);
    expect(Buffer.compare(own, theirs.serializeRequest(spans))).toBe(0);
  }
});
