// Subgraph client: GraphQL over HTTP POST to one subgraph, with a connection pool for each of its addresses (round
// robin).
import type { Logger } from '../telemetry/log.ts';
import type { SubgraphSeries } from '../telemetry/metrics/subgraph-metrics.ts';
import type { FetchRecord } from '../telemetry/trace/trace.ts';
import type { Connection } from './connection.ts';
import { type SubgraphConnectionOptions, SubgraphConnections } from './connection-options.ts';
import type { PendingFetch } from './fetch-recorder.ts';
import type { PassedHeaders } from './received-headers.ts';
import { RejectedRequest, rejectionFor } from './rejected-request.ts';
import { acceptedCodings } from './response-codings.ts';
import { hasAuthorization, NotConnected, parseAddress } from './subgraph-address.ts';
import { RequestCancelled, SubgraphError } from './subgraph-error.ts';
import { type Done, type ExchangeOptions, SubgraphExchange } from './subgraph-exchange.ts';
import type { SubgraphResponse } from './subgraph-response.ts';
import type { SubgraphCall, SubgraphScope } from './subgraph-scope.ts';
import { SubscriptionTransport } from './subscription-transport.ts';

export { parseResponse, type SubgraphResponse } from './subgraph-response.ts';
export { recordEpoch, type SubgraphCall, type SubgraphScope } from './subgraph-scope.ts';
export type { ForwardedHeaders } from './variance.ts';

export interface SubgraphClientOptions {
  name: string;
  /** Addresses that serve the same subgraph. */
  urls: readonly string[];
  /** Header fields of every request, names in lower case and values in turn. Default: none. */
  headers?: readonly string[];
  /** Milliseconds from sending the request to the end of the response. */
  timeout: number;
  /** Maximum number of connections to each address. */
  connections: number;
  /** Maximum size of a response, and of one event of a subscription, in bytes. */
  maxResponseBytes: number;
  /** Whether compressed responses are accepted; default true. */
  compression?: boolean;
  /** Whether `Cache-Control` of its responses is honoured; default true. `Set-Cookie` always is. */
  honoursCacheControl?: boolean;
  /** Header fields of its responses that go out to the client. Default: none. */
  passedHeaders?: PassedHeaders | null;
  /** HTTP version, TLS and signature of its connections. Default: HTTP/1.1 with what Node trusts, unsigned. */
  connecting?: SubgraphConnectionOptions | undefined;
  /** Connects to what serves the subgraph in place of its addresses. */
  connect?: (() => Connection) | undefined;
  /** What its requests are measured with. Default: nothing. */
  series?: SubgraphSeries | undefined;
  subscriptions: {
    /** Maximum number open at the same time. */
    max: number;
    /** The regular end of an event stream: a `complete` event, or also the end of the response (`close`). */
    end: 'complete' | 'close';
    /** Milliseconds from sending the request to the head of the event stream. */
    startTimeout: number;
  };
}

interface Address {
  /** Scheme, host and port. */
  origin: string;
  pool: Connection;
  path: string;
  headers: readonly string[];
}

const ownHeaders = [
  'content-type',
  'application/json',
  'accept',
  'application/graphql-response+json, application/json;q=0.9',
];

const none: readonly string[] = [];

export class SubgraphClient {
  readonly name: string;
  readonly #addresses: Address[];
  readonly #subscriptions: SubscriptionTransport;
  readonly #hasOwnCredentials: boolean;
  readonly #exchange: ExchangeOptions;
  readonly #connections: SubgraphConnections;
  #turn = 0;

  constructor(options: SubgraphClientOptions) {
    this.name = options.name;
    this.#exchange = {
      subgraph: options.name,
      timeout: options.timeout,
      maxBytes: options.maxResponseBytes,
      honoursCacheControl: options.honoursCacheControl ?? true,
      passedHeaders: options.passedHeaders ?? null,
      series: options.series,
    };
    this.#connections = new SubgraphConnections(options.connecting);
    const addresses = options.urls.map((url) => {
      const { origin, path, credentials } = parseAddress(url);
      return { origin, path, headers: [...credentials, ...(options.headers ?? none)] };
    });
    this.#hasOwnCredentials = addresses.some(({ headers }) => hasAuthorization(headers));
    const codings = options.compression === false ? none : ['accept-encoding', acceptedCodings];
    this.#addresses = addresses.map(({ origin, path, headers }) => ({
      origin,
      pool: options.connect?.() ?? this.#connections.pool(origin, options.connections),
      path,
      headers: [...ownHeaders, ...codings, ...headers],
    }));
    this.#subscriptions = new SubscriptionTransport({
      ...{ subgraph: this.name, addresses, maxBytes: options.maxResponseBytes },
      connect: options.connect ?? ((origin) => this.#connections.single(origin)),
      ...options.subscriptions,
      series: options.series,
    });
  }

  /**
   * Reads the files that its connections need, which otherwise happens with the first connection.
   * @throws ConfigError for files that are not valid.
   */
  prepare(log: Pick<Logger, 'info' | 'warn'>): void {
    this.#connections.prepare(log);
  }

  /**
   * Sends one request, `body` being its JSON text, and reads the response. `done` is called once: with the response, or
   * with a SubgraphError when there is no usable one, or with RequestCancelled when the request was cancelled.
   * @param hasCustomScalars whether the response may contain values of custom scalars; see `parseJson`.
   */
  execute(body: string, scope: SubgraphScope, done: Done, hasCustomScalars = true): void {
    if (scope.cancellation.cancelled) {
      done(new RequestCancelled(), null);
      return;
    }
    const call: SubgraphCall = { subgraph: this.name, duration: 0, outcome: 'ok' };
    const started = performance.now();
    const { series } = this.#exchange;
    series?.inFlight.add(1);
    const first = this.#turn++ % this.#addresses.length;
    let tried = 0;
    const { trace, fetches } = scope;
    let fetch: FetchRecord | null = null;
    let record: PendingFetch | null = null;
    const settle: Done = (error, response) => {
      if (error instanceof NotConnected && tried < this.#addresses.length) {
        fetch?.end(error.asSubgraphError.code);
        record?.end(error.asSubgraphError.code);
        exchange();
        return;
      }
      const failure = this.#failure(error, scope);
      if (failure) call.outcome = failure instanceof SubgraphError ? failure.code : 'CANCELLED';
      fetch?.end(call.outcome);
      record?.end(call.outcome);
      if (failure instanceof SubgraphError) call.detail = failure.detail;
      call.duration = performance.now() - started;
      if (series) {
        series.inFlight.add(-1);
        series.ended(call.outcome, call.duration / 1000, trace?.sampledId);
      }
      scope.calls.push(call);
      if (response?.directives) scope.cacheability?.restrict(this.name, response.directives);
      if (response?.headers) scope.receiveHeaders?.(response.headers);
      if (failure) done(failure, null);
      else done(null, response as SubgraphResponse);
    };
    const exchange = () => {
      const address = this.#addresses[(first + tried) % this.#addresses.length] as Address;
      tried += 1;
      const forwarded = scope.forwarded?.headersFor(this.name) ?? none;
      const { origin, path } = address;
      const headers = [...address.headers, 'x-request-id', scope.requestId, ...forwarded];
      if (trace) fetch = trace.fetch(this.name, origin, path, tried, headers);
      if (fetches) record = fetches.send(this.name, body, origin, path, tried);
      address.pool.dispatch(
        { path, method: 'POST', headers, body },
        new SubgraphExchange(this.#exchange, scope.cancellation, settle, hasCustomScalars, fetch, record),
      );
    };
    exchange();
  }

  #failure(error: Error | null, scope: SubgraphScope): Error | null {
    if (error instanceof NotConnected) return error.asSubgraphError;
    return error instanceof RejectedRequest ? rejectionFor(error, scope, this.#hasOwnCredentials) : error;
  }

  /** `execute` as a promise. */
  send(body: string, scope: SubgraphScope): Promise<SubgraphResponse> {
    return new Promise((resolve, reject) => {
      this.execute(body, scope, (error, response) => (error ? reject(error) : resolve(response as SubgraphResponse)));
    });
  }

  /** Subscribes to a stream of results, on a separate connection; see SubscriptionTransport. */
  subscribe(body: string, scope: SubgraphScope): Promise<AsyncIterableIterator<SubgraphResponse>> {
    return this.#subscriptions.subscribe(body, scope);
  }

  /** Ends all connections; requests still running fail. */
  async close(): Promise<void> {
    this.#subscriptions.close();
    await Promise.all(this.#addresses.map(({ pool }) => pool.destroy()));
  }
}
