// Subscription transport: GraphQL subscriptions to one subgraph over server-sent events, requested by POST. Each has a
// connection of its own, so that open streams take none of the connections of queries; their number is bounded.
import type { SubgraphSeries } from '../telemetry/metrics/subgraph-metrics.ts';
import type { FetchRecord } from '../telemetry/trace/trace.ts';
import { type Breaker, NORMAL, REJECTED } from './breaker.ts';
import { failureFor, isFailure } from './failures.ts';
import { NotConnected } from './subgraph-address.ts';
import { circuitOpen, RequestCancelled, SubgraphError } from './subgraph-error.ts';
import type { SubgraphResponse } from './subgraph-response.ts';
import type { SubgraphCall, SubgraphScope } from './subgraph-scope.ts';
import { SubscriptionExchange } from './subscription-exchange.ts';
import type { Upstream } from './upstream.ts';
import type { Upstreams } from './upstreams.ts';

export interface SubscriptionTransportOptions {
  subgraph: string;
  /** Addresses of the same subgraph; where one cannot be connected to, the others are tried. */
  upstreams: Upstreams;
  /** Null where there is none. */
  breaker: Breaker | null;
  /** Maximum number of subscriptions open or being opened at the same time. */
  max: number;
  /** Milliseconds from sending the request to the head of the event stream. */
  startTimeout: number;
  /** The regular end of a stream: `complete` (event), or `close` (that, or the end of the response). */
  end: 'complete' | 'close';
  /** Maximum size of an event, in bytes. */
  maxBytes: number;
  /** Undefined where nothing is measured. */
  series?: SubgraphSeries | undefined;
}

interface DispatchListener {
  onStart(exchange: SubscriptionExchange): void;
  onEnd(exchange: SubscriptionExchange, error: Error | null): void;
}

export class SubscriptionTransport {
  readonly #options: SubscriptionTransportOptions;
  readonly #running = new Set<SubscriptionExchange>();

  constructor(options: SubscriptionTransportOptions) {
    this.#options = options;
  }

  /**
   * Subscribes; `body` is the JSON text of the request.
   * @returns the results, as soon as the head of an event stream has arrived (or a single GraphQL response). They end
   *   normally only at the stream's regular end, and throw SubgraphError where the stream breaks off, RequestCancelled
   *   when `scope` is cancelled; `return()` closes the connection.
   * @throws SubgraphError where there is no stream, with the codes of queries, or TOO_MANY_SUBSCRIPTIONS;
   *   RequestCancelled.
   */
  subscribe(body: string, scope: SubgraphScope): Promise<AsyncIterableIterator<SubgraphResponse>> {
    const { subgraph, upstreams, breaker, max } = this.#options;
    if (scope.cancellation.cancelled) return Promise.reject(new RequestCancelled());
    const call: SubgraphCall = { subgraph, duration: 0, outcome: 'ok', events: 0 };
    if (this.#running.size >= max) {
      const error = new SubgraphError(
        subgraph,
        'TOO_MANY_SUBSCRIPTIONS',
        `${max} are open, the maximum by subscriptions.max`,
      );
      scope.calls.push({ ...call, outcome: error.code, detail: error.detail });
      return Promise.reject(error);
    }
    const started = performance.now();
    const permit = breaker?.admit(started) ?? NORMAL;
    if (permit === REJECTED) {
      const error = circuitOpen(subgraph);
      scope.calls.push({ ...call, outcome: error.code, detail: error.detail });
      return Promise.reject(error);
    }
    const tried: Upstream[] = [];
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const upstream = upstreams.choose(performance.now(), tried);
        tried.push(upstream);
        let isOpen = false;
        const fetch = this.#dispatch(
          upstream,
          body,
          { scope, attempt: tried.length },
          {
            onStart: (exchange) => {
              isOpen = true;
              upstream.respond();
              upstream.end();
              breaker?.record(permit, false, performance.now());
              resolve(exchange);
            },
            onEnd: (exchange, error) => {
              const now = performance.now();
              if (!isOpen) {
                upstream.end();
                if (isFailure(error)) upstreams.fail(upstream, now, error instanceof NotConnected);
              }
              if (error instanceof NotConnected && !upstreams.isClosed && upstreams.hasOther(tried)) {
                fetch?.end(error.asSubgraphError.code);
                attempt();
                return;
              }
              if (!isOpen) {
                if (isFailure(error)) breaker?.record(permit, true, now);
                else breaker?.release(permit);
              }
              const failure = failureFor(error, scope, upstream);
              if (failure instanceof SubgraphError) {
                call.outcome = failure.code;
                call.detail = failure.detail;
              } else if (failure && !isOpen) {
                // An open subscription ends regularly when the client leaves.
                call.outcome = 'CANCELLED';
              }
              fetch?.end(call.outcome);
              call.duration = performance.now() - started;
              call.events = exchange.events;
              scope.calls.push(call);
              if (failure && !isOpen) reject(failure);
            },
          },
        );
      };
      attempt();
    });
  }

  /** Ends all connections; subscriptions still open throw a SubgraphError. */
  close(): void {
    for (const exchange of this.#running) exchange.close();
  }

  #dispatch(
    upstream: Upstream,
    body: string,
    { scope, attempt }: { scope: SubgraphScope; attempt: number },
    { onStart, onEnd }: DispatchListener,
  ): FetchRecord | null {
    const { subgraph, startTimeout, end, maxBytes, series } = this.#options;
    const { origin, path } = upstream;
    // The exchange has its own time-out: any time may pass between two events.
    const connection = upstream.pool.openStream();
    const exchange: SubscriptionExchange = new SubscriptionExchange({
      ...{ subgraph, startTimeout, end, maxBytes },
      cancellation: scope.cancellation,
      onStart: () => onStart(exchange),
      onEnd: (error) => {
        this.#running.delete(exchange);
        series?.openSubscriptions.add(-1);
        series?.subscriptionEvents.add(exchange.events);
        connection.destroy();
        onEnd(exchange, error);
      },
    });
    this.#running.add(exchange);
    series?.openSubscriptions.add(1);
    const forwarded = scope.forwarded?.headersFor(subgraph) ?? [];
    const fields = ['x-request-id', scope.requestId, ...forwarded];
    const fetch = scope.trace?.fetch(subgraph, origin, path, attempt, fields) ?? null;
    upstream.begin(performance.now());
    connection.dispatch({ path, fixedFields: upstream.streamHeaders, fields, body }, exchange);
    return fetch;
  }
}
