// Subscription reader: the events of an upstream subscription for one client, at its own pace.
import type { FetchRecord } from '../../telemetry/trace/trace.ts';
import type { SpanContext } from '../../telemetry/trace/trace-context.ts';
import { callOf } from '../failures.ts';
import { RequestCancelled } from '../subgraph-error.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { SubgraphScope } from '../subgraph-scope.ts';

type Step = IteratorResult<SubgraphResponse, undefined>;

/** What it reads from. */
export interface ReadSubscription {
  /** What has come after its position; `ended` after the last event; null where it is woken. @throws its failure */
  take(reader: SubscriptionReader): SubgraphResponse | 'ended' | null;
  leave(reader: SubscriptionReader): void;
}

const finished: Step = { done: true, value: undefined };

export class SubscriptionReader implements AsyncIterableIterator<SubgraphResponse, undefined> {
  /** Number of the next event. */
  position: number;
  /** Rejected when the client leaves before there are events. */
  readonly left: Promise<never>;
  readonly #shared: ReadSubscription;
  readonly #subgraph: string;
  readonly #scope: SubgraphScope;
  readonly #started = performance.now();
  readonly #leaveUnopened: (error: Error) => void;
  readonly #onCancel = () => this.#cancel();
  #fetch: FetchRecord | null = null;
  #pending: { resolve(step: Step): void; reject(error: Error): void } | null = null;
  #events = 0;
  #isOpen = false;
  #hasEnded = false;

  constructor(shared: ReadSubscription, subgraph: string, scope: SubgraphScope, position: number) {
    this.#shared = shared;
    this.#subgraph = subgraph;
    this.#scope = scope;
    this.position = position;
    const { promise, reject } = Promise.withResolvers<never>();
    this.left = promise;
    this.left.catch(() => {});
    this.#leaveUnopened = reject;
    scope.cancellation.add(this.#onCancel);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** To be called where another one has opened the subscription. @param span of its request; null where not known. */
  joined(span: SpanContext | null): void {
    this.#fetch = this.#scope.trace?.joinSpan(this.#subgraph, span) ?? null;
  }

  /** Takes the record of the request, which ends with it. */
  record(fetch: FetchRecord): void {
    this.#fetch = fetch;
  }

  /** To be called when there are events. @throws RequestCancelled where the client has left meanwhile. */
  start(): void {
    const { cancelled, isExpired } = this.#scope.cancellation;
    if (cancelled || isExpired) throw new RequestCancelled();
    this.#isOpen = true;
  }

  /** Ends it with an error, where it is not open yet. @returns the error for the client. */
  fail(error: Error): Error {
    this.#end(error);
    return error;
  }

  next(): Promise<Step> {
    if (this.#hasEnded) return Promise.resolve(finished);
    const step = this.#take();
    if (step) return step;
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }

  return(): Promise<Step> {
    this.#leave(null);
    return Promise.resolve(finished);
  }

  /** To be called when there is something to read. */
  wake(): void {
    const pending = this.#pending;
    if (!pending) return;
    const step = this.#take();
    if (!step) return;
    this.#pending = null;
    step.then(pending.resolve, pending.reject);
  }

  #take(): Promise<Step> | null {
    try {
      const taken = this.#shared.take(this);
      if (taken === null) return null;
      if (taken !== 'ended') {
        this.#events += 1;
        return Promise.resolve({ done: false, value: taken });
      }
      this.#leave(null);
      return Promise.resolve(finished);
    } catch (error) {
      this.#leave(error as Error);
      return Promise.reject(error);
    }
  }

  #cancel(): void {
    if (this.#isOpen) this.#leave(new RequestCancelled());
    else this.#leaveUnopened(new RequestCancelled());
  }

  #leave(error: Error | null): void {
    if (this.#hasEnded) return;
    this.#end(error);
    this.#shared.leave(this);
    const pending = this.#pending;
    this.#pending = null;
    if (error) pending?.reject(error);
    else pending?.resolve(finished);
  }

  #end(error: Error | null): void {
    this.#hasEnded = true;
    this.#scope.cancellation.remove(this.#onCancel);
    // An open subscription ends regularly when the client leaves.
    const failure = this.#isOpen && error instanceof RequestCancelled ? null : error;
    const call = { ...callOf(this.#subgraph, performance.now() - this.#started, failure), events: this.#events };
    this.#fetch?.end(call.outcome);
    this.#scope.calls.push(call);
  }
}
