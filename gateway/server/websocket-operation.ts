// WebSocket operation: admitted, then executed or subscribed to, and ended as soon as its client does not want it any more. It
// sends its results itself, one behind the other; the protocol's library sees an iterator that ends when they have left.
import type { ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { isInterruption } from '../execute/subscription.ts';
import type { DocumentParameters } from '../persisted-documents/request-document.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { Result } from '../pipeline/response-caching.ts';
import { Rejection } from '../policy/rejection.ts';

export interface WebSocketOperationOptions {
  pipeline: Pipeline;
  context: RequestContext;
  payload: SubscribePayload;
  /** Of the message that brought it. */
  messageBytes: number;
  /** Whether there are too many already; notes on the context what goes up with it. */
  admit(context: RequestContext): Rejection | null | Promise<Rejection | null>;
  /** Sends an answer, given as JSON text; resolves when it has left. */
  send(response: string): Promise<void>;
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
  /** Told once, with the status that a request would have had. */
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

/** RFC 9110 has no status for it; that of log lines of requests whose client has gone. */
const clientGone = 499;

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

  /** @throws RefusedOperation where there are no results, and will be none. */
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

  /** The client does not want it any more. Subscriptions have no other end, mostly. */
  return(): Promise<Step> {
    this.#giveUp(this.#events ? 200 : clientGone);
    return Promise.resolve(nothingMore);
  }

  /** The client has gone, or has to. */
  cancel(): void {
    this.#giveUp(clientGone);
  }

  #giveUp(status: number): void {
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
    // In the order of HTTP: nothing is read of an operation that is one too many.
    const rejection = await admit(this.context);
    if (rejection) throw new RejectedMessage(rejection.errors, rejection.status);
    const outcome = await pipeline.run(
      {
        document: documentOf(payload),
        operationName: payload.operationName,
        variables: payload.variables ?? {},
        bytes: messageBytes,
        kinds: ['query', 'mutation', 'subscription'],
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
    const sent = this.#sendEvents(events);
    if (!this.#over) return sent;
    // Left before it began. The stream lets go of its connection only once something was pulled from it.
    this.#leave();
    await sent;
    return nothingMore;
  }

  /** Sends each event before the next one is pulled. @throws RefusedOperation where the subscription was interrupted: clients resubscribe after an `error`. */
  async #sendEvents(events: AsyncIterableIterator<Result>): Promise<Step> {
    for (;;) {
      const { done, value } = await events.next();
      if (done || this.#over) return nothingMore;
      const { errors } = value;
      // Its line in the log has the status of an event stream over HTTP, and the errors' codes.
      if (isInterruption(value)) throw new RejectedMessage(errors ?? [], 200);
      if (errors) this.context.recordErrors(errors);
      await this.#options.send(textOf(value));
    }
  }

  #asRejected(error: unknown): RejectedMessage {
    return error instanceof RejectedMessage ? error : new RejectedMessage([this.#options.mask(error)], 500);
  }
}

/** What a result says to clients; what its errors say to HTTP stays here. */
export function visibleResult({ errors, ...rest }: ExecutionResult): object {
  return errors ? { ...rest, errors: errors.map(visibleError) } : rest;
}

export function visibleError(error: GraphQLError): GraphQLFormattedError {
  const { extensions, ...rest } = error.toJSON();
  const { http: _, unexpected: __, ...visible } = extensions ?? {};
  return Object.keys(visible).length > 0 ? { ...rest, extensions: visible } : rest;
}

/** Past the library, which would write again what the engine has written already. */
export function textOf(result: Result): string {
  const { data, errors } = result;
  if (!errors && 'stringify' in result) return result.stringify();
  return JSON.stringify(visibleResult({ data, ...(errors && { errors }) }));
}

/** The protocol wants a query in any case; who sends the id of a document in place of one leaves it empty. */
function documentOf({ query, ...others }: SubscribePayload): DocumentParameters {
  return query === '' ? others : { ...others, query };
}
