// OpenTelemetry: its exporter and resource detection, which are optional peers, loaded where traces are exported.
import { createRequire } from 'node:module';
import { ConfigError } from '../../config/config-error.ts';
import type { TracingSettings } from '../../config/tracing.ts';
import { version } from '../../config/version.ts';
import { createOtlpExporter } from './otlp-exporter.ts';
import type { BatchExporter } from './span-queue.ts';
import type { SpanOrigin } from './spans.ts';

type ExporterModule = typeof import('@opentelemetry/exporter-trace-otlp-proto');
type ResourcesModule = typeof import('@opentelemetry/resources');

const exporters = {
  'http/protobuf': '@opentelemetry/exporter-trace-otlp-proto',
  'http/json': '@opentelemetry/exporter-trace-otlp-http',
} as const;

const resources = '@opentelemetry/resources';

/**
 * @returns an exporter to the collector, with the resource that spans name, from OTEL_SERVICE_NAME and
 * OTEL_RESOURCE_ATTRIBUTES.
 * @throws ConfigError where the packages are not installed.
 */
export function openTelemetry(
  { url, protocol, headers }: NonNullable<TracingSettings['export']>,
  require: (name: string) => unknown = createRequire(import.meta.url),
): {
  exporter: BatchExporter;
  origin: SpanOrigin;
} {
  const load = <Module>(name: string) => loadFor<Module>(name, exporters[protocol], require);
  const exporter = load<ExporterModule>(exporters[protocol]);
  const { defaultResource, detectResources, envDetector, resourceFromAttributes, serviceInstanceIdDetector } =
    load<ResourcesModule>(resources);
  const own = resourceFromAttributes({ 'service.name': 'concierge', 'service.version': version });
  const detected = detectResources({ detectors: [serviceInstanceIdDetector, envDetector] });
  return {
    exporter: exporterOf(exporter, protocol, { ...(url !== undefined && { url }), ...(headers && { headers }) }),
    origin: {
      resource: defaultResource().merge(own).merge(detected),
      scope: { name: 'concierge-gateway', version },
    },
  };
}

/** Of a version whose parts are others, the exporter as it is, which takes more time. */
function exporterOf(
  { OTLPTraceExporter }: ExporterModule,
  protocol: keyof typeof exporters,
  config: { url?: string; headers?: Record<string, string> },
): BatchExporter {
  if (protocol === 'http/protobuf') {
    try {
      return createOtlpExporter(config, createRequire(createRequire(import.meta.url).resolve(exporters[protocol])));
    } catch (error) {
      if (!(error instanceof TypeError || (error as { code?: string }).code !== undefined)) throw error;
    }
  }
  return new OTLPTraceExporter(config) as unknown as BatchExporter;
}

function loadFor<Module>(name: string, exporter: string, require: (name: string) => unknown): Module {
  try {
    return require(name) as Module;
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    throw new ConfigError(
      `\`tracing\` needs the package ${name}. Install it: npm install ${exporter} ${resources} @opentelemetry/api. ` +
        'Or set tracing.exporter to "none": trace contexts are passed on then, and nothing is exported.',
    );
  }
}
