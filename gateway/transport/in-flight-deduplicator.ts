// Deduplication of requests in flight: equal queries to one subgraph at the same time become one request. Equal means
// the same text and variables, the same identity, and no change known in between. A client that disconnects does not
// cancel the request for the others; the request is cancelled when no waiter is left.
import type { WorkerChannel } from '../cluster/worker-channel.ts';
import type { FetchRecord, Trace } from '../telemetry/trace/trace.ts';
import { Cancellation } from './cancellation.ts';
import { interruptedRequest, OutOfTime } from './deadline.ts';
import { outcomeOf } from './failures.ts';
import { type FetchProfile, plainQuery } from './fetch-profile.ts';
import type { PendingFetch } from './fetch-recorder.ts';
import type { SubgraphCall, SubgraphClient, SubgraphResponse, SubgraphScope } from './subgraph-client.ts';
import { RequestCancelled } from './subgraph-error.ts';
import type { Done } from './subgraph-exchange.ts';
import { varianceKey } from './variance.ts';

type Client = Pick<SubgraphClient, 'name' | 'execute'>;

interface Waiter {
  scope: SubgraphScope;
  done: Done;
  leave: () => void;
  /** Of one that has joined the request of another. */
  fetch: FetchRecord | null;
  /** Of one that has joined the request of another, where its response is to be explained. */
  record: PendingFetch | null;
  /** Of its deadline. */
  timer?: NodeJS.Timeout;
}

/** Result of a request with several waiters. */
interface Outcome {
  error: Error | null;
  response: SubgraphResponse | null;
  calls: readonly SubgraphCall[];
}

/** Waiters that receive a response in one turn of the event loop. */
const WAITERS_PER_TURN = 16;

interface InFlightRequest {
  waiters: Set<Waiter>;
  cancellation: Cancellation;
  /** Of the request that it was sent for. */
  trace: Trace | null;
}

const generationTopic = 'in-flight.generation';

/**
 * In-flight deduplicators of a gateway, one for each subgraph client. All graphs that the gateway serves share them: a
 * change made through one client view applies to every other.
 */
export class InFlightDeduplicators {
  readonly #byClient = new Map<Client, InFlightDeduplicator>();
  readonly #joined: (subgraph: string) => void;

  readonly #channel: WorkerChannel | null;

  /**
   * @param joined called for each request that joins another one in flight.
   * @param channel of a worker: a change in one of them applies to all.
   */
  constructor(joined: (subgraph: string) => void = () => {}, channel: WorkerChannel | null = null) {
    this.#joined = joined;
    this.#channel = channel;
    channel?.on(generationTopic, () => this.#clear());
  }

  of(client: Client): InFlightDeduplicator {
    let deduplicator = this.#byClient.get(client);
    if (!deduplicator) {
      deduplicator = new InFlightDeduplicator(client, this.#joined);
      this.#byClient.set(client, deduplicator);
    }
    return deduplicator;
  }

  /** Undefined where it has been done in all workers at once; else a promise of it, which never rejects. */
  startNewGeneration(): Promise<unknown> | undefined {
    this.#clear();
    // A worker that does not reply has stopped, or ends.
    return this.#channel?.broadcast(generationTopic, null).catch(() => null);
  }

  #clear(): void {
    for (const deduplicator of this.#byClient.values()) deduplicator.startNewGeneration();
  }
}

export class InFlightDeduplicator {
  readonly name: string;
  readonly #client: Client;
  /** By request key; bounded by the number of requests in flight. */
  readonly #inFlightRequests = new Map<string, InFlightRequest>();

  readonly #joined: (subgraph: string) => void;

  constructor(client: Client, joined: (subgraph: string) => void = () => {}) {
    this.#joined = joined;
    this.name = client.name;
    this.#client = client;
  }

  /** As `SubgraphClient.execute`; only for requests without side effects. */
  execute(body: string, scope: SubgraphScope, done: Done, profile: FetchProfile = plainQuery): void {
    if (scope.cancellation.cancelled) {
      done(new RequestCancelled(), null);
      return;
    }
    const { forwarded, epoch } = scope;
    const variance = varianceKey(scope, this.name, true);
    if (variance === null) {
      this.#client.execute(body, scope, done, profile);
      return;
    }
    const key = JSON.stringify([variance, epoch ?? null, profile.hasCustomScalars, body]);
    const joined = this.#inFlightRequests.get(key);
    const trace = scope.trace ?? null;
    const inFlightRequest = joined ?? { waiters: new Set<Waiter>(), cancellation: new Cancellation(), trace };
    const leave = () => this.#leave(key, inFlightRequest, waiter, interruptedRequest(scope.cancellation, this.name));
    const fetch = (joined && trace?.join(this.name, joined.trace)) ?? null;
    const record = (joined && scope.fetches?.join(this.name, body)) ?? null;
    const waiter: Waiter = { scope, done, leave, fetch, record };
    inFlightRequest.waiters.add(waiter);
    scope.cancellation.add(waiter.leave);
    this.#limit(key, inFlightRequest, waiter);
    if (joined) {
      this.#joined(this.name);
      return;
    }
    this.#inFlightRequests.set(key, inFlightRequest);
    const calls: SubgraphCall[] = [];
    const shared: SubgraphScope = {
      requestId: scope.requestId,
      cancellation: inFlightRequest.cancellation,
      calls,
      ...(forwarded && { forwarded }),
      ...(trace && { trace }),
      ...(scope.fetches && { fetches: scope.fetches }),
    };
    const repeat = (waiter: Waiter) => this.#client.execute(body, waiter.scope, waiter.done, profile);
    const finish: Done = (error, response) => this.#finish(key, inFlightRequest, repeat, { error, response, calls });
    this.#client.execute(body, shared, finish, profile);
  }

  /** To be called after a change: later requests do not join those that were sent before it. */
  startNewGeneration(): void {
    this.#inFlightRequests.clear();
  }

  /** Its own deadline: the request that all of them wait for has none. */
  #limit(key: string, inFlightRequest: InFlightRequest, waiter: Waiter): void {
    const { deadline = Number.POSITIVE_INFINITY, cancellation } = waiter.scope;
    if (deadline === Number.POSITIVE_INFINITY) return;
    waiter.timer = setTimeout(
      () => {
        cancellation.remove(waiter.leave);
        this.#leave(key, inFlightRequest, waiter, new OutOfTime(this.name));
      },
      Math.max(0, deadline - performance.now()),
    );
  }

  #leave(key: string, inFlightRequest: InFlightRequest, waiter: Waiter, error: Error): void {
    clearTimeout(waiter.timer);
    inFlightRequest.waiters.delete(waiter);
    if (inFlightRequest.waiters.size === 0) {
      if (this.#inFlightRequests.get(key) === inFlightRequest) this.#inFlightRequests.delete(key);
      inFlightRequest.cancellation.cancel();
    }
    const outcome = outcomeOf(error);
    waiter.fetch?.end(outcome);
    waiter.record?.end(outcome);
    waiter.done(error, null);
  }

  #finish(key: string, inFlightRequest: InFlightRequest, repeat: (waiter: Waiter) => void, outcome: Outcome): void {
    if (this.#inFlightRequests.get(key) === inFlightRequest) this.#inFlightRequests.delete(key);
    const { response } = outcome;
    if (response && inFlightRequest.waiters.size > 1) {
      const [first, ...others] = inFlightRequest.waiters;
      if (response.directives?.setsCookie) {
        // A cookie is for one client: a separate request is sent for each of the others.
        this.#deliver(new Set([first as Waiter]), outcome);
        for (const waiter of others) {
          waiter.fetch?.end('ok');
          waiter.record?.end('ok');
          waiter.scope.cancellation.remove(waiter.leave);
          clearTimeout(waiter.timer);
          repeat(waiter);
        }
        return;
      }
      outcome.response = { ...response, isShared: true };
    }
    this.#deliver(inFlightRequest.waiters, outcome);
  }

  /**
   * A batch in each turn: completing and serializing a long response for hundreds of requests would block the event
   * loop.
   */
  #deliver(waiters: Set<Waiter>, outcome: Outcome): void {
    let left = WAITERS_PER_TURN;
    try {
      for (const waiter of waiters) {
        if (left === 0) break;
        left -= 1;
        waiters.delete(waiter);
        this.#settle(waiter, outcome);
      }
    } finally {
      // The remaining waiters can leave until then.
      if (waiters.size > 0) setImmediate(() => this.#deliver(waiters, outcome));
    }
  }

  #settle({ scope, done, leave, fetch, record, timer }: Waiter, { error, response, calls }: Outcome): void {
    clearTimeout(timer);
    scope.cancellation.remove(leave);
    fetch?.end(calls.at(-1)?.outcome ?? 'ok');
    record?.end(calls.at(-1)?.outcome ?? 'ok');
    scope.calls.push(...calls);
    if (response?.directives) scope.cacheability?.restrict(this.name, response.directives);
    if (response?.headers) scope.receiveHeaders?.(response.headers);
    done(error, response);
  }
}
