// Stream of a gRPC service: one server-streaming call as the events of an upstream subscription. It is read when events are
// pulled: flow control of HTTP/2 holds the service back, and memory has a few messages at most.
import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import type { Cancellation } from '../cancellation.ts';
import { RequestCancelled } from '../subgraph-error.ts';
import { type EventStep, finished, type UpstreamEvent } from '../subscriptions/event-queue.ts';
import type { UpstreamStream } from '../subscriptions/stream-opener.ts';
import type { CallStatus } from './grpc-status.ts';

export interface GrpcStreamOptions {
  call: ClientReadableStream<Buffer>;
  cancellation: Cancellation;
  /** @throws SubgraphError for a message that cannot be read. */
  read(message: Buffer): UpstreamEvent;
  /** What a status other than OK is: the failure of the stream, or its last event. */
  endOf(status: CallStatus): Error | UpstreamEvent;
  /** The error of a stream that ends because the gateway stops. */
  closing(): Error;
}

interface Reader {
  resolve(step: EventStep): void;
  reject(error: Error): void;
}

export class GrpcStream implements UpstreamStream {
  readonly #options: GrpcStreamOptions;
  readonly #onCancel = () => this.#drop(new RequestCancelled());
  #hasEnded = false;
  /** The reader has left: what has arrived is not read. */
  #isDropped = false;
  /** Thrown once, after the events that have arrived. */
  #error: Error | null = null;
  /** The last event, where the service reports an error. */
  #last: UpstreamEvent | null = null;
  #reader: Reader | null = null;

  constructor(options: GrpcStreamOptions) {
    this.#options = options;
    const { call, cancellation } = options;
    cancellation.add(this.#onCancel);
    call.on('readable', () => this.#deliver());
    call.on('end', () => this.#end(null));
    call.on('error', (error: ServiceError) => this.#fail(error));
  }

  /** @throws SubgraphError where the stream broke; RequestCancelled where the client's request was cancelled. */
  next(): Promise<EventStep> {
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#deliver();
    });
  }

  leave(): void {
    this.#drop(null);
  }

  close(): void {
    this.#drop(this.#options.closing());
  }

  /** Hands one event, or the end, to the reader that waits. */
  #deliver(): void {
    const reader = this.#reader;
    if (!reader) return;
    const event = this.#take();
    if (event === null && !this.#hasEnded) return;
    // The end of the stream may have been delivered while the event was taken.
    if (this.#reader !== reader) return;
    this.#reader = null;
    const error = this.#error;
    if (event) reader.resolve({ done: false, value: event });
    else if (error) {
      this.#error = null;
      reader.reject(error);
    } else reader.resolve(finished);
  }

  #take(): UpstreamEvent | null {
    if (this.#isDropped) return null;
    const message = this.#options.call.read() as Buffer | null;
    if (message === null) {
      const last = this.#hasEnded ? this.#last : null;
      if (last) this.#last = null;
      return last;
    }
    try {
      return this.#options.read(message);
    } catch (error) {
      this.#drop(error as Error);
      return null;
    }
  }

  #fail(status: CallStatus): void {
    if (this.#hasEnded) return;
    const end = this.#options.endOf(status);
    if (!(end instanceof Error)) this.#last = end;
    this.#end(end instanceof Error ? end : null);
  }

  #drop(error: Error | null): void {
    this.#isDropped = true;
    this.#end(error);
  }

  #end(error: Error | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { call, cancellation } = this.#options;
    cancellation.remove(this.#onCancel);
    if (this.#isDropped) call.cancel();
    this.#error = error;
    this.#deliver();
  }
}

/** The stream of a subscription that is rejected before anything is sent. */
export function rejectedStream(event: UpstreamEvent): UpstreamStream {
  let left: UpstreamEvent | null = event;
  return {
    next: async () => {
      const value = left;
      left = null;
      return value ? { done: false, value } : finished;
    },
    leave() {},
    close() {},
  };
}
