// Results of a subscription for server-sent events, whose protocol has no message for a stream that broke: its error is the
// last result, and then the response breaks off in place of `complete`, so that clients subscribe again.
import { type ExecutionResult, GraphQLError } from 'graphql';

export class BreakingEvents implements AsyncIterableIterator<ExecutionResult> {
  readonly #events: AsyncIterableIterator<ExecutionResult>;
  readonly #breakOff: () => Promise<void>;
  #hasBroken = false;

  /** @param breakOff breaks the response off after what was written, and resolves when it is closed. */
  constructor(events: AsyncIterableIterator<ExecutionResult>, breakOff: () => Promise<void>) {
    this.#events = events;
    this.#breakOff = breakOff;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    if (this.#hasBroken) {
      await this.#breakOff();
      // Yoga makes results of what is thrown, without end. What it writes for the end goes nowhere.
      return { done: true, value: undefined };
    }
    try {
      return await this.#events.next();
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      this.#hasBroken = true;
      return { done: false, value: { errors: [error] } };
    }
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    await this.#events.return?.();
    return { done: true, value: undefined };
  }
}
