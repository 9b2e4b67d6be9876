// Subscription transport: GraphQL subscriptions to one subgraph over server-sent events, requested by POST. Each has a
// connection of its own, so that open streams take none of the connections of queries; their number is bounded.
import type { SubgraphSeries } from '../telemetry/metrics/subgraph-metrics.ts';
import type { FetchRecord } from '../telemetry/trace/trace.ts';
import type { Connection } from './connection.ts';
import { RejectedRequest, rejectionFor } from './rejected-request.ts';
import { hasAuthorization, NotConnected } from './subgraph-address.ts';
import { RequestCancelled, SubgraphError } from './subgraph-error.ts';
import type { SubgraphResponse } from './subgraph-response.ts';
import type { SubgraphCall, SubgraphScope } from './subgraph-scope.ts';
import { SubscriptionExchange } from './subscription-exchange.ts';

interface Address {
  /** Scheme, host and port. */
  origin: string;
  /** Path and query. */
  path: string;
  /** Header fields of the gateway's own, names and values in turn. */
  headers: readonly string[];
}

export interface SubscriptionTransportOptions {
  subgraph: string;
  /** Addresses of the same subgraph, tried in turn. */
  addresses: readonly Address[];
  /** Maximum number of subscriptions open or being opened at the same time. */
  max: number;
  /** Milliseconds from sending the request to the head of the event stream. */
  startTimeout: number;
  /** The regular end of a stream: `complete` (event), or `close` (that, or the end of the response). */
  end: 'complete' | 'close';
  /** Maximum size of an event, in bytes. */
  maxBytes: number;
  /** Opens a connection for one event stream. @param origin scheme, host and port. */
  connect(origin: string): Connection;
  /** Undefined where nothing is measured. */
  series?: SubgraphSeries | undefined;
}

interface DispatchListener {
  onStart(exchange: SubscriptionExchange): void;
  onEnd(exchange: SubscriptionExchange, error: Error | null): void;
}

/** `text/event-stream` alone: graphql-sse compares the whole value, and uses another protocol for anything else. */
const ownHeaders = ['content-type', 'application/json', 'accept', 'text/event-stream'];

export class SubscriptionTransport {
  readonly #options: SubscriptionTransportOptions;
  readonly #running = new Set<SubscriptionExchange>();
  #turn = 0;

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
    const { subgraph, addresses, max } = this.#options;
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
    const first = this.#turn++ % addresses.length;
    let tried = 0;
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const address = addresses[(first + tried) % addresses.length] as Address;
        tried += 1;
        let isOpen = false;
        const fetch = this.#dispatch(
          address,
          body,
          { scope, attempt: tried },
          {
            onStart: (exchange) => {
              isOpen = true;
              resolve(exchange);
            },
            onEnd: (exchange, error) => {
              if (error instanceof NotConnected && tried < addresses.length) {
                fetch?.end(error.asSubgraphError.code);
                attempt();
                return;
              }
              const failure = this.#failure(error, scope);
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

  #failure(error: Error | null, scope: SubgraphScope): Error | null {
    if (error instanceof NotConnected) return error.asSubgraphError;
    if (!(error instanceof RejectedRequest)) return error;
    const hasOwnCredentials = this.#options.addresses.some(({ headers }) => hasAuthorization(headers));
    return rejectionFor(error, scope, hasOwnCredentials);
  }

  /** Ends all connections; subscriptions still open throw a SubgraphError. */
  close(): void {
    for (const exchange of this.#running) exchange.close();
  }

  #dispatch(
    { origin, path, headers: own }: Address,
    body: string,
    { scope, attempt }: { scope: SubgraphScope; attempt: number },
    { onStart, onEnd }: DispatchListener,
  ): FetchRecord | null {
    const { subgraph, startTimeout, end, maxBytes, series } = this.#options;
    const connection = this.#options.connect(origin);
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
    const headers = [...ownHeaders, ...own, 'x-request-id', scope.requestId, ...forwarded];
    const fetch = scope.trace?.fetch(subgraph, origin, path, attempt, headers) ?? null;
    connection.dispatch({ path, method: 'POST', headers, body }, exchange);
    return fetch;
  }
}
