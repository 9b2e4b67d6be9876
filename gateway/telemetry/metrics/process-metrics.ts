// Metrics of the process: prom-client's own, under the names that dashboards know.
import { collectDefaultMetrics, Registry, type RegistryContentType } from 'prom-client';
import type { Format } from './exposition.ts';

export interface ProcessMetrics {
  /** Text in the format, without an end. */
  write(format: Format): Promise<string>;
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
    async write(format) {
      registry.setContentType(
        format === 'openmetrics' ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE,
      );
      return (await registry.metrics()).replace(/# EOF\n?$/, '');
    },
    close: () => registry.clear(),
  };
}
