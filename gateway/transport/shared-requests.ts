// Equal queries to one subgraph that are in flight together become one request: same text and variables, same identity,
// and nothing known to have changed in between. Whoever leaves early leaves the others their answer; the request is given
// up when nobody waits for it any more.
import { Cancellation } from './cancellation.ts';
import type { Done, SubgraphAnswer, SubgraphCall, SubgraphClient, SubgraphScope } from './subgraph-client.ts';
import { RequestCancelled } from './subgraph-error.ts';
import { varianceKey } from './variance.ts';

type Client = Pick<SubgraphClient, 'name' | 'ask'>;

interface Waiting {
  scope: SubgraphScope;
  done: Done;
  leave: () => void;
}

/** How a request that several wait for has ended. */
interface Landing {
  error: Error | null;
  answer: SubgraphAnswer | null;
  calls: readonly SubgraphCall[];
}

/** Waiters that get a response in one turn of the event loop. */
const WAITERS_PER_TURN = 16;

interface Flight {
  waiting: Set<Waiting>;
  cancellation: Cancellation;
}

/**
 * The shared requests of a gateway's services. All graphs that it serves have the same ones: what a client changes through its
 * view has changed for everybody.
 */
export class SharedServices {
  readonly #services = new Map<Client, SharedRequests>();

  of(client: Client): SharedRequests {
    let shared = this.#services.get(client);
    if (!shared) {
      shared = new SharedRequests(client);
      this.#services.set(client, shared);
    }
    return shared;
  }

  seal(): void {
    for (const shared of this.#services.values()) shared.seal();
  }
}

export class SharedRequests {
  readonly name: string;
  readonly #client: Client;
  /** Bounded by what is in flight. */
  readonly #flights = new Map<string, Flight>();

  constructor(client: Client) {
    this.name = client.name;
    this.#client = client;
  }

  /** As `SubgraphClient.ask`; only for requests that change nothing. */
  ask(body: string, scope: SubgraphScope, done: Done, hasCustomScalars = true): void {
    if (scope.cancellation.cancelled) {
      done(new RequestCancelled(), null);
      return;
    }
    const { forwarded, epoch } = scope;
    const variance = varianceKey(scope, this.name, true);
    if (variance === null) {
      this.#client.ask(body, scope, done, hasCustomScalars);
      return;
    }
    const key = JSON.stringify([variance, epoch ?? null, hasCustomScalars, body]);
    const joined = this.#flights.get(key);
    const flight = joined ?? { waiting: new Set<Waiting>(), cancellation: new Cancellation() };
    const waiting: Waiting = { scope, done, leave: () => this.#leave(key, flight, waiting) };
    flight.waiting.add(waiting);
    scope.cancellation.add(waiting.leave);
    if (joined) return;
    this.#flights.set(key, flight);
    const shared: SubgraphScope = {
      requestId: scope.requestId,
      cancellation: flight.cancellation,
      calls: [],
      ...(forwarded && { forwarded }),
    };
    const repeat = (waiting: Waiting) => this.#client.ask(body, waiting.scope, waiting.done, hasCustomScalars);
    const land: Done = (error, answer) => this.#land(key, flight, repeat, { error, answer, calls: shared.calls });
    this.#client.ask(body, shared, land, hasCustomScalars);
  }

  /** Something has changed: nobody joins any more what was asked before that. */
  seal(): void {
    this.#flights.clear();
  }

  #leave(key: string, flight: Flight, waiting: Waiting): void {
    flight.waiting.delete(waiting);
    if (flight.waiting.size === 0) {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      flight.cancellation.cancel();
    }
    waiting.done(new RequestCancelled(), null);
  }

  #land(key: string, flight: Flight, repeat: (waiting: Waiting) => void, landing: Landing): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
    const { answer } = landing;
    if (answer && flight.waiting.size > 1) {
      const [first, ...others] = flight.waiting;
      if (answer.directives?.setsCookie) {
        // A cookie is for one: the others make requests of their own.
        this.#deliver(new Set([first as Waiting]), landing);
        for (const waiting of others) {
          waiting.scope.cancellation.remove(waiting.leave);
          repeat(waiting);
        }
        return;
      }
      landing.answer = { ...answer, isShared: true };
    }
    this.#deliver(flight.waiting, landing);
  }

  /** Some in each turn: completing and writing a long response for hundreds of requests would block the event loop. */
  #deliver(waiting: Set<Waiting>, landing: Landing): void {
    let left = WAITERS_PER_TURN;
    try {
      for (const one of waiting) {
        if (left === 0) break;
        left -= 1;
        waiting.delete(one);
        this.#settle(one, landing);
      }
    } finally {
      // Who still waits can leave until then.
      if (waiting.size > 0) setImmediate(() => this.#deliver(waiting, landing));
    }
  }

  #settle({ scope, done, leave }: Waiting, { error, answer, calls }: Landing): void {
    scope.cancellation.remove(leave);
    scope.calls.push(...calls);
    if (answer?.directives) scope.cacheability?.restrict(this.name, answer.directives);
    done(error, answer);
  }
}
