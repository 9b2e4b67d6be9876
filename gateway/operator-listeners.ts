// Listeners for operators: the ports besides the gateway's own, with `/metrics`.
import type { CheckedConfig } from './config/config.ts';
import { createMetricsRoute, metricsPath } from './server/metrics-handler.ts';
import { SideListener } from './server/side-listener.ts';
import type { Logger } from './telemetry/log.ts';
import type { GatewayMetrics } from './telemetry/metrics/gateway-metrics.ts';

type Listening = Pick<CheckedConfig, 'metrics' | 'admin'>;

/** Whether there is a place where metrics can be read. */
export function isMeasured({ metrics, admin }: Listening): boolean {
  return metrics?.port !== undefined || metrics?.public === true || admin !== undefined;
}

export class OperatorListeners {
  readonly #listeners: { name: string; listener: SideListener }[] = [];
  readonly #log: Logger;

  constructor({ metrics: own, admin }: Listening, metrics: GatewayMetrics, log: Logger) {
    this.#log = log;
    const routes = new Map([[metricsPath, createMetricsRoute(metrics)]]);
    const add = (name: string, options: { host: string; port: number; token?: string | undefined }) =>
      this.#listeners.push({ name, listener: new SideListener({ section: name, ...options, routes, log }) });
    if (own?.port !== undefined) add('metrics', { host: own.host, port: own.port });
    if (admin) add('admin', admin);
  }

  /** @throws ListenError; none of them listens then. */
  async listen(): Promise<void> {
    try {
      for (const { name, listener } of this.#listeners) {
        this.#log.info({ url: await listener.listen() }, `listening for ${name}`);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map(({ listener }) => listener.close()));
  }
}
