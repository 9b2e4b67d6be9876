// Options of the HTTP server: its address and paths, and what bounds requests and connections.
import { z } from 'zod';
import { httpSection } from './http.ts';
import { mcpSection } from './mcp.ts';
import { healthSection, overloadSection } from './overload.ts';
import { reloadSection } from './reload.ts';
import { restSection } from './rest.ts';
import { tlsSection } from './tls.ts';
import { uploadsSection } from './uploads.ts';
import { duration, durationMessage, size, whole } from './values.ts';
import { connectionsSection } from './websocket.ts';

const durationOrNone = `${durationMessage}; 0 for none`;

const pathMessage = 'give a path such as "/graphql", without a slash at its end';

const MAX_WORKERS = 256;
const workersMessage = `give "auto", or a whole number from 1 to ${MAX_WORKERS}`;

export const serverOptions = {
  /**
   * TCP port; 0 for any free one. Environment: PORT. Default: 4000.
   * @example 4100
   */
  port: whole('give a whole number from 0 to 65535', 0, 65_535).default(4000),
  /**
   * Address to listen on; "0.0.0.0" or "::" for every network. Environment: HOST. Default: 127.0.0.1.
   * @example '0.0.0.0'
   */
  host: z.string('give an address or host name').min(1, 'give an address or host name').default('127.0.0.1'),
  /**
   * Number of processes of `concierge start` that serve, each a whole gateway; "auto" for one for each processor that
   * this process may use. Environment: WORKERS. Default: 1.
   * @example 'auto'
   */
  workers: z.union([z.literal('auto'), whole(workersMessage, 1, MAX_WORKERS)], workersMessage).default(1),
  /**
   * What makes `concierge start` read everything again, while it serves. Default: those below.
   * @example { watch: false }
   */
  reload: reloadSection.prefault({}),
  /**
   * Serves HTTPS, with HTTP/2 and HTTP/1.1. Default: HTTP/1.1 without TLS, behind a proxy.
   * @example { cert: 'tls/cert.pem', key: 'tls/key.pem' }
   */
  tls: tlsSection.optional(),
  /**
   * Path of the graph; clients' views are below it. Default: "/graphql".
   * @example '/api/graphql'
   */
  path: z
    .string(pathMessage)
    .regex(/^(\/[\w.~-]+)+$/, pathMessage)
    .default('/graphql'),
  /**
   * REST façade: trusted documents that have `@rest` as paths of an HTTP API, by client. Default: served where there are
   * any.
   * @example { path: '/api', openapi: true }
   */
  rest: restSection,
  /**
   * Tools for clients of the Model Context Protocol: trusted documents that have `@tool`, by client. Default: served where
   * there are any, without mutations.
   * @example { tools: 'all', mutations: true }
   */
  mcp: mcpSection,
  /**
   * Page at `/` in a browser, with links to what the gateway serves. Default: under `concierge dev` only.
   * @example false
   */
  landingPage: z.boolean('give true or false').optional(),
  /**
   * Maximum size of a request body. In bytes, or as text such as "1mb". Default: 1 MiB.
   * @example '5mb'
   */
  maxBodyBytes: size.default(1_048_576),
  /**
   * HTTP statuses of responses. `classic`: those that clients have been used to; 200 for a response with data. `spec`:
   * those of GraphQL over HTTP (September 2026); 294 for a response with data and errors, 422 for a document that is not
   * valid. Default: `classic`.
   * @example 'spec'
   */
  httpStatus: z.enum(['classic', 'spec'], { error: 'give "classic" or "spec"' }).default('classic'),
  /**
   * Files in mutations, in forms of the GraphQL multipart request specification, streamed to one service. `true` with
   * the limits below. Default: false.
   * @example { maxFileBytes: '20mb', maxFiles: 2 }
   */
  uploads: uploadsSection,
  /**
   * Time-out for receiving a request with its body. In milliseconds, or as text such as "30s". Default: 30 s.
   * @example '15s'
   */
  requestTimeout: duration.default('30s'),
  /**
   * Time in which an operation is executed: requests to subgraphs get what is left of it. In milliseconds, or as text
   * such as "30s". Default: 30 s.
   * @example '10s'
   */
  deadline: duration.default('30s'),
  /**
   * Limits for clients that send or read slowly. Default: those below.
   * @example { headersTimeout: '5s', maxHeaderBytes: '32kb' }
   */
  http: httpSection.prefault({}),
  /**
   * Load shedding: what is rejected with 503 while the event loop is late. `false` for nothing. Default: those below.
   * @example { lag: '50ms' }
   */
  overload: overloadSection,
  /**
   * A port with the health checks alone, on a thread of its own: it serves them while the gateway is busy, and reports a
   * gateway whose event loop is blocked. Default: none.
   * @example { port: 9902, host: '0.0.0.0' }
   */
  health: healthSection.optional(),
  /**
   * How long a stopping gateway still takes requests while `/readiness` is 503 already and each response closes its
   * connection: the time in which load balancers notice. In milliseconds, or as text such as "10s"; 0 for none. Default:
   * 5 s after SIGTERM under `concierge start`, none under `concierge dev` and where `gateway.stop()` is called.
   * @example '10s'
   */
  shutdownDelay: z.union([z.literal(0), duration], durationOrNone).optional(),
  /**
   * How long a stopping gateway waits for running requests, after `shutdownDelay`. In milliseconds, or as text such as "30s". Default: 30 s.
   * @example '1m'
   */
  shutdownGrace: duration.default('30s'),
  /**
   * Limits for WebSockets and event streams together. Default: those below.
   * @example { max: 50_000, perAddress: 1000 }
   */
  connections: connectionsSection.prefault({}),
};
