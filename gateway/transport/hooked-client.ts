// Hooked client: a subgraph's client whose requests and responses pass the configuration's hooks. It stands before the
// deduplication of requests in flight, so that hooks are called for each caller, and header fields they set keep
// callers apart.
import type { FetchProfile } from './fetch-profile.ts';
import type { SubgraphClient, SubgraphResponse, SubgraphScope } from './subgraph-client.ts';
import type { Done } from './subgraph-exchange.ts';

type Client = Pick<SubgraphClient, 'name' | 'execute' | 'subscribe'>;

/** What a request has ended in: a response, or a failure that is not the client's leaving. */
export interface SubgraphOutcome {
  error: Error | null;
  response: SubgraphResponse | null;
  /** Milliseconds. */
  duration: number;
}

export interface SubgraphHooks {
  /**
   * Called before a request is sent. @returns the scope to send it in.
   * @throws what the request fails with, or rejects with it.
   */
  request(subgraph: string, body: string, scope: SubgraphScope): SubgraphScope | Promise<SubgraphScope>;
  /**
   * Called when it has ended. @returns the response to hand on; null for a request that has failed.
   * @throws what it fails with in place of its end, or rejects with it.
   */
  response(
    subgraph: string,
    outcome: SubgraphOutcome,
    scope: SubgraphScope,
  ): SubgraphResponse | null | Promise<SubgraphResponse | null>;
}

/** Queries and mutations with hooks. */
export class HookedQueries {
  readonly name: string;
  protected readonly hooks: SubgraphHooks;
  readonly #client: Pick<Client, 'name' | 'execute'>;

  constructor(client: Pick<Client, 'name' | 'execute'>, hooks: SubgraphHooks) {
    this.name = client.name;
    this.hooks = hooks;
    this.#client = client;
  }

  execute(body: string, scope: SubgraphScope, done: Done, profile?: FetchProfile): void {
    const fail = (error: unknown) => done(asError(error), null);
    settle(
      () => this.hooks.request(this.name, body, scope),
      (changed) => {
        const started = performance.now();
        const ended: Done = (error, response) => {
          if (scope.cancellation.cancelled) {
            done(error, response);
            return;
          }
          const outcome = { error, response, duration: performance.now() - started };
          settle(
            () => this.hooks.response(this.name, outcome, scope),
            (handed) => done(error, handed),
            fail,
          );
        };
        this.#client.execute(body, changed, ended, profile);
      },
      fail,
    );
  }
}

/** All kinds of operations with hooks. */
export class HookedClient extends HookedQueries {
  readonly #subscriber: Pick<Client, 'subscribe'>;

  constructor(client: Client, hooks: SubgraphHooks) {
    super(client, hooks);
    this.#subscriber = client;
  }

  async subscribe(body: string, scope: SubgraphScope): Promise<AsyncIterableIterator<SubgraphResponse>> {
    const changed = await this.hooks.request(this.name, body, scope);
    const started = performance.now();
    let events: AsyncIterableIterator<SubgraphResponse>;
    try {
      events = await this.#subscriber.subscribe(body, changed);
    } catch (error) {
      await this.#end(error, performance.now() - started, scope);
      throw error;
    }
    return this.#hooked(events, scope);
  }

  #hooked(
    events: AsyncIterableIterator<SubgraphResponse>,
    scope: SubgraphScope,
  ): AsyncIterableIterator<SubgraphResponse> {
    const leave = async () => (await events.return?.()) ?? { done: true as const, value: undefined };
    const hooked: AsyncIterableIterator<SubgraphResponse> = {
      [Symbol.asyncIterator]: () => hooked,
      next: async () => {
        const started = performance.now();
        let step: IteratorResult<SubgraphResponse>;
        try {
          step = await events.next();
        } catch (error) {
          await this.#end(error, performance.now() - started, scope);
          throw error;
        }
        if (step.done) return step;
        const outcome = { error: null, response: step.value, duration: performance.now() - started };
        try {
          return { done: false, value: (await this.hooks.response(this.name, outcome, scope)) as SubgraphResponse };
        } catch (error) {
          // The subscription fails with it: nothing more is read of its stream.
          await leave();
          throw error;
        }
      },
      return: leave,
    };
    return hooked;
  }

  async #end(error: unknown, duration: number, scope: SubgraphScope): Promise<void> {
    if (scope.cancellation.cancelled) return;
    await this.hooks.response(this.name, { error: asError(error), response: null, duration }, scope);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** At once where the value is no promise. What `next` throws is the caller's. */
function settle<Value>(
  make: () => Value | Promise<Value>,
  next: (value: Value) => void,
  fail: (error: unknown) => void,
): void {
  let made: Value | Promise<Value>;
  try {
    made = make();
  } catch (error) {
    fail(error);
    return;
  }
  if (made instanceof Promise) made.then(next, fail);
  else next(made);
}
