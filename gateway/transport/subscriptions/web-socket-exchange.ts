// WebSocket exchange: one subscription to a subgraph on a WebSocket, which others may share. The socket is not paused for
// a reader that does not pull, since that would pause the others and the pongs: the events that wait are bounded.
import type { Cancellation } from '../cancellation.ts';
import type { NotConnected } from '../subgraph-address.ts';
import { RequestCancelled, SubgraphError } from '../subgraph-error.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import { EventQueue, type EventStep } from './event-queue.ts';
import type { GraphqlSocket, SocketSubscriber } from './graphql-socket.ts';
import type { StreamSettings, UpstreamStream } from './stream-opener.ts';

export interface WebSocketExchangeOptions extends StreamSettings {
  body: string;
  cancellation: Cancellation;
  onStart(): void;
  onEnd(error: Error | null): void;
  /** Called where it may have failed the others on its socket. */
  onSuspicion(): void;
}

export class WebSocketExchange implements UpstreamStream, SocketSubscriber {
  readonly body: string;
  readonly #options: WebSocketExchangeOptions;
  readonly #socket: GraphqlSocket;
  readonly #id: string;
  readonly #timer: NodeJS.Timeout;
  readonly #queue = new EventQueue();
  readonly #onCancel = () => this.#drop(new RequestCancelled());
  #hasEnded = false;

  constructor(socket: GraphqlSocket, options: WebSocketExchangeOptions) {
    const { body, subgraph, startTimeout, cancellation } = options;
    this.body = body;
    this.#options = options;
    this.#socket = socket;
    this.#timer = setTimeout(() => {
      this.#end(new SubgraphError(subgraph, 'SUBGRAPH_TIMEOUT', `no WebSocket within ${startTimeout} ms`));
    }, startTimeout);
    cancellation.add(this.#onCancel);
    this.#id = socket.subscribe(this);
  }

  next(): Promise<EventStep> {
    return this.#queue.next();
  }

  leave(): void {
    this.#drop(null);
  }

  close(): void {
    const { subgraph } = this.#options;
    this.#end(new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', 'the gateway is closing its connections'));
  }

  started(): void {
    clearTimeout(this.#timer);
    // The socket may call it before the caller has the exchange.
    queueMicrotask(() => {
      if (!this.#hasEnded) this.#options.onStart();
    });
  }

  received(response: SubgraphResponse, bytes: number): void {
    const { subgraph, maxQueued, maxQueuedBytes } = this.#options;
    this.#queue.push({ response, bytes, id: null });
    const { length, bytes: waiting } = this.#queue;
    if (length <= maxQueued && (waiting <= maxQueuedBytes || length === 1)) return;
    this.#queue.clear();
    const detail = `${length} events of ${waiting} bytes wait to be read`;
    this.#end(new SubgraphError(subgraph, 'TOO_MANY_EVENTS', detail));
  }

  rejected(response: SubgraphResponse, bytes: number): void {
    this.#queue.push({ response, bytes, id: null, isRejection: true });
    this.#end(null);
  }

  completed(): void {
    this.#end(null);
  }

  failed(error: SubgraphError | NotConnected): void {
    this.#end(error);
  }

  suspected(): void {
    this.#options.onSuspicion();
  }

  #drop(error: Error | null): void {
    this.#queue.clear();
    this.#end(error);
  }

  #end(error: Error | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#options.cancellation.remove(this.#onCancel);
    this.#socket.unsubscribe(this.#id);
    this.#queue.end(error);
    this.#options.onEnd(error);
  }
}
