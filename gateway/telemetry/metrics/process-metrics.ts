// Metrics of the process: prom-client's own, under the names that dashboards know.
import { collectDefaultMetrics, type Metric, Registry, type RegistryContentType } from 'prom-client';
import type { Format } from './exposition.ts';
import type { ProcessFigures } from './worker-metrics.ts';

export interface ProcessMetrics {
  /** Text in the format, without an end. */
  write(format: Format): Promise<string>;
  /** The figures as data. */
  read(): Promise<ProcessFigures[]>;
  close(): void;
}

/** Sums of others whose name is that of a counter, which they are not. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Measures the process from now on: memory, processor, garbage collection, event-loop delay. */
export function measureProcess(): ProcessMetrics {
  const registry = new Registry<RegistryContentType>();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  return {
    write: (format) => textOf(registry, format),
    read: async () => (await registry.getMetricsAsJSON()) as ProcessFigures[],
    close: () => registry.clear(),
  };
}

/** Figures as text in the format, without an end. */
export function writeProcessFigures(figures: readonly ProcessFigures[], format: Format): Promise<string> {
  const registry = new Registry<RegistryContentType>();
  for (const metric of figures) {
    const registered = { ...metric, get: () => registered };
    registry.registerMetric(registered as unknown as Metric);
  }
  return textOf(registry, format);
}

async function textOf(registry: Registry<RegistryContentType>, format: Format): Promise<string> {
  registry.setContentType(
    format === 'openmetrics' ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE,
  );
  return (await registry.metrics()).replace(/# EOF\n?$/, '');
}
