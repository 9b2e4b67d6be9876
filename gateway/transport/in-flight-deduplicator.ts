// Equal queries to one subgraph that are in flight together become one request: same text and variables, same identity,
// and nothing known to have changed in between. Whoever leaves early leaves the others their answer; the request is given
// up when nobody waits for it any more.
import { Cancellation } from './cancellation.ts';
import type { Done, SubgraphCall, SubgraphClient, SubgraphResponse, SubgraphScope } from './subgraph-client.ts';
import { RequestCancelled } from './subgraph-error.ts';
import { varianceKey } from './variance.ts';

type Client = Pick<SubgraphClient, 'name' | 'execute'>;

interface Waiter {
  scope: SubgraphScope;
  done: Done;
  leave: () => void;
}

/** How a request that several wait for has ended. */
interface Outcome {
  error: Error | null;
  response: SubgraphResponse | null;
  calls: readonly SubgraphCall[];
}

/** Waiters that get a response in one turn of the event loop. */
const WAITERS_PER_TURN = 16;

interface InFlightRequest {
  waiters: Set<Waiter>;
  cancellation: Cancellation;
}

/**
 * The shared requests of a gateway's services. All graphs that it serves have the same ones: what a client changes through its
 * view has changed for everybody.
 */
export class InFlightDeduplicators {
  readonly #services = new Map<Client, InFlightDeduplicator>();

  of(client: Client): InFlightDeduplicator {
    let shared = this.#services.get(client);
    if (!shared) {
      shared = new InFlightDeduplicator(client);
      this.#services.set(client, shared);
    }
    return shared;
  }

  startNewGeneration(): void {
    for (const shared of this.#services.values()) shared.startNewGeneration();
  }
}

export class InFlightDeduplicator {
  readonly name: string;
  readonly #client: Client;
  /** Bounded by what is in flight. */
  readonly #inFlightRequests = new Map<string, InFlightRequest>();

  constructor(client: Client) {
    this.name = client.name;
    this.#client = client;
  }

  /** As `SubgraphClient.ask`; only for requests that change nothing. */
  execute(body: string, scope: SubgraphScope, done: Done, hasCustomScalars = true): void {
    if (scope.cancellation.cancelled) {
      done(new RequestCancelled(), null);
      return;
    }
    const { forwarded, epoch } = scope;
    const variance = varianceKey(scope, this.name, true);
    if (variance === null) {
      this.#client.execute(body, scope, done, hasCustomScalars);
      return;
    }
    const key = JSON.stringify([variance, epoch ?? null, hasCustomScalars, body]);
    const joined = this.#inFlightRequests.get(key);
    const inFlightRequest = joined ?? { waiters: new Set<Waiter>(), cancellation: new Cancellation() };
    const waiters: Waiter = { scope, done, leave: () => this.#leave(key, inFlightRequest, waiters) };
    inFlightRequest.waiters.add(waiters);
    scope.cancellation.add(waiters.leave);
    if (joined) return;
    this.#inFlightRequests.set(key, inFlightRequest);
    const shared: SubgraphScope = {
      requestId: scope.requestId,
      cancellation: inFlightRequest.cancellation,
      calls: [],
      ...(forwarded && { forwarded }),
    };
    const repeat = (waiting: Waiter) => this.#client.execute(body, waiting.scope, waiting.done, hasCustomScalars);
    const finish: Done = (error, response) =>
      this.#finish(key, inFlightRequest, repeat, { error, response, calls: shared.calls });
    this.#client.execute(body, shared, finish, hasCustomScalars);
  }

  /** Something has changed: nobody joins any more what was asked before that. */
  startNewGeneration(): void {
    this.#inFlightRequests.clear();
  }

  #leave(key: string, inFlightRequest: InFlightRequest, waiters: Waiter): void {
    inFlightRequest.waiters.delete(waiters);
    if (inFlightRequest.waiters.size === 0) {
      if (this.#inFlightRequests.get(key) === inFlightRequest) this.#inFlightRequests.delete(key);
      inFlightRequest.cancellation.cancel();
    }
    waiters.done(new RequestCancelled(), null);
  }

  #finish(key: string, inFlightRequest: InFlightRequest, repeat: (waiters: Waiter) => void, outcome: Outcome): void {
    if (this.#inFlightRequests.get(key) === inFlightRequest) this.#inFlightRequests.delete(key);
    const { response } = outcome;
    if (response && inFlightRequest.waiters.size > 1) {
      const [first, ...others] = inFlightRequest.waiters;
      if (response.directives?.setsCookie) {
        // A cookie is for one: the others make requests of their own.
        this.#deliver(new Set([first as Waiter]), outcome);
        for (const waiters of others) {
          waiters.scope.cancellation.remove(waiters.leave);
          repeat(waiters);
        }
        return;
      }
      outcome.response = { ...response, isShared: true };
    }
    this.#deliver(inFlightRequest.waiters, outcome);
  }

  /** Some in each turn: completing and writing a long response for hundreds of requests would block the event loop. */
  #deliver(waiters: Set<Waiter>, outcome: Outcome): void {
    let left = WAITERS_PER_TURN;
    try {
      for (const one of waiters) {
        if (left === 0) break;
        left -= 1;
        waiters.delete(one);
        this.#settle(one, outcome);
      }
    } finally {
      // Who still waits can leave until then.
      if (waiters.size > 0) setImmediate(() => this.#deliver(waiters, outcome));
    }
  }

  #settle({ scope, done, leave }: Waiter, { error, response, calls }: Outcome): void {
    scope.cancellation.remove(leave);
    scope.calls.push(...calls);
    if (response?.directives) scope.cacheability?.restrict(this.name, response.directives);
    done(error, response);
  }
}
