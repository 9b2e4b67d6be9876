// WebSocket server: GraphQL over WebSockets at the paths of GraphQL over HTTP, through the same pipeline. Accepts
// upgrade requests, counts connections, and ends them when the gateway stops.
import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError } from 'graphql';
import { handleProtocols } from 'graphql-ws';
import { type ServerOptions, WebSocketServer } from 'ws';
import type { CheckedConfig } from '../config/config.ts';
import { milliseconds } from '../config/values.ts';
import { closing, requestError } from '../errors.ts';
import { handleMaybePromise } from '../maybe-promise.ts';
import type { Admission } from '../pipeline/admission.ts';
import type { Endpoint, Endpoints } from '../pipeline/endpoints.ts';
import { RequestContext } from '../pipeline/request-context.ts';
import type { RequestLog } from '../pipeline/request-log.ts';
import { networkOf } from '../policy/client-address.ts';
import { Rejection } from '../policy/rejection.ts';
import type { Logger } from '../telemetry/log.ts';
import type { RequestMetrics } from '../telemetry/metrics/request-metrics.ts';
import type { Trace } from '../telemetry/trace/trace.ts';
import { headFault, pathOf } from './head-faults.ts';
import type { ConnectionBound, LongLivedConnections, Place } from './long-lived.ts';
import { admitOrigin } from './origin.ts';
import type { UnsentBytes } from './unsent-bytes.ts';
import { type ConnectionOptions, WebSocketConnection } from './websocket-connection.ts';
import { WebSocketLog } from './websocket-log.ts';
import { createProtocol } from './websocket-protocol.ts';

export interface WebSocketsOptions {
  config: Pick<CheckedConfig, 'websocket' | 'maxBodyBytes' | 'csrf' | 'authentication'>;
  connections: LongLivedConnections;
  /** Counts what waits for clients. */
  unsent: UnsentBytes;
  admission: Pick<Admission, 'checkAddress' | 'admitConnection' | 'admitOperation' | 'denyConnection'>;
  endpoints: Endpoints;
  /** Writes the line of each operation. */
  requestLog: RequestLog;
  /** Undefined where nothing is measured. */
  metrics?: RequestMetrics | undefined;
  /** Begins the trace of a connection, which those of its operations are linked to. Undefined where nothing is traced. */
  beginTrace?: ((request: IncomingMessage) => Trace) | undefined;
  log: Logger;
  /** Logs an unexpected error and returns the error for clients. */
  mask(error: unknown): GraphQLError;
  /** Milliseconds since 1970. */
  now?: () => number;
}

interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

/** Milliseconds to wait for the client's close frame. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Milliseconds to wait for it when the gateway stops, after the grace period. */
const FINAL_CLOSE_TIMEOUT_MS = 500;

export class WebSockets {
  readonly #options: WebSocketsOptions;
  readonly #server: WebSocketServer;
  readonly #connectionOptions: ConnectionOptions;
  readonly #log: WebSocketLog;
  readonly #connections = new Set<WebSocketConnection>();
  #draining = false;
  /** Called when the last connection is closed. */
  #lastClosed: (() => void) | null = null;

  constructor(options: WebSocketsOptions) {
    const { config, admission, endpoints, log, requestLog, metrics, mask, now = Date.now } = options;
    const { websocket, maxBodyBytes } = config;
    this.#options = options;
    this.#log = new WebSocketLog(log, requestLog, endpoints, metrics);
    const serverOptions: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      // Between two messages the library completes the first one's effects, such as freeing an id that the second one
      // reuses.
      allowSynchronousEvents: false,
      maxPayload: websocket.maxMessageBytes ?? maxBodyBytes,
      closeTimeout: CLOSE_TIMEOUT_MS,
      handleProtocols,
    };
    this.#server = new WebSocketServer(serverOptions);
    this.#connectionOptions = {
      protocol: createProtocol(milliseconds(websocket.initTimeout)),
      admission,
      maxOperations: websocket.operations,
      maxBuffered: websocket.maxBuffered,
      stallTimeout: milliseconds(websocket.stallTimeout),
      unsent: options.unsent,
      ping: milliseconds(websocket.ping),
      log: this.#log,
      mask,
      now,
    };
    this.#server.on('wsClientError', ({ message }, socket, request) => {
      const context = RequestContext.of(request);
      admission.checkAddress(request, context);
      const headers = [['sec-websocket-version', '13, 8']] as const;
      const rejection = new Rejection([requestError('BAD_REQUEST', { message: `${message}.` })], { headers });
      this.#reject(socket, rejection, request, context);
    });
  }

  /** Upgrades a request to a WebSocket, or rejects it like any other request. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const context = RequestContext.of(request);
    context.trace = this.#options.beginTrace?.(request) ?? null;
    this.#options.requestLog.begin(context);
    const judged = this.#judge(request, context);
    if (judged instanceof Rejection) {
      this.#reject(socket, judged, request, context);
      return;
    }
    // Nothing else listens while the supervisor is requested to give a place.
    const ignore = () => {};
    socket.on('error', ignore);
    handleMaybePromise(
      () => this.#options.connections.open(request, context, this.#boundsOf(context)),
      (place) => {
        socket.off('error', ignore);
        if (place instanceof GraphQLError) this.#reject(socket, new Rejection([place]), request, context);
        else if (socket.destroyed) place.release();
        else this.#open({ request, socket, head }, context, judged, place);
      },
    );
  }

  #open({ request, socket, head }: Upgrade, context: RequestContext, endpoint: Endpoint, place: Place): void {
    socket.once('close', () => place.release());
    this.#options.endpoints.note(endpoint, request.headers, context);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const opened = { socket: webSocket, request, path: pathOf(request), context, endpoint, place };
      const connection = new WebSocketConnection(opened, this.#connectionOptions, (closed) => this.#forget(closed));
      this.#connections.add(connection);
      place.onDrain(() => connection.leave());
    });
  }

  #boundsOf({ address }: RequestContext): ConnectionBound[] {
    const { connections, perAddress } = this.#options.config.websocket;
    const bounds: ConnectionBound[] = [
      { bound: ['websockets', connections], message: 'Too many connections.', status: 503 },
    ];
    if (perAddress !== undefined) {
      const message = 'Too many connections from this address.';
      bounds.push({ bound: [`websockets ${networkOf(address)}`, perAddress], message, status: 429 });
    }
    return bounds;
  }

  /** Accepts no more connections. Those that are open end by their places. */
  drain(): void {
    this.#draining = true;
  }

  /** Lets what runs respond with what is known, and ends the connections; returns the number of operations. */
  expire(): number {
    let running = 0;
    for (const connection of this.#connections) running += connection.expire();
    return running;
  }

  /** Ends all connections. */
  cut(): void {
    for (const connection of this.#connections) connection.end(closing('SHUTTING_DOWN'));
    setTimeout(() => {
      for (const connection of this.#connections) connection.terminate();
    }, FINAL_CLOSE_TIMEOUT_MS).unref();
  }

  /** Resolves when no connection is open. To be called after `drain`. */
  async closed(): Promise<void> {
    if (this.#connections.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#lastClosed = resolve;
    });
  }

  #reject(socket: Duplex, rejection: Rejection, request: IncomingMessage, context: RequestContext): void {
    this.#log.rejected(context, pathOf(request), rejection);
    reject(socket, rejection);
  }

  /** The endpoint for the connection, or its rejection. */
  #judge(request: IncomingMessage, context: RequestContext): Endpoint | Rejection {
    const { admission, endpoints, config } = this.#options;
    const path = pathOf(request);
    // First, because it also finds the address for the log.
    const disallowed = admission.checkAddress(request, context);
    const fault = headFault(request);
    if (fault !== null) return rejected('BAD_REQUEST', fault);
    if (!endpoints.has(path)) {
      return rejected('NOT_FOUND', `There is nothing at ${path}. GraphQL is at ${endpoints.path}.`);
    }
    const endpoint = endpoints.select(path, request.headers);
    if (typeof endpoint === 'string') return rejected('NOT_FOUND', endpoint);
    if (this.#draining) return rejected('SHUTTING_DOWN', 'The gateway is shutting down.');
    if (disallowed) return disallowed;
    if (!admitOrigin(request, config, endpoint.cors)) {
      const message = 'Pages of this origin may not connect. To let them, add it to cors.origin.';
      return rejected('CSRF_PREVENTION_FAILED', message);
    }
    return endpoint;
  }

  #forget(connection: WebSocketConnection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) this.#lastClosed?.();
  }
}

function rejected(
  code: 'BAD_REQUEST' | 'NOT_FOUND' | 'SHUTTING_DOWN' | 'CSRF_PREVENTION_FAILED',
  message: string,
): Rejection {
  return new Rejection([requestError(code, { message })]);
}

/** Sends a response instead of an upgrade, and closes the socket. */
function reject(socket: Duplex, { status, errors, headers }: Rejection): void {
  const visible = errors.map(({ message, extensions: { http: _, ...extensions } }) => ({ message, extensions }));
  const body = JSON.stringify({ errors: visible });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    'content-type: application/json',
    'x-content-type-options: nosniff',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  // The client may have disconnected already; then there is nothing to report.
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
