// Client connection: one TCP or TLS connection to a service, with one HTTP/1.1 request on it at a time.
import type { Socket } from 'node:net';
import { type ConnectionState, type ExchangeHandler, KEEP_ALIVE_MARGIN } from '../connection.ts';
import { Exchange, type ExchangeConnection } from './exchange.ts';
import type { RequestText } from './request-text.ts';
import { InvalidResponse, type ResponseHead } from './response-head.ts';
import { ResponseParser, type ResponseReceiver } from './response-parser.ts';

export interface ConnectionOwner {
  /** The connection takes another request. */
  onIdle(connection: ClientConnection): void;
  /** The connection is of no more use. Called once. @param byService whether the service, or the network, ended it. */
  onClosed(connection: ClientConnection, byService: boolean): void;
}

/** The service, or the network, ended a connection. */
class ConnectionClosed extends Error {
  readonly code = 'ECONNRESET';

  constructor() {
    super('the service closed the connection');
  }
}

/** Milliseconds for which a connection may be idle where the service does not say. */
const IDLE_LIMIT = 4000;

export class ClientConnection implements ResponseReceiver, ExchangeConnection {
  readonly state: ConnectionState = { requests: 0 };
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  /** Time from which it gets no more requests. */
  readonly #expires: number;
  readonly #parser = new ResponseParser(this);
  #exchange: Exchange | null = null;
  #hasResponse = false;
  #isReusable = true;
  #isClosed = false;
  #idleSince = performance.now();
  #idleLimit = IDLE_LIMIT;

  /** @param socket a connected one, whose bytes go to `receive`. @param expires by `performance.now()`. */
  constructor(socket: Socket, owner: ConnectionOwner, expires: number) {
    this.#socket = socket;
    this.#owner = owner;
    this.#expires = expires;
    socket.on('end', () => this.#ended());
    socket.on('error', (error) => this.#close(error, true));
    socket.on('close', () => this.#close(undefined, true));
  }

  /** Whether a request may be sent on it while it is idle: the service is not about to close it. */
  isUsable(now: number): boolean {
    return now - this.#idleSince < this.#idleLimit && now < this.#expires;
  }

  /** Milliseconds since it was opened, or since the end of its last response. */
  idleTime(now: number): number {
    return now - this.#idleSince;
  }

  /** Whether a request was written to it after others, and no byte of its response has arrived. */
  get hasNoResponse(): boolean {
    return this.state.requests > 1 && !this.#hasResponse;
  }

  send({ text, encoding }: RequestText, handler: ExchangeHandler): void {
    this.#hasResponse = false;
    this.#parser.open();
    this.#exchange = new Exchange(handler, this);
    // It may have been aborted, and the connection with it.
    if (!this.#isClosed) this.#socket.write(text, encoding);
  }

  /** Takes the first `length` bytes of the socket's buffer. */
  receive(length: number, buffer: Buffer): void {
    if (this.#isClosed) return;
    if (!this.#hasResponse) {
      this.#hasResponse = true;
      this.#exchange?.responseStarted();
    }
    try {
      this.#parser.read(buffer, length);
    } catch (error) {
      if (!(error instanceof InvalidResponse)) throw error;
      this.close(error);
    }
  }

  onHead(head: ResponseHead): void {
    this.#isReusable = head.isReusable;
    if (head.idleTime !== undefined) this.#idleLimit = Math.max(0, head.idleTime - KEEP_ALIVE_MARGIN);
    this.#exchange?.head(head);
  }

  onData(bytes: Buffer): void {
    this.#exchange?.data(bytes);
  }

  onEnd(): void {
    this.#release()?.end();
  }

  onWhole(bytes: Buffer): void {
    this.#release()?.whole(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends the connection. A request that still runs fails. @param error default: the service closed it. */
  close(error?: Error): void {
    this.#close(error, false);
  }

  #close(error: Error | undefined, byService: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.destroy();
    const exchange = this.#exchange;
    this.#exchange = null;
    this.#owner.onClosed(this, byService);
    exchange?.fail(error ?? new ConnectionClosed());
  }

  /** The exchange that has its response; what this leads to finds the connection idle. */
  #release(): Exchange | null {
    const exchange = this.#exchange;
    this.#exchange = null;
    // A response that precedes the end of its request leaves the rest of the request on the connection.
    const isIdle = this.#isReusable && !this.#isClosed && this.#socket.writableLength === 0;
    this.#idleSince = performance.now();
    if (isIdle && this.#idleSince < this.#expires) this.#owner.onIdle(this);
    else this.close();
    return exchange;
  }

  #ended(): void {
    this.#parser.end();
    this.#close(undefined, true);
  }
}
