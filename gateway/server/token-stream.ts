// Token stream: the results of a subscription over HTTP, until the credentials that it was opened with end, or the
// gateway stops.
import { operationError } from '../errors.ts';
import { disconnection, interruption } from '../execute/subscription.ts';
import type { Result } from '../pipeline/stages.ts';
import type { Authenticated } from '../policy/authentication/authenticated.ts';
import { type CredentialsEnd, endReasons, watchCredentials } from './credentials-end.ts';

type Step = IteratorResult<Result, undefined>;

export class TokenStream implements AsyncIterableIterator<Result, undefined> {
  readonly #results: AsyncIterator<Result>;
  readonly #ended: () => void;
  #stopWatching: (() => void) | null = null;
  #last: Result | null = null;
  #isOver = false;
  /** Resolves the pending call of `next`. */
  #resolveNext: ((step: Step) => void) | null = null;

  /**
   * @param authenticated the caller; null where it is anonymous.
   * @param ended called once when the stream ends, for any reason.
   */
  constructor(results: AsyncIterator<Result>, authenticated: Authenticated | null, ended: () => void) {
    this.#results = results;
    this.#ended = ended;
    this.#stopWatching = watchCredentials(authenticated, (end) => this.#endByCredentials(end));
    // They had ended already.
    if (this.#isOver) this.#stopWatching();
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

  /** Ends the stream so that its client subscribes again. */
  disconnect(): void {
    this.#endWith(disconnection);
  }

  #endByCredentials(end: CredentialsEnd): void {
    const message = `The ${endReasons[end]}. Subscribe again with a new one.`;
    this.#endWith(interruption(operationError('UNAUTHENTICATED', { message })));
  }

  /** Ends the stream with a last result; the subscription to the service ends too. */
  #endWith(last: Result): void {
    if (this.#isOver) return;
    if (this.#resolveNext) this.#resolveNext({ done: false, value: last });
    else this.#last = last;
    this.#end();
    // A failure has no effect any more: the stream has ended.
    this.#results.return?.().catch(() => undefined);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopWatching?.();
    this.#ended();
  }
}
