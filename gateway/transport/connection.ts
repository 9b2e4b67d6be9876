// Connections to one address of a subgraph: the interface between requests and what carries them.
import type { Dispatcher } from 'undici';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Header fields, names in lower case and values in turn. */
export type Fields = readonly string[];

export interface OutgoingRequest {
  /** Default: POST. */
  method?: HttpMethod;
  path: string;
  /** Fields that all requests have: the same array for each of them, which is prepared once. */
  fixedFields: Fields;
  /** Fields of this request. */
  fields: Fields;
  /** Null for a request without a body, such as those of GET. */
  body: string | null;
}

/** What carries requests: a connection, several of them, or a service in this process. */
export interface Connection {
  dispatch(request: OutgoingRequest, handler: ExchangeHandler): void;
  /** Ends it with what still runs. */
  destroy(): Promise<void>;
}

/**
 * Which connection a request may have. `any`: an idle one, or a new one. `recent`: a new one, or one that was idle for
 * less than a second: for requests that must not be sent twice, where the service may be closing an idle connection
 * while the request is on its way. `new`: one that has carried no other request.
 */
export type ConnectionUse = 'any' | 'recent' | 'new';

/** Milliseconds that a connection may be idle before a request that must not be sent twice. */
export const RECENT = 1_000;

/**
 * Milliseconds in which each request that must not be sent twice has a new connection, after the service has closed a
 * connection that was idle for less than `RECENT`.
 */
export const CLOSES_EARLY = 60_000;

/** Milliseconds before the end of the service's `Keep-Alive: timeout` from which an idle connection is not used. */
export const KEEP_ALIVE_MARGIN = 1_000;

/** Share of the age by which connections differ, so that those opened together do not end together. */
export const AGE_JITTER = 0.2;

/** The connections to one address. */
export interface ConnectionPool {
  dispatch(request: OutgoingRequest, handler: ExchangeHandler, use: ConnectionUse): void;
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
  /** Whether its end is known, so that a request that waits for a connection needs none. */
  readonly hasEnded?: boolean;
  /**
   * In place of `onResponseData` and `onResponseEnd`, where a connection has all of a body in one piece. The bytes are
   * valid during the call alone.
   */
  onWholeResponse?(bytes: Buffer): void;
}

/** Connections to a service in this process. */
export class InProcessPool implements ConnectionPool {
  readonly #connect: () => Connection;
  readonly #connection: Connection;

  constructor(connect: () => Connection) {
    this.#connect = connect;
    this.#connection = connect();
  }

  dispatch(request: OutgoingRequest, handler: ExchangeHandler): void {
    this.#connection.dispatch(request, handler);
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
