// Later parts of a response, in the order in which they come: pulled one at a time, so that a client that does not read
// retains nothing but what its fetches returned.
import type { GraphQLError } from 'graphql';
import { requestError } from '../../errors.ts';
import type { DegradedFields } from '../fallbacks.ts';
import type { Delivery, LaterPart } from './delivery.ts';
import type { FetchProgress } from './fetch-progress.ts';

export interface LaterPartsOptions {
  delivery: Delivery;
  progress: FetchProgress;
  /** Milliseconds, as of `performance.now()`. */
  deadline: number;
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
  onDegraded(degraded: DegradedFields): void;
  /** Called where the client leaves before the last part: what is still fetched is for none. */
  onLeave(): void;
}

/** Milliseconds after the deadline in which fetches that have failed at it come with errors of their own. */
const GRACE = 50;

export class LaterParts implements AsyncIterableIterator<LaterPart> {
  readonly delivery: Delivery;
  readonly #options: LaterPartsOptions;
  readonly #expired = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;
  #isExpired = false;
  #isOver = false;

  constructor(options: LaterPartsOptions) {
    this.#options = options;
    this.delivery = options.delivery;
    const { deadline } = options;
    if (deadline === Number.POSITIVE_INFINITY) return;
    const expire = () => {
      this.#isExpired = true;
      this.#expired.resolve();
    };
    this.#timer = setTimeout(expire, Math.max(0, deadline - performance.now()) + GRACE).unref();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends without a last part where the client has left. */
  async next(): Promise<IteratorResult<LaterPart, undefined>> {
    const { progress } = this.#options;
    while (!this.#isOver && !progress.state.isCancelled) {
      const part = this.#part();
      if (part) {
        this.#record(part);
        if (!part.hasNext) this.#close();
        return { done: false, value: part };
      }
      await Promise.race([progress.changed(), this.#expired.promise]);
    }
    return this.return();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.#isOver) this.#options.onLeave();
    this.#close();
    return { done: true, value: undefined };
  }

  #part(): LaterPart | null {
    const { delivery, progress, mask } = this.#options;
    try {
      if (progress.failure) throw progress.failure.error;
      return delivery.next() ?? (this.#isExpired ? delivery.abandon(requestError('GATEWAY_TIMEOUT')) : null);
    } catch (error) {
      return delivery.abandon(mask(error));
    }
  }

  #record({ delivered }: LaterPart): void {
    for (const { groups } of delivered)
      for (const { degraded } of groups) if (degraded) this.#options.onDegraded(degraded);
  }

  #close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#expired.resolve();
  }
}
