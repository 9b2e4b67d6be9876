// OTLP exporter over HTTP in Protocol Buffers: that of OpenTelemetry, with its transport, its retries and its variables of the
// environment, whose serializer is replaced by the span encoder.

import { SpanEncoder } from './span-encoder.ts';
import type { BatchExporter } from './span-queue.ts';
import type { Span } from './spans.ts';

interface Serializer {
  serializeRequest(spans: Span[]): Uint8Array;
  deserializeResponse(bytes: Uint8Array): unknown;
}

/** The part of @opentelemetry/otlp-exporter-base/node-http that is used. */
interface BaseModule {
  createOtlpHttpExportDelegate(options: unknown, serializer: Serializer, ...metrics: unknown[]): BatchExporter;
  convertLegacyHttpOptions(config: object, signal: string, path: string, headers: Record<string, string>): unknown;
}

/** The part of @opentelemetry/otlp-transformer. */
interface TransformerModule {
  ProtobufTraceSerializer: Serializer;
  TraceExporterMetricsHelper: unknown;
}

/** @param load a package as the exporter's own package does: none of them is a dependency, which the build would bundle. */
export function createOtlpExporter(
  config: { url?: string; headers?: Record<string, string> },
  load: (name: string) => unknown,
): BatchExporter {
  const base = load('@opentelemetry/otlp-exporter-base/node-http') as BaseModule;
  const transformer = load('@opentelemetry/otlp-transformer') as TransformerModule;
  const encoder = new SpanEncoder();
  return base.createOtlpHttpExportDelegate(
    base.convertLegacyHttpOptions(config, 'TRACES', 'v1/traces', { 'Content-Type': 'application/x-protobuf' }),
    {
      serializeRequest: (spans) => encoder.encode(spans),
      deserializeResponse: (bytes) => transformer.ProtobufTraceSerializer.deserializeResponse(bytes),
    },
    ...['otlp_http_span_exporter', transformer.TraceExporterMetricsHelper],
  );
}
