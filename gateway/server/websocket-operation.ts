// WebSocket operation: admitted, then executed or subscribed to, and ended as soon as its client completes it. It sends
// its results itself, one after the other; for the protocol's library it is an iterator that ends when they have been
// sent.
import type { ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { isInterruption } from '../execute/subscription.ts';
import type { DocumentParameters } from '../persisted-documents/request-document.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { Result } from '../pipeline/stages.ts';
import { Rejection } from '../policy/rejection.ts';

export interface WebSocketOperationOptions {
  pipeline: Pipeline;
  context: RequestContext;
  payload: SubscribePayload;
  /** Size in bytes of the message with the operation. */
  messageBytes: number;
  /** Applies rate limits; records the headers for subgraphs on the context. */
  admit(context: RequestContext): Rejection | null | Promise<Rejection | null>;
  /** Sends a response, given as JSON text; resolves when it has been sent. */
  send(response: string): Promise<void>;
  /** Logs an unexpected error and returns the error for clients. */
  mask(error: unknown): GraphQLError;
  /** Called once for a subscription, when its events begin. */
  subscribed(): void;
  /** Called once, with the status that an HTTP request would have had. */
  ended(operation: WebSocketOperation, status: number): void;
}

/** An operation that is not executed; its client gets these errors in place of results. */
export class RejectedMessage extends Error {
  override readonly name = 'RejectedMessage';
  readonly errors: readonly GraphQLError[];
  readonly status: number;

  constructor(errors: readonly GraphQLError[], status: number) {
    super('The operation was rejected.');
    this.errors = errors;
    this.status = status;
  }
}

/** RFC 9110 has no status for it; 499 is what access logs show for a client that has disconnected. */
const CLIENT_CLOSED = 499;

type Step = IteratorResult<ExecutionResult, undefined>;

const nothingMore: Step = { done: true, value: undefined };

export class WebSocketOperation implements AsyncIterableIterator<ExecutionResult, undefined> {
  readonly context: RequestContext;
  readonly #options: WebSocketOperationOptions;
  #started = false;
  #over = false;
  #events: AsyncIterableIterator<Result> | null = null;
  /** Ends the wait for the next result. */
  #stopWaiting: (() => void) | null = null;

  constructor(options: WebSocketOperationOptions) {
    this.#options = options;
    this.context = options.context;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get isSubscription(): boolean {
    return this.#events !== null;
  }

  /** @throws RejectedMessage where the operation has no results. */
  next(): Promise<Step> {
    if (this.#over) return Promise.resolve(nothingMore);
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => resolve(nothingMore);
      this.#next().then(
        (step) => {
          if (step.done) this.#end(200);
          else if (step.value.errors) this.context.recordErrors(step.value.errors);
          resolve(step);
        },
        (error) => {
          const rejected = this.#asRejected(error);
          this.context.recordErrors(rejected.errors);
          this.#end(rejected.status);
          reject(rejected);
        },
      );
    });
  }

  /** Ends the operation because the client has completed it, which is how most subscriptions end. */
  return(): Promise<Step> {
    this.#cancel(this.#events ? 200 : CLIENT_CLOSED);
    return Promise.resolve(nothingMore);
  }

  /** Ends the operation because the connection ends. */
  cancel(): void {
    this.#cancel(CLIENT_CLOSED);
  }

  #cancel(status: number): void {
    if (this.#over) return;
    this.context.cancellation.cancel();
    this.#leave();
    this.#end(status);
    this.#stopWaiting?.();
  }

  /** Ends the subscription upstream, also while it waits for an event. */
  #leave(): void {
    this.#events?.return?.().catch((error: unknown) => this.#options.mask(error));
  }

  #end(status: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.ended(this, status);
  }

  async #next(): Promise<Step> {
    // All results are sent from here.
    if (this.#started) return nothingMore;
    this.#started = true;
    const { pipeline, payload, messageBytes, admit, send } = this.#options;
    // In the order of HTTP: an operation over the rate limit is rejected unread.
    const rejection = await admit(this.context);
    if (rejection) throw new RejectedMessage(rejection.errors, rejection.status);
    const outcome = await pipeline.run(
      {
        document: documentOf(payload),
        operationName: payload.operationName,
        variables: payload.variables ?? {},
        bytes: messageBytes,
        kinds: ['query', 'mutation', 'subscription'],
        isExplained: payload.extensions?.explain === true,
        ...(typeof payload.extensions?.faults === 'string' && { faults: payload.extensions.faults }),
      },
      this.context,
    );
    if (outcome instanceof Rejection && outcome.part !== 'operation') {
      throw new RejectedMessage(outcome.errors, outcome.status);
    }
    if (Symbol.asyncIterator in outcome) return this.#subscribed(outcome);
    if (this.#over) return nothingMore;
    const result: Result = outcome instanceof Rejection ? outcome.result : outcome;
    if (result.errors) this.context.recordErrors(result.errors);
    await send(textOf(result));
    return nothingMore;
  }

  async #subscribed(events: AsyncIterableIterator<Result>): Promise<Step> {
    this.#events = events;
    this.#options.subscribed();
    const sent = this.#sendEvents(events);
    if (!this.#over) return sent;
    // Ended before it began. The stream closes its connection only once something was pulled from it.
    this.#leave();
    await sent;
    return nothingMore;
  }

  /**
   * Sends each event before the next one is pulled.
   * @throws RejectedMessage where the subscription was interrupted: clients resubscribe after an `error`.
   */
  async #sendEvents(events: AsyncIterableIterator<Result>): Promise<Step> {
    for (;;) {
      const { done, value } = await events.next();
      if (done || this.#over) return nothingMore;
      const { errors } = value;
      // Its log line has the status of an event stream over HTTP, and the codes of the errors.
      if (isInterruption(value)) throw new RejectedMessage(errors ?? [], 200);
      if (errors) this.context.recordErrors(errors);
      await this.#options.send(textOf(value));
    }
  }

  #asRejected(error: unknown): RejectedMessage {
    return error instanceof RejectedMessage ? error : new RejectedMessage([this.#options.mask(error)], 500);
  }
}

/** A result as sent to clients, without the HTTP status and headers of its errors. */
export function visibleResult({ errors, ...rest }: ExecutionResult): object {
  return errors ? { ...rest, errors: errors.map(visibleError) } : rest;
}

export function visibleError(error: GraphQLError): GraphQLFormattedError {
  const { extensions, ...rest } = error.toJSON();
  const { http: _, unexpected: __, ...visible } = extensions ?? {};
  return Object.keys(visible).length > 0 ? { ...rest, extensions: visible } : rest;
}

/** JSON text of a result. The library would serialize again what the engine has serialized already. */
export function textOf(result: Result): string {
  const { data, errors, extensions } = result;
  if (!errors && 'stringify' in result) return result.stringify();
  return JSON.stringify(visibleResult({ data, ...(errors && { errors }), ...(extensions && { extensions }) }));
}

/** The protocol requires a query; clients that send the id of a document instead leave it empty. */
function documentOf({ query, ...others }: SubscribePayload): DocumentParameters {
  return query === '' ? others : { ...others, query };
}
