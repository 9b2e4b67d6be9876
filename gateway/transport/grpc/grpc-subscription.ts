// Subscription to a gRPC service: one server-streaming call, read as an async iterator. The stream is read when events are
// pulled: flow control of HTTP/2 holds the service back, and memory has a few messages at most.
import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import type { Cancellation } from '../cancellation.ts';
import { RequestCancelled } from '../subgraph-error.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { CallStatus } from './grpc-status.ts';

export interface GrpcSubscriptionOptions {
  call: ClientReadableStream<Buffer>;
  cancellation: Cancellation;
  /** Milliseconds until the stream has begun, or is at least connected. */
  startTimeout: number;
  isConnected(): boolean;
  /** @throws SubgraphError for a message that cannot be read. */
  read(message: Buffer): SubgraphResponse;
  /** The error of a stream that ends with this status. */
  errorOf(status: CallStatus): Error | SubgraphResponse;
  /** The error of a stream that has not begun in time. */
  timedOut(): Error;
  /** Called once, with the first message or metadata. */
  onStart(): void;
  /** Called once. Null for a regular end, and where the client has left. */
  onEnd(error: Error | null, events: number): void;
}

interface Reader {
  resolve(step: Step): void;
  reject(error: Error): void;
}

type Step = IteratorResult<SubgraphResponse, undefined>;

const finished: Step = { done: true, value: undefined };

export class GrpcSubscription implements AsyncIterableIterator<SubgraphResponse, undefined> {
  readonly #options: GrpcSubscriptionOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #onCancel = () => this.#drop(new RequestCancelled());
  #events = 0;
  #hasStarted = false;
  #hasEnded = false;
  /** The reader has left: what has arrived is not read. */
  #isDropped = false;
  /** Thrown once, after the events that have arrived. */
  #error: Error | null = null;
  /** The last event, where the service reports an error. */
  #last: SubgraphResponse | null = null;
  #reader: Reader | null = null;

  constructor(options: GrpcSubscriptionOptions) {
    this.#options = options;
    const { call, cancellation, startTimeout, isConnected, timedOut } = options;
    this.#timer = setTimeout(() => {
      if (!this.#hasStarted && !isConnected()) this.#drop(timedOut());
    }, startTimeout);
    cancellation.add(this.#onCancel);
    call.on('metadata', () => this.#start());
    call.on('readable', () => this.#deliver());
    call.on('end', () => this.#end(null));
    call.on('error', (error: ServiceError) => this.#fail(error));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @throws SubgraphError where the stream broke; RequestCancelled where the client's request was cancelled. */
  next(): Promise<Step> {
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#deliver();
    });
  }

  /** Ends the subscription, and its call. */
  return(): Promise<Step> {
    this.#drop(null);
    return Promise.resolve(finished);
  }

  /** Ends the subscription with an error, when the gateway stops. */
  close(error: Error): void {
    this.#drop(error);
  }

  #start(): void {
    if (this.#hasStarted || this.#hasEnded) return;
    this.#hasStarted = true;
    this.#options.onStart();
  }

  /** Hands one event, or the end, to the reader that waits. */
  #deliver(): void {
    const reader = this.#reader;
    if (!reader) return;
    const event = this.#take();
    if (event === null && !this.#hasEnded) return;
    this.#reader = null;
    const error = this.#error;
    if (event) reader.resolve({ done: false, value: event });
    else if (error) {
      this.#error = null;
      reader.reject(error);
    } else reader.resolve(finished);
  }

  #take(): SubgraphResponse | null {
    if (this.#isDropped) return null;
    const message = this.#options.call.read() as Buffer | null;
    if (message === null) {
      const last = this.#hasEnded ? this.#last : null;
      if (last) this.#last = null;
      return last;
    }
    this.#start();
    this.#events += 1;
    try {
      return this.#options.read(message);
    } catch (error) {
      this.#drop(error as Error);
      return null;
    }
  }

  #fail(status: CallStatus): void {
    if (this.#hasEnded) return;
    const error = this.#options.errorOf(status);
    if (!(error instanceof Error)) this.#last = error;
    this.#end(error instanceof Error ? error : null);
  }

  #drop(error: Error | null): void {
    this.#isDropped = true;
    this.#end(error);
  }

  #end(error: Error | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    const { call, cancellation, onEnd } = this.#options;
    cancellation.remove(this.#onCancel);
    if (this.#isDropped) call.cancel();
    this.#error = error;
    onEnd(error, this.#events);
    this.#deliver();
  }
}
