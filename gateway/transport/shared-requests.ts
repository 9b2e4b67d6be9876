// Equal queries to one subgraph that are in flight together become one request: same text and variables, same identity,
// and nothing known to have changed in between. Whoever leaves early leaves the others their answer; the request is given
// up when nobody waits for it any more.
import { copyJson } from '../json/json-values.ts';
import { Cancellation } from './cancellation.ts';
import type { Done, SubgraphAnswer, SubgraphClient, SubgraphScope } from './subgraph-client.ts';
import { RequestCancelled, SubgraphError } from './subgraph-error.ts';
import { varianceKey } from './variance.ts';

type Client = Pick<SubgraphClient, 'name' | 'ask'>;

interface Waiting {
  scope: SubgraphScope;
  done: Done;
  leave: () => void;
}

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
  ask(body: string, scope: SubgraphScope, done: Done): void {
    if (scope.cancellation.cancelled) {
      done(new RequestCancelled(), null);
      return;
    }
    const { forwarded, epoch } = scope;
    const variance = varianceKey(scope, this.name, true);
    if (variance === null) {
      this.#client.ask(body, scope, done);
      return;
    }
    const key = JSON.stringify([variance, epoch ?? null, body]);
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
    this.#client.ask(body, shared, (error, answer) => this.#land(key, flight, shared, error, answer));
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

  #land(key: string, flight: Flight, shared: SubgraphScope, error: Error | null, answer: SubgraphAnswer | null): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
    const all = [...flight.waiting];
    flight.waiting.clear();
    // Nobody can leave any more, not even while another one is told: an end is told once.
    for (const { scope, leave } of all) scope.cancellation.remove(leave);
    // Merging writes into answers: everybody gets a copy of their own, made before the first one is touched.
    const answers = all.map((_, index) => (answer && index > 0 ? this.#copy(answer) : answer));
    all.forEach(({ scope, done }, index) => {
      scope.calls.push(...shared.calls);
      if (answer?.directives) scope.cacheability?.restrict(this.name, answer.directives);
      const own = answers[index] ?? null;
      if (own instanceof SubgraphError) done(own, null);
      else done(error, own);
    });
  }

  #copy(answer: SubgraphAnswer): SubgraphAnswer | SubgraphError {
    try {
      return copyJson(answer);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return new SubgraphError(this.name, 'SUBGRAPH_BAD_RESPONSE', 'the response is nested too deeply');
    }
  }
}
