// Controls of a gateway: from its file, and from operators; with their log and metrics.
import { resolve } from 'node:path';
import type { WorkerChannel } from './cluster/worker-channel.ts';
import type { Graph } from './compose/graph.ts';
import type { Composition } from './composition.ts';
import type { CheckedConfig } from './config/config.ts';
import { AdminControls } from './policy/controls/admin-controls.ts';
import { ControlFile } from './policy/controls/control-file.ts';
import { Controls } from './policy/controls/controls.ts';
import { SharedRates, WorkerRates } from './policy/controls/shared-rates.ts';
import type { SharedCounts } from './policy/rate-limits/index.ts';
import type { RedisConnection } from './redis/connection.ts';
import type { Logger } from './telemetry/log.ts';
import type { GatewayMetrics } from './telemetry/metrics/gateway-metrics.ts';

export interface OperatorControlsOptions {
  config: Pick<CheckedConfig, 'controls' | 'admin' | 'rateLimits'>;
  /** Base of the file's path. */
  folder: string;
  graph: Graph;
  composition: Pick<Composition, 'clients'>;
  redis: RedisConnection | null;
  /** Counts of all workers of this instance; null for one process. */
  counts: SharedCounts | null;
  /** Channel of a worker; null for one process. */
  channel: WorkerChannel | null;
  metrics: GatewayMetrics | null;
  log: Logger;
}

/** Bounds the series of the metric: controls have any names, one after the other. */
const MAX_SERIES = 500;

export class OperatorControls {
  readonly controls: Controls;
  readonly admin: AdminControls;
  readonly #file: ControlFile | null;

  /**
   * Null where nothing can set controls.
   * @throws ConfigError for a file that cannot be used.
   */
  static of(options: OperatorControlsOptions): OperatorControls | null {
    const { controls, admin } = options.config;
    return controls || admin ? new OperatorControls(options) : null;
  }

  private constructor(options: OperatorControlsOptions) {
    const { config, folder, graph, composition, redis, counts, channel, metrics, log } = options;
    const applied = metrics?.registry.counter('concierge_controls_applied', 'Operations that a control has stopped.', {
      labels: ['control', 'action'],
      maxSeries: MAX_SERIES,
    });
    const rates = redis
      ? new SharedRates(redis, config.rateLimits.redisTimeout, log)
      : counts && new WorkerRates(counts);
    this.controls = new Controls({ log, rates, ...(applied && { applied }) });
    const controlled = { schema: graph.schema, subgraphs: [...composition.clients.keys()] };
    const parts = { controls: this.controls, graph: controlled, log };
    this.admin = new AdminControls({ ...parts, redis, channel });
    const file = config.controls?.file;
    this.#file =
      file === undefined
        ? null
        : new ControlFile({ ...parts, path: resolve(folder, file), onReload: metrics?.reloadsOf('controls') });
  }

  /** Begins to read what changes. */
  start(): void {
    this.#file?.start();
    this.admin.start();
  }

  close(): void {
    this.#file?.close();
    this.admin.close();
    this.controls.close();
  }
}
