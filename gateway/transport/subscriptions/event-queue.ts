// Event queue: events of one upstream subscription between what receives them and what reads them, with the end that
// follows them.
import type { SubgraphResponse } from '../subgraph-response.ts';

export interface EventId {
  id: string;
  digest: string;
}

/** One event of an upstream subscription. */
export interface UpstreamEvent {
  response: SubgraphResponse;
  /** Size of its text, in bytes. */
  bytes: number;
  /** Id that the service gave it in an event stream, with a digest of its text; null without one. */
  id: EventId | null;
  /** Whether it is the response of a service that has rejected the subscription, in place of a stream. */
  isRejection?: true;
}

export type EventStep = IteratorResult<UpstreamEvent, undefined>;

/** The events of one upstream subscription, from one connection. They end normally at their regular end alone. */
export interface UpstreamEvents {
  /**
   * The next event.
   * @throws SubgraphError when the stream broke; RequestCancelled when the client's request was cancelled.
   */
  next(): Promise<EventStep>;
  /** Ends the subscription and what carries it. */
  leave(): void;
}

interface Reader {
  resolve(step: EventStep): void;
  reject(error: Error): void;
}

export const finished: EventStep = { done: true, value: undefined };

export class EventQueue {
  /** Bytes of the events that wait. */
  bytes = 0;
  /** Events that have not been pulled yet. Empty while readers wait. */
  #events: UpstreamEvent[] = [];
  #readers: Reader[] = [];
  #hasEnded = false;
  /** Thrown once, after the events. */
  #error: Error | null = null;

  get length(): number {
    return this.#events.length;
  }

  /** @throws the error that it has ended with, once. */
  next(): Promise<EventStep> {
    const value = this.#events.shift();
    if (value) {
      this.bytes -= value.bytes;
      return Promise.resolve({ done: false, value });
    }
    if (!this.#hasEnded) return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
    const error = this.#error;
    this.#error = null;
    return error ? Promise.reject(error) : Promise.resolve(finished);
  }

  push(event: UpstreamEvent): void {
    const reader = this.#readers.shift();
    if (reader) {
      reader.resolve({ done: false, value: event });
      return;
    }
    this.#events.push(event);
    this.bytes += event.bytes;
  }

  /** Drops the events that wait. */
  clear(): void {
    this.#events = [];
    this.bytes = 0;
  }

  /** @param error thrown to the reader after the events that wait; null for a regular end. */
  end(error: Error | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#error = error;
    const readers = this.#readers;
    this.#readers = [];
    for (const reader of readers) {
      if (this.#error) reader.reject(this.#error);
      else reader.resolve(finished);
      this.#error = null;
    }
  }
}
