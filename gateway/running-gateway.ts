// Running gateway: its public interface, on a port of its own or embedded in another server, and its end.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Cache } from './cache/cache.ts';
import type { Graph } from './compose/graph.ts';
import { ConfigError } from './config/config-error.ts';
import type { Engine } from './engine/engine.ts';
import type { OperatorListeners } from './operator-listeners.ts';
import type { OverloadProtection } from './overload-protection.ts';
import { Embedding, type FetchOptions } from './server/embedded/embedding.ts';
import type { InjectedRequest, InjectedResponse } from './server/embedded/inject.ts';
import type { HttpServer } from './server/http-server.ts';
import type { RequestHandler } from './server/request-handler.ts';
import { Shutdown, type ShutdownParts, type StopOptions } from './shutdown.ts';
import type { Logger } from './telemetry/log.ts';

export interface Gateway extends AsyncDisposable {
  readonly graph: Graph;
  readonly engine: Engine;
  readonly log: Logger;
  /**
   * Cached responses and entities; `cache.invalidate({ type: 'Product', id: 'p1' })` invalidates those that contain the
   * object.
   */
  readonly cache: Pick<Cache, 'invalidate' | 'purgeIdentity' | 'stats'>;
  /** Whether it takes requests now: false while it is overloaded, and while it stops. */
  readonly isReady: boolean;
  /**
   * Starts listening; resolves to the URL, such as "http://127.0.0.1:4000".
   * @throws ListenError if the port cannot be opened.
   */
  start(): Promise<string>;
  /**
   * Stops: `/readiness` is 503 at once, requests are accepted for the time of `delay`, and running ones are waited for
   * within `shutdownGrace`. What is still running then responds with what is known. Resolves to the number of those
   * requests. `await using` calls it at the end of a block.
   *
   * @example
   * process.once('SIGTERM', () => gateway.stop({ delay: 5_000 }));
   */
  stop(options?: StopOptions): Promise<number>;
  /**
   * Serves a request of the Fetch API, without a port: for route handlers of Next.js, Hono and others. It may be passed
   * on without its object.
   * @throws TypeError (as a rejection) for a request whose body was read before; the reason of the request's signal
   * where it is aborted.
   *
   * @example
   * const response = await gateway.fetch(new Request('http://localhost/graphql?query={__typename}'));
   */
  readonly fetch: (request: Request, options?: FetchOptions) => Promise<Response>;
  /**
   * Serves a request of node:http: for Express, Fastify and others. Resolves when the response is complete. It may be
   * passed on without its object.
   *
   * @example
   * app.use('/graphql', gateway.listener);
   */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /**
   * Accepts a WebSocket, as a listener of the event `upgrade` of a server of node:http.
   *
   * @example
   * server.on('upgrade', gateway.upgrade);
   */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /**
   * Serves a request without a port and reads the whole response, for tests.
   *
   * @example
   * const { status, json } = await gateway.inject({ query: '{ me { name } }', headers: { authorization } });
   */
  readonly inject: (request: InjectedRequest) => Promise<InjectedResponse>;
}

export interface RunningParts
  extends Pick<Gateway, 'graph' | 'engine' | 'log' | 'cache'>,
    Omit<ShutdownParts, 'server' | 'beforeStop'> {
  handler: RequestHandler;
  /** Path of the graph. */
  path: string;
  /** Creates the server with the port; nothing listens before `listen`. */
  createServer(): HttpServer;
  operators: OperatorListeners | null;
  protection: OverloadProtection;
  /**
   * What the gateway cannot work with, in one sentence; null where there is nothing. Awaited before the gateway listens,
   * bounded in time.
   */
  problem(): Promise<string | null>;
  /** Starts what the gateway does besides serving requests. */
  begin(): void;
}

export function createRunningGateway(parts: RunningParts): Gateway {
  const { graph, engine, log, cache, handler, path, operators, protection } = parts;
  let server: HttpServer | null = null;
  let hasBegun = false;
  const begin = () => {
    if (hasBegun) return false;
    hasBegun = true;
    parts.begin();
    return true;
  };
  // Another server's requests do not wait for the ports of operators, nor fail with them.
  const beginEmbedded = () => {
    if (!begin()) return;
    void parts.problem().then((problem) => problem && log.error({ reason: problem }, 'the gateway cannot use Redis'));
    operators?.listen().catch((error) => log.error({ err: error }, 'there is no port for operators'));
  };
  const shutdown = new Shutdown({
    ...parts,
    server: () => server,
    beforeStop: () => {
      // What begins here would never end.
      hasBegun = true;
    },
  });
  const stop = (options?: StopOptions) => shutdown.stop(options);
  const { fetch, listener, upgrade, inject } = new Embedding({ handler, path, begin: beginEmbedded });
  return {
    ...{ graph, engine, log, cache, fetch, listener, upgrade, inject, stop },
    get isReady() {
      return handler.isReady;
    },
    start: async () => {
      const problem = await parts.problem();
      if (problem !== null) throw new ConfigError(problem);
      if (shutdown.hasBegun) throw new Error('the gateway was stopped before it listened');
      server ??= parts.createServer();
      const url = await server.listen();
      await operators?.listen();
      await protection.listen(() => handler.isReady);
      begin();
      return url;
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}
