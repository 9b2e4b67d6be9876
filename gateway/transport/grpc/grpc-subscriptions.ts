// Subscriptions to a gRPC service: equal ones are one stream, which is resumed after an interruption; their number is
// bounded.
import { NORMAL } from '../breaker.ts';
import { RejectedRequest, rejectionFor } from '../rejected-request.ts';
import { circuitOpen, RequestCancelled, SubgraphError } from '../subgraph-error.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { SubgraphScope } from '../subgraph-scope.ts';
import type { UpstreamEvent } from '../subscriptions/event-queue.ts';
import { ResumedStream } from '../subscriptions/resumed-stream.ts';
import { SharedSubscriptions } from '../subscriptions/shared-subscriptions.ts';
import type { OpenedStream } from '../subscriptions/stream-opener.ts';
import type { CheckedSettings } from '../subscriptions/subscription-settings.ts';
import type { CompiledField, TranslatedRequest } from '../translate/document-translator.ts';
import { type TranslatedError, TranslatedResponse } from '../translate/translated-response.ts';
import { metadataOf } from './call-metadata.ts';
import { unchanged } from './grpc-call.ts';
import type { GrpcChannel } from './grpc-channels.ts';
import type { GrpcSettings } from './grpc-settings.ts';
import { type CallStatus, reportedError, streamFailureOf } from './grpc-status.ts';
import { GrpcStream, rejectedStream } from './grpc-stream.ts';
import { grpc } from './packages.ts';
import { encodeArguments, type MethodBinding, unsuitableArguments } from './service-binding.ts';

export type GrpcSubscriptionsOptions = Pick<
  CheckedSettings,
  'max' | 'startTimeout' | 'isShared' | 'maxQueued' | 'maxQueuedBytes' | 'resumption'
>;

export class GrpcSubscriptions {
  readonly #settings: GrpcSettings;
  readonly #options: GrpcSubscriptionsOptions;
  readonly #shared: SharedSubscriptions;
  readonly #running = new Set<ResumedStream>();
  /** Number of streams, with those that are being opened or resumed. */
  #count = 0;

  constructor(settings: GrpcSettings, options: GrpcSubscriptionsOptions) {
    this.#settings = settings;
    this.#options = options;
    const { subgraph, series } = settings.exchange;
    this.#shared = new SharedSubscriptions({
      ...{ ...options, subgraph, series },
      open: (body, scope) => this.#begin(body, scope),
    });
  }

  /** As `SubscriptionTransport.subscribe`: a stream has begun when the service is connected. */
  subscribe(body: string, scope: SubgraphScope): Promise<AsyncIterableIterator<SubgraphResponse>> {
    return this.#shared.subscribe(body, scope);
  }

  /** Ends all of them; those still open throw a SubgraphError. */
  close(): void {
    for (const stream of this.#running) stream.close();
  }

  async #begin(body: string, scope: SubgraphScope): Promise<OpenedStream> {
    const { max, resumption } = this.#options;
    const { exchange, breaker } = this.#settings;
    const { subgraph, series } = exchange;
    if (this.#count >= max) {
      throw new SubgraphError(subgraph, 'TOO_MANY_SUBSCRIPTIONS', `${max} are open, the maximum by subscriptions.max`);
    }
    // Streams are no trials of the circuit breaker: one without events does not show how the service is.
    if (breaker?.rejects(performance.now())) throw circuitOpen(subgraph);
    this.#count += 1;
    series?.openSubscriptions.add(1);
    const ended = () => {
      this.#count -= 1;
      series?.openSubscriptions.add(-1);
    };
    try {
      const { stream, fetch } = await this.#open(body, scope);
      const resumed = new ResumedStream(stream, {
        ...{ subgraph, resumption, series, cancellation: scope.cancellation },
        reopen: async () => (await this.#open(body, scope)).stream,
        onEnd: () => {
          this.#running.delete(resumed);
          ended();
        },
      });
      this.#running.add(resumed);
      return { stream: resumed, fetch };
    } catch (error) {
      ended();
      if (error instanceof SubgraphError) breaker?.record(NORMAL, true, performance.now());
      throw error;
    }
  }

  /** @throws SubgraphError where the service cannot be connected to; RequestCancelled. */
  async #open(body: string, scope: SubgraphScope): Promise<OpenedStream> {
    const { exchange, channels, translator, methods, headers } = this.#settings;
    const { subgraph, series } = exchange;
    const request = translator.translate(body);
    const [field] = request.document.fields as [CompiledField];
    const method = methods.get(`${request.document.rootType}.${field.name}`) as MethodBinding;
    const message = encodeArguments(method, field.readArguments(request.variables));
    if (!message) {
      return { stream: rejectedStream(rejection(request, field, unsuitableArguments(field.name))), fetch: null };
    }
    const channel = channels.choose(performance.now());
    await this.#connected(channel);
    if (scope.cancellation.cancelled) throw new RequestCancelled();
    const fields = [...headers, 'x-request-id', scope.requestId, ...(scope.forwarded?.headersFor(subgraph) ?? [])];
    const fetch = scope.trace?.fetch(subgraph, channel.origin, method.path, 1, fields) ?? null;
    const metadata = metadataOf(grpc(), fields);
    const call = channel.client.makeServerStreamRequest(method.path, unchanged, unchanged, message, metadata);
    const stream = new GrpcStream({
      ...{ call, cancellation: scope.cancellation },
      read: (bytes) => {
        series?.receivedBytes.add(bytes.length);
        return { response: this.#responseOf(request, field, method, bytes), bytes: bytes.length, id: null };
      },
      endOf: (status) => this.#endOf(request, field, status, scope),
      closing: () => new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', 'the gateway is closing its connections'),
    });
    return { stream, fetch };
  }

  /** Resolves when the channel is connected. @throws SubgraphError */
  #connected({ client, label }: GrpcChannel): Promise<void> {
    const { subgraph } = this.#settings.exchange;
    const { startTimeout } = this.#options;
    const { READY, IDLE, CONNECTING } = grpc().connectivityState;
    const channel = client.getChannel();
    const deadline = Date.now() + startTimeout;
    return new Promise((resolve, reject) => {
      const check = () => {
        const state = channel.getConnectivityState(true);
        if (state === READY) resolve();
        else if (state !== IDLE && state !== CONNECTING) {
          reject(new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', `${label} cannot be connected to`));
        } else {
          const late = () => new SubgraphError(subgraph, 'SUBGRAPH_TIMEOUT', `not connected within ${startTimeout} ms`);
          channel.watchConnectivityState(state, deadline, (error) => (error ? reject(late()) : check()));
        }
      };
      check();
    });
  }

  #responseOf(
    request: TranslatedRequest,
    field: CompiledField,
    method: MethodBinding,
    bytes: Buffer,
  ): SubgraphResponse {
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
  #endOf(
    request: TranslatedRequest,
    field: CompiledField,
    status: CallStatus,
    scope: SubgraphScope,
  ): Error | UpstreamEvent {
    const { exchange, hasCredentials } = this.#settings;
    const failure = streamFailureOf(exchange.subgraph, status);
    if (failure instanceof RejectedRequest) return rejectionFor(failure, scope, hasCredentials);
    return failure ?? rejection(request, field, reportedError(status));
  }
}

/** The event of a subscription that the service rejects. */
function rejection(request: TranslatedRequest, field: CompiledField, error: TranslatedError): UpstreamEvent {
  const response = new TranslatedResponse(request);
  response.fail(field, error);
  return { response: response.toResponse(), bytes: 0, id: null, isRejection: true };
}
