// Running requests with their responses, to be cut off when the gateway stops. Arrays, from which the last element moves
// into the place of a removed one: a Map or Set makes a new table after some removals, and the old one, garbage in the
// old generation of the heap, still refers to requests and responses, which then survive too. With a Map, a small
// request took a fifth more of the processor's time.
import type { ServerResponse } from 'node:http';
import type { RequestContext } from '../pipeline/request-context.ts';

export class RunningRequests {
  readonly #contexts: RequestContext[] = [];
  readonly #responses: ServerResponse[] = [];

  get size(): number {
    return this.#contexts.length;
  }

  /** In no order. */
  get contexts(): readonly RequestContext[] {
    return this.#contexts;
  }

  add(context: RequestContext, response: ServerResponse): void {
    context.runningIndex = this.#contexts.length;
    this.#contexts.push(context);
    this.#responses.push(response);
  }

  /** To be called once for each request. */
  delete(context: RequestContext): void {
    const index = context.runningIndex;
    const lastContext = this.#contexts.pop() as RequestContext;
    const lastResponse = this.#responses.pop() as ServerResponse;
    if (lastContext === context) return;
    lastContext.runningIndex = index;
    this.#contexts[index] = lastContext;
    this.#responses[index] = lastResponse;
  }

  /** Lets them respond with what is known. */
  expire(): void {
    for (const context of [...this.#contexts]) context.cancellation.expire();
  }

  /** Cancels all of them and closes their connections. */
  cut(): void {
    const responses = [...this.#responses];
    for (const context of [...this.#contexts]) context.cancellation.cancel();
    for (const response of responses) response.destroy();
  }
}
