// GraphQL socket: one WebSocket to a subgraph with the sub-protocol graphql-transport-ws, and the subscriptions on it.
import type { IncomingMessage } from 'node:http';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocket } from 'ws';
import { connectionFailure, type NotConnected } from '../subgraph-address.ts';
import { SubgraphError, type SubgraphErrorCode } from '../subgraph-error.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import { readSocketMessage, type SocketMessage } from './socket-message.ts';
import { closeFailure, handshakeFailure } from './web-socket-failures.ts';
import type { WebSocketTarget } from './web-socket-target.ts';

export interface GraphqlSocketOptions {
  subgraph: string;
  target: WebSocketTarget;
  /** Header fields of the handshake, names and values in turn. */
  fields: readonly string[];
  /** Payload of `connection_init`; undefined for none. */
  connectionParams: unknown;
  /** Maximum size of an event, in bytes. */
  maxBytes: number;
  /** Milliseconds between two pings; a socket from which nothing has come since the last one is ended. */
  ping: number;
  /** Called once, when it takes no more subscriptions. */
  onEnd(): void;
}

/** A subscription on the socket. After one of the last three calls there are no others. */
export interface SocketSubscriber {
  readonly body: string;
  /** Called when it has been sent. */
  started(): void;
  received(response: SubgraphResponse, bytes: number): void;
  /** Called with the errors of a subscription that the service has rejected, or given up. */
  rejected(response: SubgraphResponse, bytes: number): void;
  /** Called when the service has completed it. */
  completed(): void;
  failed(error: SubgraphError | NotConnected): void;
  /** Called before `failed` where any one on the socket may be the cause: opened again, each has one of its own. */
  suspected(): void;
}

/** Bytes of a message beside those of its event. */
const ENVELOPE = 1_024;

/** Code of the library for a message above its maximum. */
const TOO_LARGE = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

export class GraphqlSocket {
  readonly #options: GraphqlSocketOptions;
  readonly #subscribers = new Map<string, SocketSubscriber>();
  readonly #pinging: NodeJS.Timeout;
  #webSocket: WebSocket | null = null;
  #isConnected = false;
  #isAcknowledged = false;
  #isAlive = true;
  #hasEnded = false;
  #lastId = 0;

  constructor(options: GraphqlSocketOptions) {
    this.#options = options;
    this.#pinging = setInterval(() => this.#ping(), options.ping).unref();
    try {
      this.#webSocket = this.#open();
    } catch (error) {
      // After the caller has subscribed: the handshake cannot be signed, or certificates cannot be read.
      process.nextTick(() => this.#fail(this.#failureOf(error as Error)));
    }
  }

  /** Number of subscriptions on it. */
  get size(): number {
    return this.#subscribers.size;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** @returns the id of the subscription. */
  subscribe(subscriber: SocketSubscriber): string {
    const id = String(++this.#lastId);
    this.#subscribers.set(id, subscriber);
    if (this.#isAcknowledged) this.#start(id, subscriber);
    return id;
  }

  /** Ends a subscription; the socket ends with the last one. */
  unsubscribe(id: string): void {
    if (!this.#subscribers.delete(id) || this.#hasEnded) return;
    if (this.#subscribers.size === 0) this.#end(1000);
    else if (this.#isAcknowledged) this.#webSocket?.send(JSON.stringify({ id, type: 'complete' }));
  }

  #open(): WebSocket {
    const { target, fields, maxBytes } = this.#options;
    const webSocket = new WebSocket(target.url, GRAPHQL_TRANSPORT_WS_PROTOCOL, {
      headers: target.headers(fields),
      perMessageDeflate: false,
      maxPayload: maxBytes + ENVELOPE,
      createConnection: () =>
        target.connect(() => {
          this.#isConnected = true;
        }),
    });
    webSocket.on('open', () => this.#init(webSocket));
    webSocket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    webSocket.on('pong', () => this.#alive());
    webSocket.on('ping', () => this.#alive());
    webSocket.on('unexpected-response', (request, response: IncomingMessage) => {
      const retryAfter = response.headers['retry-after'];
      this.#fail(handshakeFailure(this.#options.subgraph, response.statusCode ?? 0, retryAfter));
      request.destroy();
    });
    webSocket.on('error', (error) => this.#fail(this.#failureOf(error)));
    webSocket.on('close', (code: number, reason: Buffer) =>
      this.#fail(closeFailure(this.#options.subgraph, code, reason.toString())),
    );
    return webSocket;
  }

  #init(webSocket: WebSocket): void {
    const { connectionParams: payload } = this.#options;
    webSocket.send(JSON.stringify({ type: 'connection_init', ...(payload !== undefined && { payload }) }));
  }

  #start(id: string, subscriber: SocketSubscriber): void {
    this.#webSocket?.send(`{"id":"${id}","type":"subscribe","payload":${subscriber.body}}`);
    subscriber.started();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#hasEnded) return;
    this.#isAlive = true;
    const message = isBinary ? null : readSocketMessage(data.toString());
    if (message === null) {
      this.#failWith('SUBGRAPH_BAD_RESPONSE', `a message of ${data.length} bytes is not of the protocol`, 4400);
      return;
    }
    if (message.type === 'ping') this.#webSocket?.send('{"type":"pong"}');
    else if (message.type === 'connection_ack') this.#acknowledge();
    else if ('id' in message) this.#deliver(message, data.length);
  }

  #acknowledge(): void {
    if (this.#isAcknowledged) return;
    this.#isAcknowledged = true;
    for (const [id, subscriber] of this.#subscribers) this.#start(id, subscriber);
  }

  #deliver(message: Extract<SocketMessage, { id: string }>, bytes: number): void {
    // What was sent before the service has read that a subscription is over is for none.
    const subscriber = this.#subscribers.get(message.id);
    if (!subscriber) return;
    if (message.type === 'next' && message.response) {
      subscriber.received(message.response, bytes);
      return;
    }
    // The service has nothing more for it, or it must not send more.
    if (message.type === 'next') this.unsubscribe(message.id);
    else this.#remove(message.id);
    if (message.type === 'complete') subscriber.completed();
    else if (message.response) subscriber.rejected(message.response, bytes);
    else {
      const detail = `a message of ${bytes} bytes has no GraphQL response`;
      subscriber.failed(new SubgraphError(this.#options.subgraph, 'SUBGRAPH_BAD_RESPONSE', detail));
    }
  }

  #remove(id: string): void {
    this.#subscribers.delete(id);
    if (this.#subscribers.size === 0) this.#end(1000);
  }

  #alive(): void {
    this.#isAlive = true;
  }

  #ping(): void {
    // Until it is open, the time-out of its subscriptions ends it.
    if (this.#webSocket?.readyState !== WebSocket.OPEN) return;
    if (!this.#isAlive) {
      this.#failWith('SUBGRAPH_UNAVAILABLE', `nothing was received for ${this.#options.ping} ms after a ping`, 1001);
      return;
    }
    this.#isAlive = false;
    this.#webSocket.ping();
  }

  #failureOf(error: Error & { code?: string }): SubgraphError | NotConnected {
    const { subgraph } = this.#options;
    if (error.code === TOO_LARGE && this.size > 1) {
      // Its id is not read: the others on the socket must not end by the events of one.
      for (const subscriber of this.#subscribers.values()) subscriber.suspected();
      const detail = `a message of one of ${this.size} subscriptions on the WebSocket is too large`;
      return new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', detail);
    }
    if (error.code?.startsWith('WS_ERR_') || error.message.startsWith('Server sent')) {
      return new SubgraphError(subgraph, 'SUBGRAPH_BAD_RESPONSE', `${error.message} (WebSocket)`);
    }
    return connectionFailure(subgraph, error, { isSent: this.#isConnected, isReused: false, hasResponded: false });
  }

  #failWith(code: SubgraphErrorCode, detail: string, closeCode: number): void {
    this.#fail(new SubgraphError(this.#options.subgraph, code, detail), closeCode);
  }

  #fail(error: SubgraphError | NotConnected, closeCode = 1001): void {
    if (this.#hasEnded) return;
    const subscribers = [...this.#subscribers.values()];
    this.#subscribers.clear();
    this.#end(closeCode);
    for (const subscriber of subscribers) subscriber.failed(error);
  }

  #end(code: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearInterval(this.#pinging);
    const webSocket = this.#webSocket;
    if (webSocket) {
      // A socket that is being connected has an error for its end.
      if (webSocket.readyState === WebSocket.OPEN) webSocket.close(code);
      else webSocket.terminate();
    }
    this.#options.onEnd();
  }
}
