// Token stream: the results of a subscription over HTTP, until the token that it was opened with expires.
import { operationError } from '../errors.ts';
import { interruption } from '../execute/subscription.ts';
import type { Result } from '../pipeline/stages.ts';

/** Maximum delay of a Node timer, in milliseconds; a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

type Step = IteratorResult<Result, undefined>;

export class TokenStream implements AsyncIterableIterator<Result, undefined> {
  readonly #results: AsyncIterator<Result>;
  readonly #ended: () => void;
  #timer: NodeJS.Timeout | undefined;
  #last: Result | null = null;
  #isOver = false;
  /** Resolves the pending call of `next`. */
  #resolveNext: ((step: Step) => void) | null = null;

  /**
   * @param expires milliseconds since 1970; null without expiry.
   * @param ended called once when the stream ends, for any reason.
   */
  constructor(results: AsyncIterator<Result>, expires: number | null, ended: () => void) {
    this.#results = results;
    this.#ended = ended;
    if (expires !== null) this.#watch(expires);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    if (this.#last) {
      const value = this.#last;
      this.#last = null;
      return Promise.resolve({ done: false, value });
    }
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#resolveNext = resolve;
      this.#results.next().then((step) => {
        this.#resolveNext = null;
        if (step.done) this.#end();
        resolve(step.done ? { done: true, value: undefined } : step);
      }, reject);
    });
  }

  async return(): Promise<Step> {
    this.#end();
    await this.#results.return?.();
    return { done: true, value: undefined };
  }

  #watch(expires: number): void {
    const left = expires - Date.now();
    if (left > 0) this.#timer = setTimeout(() => this.#watch(expires), Math.min(left, MAX_TIMER_MS));
    else this.#expire();
  }

  /** Ends the stream with a last result that has the error; the subscription to the service ends too. */
  #expire(): void {
    if (this.#isOver) return;
    const message = 'The token has expired. Subscribe again with a new one.';
    const last = interruption(operationError('UNAUTHENTICATED', { message }));
    if (this.#resolveNext) this.#resolveNext({ done: false, value: last });
    else this.#last = last;
    this.#end();
    // A failure has no effect any more: the stream has ended.
    this.#results.return?.().catch(() => undefined);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#ended();
  }
}
