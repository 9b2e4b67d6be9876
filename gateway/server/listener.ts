// Listener: the port of the gateway, over HTTP/1.1 without TLS. `http2/secure-listener.ts` has the one with TLS.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { HttpLimits } from '../config/http.ts';
import { countedResponse, type Ending } from './guarded-response.ts';
import type { UnsentBytes } from './unsent-bytes.ts';

export interface ListenerOptions {
  limits: HttpLimits;
  /** Counts what waits for clients. */
  unsent: UnsentBytes;
  /** Whether a request for another protocol is passed to the event `upgrade`. */
  shouldUpgrade(request: IncomingMessage): boolean;
  serve(request: IncomingMessage, response: ServerResponse): void;
}

export interface Listener {
  readonly scheme: 'http' | 'https';
  /** Emits `upgrade` like a server of node:http. */
  readonly server: Server;
  /** Ends each connection with its next response, while it accepts others. */
  drain(): void;
  /** To be called once the server accepts no more connections: closes those without a request. */
  close(): void;
  /** Closes connections that wait for their next request. */
  closeIdle(): void;
  /** Closes all connections at once. */
  cut(): void;
}

/** Maximum interval, in milliseconds, of checks for requests that take too long. */
const MAX_CHECKING_INTERVAL = 5_000;

/** Milliseconds that a connection without any request stays open once no more connections are accepted. */
const FIRST_REQUEST_TIMEOUT = 200;

/** Options of node:http for HTTP/1.1. */
export function http1Options({ limits, unsent }: Pick<ListenerOptions, 'limits' | 'unsent'>, ending: Ending) {
  const { requestTimeout, idleTimeout: keepAliveTimeout, maxHeaderBytes: maxHeaderSize } = limits;
  const headersTimeout = Math.min(limits.headersTimeout, requestTimeout);
  const connectionsCheckingInterval = Math.min(MAX_CHECKING_INTERVAL, Math.ceil(headersTimeout / 4));
  const timeouts = { keepAliveTimeout, requestTimeout, headersTimeout, connectionsCheckingInterval };
  // Requests without a host are rejected by the gateway, with a log line.
  return { ...timeouts, maxHeaderSize, requireHostHeader: false, ServerResponse: countedResponse(unsent, ending) };
}

export function createListener(options: ListenerOptions): Listener {
  const { shouldUpgrade, serve } = options;
  const sockets = new Set<Socket>();
  const ending: Ending = { isNear: false };
  const server = createServer({ ...http1Options(options, ending), shouldUpgradeCallback: shouldUpgrade }, serve);
  // An expectation that is not known may be ignored (RFC 9110, section 10.1.1); Node would respond with 417.
  server.on('checkExpectation', serve);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    scheme: 'http',
    server,
    drain() {
      ending.isNear = true;
    },
    close() {
      server.closeIdleConnections();
      // For Node, a connection without any request yet is not idle, and it would wait for it. The first request of one
      // that was accepted just now is on its way, though.
      const closeUnused = () => {
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      };
      setTimeout(closeUnused, FIRST_REQUEST_TIMEOUT).unref();
    },
    closeIdle: () => server.closeIdleConnections(),
    cut: () => server.closeAllConnections(),
  };
}
