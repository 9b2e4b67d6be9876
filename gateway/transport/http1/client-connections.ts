// Client connections: those to one address of a service, the last used one first; requests wait for one where there are
// no more to be had.
import type { Socket } from 'node:net';
import {
  AGE_JITTER,
  CLOSES_EARLY,
  type ConnectionUse,
  type ExchangeHandler,
  type OutgoingRequest,
  RECENT,
} from '../connection.ts';
import { ClientConnection, type ConnectionOwner } from './client-connection.ts';
import { fieldLines, headText, type RequestText, requestText } from './request-text.ts';
import type { Sockets } from './sockets.ts';

export interface ClientConnectionsOptions {
  sockets: Sockets;
  /** Their maximum number. */
  connections: number;
  /** Milliseconds after which a connection gets no more requests; each ends up to a fifth of it earlier. */
  connectionAge: number;
}

interface Waiting {
  text: RequestText;
  handler: ExchangeHandler;
  use: ConnectionUse;
}

/** No connection, for a cause in the gateway. Codes are like those of the system. */
class NoConnection extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export class ClientConnections implements ConnectionOwner {
  readonly #options: ClientConnectionsOptions;
  readonly #idle: ClientConnection[] = [];
  readonly #open = new Set<ClientConnection>();
  readonly #opening = new Set<Socket>();
  /** In the order in which they came. */
  readonly #waiting: Waiting[] = [];
  #isClosing = false;
  /** Time until which the service is expected to close connections that were idle for less than `RECENT`. */
  #closesEarlyUntil = 0;
  #onEmpty: (() => void) | null = null;
  /** Request line and fixed fields of the last request, for the next one. */
  #head: { request: OutgoingRequest; text: string } | null = null;

  constructor(options: ClientConnectionsOptions) {
    this.#options = options;
  }

  dispatch(request: OutgoingRequest, handler: ExchangeHandler, use: ConnectionUse): void {
    let text: RequestText;
    try {
      const head = this.#fixedHead(request) + fieldLines(request.fields);
      text = request.body === null ? headText(head) : requestText(head, request.body);
    } catch (error) {
      handler.onResponseError?.(unsent, error as Error);
      return;
    }
    const waiting = { text, handler, use };
    // The end of an idle connection may have arrived, and not have been read yet: it is after a turn of the event loop.
    if (use === 'recent' && this.#idle.length > 0) setImmediate(() => setImmediate(() => this.#send(waiting)));
    else this.#send(waiting);
  }

  #send(waiting: Waiting): void {
    const { text, handler, use } = waiting;
    if (handler.hasEnded) return;
    if (this.#isClosing) {
      handler.onResponseError?.(unsent, closing());
      return;
    }
    const connection = this.#idle.length === 0 ? undefined : this.#idleFor(use);
    if (connection) connection.send(text, handler);
    else {
      this.#waiting.push(waiting);
      this.#openMore();
    }
  }

  /** Accepts no more requests, and ends with the last one that runs. */
  close(): Promise<void> {
    this.#isClosing = true;
    for (const connection of this.#idle.splice(0)) connection.close();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      this.#endIfEmpty();
    });
  }

  /** Ends all of them, with what still runs. */
  destroy(): void {
    this.#isClosing = true;
    for (const { handler } of this.#waiting.splice(0)) handler.onResponseError?.(unsent, closing());
    for (const socket of this.#opening) socket.destroy();
    for (const connection of [...this.#open]) connection.close(closing());
  }

  onIdle(connection: ClientConnection): void {
    const next = this.#next(connection.state.requests === 0);
    if (next) connection.send(next.text, next.handler);
    // Those that still wait need another one.
    else if (this.#isClosing || this.#waiting.length > 0) connection.close();
    else this.#idle.push(connection);
  }

  onClosed(connection: ClientConnection, byService: boolean): void {
    this.#open.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
    // A request may have been written to it in the same moment.
    if (byService && (index !== -1 || connection.hasNoResponse)) {
      const now = performance.now();
      if (connection.idleTime(now) < RECENT) this.#closesEarlyUntil = now + CLOSES_EARLY;
    }
    this.#openMore();
    this.#endIfEmpty();
  }

  #fixedHead(request: OutgoingRequest): string {
    const last = this.#head?.request;
    if (last?.path !== request.path || last.fixedFields !== request.fixedFields || last.method !== request.method) {
      const { method = 'POST', path, fixedFields } = request;
      const host = this.#options.sockets.host;
      this.#head = { request, text: `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${fieldLines(fixedFields)}` };
    }
    return this.#head?.text as string;
  }

  /** An idle connection; those that the service may be about to close are closed. */
  #idleFor(use: ConnectionUse): ClientConnection | undefined {
    const now = performance.now();
    for (let last = this.#idle.at(-1); last; last = this.#idle.at(-1)) {
      if (!last.isUsable(now)) last.close();
      else if (use === 'any' || (use === 'recent' && this.#isRecent(last, now))) return this.#idle.pop();
      else return undefined;
    }
    return undefined;
  }

  #isRecent(connection: ClientConnection, now: number): boolean {
    return connection.idleTime(now) < RECENT && now >= this.#closesEarlyUntil;
  }

  /** The first that waits and may have the connection. */
  #next(isNew: boolean): Waiting | undefined {
    for (let index = 0; index < this.#waiting.length; ) {
      const waiting = this.#waiting[index] as Waiting;
      const hasEnded = waiting.handler.hasEnded === true;
      const fits = !hasEnded && (isNew || waiting.use !== 'new');
      if (fits || hasEnded) this.#waiting.splice(index, 1);
      else index += 1;
      if (fits) return waiting;
    }
    return undefined;
  }

  /** Opens a connection if one more is needed and allowed. */
  #openMore(): void {
    if (this.#opening.size >= this.#waiting.length) return;
    const { sockets, connections, connectionAge } = this.#options;
    if (this.#open.size + this.#opening.size >= connections) {
      // One that has been idle for too long makes room, and calls this method again.
      this.#idle[0]?.close();
      return;
    }
    let connection: ClientConnection | undefined;
    let socket: Socket;
    try {
      socket = sockets.open(
        (length, buffer) => (connection ? connection.receive(length, buffer) : socket.destroy()),
        () => {
          clearTimeout(timer);
          this.#opening.delete(socket);
          const age = connectionAge * (1 - AGE_JITTER * Math.random());
          connection = new ClientConnection(socket, this, performance.now() + age);
          socket.off('error', fail);
          this.#open.add(connection);
          this.onIdle(connection);
        },
      );
    } catch (error) {
      this.#next(true)?.handler.onResponseError?.(unsent, error as Error);
      return;
    }
    const fail = (error: Error) => {
      clearTimeout(timer);
      if (!this.#opening.delete(socket)) return;
      socket.destroy();
      this.#next(true)?.handler.onResponseError?.(unsent, error);
      this.#openMore();
      this.#endIfEmpty();
    };
    const { connectTimeout } = sockets;
    const timeout = () => fail(new NoConnection('CONNECT_TIMEOUT', `no connection within ${connectTimeout} ms`));
    // After a blocked event loop, it may be there already: it is seen before an immediate.
    const timer = setTimeout(() => setImmediate(timeout), connectTimeout);
    this.#opening.add(socket);
    socket.on('error', fail);
    socket.on('close', () => fail(new NoConnection('ECONNRESET', 'the service closed the connection at once')));
  }

  #endIfEmpty(): void {
    if (this.#open.size + this.#opening.size + this.#waiting.length > 0) return;
    this.#onEmpty?.();
    this.#onEmpty = null;
  }
}

/** Of a request that is not sent: there is nothing to end or to pause. */
const unsent = { aborted: true, paused: false, reason: null, abort: () => {}, pause: () => {}, resume: () => {} };

function closing(): NoConnection {
  return new NoConnection('ECONNABORTED', 'the gateway is closing its connections');
}
