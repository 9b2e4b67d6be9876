// WebSocket operation: admitted, then executed or subscribed to, and ended as soon as its client does not want it any more. It
// sends its results itself, one behind the other; the protocol's library sees an iterator that ends when they have left.
import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { isInterruption } from '../execute/subscription.ts';
import type { DocumentParameters } from '../persisted-documents/request-document.ts';
import type { Rejection } from '../pipeline/admission.ts';
import type { Operations } from '../pipeline/operations.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { Result } from '../pipeline/response-caching.ts';
import { variablesBeyond, variablesTooLarge } from '../policy/limits/variables.ts';

export interface WebSocketOperationOptions {
  operations: Operations;
  context: RequestContext;
  payload: SubscribePayload;
  /** Of the message that brought it. */
  messageBytes: number;
  /** JSON text of the variables; false for no limit. */
  maxVariablesBytes: number | false;
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
    const { operations, payload, send } = this.#options;
    const operation = await this.#prepare();
    if (this.#over) return nothingMore;
    const variables = payload.variables ?? {};
    if (operation.operation.operation === 'subscription') {
      const events = await operations.subscribe(operation, variables, this.context);
      if (!(Symbol.asyncIterator in events)) return { done: false, value: events };
      this.#events = events;
      const sent = this.#sendEvents(events);
      if (!this.#over) return sent;
      // Left before it began. The stream lets go of its connection only once it was asked for something.
      this.#leave();
      await sent;
      return nothingMore;
    }
    const result = await new Promise<Result>((resolve) =>
      operations.execute(operation, variables, this.context, resolve),
    );
    if (this.#over) return nothingMore;
    if (result.errors) this.context.recordErrors(result.errors);
    await send(textOf(result));
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

  /** In the order of HTTP: nothing is read of an operation that is one too many. */
  async #prepare(): Promise<PreparedOperation> {
    const { operations, payload, messageBytes, maxVariablesBytes, admit } = this.#options;
    const rejection = await admit(this.context);
    if (rejection) throw new RejectedMessage([rejection.error], rejection.status);
    const requested = await operations.document(namedIn(payload));
    if (requested instanceof GraphQLError) throw new RejectedMessage([requested], statusOf(requested));
    const document = await operations.prepare(requested.text, this.context);
    if (document instanceof GraphQLError) throw new RejectedMessage([document], statusOf(document));
    if (document.errors) {
      const code = document.document ? 'GRAPHQL_VALIDATION_FAILED' : 'GRAPHQL_PARSE_FAILED';
      throw new RejectedMessage(
        document.errors.map((error) => withCode(error, code)),
        400,
      );
    }
    const operation = document.operation(payload.operationName ?? requested.name);
    if (!operation) throw new RejectedMessage([undetermined()], 400);
    this.context.operation = operation.name;
    const beyond = variablesBeyond(payload.variables, messageBytes, maxVariablesBytes);
    if (beyond !== null) throw new RejectedMessage([variablesTooLarge(beyond, Number(maxVariablesBytes))], 413);
    return operation;
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
function namedIn({ query, ...others }: SubscribePayload): DocumentParameters {
  return query === '' ? others : { ...others, query };
}

function statusOf({ extensions }: GraphQLError): number {
  return (extensions.http as { status?: number } | undefined)?.status ?? 400;
}

/** Documents' own errors are kept with them, and are not to be changed. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  if (error.extensions.code !== undefined) return error;
  const { nodes, source, positions } = error;
  return new GraphQLError(error.message, { nodes, source, positions, extensions: { ...error.extensions, code } });
}

function undetermined(): GraphQLError {
  return new GraphQLError('Could not determine what operation to execute.', {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
  });
}
