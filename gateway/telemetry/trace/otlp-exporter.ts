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

/** @param require loads a package as the exporter's own package does. */
export function createOtlpExporter(
  config: { url?: string; headers?: Record<string, string> },
  require: (name: string) => unknown,
): BatchExporter {
  const base = require('@opentelemetry/otlp-exporter-base/node-http') as BaseModule;
  const transformer = require('@opentelemetry/otlp-transformer') as TransformerModule;
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
