// Request handler: routes, the log line of each request, and the end of running ones when the gateway stops; the same
// for the gateway's own server and for one that it is embedded in.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { rejectedResponse } from '../errors.ts';
import { handleMaybePromise, type MaybePromise } from '../maybe-promise.ts';
import type { Endpoint } from '../pipeline/endpoints.ts';
import { RequestContext } from '../pipeline/request-context.ts';
import { bytesOf } from './guarded-response.ts';
import { headFault, isFramed, pathOf, toOriginForm } from './head-faults.ts';
import { handleHealth } from './health/health.ts';
import { asGet, graphMethods, isPreflight, sendOptions } from './methods.ts';
import { notFound, reject, sendRejection } from './rejected-response.ts';
import type { RequestHandlerOptions } from './request-handler-options.ts';
import { RunningRequests } from './running-requests.ts';

export type { RequestHandlerOptions, Route } from './request-handler-options.ts';

/** The gateway's own server, as far as its requests concern it. */
export interface OwnServer {
  /** Whether Node has rejected a request on this connection because it took too long: its status is 408. */
  hasTimedOut(socket: Socket): boolean;
  /** Closes connections that wait for their next request, once no more are accepted. */
  closeIdle(): void;
}

export class RequestHandler {
  readonly #options: RequestHandlerOptions;
  readonly #running = new RunningRequests();
  /** Called when no request is running. */
  #idle: (() => void) | null = null;
  #ownServer: OwnServer | null = null;
  #phase: 'serving' | 'replaced' | 'draining' = 'serving';
  #isClosed = false;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
  }

  /** Contexts of the requests that are served now. */
  get contexts(): readonly RequestContext[] {
    return this.#running.contexts;
  }

  /** Whether load balancers should send requests. */
  get isReady(): boolean {
    return (this.#phase === 'serving' || this.#phase === 'replaced') && !this.#options.isOverloaded?.();
  }

  get acceptsWebSockets(): boolean {
    return this.#options.webSockets !== undefined;
  }

  /** To be called by the gateway's own server, before its first request. */
  attach(server: OwnServer): void {
    this.#ownServer = server;
  }

  /** The gateway is not ready any more, unless another one serves on its port. It serves on. */
  drain(isReplaced: boolean): void {
    this.#phase = isReplaced ? 'replaced' : 'draining';
  }

  /** Accepts no more WebSockets, and no requests but those on connections of the gateway's own server. */
  close(): void {
    this.#isClosed = true;
    this.#options.webSockets?.drain();
  }

  /** Lets all running requests respond with what is known; returns their number, operations of WebSockets too. */
  expire(): number {
    const running = this.#running.size + (this.#options.webSockets?.expire() ?? 0);
    this.#running.expire();
    return running;
  }

  /** Cancels all running requests and closes their connections. */
  cut(): void {
    this.#options.webSockets?.cut();
    this.#running.cut();
  }

  /** Resolves when no request is running and no WebSocket is open. To be called after `close`. */
  async ended(): Promise<void> {
    if (this.#running.size > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    await this.#options.webSockets?.closed();
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    toOriginForm(request);
    this.#options.webSockets?.upgrade(request, socket, head);
  }

  /** @param isNew false for one on a connection of the gateway's own server, which is served while it stops. */
  serve(request: IncomingMessage, response: ServerResponse, isNew = false): void {
    const { method } = request;
    toOriginForm(request);
    const path = pathOf(request);
    // The gateway's own server closes its connections itself.
    if (isNew && this.#phase !== 'serving') response.setHeader('connection', 'close');
    const isComplete = isFramed(request) && (request.headers.host !== undefined || request.httpVersion === '1.0');
    const health = () => ({ isAlive: true, isReady: this.isReady, generation: this.#options.generation?.() ?? 1 });
    if (isComplete && handleHealth(path, request, response, health)) return;
    const unlogged = this.#options.unloggedRoutes?.get(path);
    if (isComplete && unlogged) {
      void unlogged(request, response);
      return;
    }
    const context = RequestContext.of(request);
    const { beginTrace, requestLog } = this.#options;
    if (beginTrace) context.trace = beginTrace(request);
    requestLog.begin(context);
    this.#running.add(context, response);
    response.once('close', () => this.#finish(response, context, method, path));
    if (isNew && this.#isClosed) {
      const details = { message: 'The gateway is shutting down.', status: 503 } as const;
      reject(response, context, rejectedResponse('SHUTTING_DOWN', details));
      return;
    }
    const route = this.#options.routes.get(path);
    const endpoint = route ? null : this.#select(path, request, context);
    // Yoga would respond with a stack trace. Health checks may use HTTP/1.0 and need no host.
    const message = headFault(request);
    if (message !== null) {
      // The body is not read, and may not end where the next request begins.
      response.setHeader('connection', 'close');
      reject(response, context, rejectedResponse('BAD_REQUEST', { message }));
      return;
    }
    if (route) {
      response.setHeader('x-request-id', context.requestId);
      this.#handle(() => route(request, response), response, context);
      return;
    }
    const { endpoints } = this.#options;
    if (endpoint === null) notFound(response, context, `There is nothing at ${path}. GraphQL is at ${endpoints.path}.`);
    else if (typeof endpoint === 'string' && isPreflight(request)) {
      // Browsers let the page read that there is no such client only if its preflight succeeds.
      this.#handle(() => this.#serveGraph(endpoints.graph, request, response, context), response, context);
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
    context.protocol = endpoints.apiAt(path) ?? 'graphql';
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
    const isOfApi = context.protocol !== 'graphql' && endpoint !== endpoints.graph;
    const resource = isOfApi ? endpoints.resourceAt(pathOf(request), endpoint) : null;
    if (request.method === 'HEAD') asGet(request, context);
    endpoints.note(endpoint, request.headers, context);
    return handleMaybePromise(
      () => {
        const admitted = admission.admit(request, resource?.isOpen ? asOpen(endpoint) : endpoint, context);
        return context.trace ? context.trace.wait('admission', admitted) : admitted;
      },
      (rejection) => {
        if (rejection) return sendRejection(response, context, rejection);
        if (request.method === 'OPTIONS') {
          for (const [name, value] of context.rejectionHeaders) response.setHeader(name, value);
          endpoint.cors?.preflight(request, response, resource?.allow);
          return sendOptions(response, resource?.allow ?? graphMethods);
        }
        return (resource ?? endpoint).handle(request, response, context);
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
    if (this.#isClosed) {
      // An idle persistent connection would delay the shutdown until its client closes it.
      setImmediate(() => this.#ownServer?.closeIdle());
      if (this.#running.size === 0) this.#idle?.();
    }
    const gone = !response.writableFinished;
    if (gone || performance.now() >= context.deadline) context.cancellation.cancel();
    const { requestLog, metrics, routes, endpoints } = this.#options;
    const status = gone ? (this.#ownServer?.hasTimedOut(response.req.socket) ? 408 : 499) : response.statusCode;
    const route = endpoints.routeOf(path) ?? (routes.has(path) ? path : undefined);
    const { measured: operation, client, errorCodes: codes, trace, requestId, started, measuredRejections } = context;
    const { host } = response.req.headers;
    const isExported = trace?.end({
      ...{ kind: 'http', requestId, method, path, route, host, status, operation, client, codes },
    });
    metrics?.ended({
      ...{ method: method ?? '', route, status, operation, client, codes, measuredRejections },
      ...(isExported && trace && { traceId: trace.traceId }),
      seconds: (performance.now() - started) / 1000,
    });
    requestLog.write(context, { method, path, status, bytes: bytesOf(response) });
  }
}

/** The endpoint for what every caller may have. */
function asOpen(endpoint: Endpoint): Endpoint {
  return { ...endpoint, checkAccess: null };
}

function done(): void {}
