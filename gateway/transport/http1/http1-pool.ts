// HTTP/1.1 pool: the connections to one address of a subgraph, with the signature of requests.
import type { Connection, ConnectionPool, ConnectionUse, ExchangeHandler, OutgoingRequest } from '../connection.ts';
import { ClientConnections } from './client-connections.ts';
import type { Sockets } from './sockets.ts';

export interface Http1PoolOptions {
  sockets: Sockets;
  /** Maximum number of connections. */
  connections: number;
  /** Milliseconds after which a connection gets no more requests. */
  connectionAge: number;
  /** The connection with the signature of its requests. */
  sign(connection: Connection): Connection;
}

export class Http1Pool implements ConnectionPool {
  readonly #options: Http1PoolOptions;
  readonly #connections: ClientConnections;
  readonly #signed: Readonly<Record<ConnectionUse, Connection>>;

  constructor(options: Http1PoolOptions) {
    this.#options = options;
    this.#connections = new ClientConnections(options);
    const signed = (use: ConnectionUse) => options.sign(connectionFor(this.#connections, use));
    this.#signed = { any: signed('any'), recent: signed('recent'), new: signed('new') };
  }

  dispatch(request: OutgoingRequest, handler: ExchangeHandler, use: ConnectionUse): void {
    this.#signed[use].dispatch(request, handler);
  }

  openStream(): Connection {
    return this.#options.sign(this.#single());
  }

  canConnect(): Promise<boolean> {
    const { sockets } = this.#options;
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout;
      const settle = (isOpen: boolean) => {
        clearTimeout(timer);
        socket.destroy();
        resolve(isOpen);
      };
      const socket = sockets.open(
        () => {},
        () => settle(true),
      );
      socket.on('error', () => settle(false));
      socket.on('close', () => settle(false));
      timer = setTimeout(() => settle(false), sockets.connectTimeout);
    });
  }

  async isHealthy(path: string, timeout: number): Promise<boolean> {
    const connection = this.#single();
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), timeout);
        connection.dispatch(
          { method: 'GET', path, fixedFields: [], fields: [], body: null },
          {
            onResponseStart: (_controller, status) => resolve(status >= 200 && status < 300),
            onResponseError: () => resolve(false),
          },
        );
      });
    } finally {
      clearTimeout(timer);
      await connection.destroy();
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  async destroy(): Promise<void> {
    this.#connections.destroy();
  }

  #single(): Connection {
    return connectionFor(new ClientConnections({ ...this.#options, connections: 1 }), 'any');
  }
}

function connectionFor(connections: ClientConnections, use: ConnectionUse): Connection {
  return {
    dispatch: (request, handler) => connections.dispatch(request, handler, use),
    destroy: async () => connections.destroy(),
  };
}
