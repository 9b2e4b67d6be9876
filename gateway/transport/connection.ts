// Connections to one address of a subgraph: the interface between requests and what carries them.
import type { Dispatcher } from 'undici';

/** What carries requests: one of undici's clients, or a service in this process. */
export interface Connection {
  dispatch(options: Dispatcher.DispatchOptions, handler: ExchangeHandler): boolean;
  /** Ends it with what still runs. */
  destroy(): Promise<void>;
}

/**
 * Which connection a request may have. `any`: an idle one, or a new one. `recent`: a new one, or one that was idle for
 * less than a second: for requests that must not be sent twice, where the service may be closing an idle connection
 * while the request is on its way. `new`: one that carries no other request.
 */
export type ConnectionUse = 'any' | 'recent' | 'new';

/** The connections to one address. */
export interface ConnectionPool {
  dispatch(options: Dispatcher.DispatchOptions, handler: ExchangeHandler, use: ConnectionUse): void;
  /** A connection for one event stream, which the caller ends. */
  openStream(): Connection;
  /** Opens a connection, and closes it. @returns whether it could be opened. */
  canConnect(): Promise<boolean>;
  /** Requests a path on a connection of its own. @returns whether a status of 2xx came within the time-out. */
  isHealthy(path: string, timeout: number): Promise<boolean>;
  /** Accepts no more requests, and ends with the last one that runs. */
  close(): Promise<void>;
  /** Ends all connections, with what still runs. */
  destroy(): Promise<void>;
}

/** State of a connection that its requests share. */
export interface ConnectionState {
  /** Requests that were written to it, since it was opened. */
  requests: number;
}

export interface ExchangeHandler extends Dispatcher.DispatchHandler {
  /**
   * The connection that the request is given to. Set before `onRequestStart`, which is called immediately before its
   * first byte is written: a request that fails without that call was not sent. Absent inside this process.
   */
  connection?: ConnectionState;
}

/** Connections to a service in this process. */
export class InProcessPool implements ConnectionPool {
  readonly #connect: () => Connection;
  readonly #connection: Connection;

  constructor(connect: () => Connection) {
    this.#connect = connect;
    this.#connection = connect();
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: ExchangeHandler): void {
    this.#connection.dispatch(options, handler);
  }

  openStream(): Connection {
    return this.#connect();
  }

  async canConnect(): Promise<boolean> {
    return true;
  }

  async isHealthy(): Promise<boolean> {
    return true;
  }

  close(): Promise<void> {
    return this.#connection.destroy();
  }

  destroy(): Promise<void> {
    return this.#connection.destroy();
  }
}
