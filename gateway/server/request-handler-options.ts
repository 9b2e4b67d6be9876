// Options of the request handler: the stages that it passes requests to, and what records them.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admission } from '../pipeline/admission.ts';
import type { Endpoints } from '../pipeline/endpoints.ts';
import type { RequestLog } from '../pipeline/request-log.ts';
import type { Logger } from '../telemetry/log.ts';
import type { RequestMetrics } from '../telemetry/metrics/request-metrics.ts';
import type { Trace } from '../telemetry/trace/trace.ts';
import type { WebSockets } from './websocket.ts';

/** Serves a path other than the graph's. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export interface RequestHandlerOptions {
  /** First stage of every request for the graph. */
  admission: Pick<Admission, 'admit'>;
  /** By path. */
  routes: ReadonlyMap<string, Route>;
  /** By path; served without a line in the log, like health checks. */
  unloggedRoutes?: ReadonlyMap<string, Route> | undefined;
  endpoints: Endpoints;
  /** Undefined to accept no WebSockets. */
  webSockets?: Pick<WebSockets, 'upgrade' | 'drain' | 'expire' | 'cut' | 'closed'> | undefined;
  /** Writes the line of each request. */
  requestLog: RequestLog;
  /** Undefined where nothing is measured. */
  metrics?: RequestMetrics | undefined;
  /** Begins the trace of a request. Undefined where nothing is traced. */
  beginTrace?: ((request: IncomingMessage) => Trace) | undefined;
  /** Whether the gateway is not ready because it has more requests than it can serve. Default: never. */
  isOverloaded?: (() => boolean) | undefined;
  /** Of what is served, for readiness. Default: 1. */
  generation?: (() => number) | undefined;
  log: Logger;
}
