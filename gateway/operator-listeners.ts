// Listeners for operators: the ports besides the gateway's own, with `/metrics` and the console.
import type { IncomingMessage } from 'node:http';
import type { Cache } from './cache/cache.ts';
import type { WorkerChannel } from './cluster/worker-channel.ts';
import type { Graph } from './compose/graph.ts';
import { invalidationPath } from './config/cache.ts';
import type { CheckedConfig } from './config/config.ts';
import { servesTls } from './config/metrics.ts';
import { version } from './config/version.ts';
import { consoleRoutes } from './operator-console.ts';
import type { OperatorControls } from './operator-controls.ts';
import { createDiagnosticRoutes, type Diagnosed } from './server/admin/diagnostics.ts';
import { createGuard } from './server/admin/guard.ts';
import { createProfileRoutes } from './server/admin/profiles.ts';
import { createReloadRoute, type Reloaded, reloadPath } from './server/admin/reload.ts';
import { auditedStream } from './server/audited-route.ts';
import type { ConsoleFeed } from './server/console/console-feed.ts';
import { controlsPath, createControlsRoute } from './server/controls-handler.ts';
import { createMetricsRoute, metricsPath } from './server/metrics-handler.ts';
import type { OperatorAdmission } from './server/operator-admission.ts';
import { handlePurge, purgePath } from './server/purge.ts';
import type { Route } from './server/request-handler.ts';
import type { ServerTls } from './server/server-tls.ts';
import { SideListener, type SideListenerOptions } from './server/side-listener.ts';
import type { AuditLog } from './telemetry/audit-log.ts';
import type { Logger } from './telemetry/log.ts';
import type { GatewayMetrics } from './telemetry/metrics/gateway-metrics.ts';
import type { RecentErrors } from './telemetry/recent-errors.ts';
import { errorsOfWorkers } from './telemetry/worker-errors.ts';

type Listening = Pick<CheckedConfig, 'metrics' | 'admin'>;

/** Whether there is a place where metrics can be read. */
export function isMeasured({ metrics, admin }: Listening): boolean {
  return metrics?.port !== undefined || metrics?.public === true || admin !== undefined;
}

export interface OperatorRoutes {
  metrics: GatewayMetrics;
  /** Null where there can be none. */
  operatorControls: Pick<OperatorControls, 'admin'> | null;
  /** Null where none are remembered. */
  recentErrors: RecentErrors | null;
  /** Null where there is no console. */
  feed: ConsoleFeed | null;
  figures: Diagnosed['figures'];
  graph: Pick<Graph, 'version'>;
  cache: Cache;
  admission: OperatorAdmission;
  /** Null where nothing is audited. */
  audit: AuditLog | null;
  log: Logger;
  /** Of a worker; null for one process. */
  channel: WorkerChannel | null;
  /** Undefined in a process without a supervisor. */
  reload?: (() => Promise<Reloaded>) | undefined;
  /** Certificate of the gateway; undefined for none. */
  tls?: ServerTls | undefined;
}

/** Milliseconds that running requests have at the end, of a process that stops and of one that is replaced. */
const LAST_RESPONSES = 500;
const REPLACED_GRACE = 20_000;

export class OperatorListeners {
  readonly #listeners: { name: string; listener: SideListener }[] = [];
  readonly #log: Logger;

  constructor(config: CheckedConfig, parts: OperatorRoutes) {
    const {
      metrics,
      operatorControls,
      recentErrors,
      feed,
      figures,
      graph,
      cache,
      admission,
      audit,
      log,
      tls,
      channel,
    } = parts;
    const { metrics: own, admin } = config;
    const controls = operatorControls?.admin ?? null;
    this.#log = log;
    const routes = new Map<string, Route>([[metricsPath, createMetricsRoute(metrics)]]);
    const inForce = () => controls?.inForce ?? null;
    const ofWorkers = recentErrors && channel && errorsOfWorkers(recentErrors, channel);
    const errors = () => ofWorkers?.() ?? recentErrors?.latest ?? null;
    const diagnosed = { version, graph: graph.version, config, figures, controls: inForce, errors };
    const forOperators = new Map([
      ...routes,
      ...createProfileRoutes(log),
      ...createDiagnosticRoutes(diagnosed, log, channel),
    ]);
    const purge: Route = (request, response) => handlePurge(request, response, cache);
    for (const path of [purgePath, invalidationPath]) forOperators.set(path, purge);
    if (parts.reload) forOperators.set(reloadPath, createReloadRoute(parts.reload));
    if (controls) forOperators.set(controlsPath, createControlsRoute(controls));
    const { pages, data } = consoleRoutes(feed, admin?.token !== undefined);
    const to = { log: audit, addressOf: (request: IncomingMessage) => admission.addressOf(request) };
    for (const [path, route] of data) forOperators.set(path, auditedStream(path, route, to));
    type Own = Pick<SideListenerOptions, 'host' | 'port' | 'token' | 'routes' | 'pages' | 'guard'> & {
      tls?: boolean | undefined;
    };
    const add = (section: string, options: Own) => {
      const files = servesTls(options, tls !== undefined) ? tls?.files : undefined;
      const listener = new SideListener({ ...options, section, admission, audit, log, tls: files });
      this.#listeners.push({ name: section, listener });
    };
    if (own?.port !== undefined) add('metrics', { host: own.host, port: own.port, tls: own.tls, routes });
    if (admin) add('admin', { ...admin, routes: forOperators, pages, guard: createGuard(admin) });
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

  /** For a process that is replaced by another one on the same ports. */
  stopListening(): void {
    for (const { listener } of this.#listeners) listener.stopListening();
  }

  /** @param isReplaced whether those who wait for a response, such as that of a reload, get it before. */
  async close(isReplaced = false): Promise<void> {
    const grace = isReplaced ? REPLACED_GRACE : LAST_RESPONSES;
    await Promise.all(this.#listeners.map(({ listener }) => listener.close(grace)));
  }
}
