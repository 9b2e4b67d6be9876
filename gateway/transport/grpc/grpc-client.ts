// Client of a gRPC service. To the rest of the gateway it is a subgraph as all others: it gets the same requests of
// GraphQL, and makes the same responses.
import type { Logger } from '../../telemetry/log.ts';
import type { SubgraphSeries } from '../../telemetry/metrics/subgraph-metrics.ts';
import { Breaker } from '../breaker.ts';
import { Bulkhead } from '../bulkhead.ts';
import { unknownFetch } from '../fetch-profile.ts';
import type { PassedHeaders } from '../received-headers.ts';
import type { Resilience } from '../resilience.ts';
import { RetryBudget } from '../retry-budget.ts';
import type { ServiceClient } from '../service-client.ts';
import { hasAuthorization } from '../subgraph-address.ts';
import type { SubgraphState } from '../subgraph-client.ts';
import { circuitOpen, RequestCancelled } from '../subgraph-error.ts';
import type { Done } from '../subgraph-exchange.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { SubgraphScope } from '../subgraph-scope.ts';
import { type SubscriptionSettings, withDefaults } from '../subscriptions/subscription-settings.ts';
import { DocumentTranslator } from '../translate/document-translator.ts';
import type { GrpcChannels } from './grpc-channels.ts';
import { GrpcRequest } from './grpc-request.ts';
import type { GrpcSettings } from './grpc-settings.ts';
import { GrpcSubscriptions } from './grpc-subscriptions.ts';
import { grpc } from './packages.ts';
import type { MethodBinding, ServiceBinding } from './service-binding.ts';

export interface GrpcClientOptions {
  name: string;
  channels: GrpcChannels;
  binding: ServiceBinding;
  /** Header fields of every call, names in lower case and values in turn. */
  headers: readonly string[];
  /** Milliseconds from sending a request to the end of its response. */
  timeout: number;
  honoursCacheControl: boolean;
  passedHeaders: PassedHeaders | null;
  series?: SubgraphSeries | undefined;
  resilience: Pick<Resilience, 'retry' | 'breaker' | 'bulkhead'>;
  subscriptions: SubscriptionSettings;
}

export class GrpcClient implements ServiceClient {
  readonly name: string;
  readonly #settings: GrpcSettings;
  readonly #subscriptions: GrpcSubscriptions;
  #log: Pick<Logger, 'info' | 'warn'> | undefined;

  constructor(options: GrpcClientOptions) {
    const { name, channels, binding, headers, timeout, series, resilience, passedHeaders, honoursCacheControl } =
      options;
    this.name = name;
    const { schema, methods } = binding;
    this.#settings = {
      exchange: {
        ...{ subgraph: name, timeout, maxBytes: channels.maxBytes, honoursCacheControl, passedHeaders, series },
      },
      bulkhead: new Bulkhead(name, resilience.bulkhead, series),
      breaker: resilience.breaker && this.#openBreaker(resilience.breaker, series),
      channels,
      translator: new DocumentTranslator(
        schema,
        ({ name: field }, type) => (methods.get(`${type}.${field}`) as MethodBinding).shape,
      ),
      ...{ methods, headers, hasCredentials: hasAuthorization(headers) },
      maxAttempts: resilience.retry.maxAttempts,
      retries: new RetryBudget(resilience.retry),
    };
    this.#subscriptions = new GrpcSubscriptions(this.#settings, withDefaults(options.subscriptions));
  }

  prepare(log: Pick<Logger, 'info' | 'warn'>): void {
    this.#log = log;
    this.#settings.channels.prepare(log);
  }

  countLeftOut(): void {
    this.#settings.exchange.series?.costExceeded.add();
  }

  countDegraded(fields: number): void {
    this.#settings.exchange.series?.degradedResponses.add();
    this.#settings.exchange.series?.degradedFields.add(fields);
  }

  execute(body: string, scope: SubgraphScope, done: Done, profile = unknownFetch): void {
    if (scope.cancellation.cancelled) done(new RequestCancelled(), null);
    else new GrpcRequest(this.#settings, body, scope, done, profile).start();
  }

  send(body: string, scope: SubgraphScope, profile = unknownFetch): Promise<SubgraphResponse> {
    return new Promise((resolve, reject) => {
      const done: Done = (error, response) => (error ? reject(error) : resolve(response as SubgraphResponse));
      this.execute(body, scope, done, profile);
    });
  }

  subscribe(body: string, scope: SubgraphScope): Promise<AsyncIterableIterator<SubgraphResponse>> {
    return this.#subscriptions.subscribe(body, scope);
  }

  state(): SubgraphState {
    const now = performance.now();
    const { breaker, bulkhead, retries, channels } = this.#settings;
    const { states } = channels;
    const isDown = (state: number | undefined) => state === grpc().connectivityState.TRANSIENT_FAILURE;
    return {
      subgraph: this.name,
      balance: 'roundRobin',
      isPanicking: false,
      breaker: breaker && { state: breaker.state, openFor: Math.round(breaker.openFor(now)) },
      retriesLeft: retries.left(now),
      concurrency: bulkhead.state,
      addresses: channels.labels.map((address, index) => ({
        address,
        state: isDown(states[index]) ? 'unhealthy' : 'available',
        ...{ ejectedFor: null, inFlight: 0, latency: 0, failuresInRow: 0, share: 1 },
      })),
    };
  }

  async close(): Promise<void> {
    this.#settings.bulkhead.close();
    this.#subscriptions.close();
    this.#settings.channels.close();
  }

  #openBreaker(options: NonNullable<Resilience['breaker']>, series: SubgraphSeries | undefined): Breaker {
    series?.breaker('closed');
    return new Breaker(options, (state) => {
      series?.breaker(state);
      if (state === 'open') this.#settings.bulkhead.rejectQueued(circuitOpen(this.name));
      this.#log?.warn({ subgraph: this.name, state }, 'circuit breaker');
    });
  }
}
