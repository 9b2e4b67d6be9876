// Observability of a gateway: its log, its metrics and its traces, as the configuration has them.
import type { WorkerChannel } from './cluster/worker-channel.ts';
import type { CheckedConfig } from './config/config.ts';
import { hasConsole } from './operator-console.ts';
import { isMeasured } from './operator-listeners.ts';
import { RecentRequests } from './pipeline/recent-requests.ts';
import { RequestLog } from './pipeline/request-log.ts';
import { countsCosts } from './policy/graph-checks.ts';
import { AuditLog } from './telemetry/audit-log.ts';
import { createLog, type Logger } from './telemetry/log.ts';
import { GatewayMetrics } from './telemetry/metrics/gateway-metrics.ts';
import { RecentErrors } from './telemetry/recent-errors.ts';
import { openTracing, type Tracing } from './telemetry/trace/tracing.ts';

export interface Observability {
  log: Logger;
  requestLog: RequestLog;
  /** Null where there is no console. */
  recent: RecentRequests | null;
  /** Null where nothing is audited. */
  audit: AuditLog | null;
  /** Null where no listener shows them. */
  recentErrors: RecentErrors | null;
  /** Null where nothing is measured. */
  metrics: GatewayMetrics | null;
  /** Null where nothing is traced. */
  tracing: Tracing | null;
}

/** @throws ConfigError for traces that cannot be exported, and a file that cannot be written. */
export function openObservability(
  config: CheckedConfig,
  folder: string,
  isDevelopment: boolean,
  channel: WorkerChannel | null,
): Observability {
  const recent = hasConsole(config, isDevelopment) ? new RecentRequests() : null;
  const recentErrors = config.admin ? new RecentErrors() : null;
  const log = createLog(config.log, recentErrors);
  return {
    log,
    requestLog: new RequestLog(log, config.log, { recentErrors, recent }),
    recent,
    audit: AuditLog.open(config.log, folder, log),
    recentErrors,
    metrics: isMeasured(config) ? new GatewayMetrics(countsCosts(config), channel) : null,
    tracing: config.tracing ? openTracing(config.tracing, log) : null,
  };
}
