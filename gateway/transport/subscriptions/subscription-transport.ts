// Subscription transport: GraphQL subscriptions to one subgraph, over event streams or WebSockets. Equal ones are one
// upstream subscription, which is resumed after an interruption; their number is bounded.
import type { SubgraphSeries } from '../../telemetry/metrics/subgraph-metrics.ts';
import { type Breaker, NORMAL, REJECTED } from '../breaker.ts';
import { failureFor, isFailure, outcomeOf } from '../failures.ts';
import { NotConnected } from '../subgraph-address.ts';
import { circuitOpen, RequestCancelled, SubgraphError } from '../subgraph-error.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { SubgraphScope } from '../subgraph-scope.ts';
import type { Upstream } from '../upstream.ts';
import type { Upstreams } from '../upstreams.ts';
import { ResumedStream, type ResumptionOptions } from './resumed-stream.ts';
import { SharedSubscriptions } from './shared-subscriptions.ts';
import type { OpenedStream, StreamOpener, StreamRequest, UpstreamStream } from './stream-opener.ts';

export interface SubscriptionTransportOptions {
  subgraph: string;
  /** Addresses of the same subgraph; where one cannot be connected to, the others are tried. */
  upstreams: Upstreams;
  /** The same where only subscriptions have them; else null. */
  ownUpstreams: Upstreams | null;
  opener: StreamOpener;
  /** Null where there is none. */
  breaker: Breaker | null;
  /** Maximum number of upstream subscriptions open or being opened at the same time. */
  max: number;
  /** Whether equal subscriptions share an upstream subscription. */
  isShared: boolean;
  /** Events that wait for one of its readers, at most; and their bytes. */
  maxQueued: number;
  maxQueuedBytes: number;
  /** Null where an interruption is the end. */
  resumption: ResumptionOptions | null;
  /** Undefined where nothing is measured. */
  series?: SubgraphSeries | undefined;
}

export class SubscriptionTransport {
  readonly #options: SubscriptionTransportOptions;
  readonly #shared: SharedSubscriptions;
  readonly #running = new Set<UpstreamStream>();
  /** Number of upstream subscriptions, with those that are being opened or resumed. */
  #count = 0;
  #isClosed = false;

  constructor(options: SubscriptionTransportOptions) {
    this.#options = options;
    this.#shared = new SharedSubscriptions({ ...options, open: (body, scope) => this.#begin(body, scope) });
  }

  /**
   * Subscribes; `body` is the JSON text of the request.
   * @returns the results, as soon as the service streams events (or has responded with a single GraphQL response). They
   *   end normally only at the stream's regular end, and throw SubgraphError where the stream breaks off and cannot be
   *   resumed, RequestCancelled when `scope` is cancelled; `return()` leaves the upstream subscription, which ends with
   *   its last reader.
   * @throws SubgraphError where there is no stream, with the codes of queries, or TOO_MANY_SUBSCRIPTIONS;
   *   RequestCancelled.
   */
  subscribe(body: string, scope: SubgraphScope): Promise<AsyncIterableIterator<SubgraphResponse>> {
    return this.#shared.subscribe(body, scope);
  }

  /** Ends all connections; subscriptions still open throw a SubgraphError. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const destroyed = this.#options.ownUpstreams?.destroy();
    for (const stream of this.#running) stream.close();
    await destroyed;
  }

  async #begin(body: string, scope: SubgraphScope): Promise<OpenedStream> {
    const { subgraph, max, resumption, series } = this.#options;
    if (this.#count >= max) {
      throw new SubgraphError(subgraph, 'TOO_MANY_SUBSCRIPTIONS', `${max} are open, the maximum by subscriptions.max`);
    }
    this.#count += 1;
    series?.openSubscriptions.add(1);
    const ended = () => {
      this.#count -= 1;
      series?.openSubscriptions.add(-1);
    };
    try {
      const { stream, fetch } = await this.#open(body, scope, null, this.#options.breaker);
      const reopen = async (lastEventId: string | null) => (await this.#open(body, scope, lastEventId, null)).stream;
      const { cancellation } = scope;
      const resumed = new ResumedStream(stream, { subgraph, resumption, reopen, cancellation, series, onEnd: ended });
      return { stream: resumed, fetch };
    } catch (error) {
      ended();
      throw error;
    }
  }

  /**
   * Opens a stream at one of the addresses.
   * @param breaker null for a resumption: the breaker is for requests, and a resumption has a back-off of its own.
   */
  #open(
    body: string,
    scope: SubgraphScope,
    lastEventId: string | null,
    breaker: Breaker | null,
  ): Promise<OpenedStream> {
    const { subgraph, upstreams } = this.#options;
    if (scope.cancellation.cancelled) return Promise.reject(new RequestCancelled());
    const permit = breaker?.admit(performance.now()) ?? NORMAL;
    if (permit === REJECTED) return Promise.reject(circuitOpen(subgraph));
    const tried: Upstream[] = [];
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const upstream = upstreams.choose(performance.now(), tried);
        tried.push(upstream);
        this.#dispatch(upstream, { body, scope, attempt: tried.length, lastEventId }, (error, opened) => {
          const now = performance.now();
          if (opened) {
            breaker?.record(permit, false, now);
            resolve(opened);
            return;
          }
          if (isFailure(error)) upstreams.fail(upstream, now, error instanceof NotConnected);
          if (error instanceof NotConnected && !upstreams.isClosed && upstreams.hasOther(tried)) {
            attempt();
            return;
          }
          if (isFailure(error)) breaker?.record(permit, true, now);
          else breaker?.release(permit);
          reject(failureFor(error, scope, upstream) ?? new RequestCancelled());
        });
      };
      attempt();
    });
  }

  /** @param done called once: with the stream, or with its failure to open; a null one where it was left before. */
  #dispatch(
    upstream: Upstream,
    request: Omit<StreamRequest, 'onStart' | 'onEnd'>,
    done: (error: Error | null, opened: OpenedStream | null) => void,
  ): void {
    let opened: OpenedStream | null = null;
    let isOpen = false;
    let end: { error: Error | null } | null = null;
    const settle = () => {
      if (!end || !opened) return;
      this.#running.delete(opened.stream);
      if (isOpen) return;
      upstream.end();
      opened.fetch?.end(outcomeOf(end.error));
      done(end.error, null);
    };
    upstream.begin(performance.now());
    opened = this.#options.opener.open(upstream, {
      ...request,
      onStart: () => {
        isOpen = true;
        upstream.respond();
        upstream.end();
        done(null, opened);
      },
      onEnd: (error) => {
        end = { error };
        settle();
      },
    });
    this.#running.add(opened.stream);
    if (this.#isClosed) opened.stream.close();
    // It may have ended at once.
    settle();
  }
}
