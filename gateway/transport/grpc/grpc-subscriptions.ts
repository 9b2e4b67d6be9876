// Subscriptions to a gRPC service: their number is bounded, they pass the circuit breaker, and each has a record.
import { NORMAL } from '../breaker.ts';
import { isFailure } from '../failures.ts';
import { RejectedRequest, rejectionFor } from '../rejected-request.ts';
import { circuitOpen, RequestCancelled, SubgraphError } from '../subgraph-error.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { SubgraphCall, SubgraphScope } from '../subgraph-scope.ts';
import type { CompiledField, TranslatedRequest } from '../translate/document-translator.ts';
import { type TranslatedError, TranslatedResponse } from '../translate/translated-response.ts';
import { metadataOf } from './call-metadata.ts';
import { unchanged } from './grpc-call.ts';
import type { GrpcSettings } from './grpc-settings.ts';
import { type CallStatus, reportedError, streamFailureOf } from './grpc-status.ts';
import { GrpcSubscription } from './grpc-subscription.ts';
import { grpc } from './packages.ts';
import { encodeArguments, type MethodBinding, unsuitableArguments } from './service-binding.ts';

export interface GrpcSubscriptionsOptions {
  /** Maximum number open at the same time. */
  max: number;
  /** Milliseconds until a stream has begun, or the service is at least connected. */
  startTimeout: number;
}

export class GrpcSubscriptions {
  readonly #settings: GrpcSettings;
  readonly #options: GrpcSubscriptionsOptions;
  readonly #running = new Set<GrpcSubscription>();

  constructor(settings: GrpcSettings, options: GrpcSubscriptionsOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  /**
   * Subscribes; a service sends the head of its stream with the first event, so that the results begin before it.
   * @throws SubgraphError where no stream may be opened; RequestCancelled.
   */
  subscribe(body: string, scope: SubgraphScope): AsyncIterableIterator<SubgraphResponse> {
    const { exchange, breaker, channels, translator, methods, headers } = this.#settings;
    const { subgraph, series } = exchange;
    if (scope.cancellation.cancelled) throw new RequestCancelled();
    const started = performance.now();
    const request = translator.translate(body);
    const [field] = request.document.fields as [CompiledField];
    const method = methods.get(`${request.document.rootType}.${field.name}`) as MethodBinding;
    const message = encodeArguments(method, field.readArguments(request.variables));
    if (!message) return only(failedEvent(request, field, unsuitableArguments(field.name)));
    this.#check(scope, started);
    const channel = channels.choose(started);
    const fields = [...headers, 'x-request-id', scope.requestId, ...(scope.forwarded?.headersFor(subgraph) ?? [])];
    const traced = scope.trace?.fetch(subgraph, channel.origin, method.path, 1, fields);
    const call = channel.client.makeServerStreamRequest(
      method.path,
      unchanged,
      unchanged,
      message,
      metadataOf(grpc(), fields),
    );
    let isOpen = false;
    const { startTimeout } = this.#options;
    const subscription = new GrpcSubscription({
      ...{ call, startTimeout, cancellation: scope.cancellation },
      isConnected: () => channel.client.getChannel().getConnectivityState(false) === grpc().connectivityState.READY,
      read: (bytes) => {
        series?.receivedBytes.add(bytes.length);
        series?.subscriptionEvents.add();
        return this.#eventOf(request, field, method, bytes);
      },
      errorOf: (status) => this.#errorOf(request, field, status, scope),
      timedOut: () => new SubgraphError(subgraph, 'SUBGRAPH_TIMEOUT', `not connected within ${startTimeout} ms`),
      onStart: () => {
        isOpen = true;
        breaker?.record(NORMAL, false, performance.now());
      },
      onEnd: (error, events) => {
        this.#running.delete(subscription);
        series?.openSubscriptions.add(-1);
        const now = performance.now();
        if (!isOpen && isFailure(error)) breaker?.record(NORMAL, true, now);
        const record: SubgraphCall = { subgraph, duration: now - started, outcome: 'ok', events };
        if (error instanceof SubgraphError) {
          record.outcome = error.code;
          record.detail = error.detail;
        } else if (error && !isOpen) record.outcome = 'CANCELLED';
        traced?.end(record.outcome);
        scope.calls.push(record);
      },
    });
    this.#running.add(subscription);
    series?.openSubscriptions.add(1);
    return subscription;
  }

  /** Ends all of them; those still open throw a SubgraphError. */
  close(): void {
    const { subgraph } = this.#settings.exchange;
    const detail = 'the gateway is closing its connections';
    for (const one of this.#running) one.close(new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', detail));
  }

  /** Streams are no trials of the circuit breaker: one without events does not show how the service is. */
  #check(scope: SubgraphScope, now: number): void {
    const { exchange, breaker } = this.#settings;
    const { max } = this.#options;
    const isFull = this.#running.size >= max;
    if (!isFull && !breaker?.rejects(now)) return;
    const { subgraph } = exchange;
    const error = isFull
      ? new SubgraphError(subgraph, 'TOO_MANY_SUBSCRIPTIONS', `${max} are open, the maximum by subscriptions.max`)
      : circuitOpen(subgraph);
    scope.calls.push({ subgraph, duration: 0, events: 0, outcome: error.code, detail: error.detail });
    throw error;
  }

  #eventOf(request: TranslatedRequest, field: CompiledField, method: MethodBinding, bytes: Buffer): SubgraphResponse {
    const response = new TranslatedResponse(request);
    let value: unknown;
    try {
      value = method.decode(bytes);
    } catch (error) {
      const detail = `a message of ${method.path} cannot be read: ${String(error).slice(0, 300)}`;
      throw new SubgraphError(this.#settings.exchange.subgraph, 'SUBGRAPH_BAD_RESPONSE', detail);
    }
    response.set(field, value);
    return response.toResponse();
  }

  /** An interruption, or the last event where subscribing again would not help. */
  #errorOf(
    request: TranslatedRequest,
    field: CompiledField,
    status: CallStatus,
    scope: SubgraphScope,
  ): Error | SubgraphResponse {
    const { exchange, hasCredentials } = this.#settings;
    const failure = streamFailureOf(exchange.subgraph, status);
    if (failure instanceof RejectedRequest) return rejectionFor(failure, scope, hasCredentials);
    if (failure) return failure;
    return failedEvent(request, field, reportedError(status));
  }
}

function failedEvent(request: TranslatedRequest, field: CompiledField, error: TranslatedError): SubgraphResponse {
  const response = new TranslatedResponse(request);
  response.fail(field, error);
  return response.toResponse();
}

async function* only(response: SubgraphResponse): AsyncGenerator<SubgraphResponse> {
  yield response;
}
