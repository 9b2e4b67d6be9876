// Tracing of a gateway: its tracer, and the queue of what is exported.
import type { IncomingMessage } from 'node:http';
import { type TracingConfig, tracingSettings } from '../../config/tracing.ts';
import type { Logger } from '../log.ts';
import { openTelemetry } from './open-telemetry.ts';
import { type SpanCounts, SpanQueue } from './span-queue.ts';
import type { Trace } from './trace.ts';
import { type TraceCounts, Tracer } from './tracer.ts';

export interface Tracing {
  /** @returns the function that begins the trace of a request. */
  beginner(isTrusted: (socketAddress: string | undefined) => boolean): (request: IncomingMessage) => Trace;
  readonly counts: { traces: Readonly<TraceCounts>; spans: Readonly<SpanCounts> };
  /** Exports what waits, within seconds. */
  close(): Promise<void>;
}

/**
 * @returns null where the environment disables tracing.
 * @throws ConfigError where OpenTelemetry's packages are not installed, and for its variables with unknown values.
 */
export function openTracing(config: TracingConfig, log: Logger): Tracing | null {
  const settings = tracingSettings(config);
  if (!settings) return null;
  const { maxQueued } = config;
  const queue = settings.export && new SpanQueue({ ...openTelemetry(settings.export), maxQueued, log });
  const tracer = new Tracer(settings, queue);
  return {
    beginner:
      (isTrusted) =>
      ({ headers, socket }) =>
        tracer.begin(headers, () => isTrusted(socket.remoteAddress)),
    counts: { traces: tracer.counts, spans: queue?.counts ?? { exported: 0, dropped: 0, failed: 0 } },
    close: async () => queue?.close(),
  };
}
