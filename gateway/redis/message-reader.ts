// Message reader: the messages of a channel for one subscription, at its own pace and within a bound.
import type { GraphQLError } from 'graphql';
import { operationError } from '../errors.ts';

type Step = IteratorResult<string, undefined>;

const finished: Step = { done: true, value: undefined };

export class MessageReader implements AsyncIterableIterator<string, undefined> {
  readonly #maxQueued: number;
  readonly #onEnd: () => void;
  #messages: string[] = [];
  #waiting: { resolve(step: Step): void; reject(error: Error): void } | null = null;
  #hasEnded = false;
  #error: GraphQLError | null = null;

  /** @param onEnd called once. */
  constructor(maxQueued: number, onEnd: () => void) {
    this.#maxQueued = maxQueued;
    this.#onEnd = onEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    const value = this.#messages.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    const error = this.#error;
    this.#error = null;
    if (error) return Promise.reject(error);
    if (this.#hasEnded) return Promise.resolve(finished);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  return(): Promise<Step> {
    this.#messages = [];
    this.#end();
    return Promise.resolve(finished);
  }

  push(message: string): void {
    if (this.#hasEnded) return;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) {
      waiting.resolve({ done: false, value: message });
      return;
    }
    this.#messages.push(message);
    if (this.#messages.length <= this.#maxQueued) return;
    this.#messages = [];
    this.fail(operationError('TOO_MANY_EVENTS', { message: 'This subscription reads its events too slowly.' }));
  }

  /** Ends it with an error, after the messages that wait. */
  fail(error: GraphQLError): void {
    if (this.#hasEnded) return;
    this.#error = error;
    this.#end();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#onEnd();
    if (!waiting) return;
    const error = this.#error;
    this.#error = null;
    if (error) waiting.reject(error);
    else waiting.resolve(finished);
  }
}
