// Listeners for operators: the ports besides the gateway's own, with `/metrics`.
import type { CheckedConfig } from './config/config.ts';
import type { AdminControls } from './policy/controls/admin-controls.ts';
import { controlsPath, createControlsRoute } from './server/controls-handler.ts';
import { createMetricsRoute, metricsPath } from './server/metrics-handler.ts';
import type { Route } from './server/request-handler.ts';
import { SideListener, type SideListenerOptions } from './server/side-listener.ts';
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

  constructor(
    { metrics: own, admin }: Listening,
    { metrics, controls, log }: { metrics: GatewayMetrics; controls: AdminControls | null; log: Logger },
  ) {
    this.#log = log;
    const routes = new Map<string, Route>([[metricsPath, createMetricsRoute(metrics)]]);
    const forOperators = new Map(routes);
    if (controls) forOperators.set(controlsPath, createControlsRoute(controls));
    const add = (section: string, options: Pick<SideListenerOptions, 'host' | 'port' | 'token' | 'routes'>) =>
      this.#listeners.push({ name: section, listener: new SideListener({ section, ...options, log }) });
    if (own?.port !== undefined) add('metrics', { host: own.host, port: own.port, routes });
    if (admin) add('admin', { ...admin, routes: forOperators });
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
