// HTTP/2 pool: the connections to one address of a subgraph, on undici, which speak HTTP/1.1 where the service offers
// nothing else. Requests that must not be sent twice have
// connections of their own, which are closed as soon as they were idle for a second.
import { Client, type Dispatcher, Pool } from 'undici';
import {
  AGE_JITTER,
  CLOSES_EARLY,
  type Connection,
  type ConnectionPool,
  type ConnectionState,
  type ConnectionUse,
  type ExchangeHandler,
  KEEP_ALIVE_MARGIN,
  type OutgoingRequest,
  RECENT,
} from './connection.ts';
import type { SubgraphConnections } from './connection-options.ts';
import type { Connector, ConnectTarget } from './connector.ts';

export interface Http2PoolOptions extends ConnectTarget {
  /** Scheme, host and port. */
  origin: string;
  /** Maximum number of connections. */
  connections: number;
  /** Milliseconds after which a connection gets no more requests; each ends up to a fifth of it earlier. */
  connectionAge: number;
}

// The exchange has one time-out of its own: undici's time-outs are per phase and coarse-grained.
const withoutTimeouts = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN };

interface SignedPool {
  pool: Pool;
  /** The same, with the signature of requests. */
  connection: Connection;
}

export class Http2Pool implements ConnectionPool {
  readonly #options: Http2PoolOptions;
  readonly #connections: SubgraphConnections;
  readonly #connect: Connector;
  /** Made with the first stream, and shared for its TLS sessions. */
  #connectStream: Connector | null = null;
  readonly #any: SignedPool;
  /** Opened with the first request of its kind. */
  #recent: SignedPool | null = null;
  readonly #single = new Set<Client>();
  /** Time until which each request that must not be sent twice has a new connection; milliseconds since 1970. */
  #closesEarlyUntil = 0;

  constructor(options: Http2PoolOptions, connections: SubgraphConnections) {
    this.#options = options;
    this.#connections = connections;
    this.#connect = connections.connector(options, connections.allowsH2);
    this.#any = this.#open();
  }

  dispatch(request: OutgoingRequest, handler: ExchangeHandler, use: ConnectionUse): void {
    if (use === 'any') this.#any.connection.dispatch(request, handler);
    else if (use === 'new' || Date.now() < this.#closesEarlyUntil) this.#dispatchAlone(request, handler);
    else {
      this.#recent ??= this.#openRecent();
      this.#recent.connection.dispatch(request, handler);
    }
  }

  openStream(): Connection {
    // No HTTP/2: it would multiplex many streams on one connection, to fail together.
    this.#connectStream ??= this.#connections.connector(this.#options, false);
    return this.#signing(this.#openClient(this.#connectStream, false));
  }

  canConnect(): Promise<boolean> {
    const { protocol, host, hostname, port } = new URL(this.#options.origin);
    return new Promise((resolve) => {
      this.#connect({ protocol, host, hostname, port }, (error, socket) => {
        socket?.destroy();
        resolve(error === null);
      });
    });
  }

  async isHealthy(path: string, timeout: number): Promise<boolean> {
    const client = this.#openClient(this.#connect);
    try {
      const { statusCode } = await client.request({ path, method: 'GET', signal: AbortSignal.timeout(timeout) });
      return statusCode >= 200 && statusCode < 300;
    } catch {
      // The check has failed, whatever the reason.
      return false;
    } finally {
      await client.destroy();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((dispatcher) => dispatcher.close()));
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#all.map((dispatcher) => dispatcher.destroy()));
  }

  get #all(): Dispatcher[] {
    return [this.#any.pool, ...(this.#recent ? [this.#recent.pool] : []), ...this.#single];
  }

  #open(timeouts: Pick<Pool.Options, 'keepAliveTimeout' | 'keepAliveMaxTimeout'> = {}): SignedPool {
    const { origin, connections, connectionAge } = this.#options;
    const pool = new Pool(origin, {
      ...{ ...withoutTimeouts, ...timeouts, connections, clientTtl: connectionAge },
      ...{ connect: this.#connect, allowH2: this.#connections.allowsH2 },
      factory: (url, options) => new TrackedClient(url, options),
    });
    pool.on('connect', (_origin, targets) => {
      // undici has just set the time from which the age of the client is counted.
      for (const target of targets) {
        if (target instanceof TrackedClient) target.ttl -= Math.random() * AGE_JITTER * connectionAge;
      }
    });
    return { pool, connection: this.#signing(pool) };
  }

  /** No connection is found idle for longer: it would have been closed. */
  #openRecent(): SignedPool {
    const recent = this.#open({ keepAliveTimeout: RECENT, keepAliveMaxTimeout: RECENT });
    recent.pool.on('disconnect', (_origin, _targets, error) => {
      // Ends on this side, and after a response that announces it, are others.
      if (error.code !== 'UND_ERR_INFO') this.#closesEarlyUntil = Date.now() + CLOSES_EARLY;
    });
    return recent;
  }

  #openClient(connect: Connector, allowH2 = this.#connections.allowsH2): Client {
    return new Client(this.#options.origin, { ...withoutTimeouts, connect, allowH2 });
  }

  #signing(dispatcher: Dispatcher): Connection {
    return this.#connections.signing(this.#options.origin, {
      dispatch: ({ method = 'POST', path, fixedFields, fields, body }, handler) => {
        dispatcher.dispatch({ method, path, headers: [...fixedFields, ...fields], body }, handler);
      },
      destroy: () => dispatcher.destroy(),
    });
  }

  #dispatchAlone(request: OutgoingRequest, handler: ExchangeHandler): void {
    const client = this.#openClient(this.#connect);
    this.#single.add(client);
    this.#signing(client).dispatch(request, handler);
    // Closed when its one request has ended.
    client.close().finally(() => this.#single.delete(client));
  }
}

/** A client that gives its requests the state of its connection. */
class TrackedClient extends Client {
  /** Milliseconds of `Date.now()` from which undici's pool counts the age. */
  ttl = 0;
  readonly #state: ConnectionState = { requests: 0 };

  constructor(origin: URL, options: object) {
    super(origin, options);
    this.on('connect', () => {
      this.#state.requests = 0;
    });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: ExchangeHandler): boolean {
    handler.connection = this.#state;
    return super.dispatch(options, handler);
  }
}
