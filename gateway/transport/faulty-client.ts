// Faulty client: a subgraph's client whose requests have the faults of the request that they are sent for. Faults are injected
// above the connections, so that they count for no circuit breaker, ejection or retry, which others share.
import { pause } from './cancellation.ts';
import { MIN_TIME, OutOfTime } from './deadline.ts';
import type { FetchProfile } from './fetch-profile.ts';
import type { SubgraphFault } from './injected-faults.ts';
import { RejectedRequest, rejectionFor } from './rejected-request.ts';
import type { SubgraphClient, SubgraphResponse, SubgraphScope } from './subgraph-client.ts';
import { RequestCancelled, SubgraphError } from './subgraph-error.ts';
import type { Done } from './subgraph-exchange.ts';
import { readResponse } from './subgraph-response.ts';

type Client = Pick<SubgraphClient, 'name' | 'execute' | 'subscribe'>;

/** Queries and mutations of a subgraph, with the faults of their requests. */
export class FaultyQueries {
  readonly name: string;
  /** Milliseconds. */
  protected readonly timeout: number;
  readonly #client: Pick<Client, 'name' | 'execute'>;

  /** @param timeout of the subgraph, in milliseconds. */
  constructor(client: Pick<Client, 'name' | 'execute'>, timeout: number) {
    this.name = client.name;
    this.timeout = timeout;
    this.#client = client;
  }

  execute(body: string, scope: SubgraphScope, done: Done, profile?: FetchProfile): void {
    const fault = scope.faults?.ofSubgraph(this.name);
    const send = () => this.#client.execute(body, scope, done, profile);
    if (fault) this.inject(fault, body, scope, send, (error) => done(error, null));
    else send();
  }

  /** Calls `send` after the fault's delay, or `fail` with the error that the fault makes. */
  protected inject(
    fault: SubgraphFault,
    body: string,
    scope: SubgraphScope,
    send: () => void,
    fail: (error: Error) => void,
  ): void {
    if (scope.cancellation.cancelled) {
      fail(new RequestCancelled());
      return;
    }
    const started = performance.now();
    const left = Math.min(this.timeout, (scope.deadline ?? Number.POSITIVE_INFINITY) - started);
    const error = this.#errorOf(fault, left, scope);
    scope.fetches?.inject(this.name, body, fault.text);
    const record = error && scope.fetches?.fail(this.name, body);
    const end = () => {
      if (!error) {
        send();
        return;
      }
      record?.end(error.code);
      const duration = performance.now() - started;
      scope.calls.push({ subgraph: this.name, duration, outcome: error.code, detail: error.detail });
      fail(error);
    };
    const wait = Math.min(fault.delay, Math.max(0, left));
    if (wait === 0) end();
    else pause(wait, scope.cancellation, end, () => fail(new RequestCancelled()));
  }

  /** The error of a request that fails; null for one that is sent. */
  #errorOf({ text, delay, status, share }: SubgraphFault, left: number, scope: SubgraphScope): SubgraphError | null {
    const detail = `injected fault: ${text}`;
    if (delay + MIN_TIME > left) {
      return left < this.timeout
        ? new OutOfTime(this.name, detail)
        : new SubgraphError(this.name, 'SUBGRAPH_TIMEOUT', detail);
    }
    if (status === null || Math.random() >= share) return null;
    const read = readResponse(this.name, status, Buffer.alloc(0)) as SubgraphError;
    const { code, retryAfter } = read instanceof RejectedRequest ? rejectionFor(read, scope, false) : read;
    return new SubgraphError(this.name, code, detail, retryAfter);
  }
}

/** All kinds of operations of a subgraph, with the faults of their requests. */
export class FaultyClient extends FaultyQueries {
  readonly #subscriber: Pick<Client, 'subscribe'>;

  constructor(client: Client, timeout: number) {
    super(client, timeout);
    this.#subscriber = client;
  }

  subscribe(body: string, scope: SubgraphScope): Promise<AsyncIterableIterator<SubgraphResponse>> {
    const fault = scope.faults?.ofSubgraph(this.name);
    if (!fault) return this.#subscriber.subscribe(body, scope);
    return new Promise((resolve, reject) => {
      this.inject(fault, body, scope, () => this.#subscriber.subscribe(body, scope).then(resolve, reject), reject);
    });
  }
}
