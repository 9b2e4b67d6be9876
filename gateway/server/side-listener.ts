// Side listener: a port of its own for what is not for clients, such as `/metrics`.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { type AddressInfo, Server as NetServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type RejectedResponse, rejectedResponse } from '../errors.ts';
import type { AuditLog } from '../telemetry/audit-log.ts';
import type { Logger } from '../telemetry/log.ts';
import type { TlsFiles } from '../transport/tls-files.ts';
import { audit } from './audited-route.ts';
import { rejectUnread } from './json-response.ts';
import { listenError } from './listen-error.ts';
import type { OperatorAdmission } from './operator-admission.ts';
import type { Route } from './request-handler.ts';
import { useRenewed } from './server-tls.ts';

export interface SideListenerOptions {
  /** Section of the configuration, for messages. */
  section: string;
  host: string;
  port: number;
  /** By path. */
  routes: ReadonlyMap<string, Route>;
  /** By path; served without the token. Default: none. */
  pages?: ReadonlyMap<string, Route> | undefined;
  /** Bearer token that every request needs; undefined for none. */
  token?: string | undefined;
  /** Rejects requests before anything else; none by default. */
  guard?: ((request: IncomingMessage) => RejectedResponse | null) | undefined;
  /** Serves TLS with the certificate and key of these files. Client certificates are not requested. Default: no TLS. */
  tls?: TlsFiles | undefined;
  /** Address lists and the token. */
  admission: OperatorAdmission;
  /** Null where nothing is audited. */
  audit: AuditLog | null;
  log: Pick<Logger, 'error'>;
}

/** Milliseconds that a request with its body may take to arrive. */
const REQUEST_TIMEOUT = 10_000;

export class SideListener {
  readonly #options: SideListenerOptions;
  readonly #server: Server;
  #running = 0;

  constructor(options: SideListenerOptions) {
    this.#options = options;
    const receive = (request: IncomingMessage, response: ServerResponse) => {
      this.#running += 1;
      response.once('close', () => {
        this.#running -= 1;
      });
      this.#serve(request, response).catch((error: unknown) => {
        options.log.error({ err: error, path: request.url }, 'unexpected error');
        response.destroy();
      });
    };
    this.#server = options.tls
      ? createSecure(options.tls, receive)
      : createServer({ requestTimeout: REQUEST_TIMEOUT }, receive);
  }

  /** Starts listening; returns the URL. @throws ListenError */
  async listen(): Promise<string> {
    const { section, host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(error, host, port, section)));
      this.#server.listen(port, host, resolve);
    });
    const { port: bound } = this.#server.address() as AddressInfo;
    return `${this.#options.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  }

  /** Accepts no more connections, and serves those that are open. */
  stopListening(): void {
    // The server's own method closes those without a request as well, on which one may be under way.
    NetServer.prototype.close.call(this.#server);
  }

  /** Closes all connections. @param grace milliseconds for requests that are running. */
  async close(grace: number): Promise<void> {
    this.#server.close();
    const end = performance.now() + grace;
    while (this.#running > 0 && performance.now() < end) await delay(10);
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { section, routes, pages, token, guard, admission, audit: log } = this.#options;
    const [path = '/'] = (request.url ?? '/').split('?');
    if (routes.has(path)) audit(request, response, path, { log, addressOf: (one) => admission.addressOf(one) });
    const guarded = guard?.(request);
    if (guarded) {
      rejectUnread(response, guarded);
      return;
    }
    const page = pages?.get(path);
    const requirement = { token: page ? undefined : token, option: `${section}.token`, isForClients: false };
    if (!admission.admit(request, response, requirement)) return;
    const route = page ?? routes.get(path);
    if (route) await route(request, response);
    else {
      const message = `There is nothing at ${path}. There is: ${[...routes.keys(), ...(pages?.keys() ?? [])].join(', ')}.`;
      rejectUnread(response, rejectedResponse('NOT_FOUND', { message }));
    }
  }
}

function createSecure(files: TlsFiles, receive: RequestListener): Server {
  const { cert, key, passphrase } = files.current();
  const own = { cert, key, ...(passphrase !== undefined && { passphrase }) } as ServerOptions;
  const server = createSecureServer({ ...own, requestTimeout: REQUEST_TIMEOUT }, receive);
  useRenewed(server, files);
  return server;
}
