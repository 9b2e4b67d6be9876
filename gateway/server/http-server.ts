// HTTP server: routes, the log line of each request, and graceful shutdown, over HTTP/1.1 or with TLS HTTP/2 as well.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RejectedResponse, rejectedResponse } from '../errors.ts';
import { handleMaybePromise, type MaybePromise } from '../maybe-promise.ts';
import type { Admission } from '../pipeline/admission.ts';
import type { Endpoint, Endpoints } from '../pipeline/endpoints.ts';
import { RequestContext } from '../pipeline/request-context.ts';
import { logLine } from '../pipeline/request-work.ts';
import type { Rejection } from '../policy/rejection.ts';
import type { Logger } from '../telemetry/log.ts';
import { headFault, toOriginForm } from './head-faults.ts';
import { handleHealth } from './health.ts';
import { createSecureListener } from './http2/secure-listener.ts';
import type { TlsFiles } from './http2/tls-files.ts';
import { sendErrors } from './json-response.ts';
import { listenError } from './listen-error.ts';
import { createListener, type Listener } from './listener.ts';
import { graphMethods, sendOptions } from './methods.ts';
import { NodeRejections } from './node-rejections.ts';
import type { WebSockets } from './websocket.ts';

/** Serves a path other than the graph's. */
export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export interface HttpServerOptions {
  host: string;
  port: number;
  /** First stage of every request for the graph. */
  admission: Pick<Admission, 'admit'>;
  /** By path. */
  routes: ReadonlyMap<string, Route>;
  /** By path; served without a line in the log, like health checks. */
  unloggedRoutes?: ReadonlyMap<string, Route> | undefined;
  endpoints: Endpoints;
  /** Undefined to accept no WebSockets. */
  webSockets?: Pick<WebSockets, 'upgrade' | 'drain' | 'cut'> | undefined;
  /** Milliseconds that a client may take to send a request with its body. */
  requestTimeout: number;
  /** Undefined to serve without TLS. */
  tls?: TlsFiles | undefined;
  log: Logger;
}

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #listener: Listener;
  readonly #rejectedByNode: NodeRejections;
  readonly #running = new Set<RequestContext>();
  #draining = false;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const { webSockets, requestTimeout, tls, log } = options;
    const listening = {
      requestTimeout,
      // An offer of another protocol, such as h2c, is ignored, and the request is served over HTTP/1.1.
      shouldUpgrade: (request: IncomingMessage) => webSockets !== undefined && wantsWebSocket(request),
      serve: (request: IncomingMessage, response: ServerResponse) => this.#serve(request, response),
    };
    this.#listener = tls ? createSecureListener(listening, tls, log) : createListener(listening);
    this.#rejectedByNode = new NodeRejections(this.#listener.server, log);
    if (webSockets) {
      this.#listener.server.on('upgrade', (request: IncomingMessage, socket, head) => {
        toOriginForm(request);
        webSockets.upgrade(request, socket, head);
      });
    }
  }

  /**
   * Starts listening; returns the URL of the server, such as "http://127.0.0.1:4000".
   * @throws ListenError with the port and the remedy.
   */
  async listen(): Promise<string> {
    const { host, port } = this.#options;
    const { server, scheme } = this.#listener;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, host, port)));
      server.listen(port, host, resolve);
    });
    const address = server.address() as AddressInfo;
    const shownHost = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    return `${scheme}://${shownHost}:${address.port}`;
  }

  /**
   * Stops accepting requests, lets running ones finish for `grace` milliseconds, then cuts off the rest. An operation
   * of a WebSocket counts as a request.
   * @returns number of requests that were cut off.
   */
  async close(grace: number): Promise<number> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => this.#listener.server.close(() => resolve()));
    this.#listener.drain();
    const { webSockets } = this.#options;
    webSockets?.drain();
    let cut = 0;
    const timer = setTimeout(() => {
      cut = this.#running.size + (webSockets?.cut() ?? 0);
      for (const context of this.#running) context.cancellation.cancel();
      this.#listener.cut();
    }, grace);
    await closed;
    clearTimeout(timer);
    return cut;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { method } = request;
    toOriginForm(request);
    const path = pathOf(request.url);
    if (this.#draining) response.setHeader('connection', 'close');
    const isComplete = request.headers.host !== undefined || request.httpVersion === '1.0';
    if (isComplete && handleHealth(path, request, response, !this.#draining)) return;
    const unlogged = this.#options.unloggedRoutes?.get(path);
    if (isComplete && unlogged) return void unlogged(request, response);
    const context = RequestContext.of(request);
    this.#running.add(context);
    response.once('close', () => this.#finish(response, context, method, path));
    const route = this.#options.routes.get(path);
    const endpoint = route ? null : this.#select(path, request, context);
    // Yoga would respond with a stack trace. Health checks may use HTTP/1.0 and need no host.
    const message = headFault(request);
    if (message !== null) {
      reject(response, context, rejectedResponse('BAD_REQUEST', { message }));
      return;
    }
    if (route) {
      response.setHeader('x-request-id', context.requestId);
      this.#handle(() => route(request, response), response, context);
      return;
    }
    if (endpoint === null) notFound(response, context, `There is nothing at ${path}. GraphQL is at /graphql.`);
    else if (typeof endpoint === 'string' && isPreflight(request)) {
      // Browsers let the page read that there is no such client only if its preflight succeeds.
      this.#handle(
        () => this.#serveGraph(this.#options.endpoints.graph, request, response, context),
        response,
        context,
      );
    } else if (typeof endpoint === 'string') notFound(response, context, endpoint);
    else this.#handle(() => this.#serveGraph(endpoint, request, response, context), response, context);
  }

  /** The endpoint at the path, whose CORS fields every response has; a message for a request without one, or null. */
  #select(path: string, { headers }: IncomingMessage, context: RequestContext): Endpoint | string | null {
    const { endpoints } = this.#options;
    if (!endpoints.has(path)) return null;
    const endpoint = endpoints.select(path, headers);
    const { cors } = typeof endpoint === 'string' ? endpoints.graph : endpoint;
    if (cors) context.cors = cors.fields(headers.origin);
    context.selectedBy = endpoints.selectedBy(path);
    return endpoint;
  }

  #serveGraph(
    endpoint: Endpoint,
    request: IncomingMessage,
    response: ServerResponse,
    context: RequestContext,
  ): MaybePromise<void> {
    const { admission, endpoints } = this.#options;
    if (request.method === 'HEAD') asGet(request, context);
    endpoints.note(endpoint, request.headers, context);
    return handleMaybePromise(
      () => admission.admit(request, endpoint, context),
      (rejection) => {
        if (rejection) return sendRejection(response, context, rejection);
        if (request.method === 'OPTIONS') {
          for (const [name, value] of context.rejectionHeaders) response.setHeader(name, value);
          endpoint.cors?.preflight(request, response);
          return sendOptions(response, graphMethods);
        }
        return endpoint.handle(request, response, context);
      },
    );
  }

  #handle(serve: () => MaybePromise<void>, response: ServerResponse, context: RequestContext): void {
    handleMaybePromise(serve, done, (error) => {
      this.#options.log.error({ err: error, requestId: context.requestId }, 'unexpected error');
      // After the head of a response, an error must not be appended to its body.
      if (response.headersSent) response.destroy();
      else reject(response, context, rejectedResponse('INTERNAL_SERVER_ERROR', { message: 'Unexpected error.' }));
    });
  }

  #finish(response: ServerResponse, context: RequestContext, method: string | undefined, path: string): void {
    this.#running.delete(context);
    // A kept-alive connection would delay the shutdown until its client closes it.
    if (this.#draining) setImmediate(() => this.#listener.closeIdle());
    const gone = !response.writableFinished;
    if (gone) context.cancellation.cancel();
    const { log } = this.#options;
    if (!log.isLevelEnabled('info')) return;
    const goneStatus = () => (this.#rejectedByNode.hasTimedOut(response.req.socket) ? 408 : 499);
    log.info(logLine(context, method, path, gone ? goneStatus() : response.statusCode), 'request');
  }
}

function done(): void {}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function pathOf(url = '/'): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * A HEAD is served as the GET that it stands for: Node leaves the body out by the method of the response
 * (RFC 9110, section 9.3.2).
 */
function asGet(request: IncomingMessage, context: RequestContext): void {
  request.method = 'GET';
  context.omitsBody = true;
}

function notFound(response: ServerResponse, context: RequestContext, message: string): void {
  reject(response, context, rejectedResponse('NOT_FOUND', { message }));
}

function sendRejection(
  response: ServerResponse,
  context: RequestContext,
  { status, errors, headers }: Rejection,
): void {
  context.recordErrors(errors);
  for (const [name, value] of [...context.rejectionHeaders, ...headers]) response.setHeader(name, value);
  const visible = errors.map(({ message, extensions: { http: _, ...extensions } }) => ({ message, extensions }));
  sendErrors(response, status, { errors: visible });
}

function reject(response: ServerResponse, context: RequestContext, { status, body }: RejectedResponse): void {
  context.recordErrors(body.errors);
  for (const [name, value] of context.rejectionHeaders) response.setHeader(name, value);
  sendErrors(response, status, body);
}
