// HTTP server of the gateway itself: a port, over HTTP/1.1 or with TLS HTTP/2 as well, whose requests and WebSockets the
// request handler serves.
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CheckedConfig } from '../config/config.ts';
import { httpLimits } from '../config/http.ts';
import type { Logger } from '../telemetry/log.ts';
import { createSecureListener } from './http2/secure-listener.ts';
import { listenError } from './listen-error.ts';
import { createListener, type Listener } from './listener.ts';
import { NodeRejections } from './node-rejections.ts';
import type { RequestHandler } from './request-handler.ts';
import type { ServerTls } from './server-tls.ts';
import type { UnsentBytes } from './unsent-bytes.ts';

export interface HttpServerOptions {
  config: Pick<CheckedConfig, 'host' | 'port' | 'requestTimeout' | 'http'>;
  handler: Pick<RequestHandler, 'acceptsWebSockets' | 'attach' | 'serve' | 'upgrade'>;
  /** Counts what waits for clients. */
  unsent: UnsentBytes;
  /** Undefined to serve without TLS. */
  tls?: ServerTls | undefined;
  log: Logger;
}

/**
 * Connections that wait to be accepted, at most; the kernel's own limit holds besides (net.core.somaxconn). With fewer, clients
 * that connect while the event loop is late are held up by a second or more, since their packets are dropped; with many more,
 * an overloaded process would accept those that have given up already.
 */
const BACKLOG = 2048;

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #listener: Listener;
  /** Resolves when the last connection is closed; null while it listens. */
  #closed: Promise<void> | null = null;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const { config, handler, unsent, tls, log } = options;
    const listening = {
      ...{ limits: httpLimits(config), unsent },
      // An offer of another protocol, such as h2c, is ignored, and the request is served over HTTP/1.1.
      shouldUpgrade: (request: IncomingMessage) => handler.acceptsWebSockets && wantsWebSocket(request),
      serve: handler.serve.bind(handler),
    };
    this.#listener = tls ? createSecureListener(listening, tls) : createListener(listening);
    const { server } = this.#listener;
    const rejectedByNode = new NodeRejections(server, log);
    handler.attach({
      hasTimedOut: (socket) => rejectedByNode.hasTimedOut(socket),
      closeIdle: () => this.#listener.closeIdle(),
    });
    if (handler.acceptsWebSockets) server.on('upgrade', handler.upgrade.bind(handler));
  }

  /**
   * Starts listening; returns the URL of the server, such as "http://127.0.0.1:4000".
   * @throws ListenError with the port and the remedy.
   */
  async listen(): Promise<string> {
    const { host, port } = this.#options.config;
    const { server, scheme } = this.#listener;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, host, port)));
      server.listen({ port, host, backlog: BACKLOG }, resolve);
    });
    const address = server.address() as AddressInfo;
    const shownHost = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    return `${scheme}://${shownHost}:${address.port}`;
  }

  /** Ends each connection with its next response, while it accepts others. */
  drain(): void {
    this.#listener.drain();
  }

  /** Accepts no more connections, and serves those that are open. */
  stopListening(): void {
    // The server's own method closes those without a request as well, on which one may be under way.
    this.#closed ??= new Promise((resolve) => {
      NetServer.prototype.close.call(this.#listener.server, () => resolve());
    });
  }

  /** Accepts no more connections; resolves when the last one is closed. */
  async close(): Promise<void> {
    // Requests that have arrived are read before: their connections are not idle.
    await nextTurn();
    await nextTurn();
    const closed = new Promise<void>((resolve) => this.#listener.server.close(() => resolve()));
    this.#listener.close();
    // Where it did not listen any more, only the first one resolves with the last connection.
    await (this.#closed ?? closed);
  }

  /** Closes all connections at once. */
  cut(): void {
    this.#listener.cut();
  }
}

function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}
