// Exchange: one request from the first byte that is written to the end of its response, as its handler sees it.
import type { Dispatcher } from 'undici';
import type { ConnectionState, ExchangeHandler } from '../connection.ts';
import type { ResponseHead } from './response-head.ts';

/** The connection of an exchange. */
export interface ExchangeConnection {
  readonly state: ConnectionState;
  pause(): void;
  resume(): void;
  /** Ends it. */
  close(error: Error): void;
}

export class Exchange implements Dispatcher.DispatchController {
  paused = false;
  aborted = false;
  reason: Error | null = null;
  readonly #handler: ExchangeHandler;
  /** Null after the end. */
  #connection: ExchangeConnection | null;

  constructor(handler: ExchangeHandler, connection: ExchangeConnection) {
    this.#handler = handler;
    this.#connection = connection;
    handler.connection = connection.state;
    handler.onRequestStart?.(this, undefined);
  }

  responseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  head({ status, fields }: ResponseHead): void {
    this.#handler.onResponseStart?.(this, status, fields);
  }

  data(bytes: Buffer): void {
    if (this.#connection) this.#handler.onResponseData?.(this, Buffer.from(bytes));
  }

  end(): void {
    if (!this.#connection) return;
    this.#connection = null;
    this.#handler.onResponseEnd?.(this, {});
  }

  whole(bytes: Buffer): void {
    if (!this.#handler.onWholeResponse) {
      this.data(bytes);
      this.end();
    } else if (this.#connection) {
      this.#connection = null;
      this.#handler.onWholeResponse(bytes);
    }
  }

  fail(error: Error): void {
    if (!this.#connection) return;
    this.#connection = null;
    this.#handler.onResponseError?.(this, error);
  }

  /** Ends the exchange, and with it its connection. */
  abort(reason: Error): void {
    const connection = this.#connection;
    if (!connection) return;
    this.aborted = true;
    this.reason = reason;
    this.fail(reason);
    connection.close(reason);
  }

  pause(): void {
    this.paused = true;
    this.#connection?.pause();
  }

  resume(): void {
    this.paused = false;
    this.#connection?.resume();
  }
}
