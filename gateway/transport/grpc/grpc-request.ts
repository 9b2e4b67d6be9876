// Request to a gRPC service: one call for each root field, within one deadline, from a place in the bulkhead to the
// response as services of GraphQL send it. Calls of queries are sent again where the service is unavailable.
import type { Metadata } from '@grpc/grpc-js';
import { ErrorCode, errorExtensions } from '../../errors.ts';
import { AdmittedRequest } from '../admitted-request.ts';
import { type CacheDirectives, readDirectives, strictest } from '../cache-directives.ts';
import { pause } from '../cancellation.ts';
import { interruptedRequest, MIN_TIME, OutOfTime } from '../deadline.ts';
import { outcomeOf } from '../failures.ts';
import { type ReceivedHeaders, receivedHeaders } from '../received-headers.ts';
import { RejectedRequest, rejectionFor } from '../rejected-request.ts';
import { SubgraphError } from '../subgraph-error.ts';
import type { SubgraphResponse } from '../subgraph-response.ts';
import type { CompiledField } from '../translate/document-translator.ts';
import { resolveFields } from '../translate/resolve-fields.ts';
import type { TranslatedResponse } from '../translate/translated-response.ts';
import { headersOf, metadataOf } from './call-metadata.ts';
import { sendUnary } from './grpc-call.ts';
import type { GrpcSettings } from './grpc-settings.ts';
import { type CallStatus, DEADLINE_EXCEEDED, failureOf, NOT_FOUND, reportedError } from './grpc-status.ts';
import { grpc } from './packages.ts';
import { encodeArguments, type MethodBinding, unsuitableArguments } from './service-binding.ts';

/** Milliseconds, the least and the most, before a call is sent again. */
const RETRY_DELAY = [25, 100] as const;

export class GrpcRequest extends AdmittedRequest<GrpcSettings> {
  /** Cancel the calls that run. */
  readonly #running = new Set<() => void>();
  readonly #onInterrupt = () => this.#interrupt();
  #failures: SubgraphError[] = [];
  #fields = 0;
  #isQuery = false;
  #directives: CacheDirectives | undefined;
  #headers: ReceivedHeaders | undefined;

  protected override send(now: number): void {
    const { translator, retries, methods } = this.settings;
    this.cancellation.add(this.#onInterrupt);
    retries.count(now);
    this.#guarded(() => {
      const request = translator.translate(this.body);
      const type = request.document.rootType;
      this.#isQuery = request.document.operation === 'query';
      resolveFields(
        request,
        (field, response, done) => {
          this.#fields += 1;
          this.#resolve(field, methods.get(`${type}.${field.name}`) as MethodBinding, response, done);
        },
        (response) => this.#end(response),
      );
    });
  }

  /** Calls end in callbacks of the network: an exception there would end the process. */
  #guarded(step: () => void): void {
    if (this.isOver) return;
    try {
      step();
    } catch (error) {
      if (this.isOver) throw error;
      this.finish(asError(error), null, performance.now());
    }
  }

  #resolve(field: CompiledField, method: MethodBinding, response: TranslatedResponse, done: () => void): void {
    if (this.isOver) return;
    const message = encodeArguments(method, response.argumentsOf(field));
    if (!message) {
      response.fail(field, unsuitableArguments(field.name));
      done();
      return;
    }
    this.#call(method, message, 1, (status, bytes) => {
      if (status) this.#fail(field, method, response, status);
      else this.#take(field, method, response, bytes);
      done();
    });
  }

  /** @param attempt from 1. */
  #call(
    method: MethodBinding,
    message: Buffer,
    attempt: number,
    end: (status: CallStatus | null, bytes: Buffer) => void,
  ): void {
    const { channels, exchange, headers } = this.settings;
    const { requestId, forwarded, trace, fetches } = this.scope;
    const now = performance.now();
    const left = this.ends - now;
    const channel = channels.choose(now);
    this.attempts = Math.max(this.attempts, attempt);
    const fields = [...headers, 'x-request-id', requestId, ...(forwarded?.headersFor(exchange.subgraph) ?? [])];
    const traced = trace?.fetch(exchange.subgraph, channel.origin, method.path, attempt, fields);
    const record = fetches?.send(exchange.subgraph, this.body, channel.label, attempt);
    if (record && attempt === 1) record.queued = this.queued;
    const { passedHeaders, honoursCacheControl } = exchange;
    const cancel = sendUnary(
      channel,
      {
        path: method.path,
        message,
        metadata: metadataOf(grpc(), fields),
        timeout: left,
        onMetadata:
          passedHeaders || honoursCacheControl || record ? (metadata) => this.#receive(metadata, record) : null,
      },
      (status, bytes) => {
        this.#running.delete(cancel);
        const failure = status && failureOf(exchange.subgraph, status);
        const outcome = outcomeOf(failure);
        if (record) record.bytes = bytes?.length ?? 0;
        record?.end(outcome);
        traced?.end(outcome);
        exchange.series?.receivedBytes.add(bytes?.length ?? 0);
        this.#guarded(() => {
          if (failure?.code === ErrorCode.SUBGRAPH_UNAVAILABLE && this.#again(method, message, attempt, end)) return;
          end(status, bytes ?? Buffer.alloc(0));
        });
      },
    );
    this.#running.add(cancel);
  }

  /** @returns whether the call is sent again. */
  #again(
    method: MethodBinding,
    message: Buffer,
    attempt: number,
    end: (status: CallStatus | null, bytes: Buffer) => void,
  ): boolean {
    const { maxAttempts, retries, exchange } = this.settings;
    const now = performance.now();
    const [least, most] = RETRY_DELAY;
    const delay = least + Math.random() * (most - least);
    const hasTime = this.ends - now - delay >= MIN_TIME;
    if (!this.profile.isQuery || attempt >= maxAttempts || !hasTime || !retries.take(now)) return false;
    exchange.series?.retried('status');
    pause(
      delay,
      this.cancellation,
      () => this.#guarded(() => this.#call(method, message, attempt + 1, end)),
      this.#onInterrupt,
    );
    return true;
  }

  #take(field: CompiledField, method: MethodBinding, response: TranslatedResponse, bytes: Buffer): void {
    let value: unknown;
    try {
      value = method.decode(bytes);
    } catch (error) {
      const detail = `the response message of ${method.path} cannot be read: ${asError(error).message.slice(0, 300)}`;
      this.#failures.push(new SubgraphError(this.settings.exchange.subgraph, 'SUBGRAPH_BAD_RESPONSE', detail));
      this.#reportFailure(field, response);
      return;
    }
    response.set(field, value);
  }

  #fail(field: CompiledField, method: MethodBinding, response: TranslatedResponse, status: CallStatus): void {
    const { exchange, hasCredentials } = this.settings;
    // A mutation that has found nothing has not had its effect.
    if (status.code === NOT_FOUND && this.#isQuery && (method.isList || !method.isNonNull)) {
      response.set(field, method.isList ? [] : null);
      return;
    }
    const failure =
      status.code === DEADLINE_EXCEEDED && this.ends - this.startedAt < exchange.timeout / 2
        ? new OutOfTime(exchange.subgraph)
        : failureOf(exchange.subgraph, status);
    if (!failure) {
      response.fail(field, reportedError(status));
      return;
    }
    const shown = failure instanceof RejectedRequest ? rejectionFor(failure, this.scope, hasCredentials) : failure;
    this.#failures.push(shown);
    this.#reportFailure(field, response);
  }

  /** Where other fields have values, a failure is an error of its field. */
  #reportFailure(field: CompiledField, response: TranslatedResponse): void {
    const { message, code, isOutage } = this.#failures.at(-1) as SubgraphError;
    response.fail(field, { message, extensions: errorExtensions(code), isOutage });
  }

  /** Reads header fields of the response to a call. Of several calls, the strictest directives hold. */
  #receive(metadata: Metadata, record: { receiveHead(): void } | undefined): void {
    record?.receiveHead();
    const { passedHeaders, honoursCacheControl } = this.settings.exchange;
    const headers = headersOf(metadata);
    const directives = readDirectives(headers, honoursCacheControl);
    if (directives) this.#directives = this.#directives ? strictest(this.#directives, directives) : directives;
    const received = passedHeaders && receivedHeaders(headers, passedHeaders);
    if (received) {
      this.#headers = { order: received.order, fields: [...(this.#headers?.fields ?? []), ...received.fields] };
    }
  }

  #end(response: TranslatedResponse): void {
    const now = performance.now();
    const [failure] = this.#failures;
    if (failure && this.#failures.length === this.#fields) {
      this.finish(failure, null, now);
      return;
    }
    const made = response.toResponse();
    if (this.#directives) made.directives = this.#directives;
    if (this.#headers) made.headers = this.#headers;
    this.finish(null, made, now);
  }

  #interrupt(): void {
    if (!this.isOver) {
      this.finish(interruptedRequest(this.cancellation, this.settings.exchange.subgraph), null, performance.now());
    }
  }

  protected override finish(error: Error | null, response: SubgraphResponse | null, now: number): void {
    this.isOver = true;
    this.cancellation.remove(this.#onInterrupt);
    for (const cancel of this.#running) cancel();
    this.#running.clear();
    super.finish(error, response, now);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
