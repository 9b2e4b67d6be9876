// Hooks: the configuration's functions, called at their stages of an operation whichever transport it came by. What they throw
// fails what they were called for, and nothing of it reaches clients but a GraphQLError that was meant for them.
import { GraphQLError, print } from 'graphql';
import { isPureGraphQLError, markDeliberate } from '../compose/resolver-errors.ts';
import type { HookOperation, HookResult, HooksConfig } from '../config/hooks.ts';
import { milliseconds } from '../config/values.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { ErrorCode } from '../errors.ts';
import { interruption, isInterruption } from '../execute/subscription.ts';
import { copyJson, toPlainJson } from '../json/json-values.ts';
import { Rejection } from '../policy/rejection.ts';
import type { CacheDirectives } from '../transport/cache-directives.ts';
import type { Cancellation } from '../transport/cancellation.ts';
import type { SubgraphHooks, SubgraphOutcome } from '../transport/hooked-client.ts';
import type { SubgraphResponse, SubgraphScope } from '../transport/subgraph-client.ts';
import { RequestCancelled } from '../transport/subgraph-error.ts';
import { createScope, HookReads, RequestHookContext } from './hook-context.ts';
import { IncomingResponse, OutgoingRequest } from './hook-request.ts';
import type { RequestContext } from './request-context.ts';
import type { OperationExecution, Result, Variables } from './response-caching.ts';

type Events = AsyncIterableIterator<Result>;

/** Values of `varyBy`, and the characters of each. */
const MAX_VARIANTS = 20;
const MAX_VARIANT_LENGTH = 1_024;

export interface HooksOptions {
  config: HooksConfig;
  /** Names of the header fields that say who the caller is. */
  credentials: readonly string[];
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
}

export class Hooks implements SubgraphHooks {
  readonly #options: HooksOptions;
  readonly #reads: HookReads;
  readonly #timeout: number;
  readonly #subgraphHeaders: ReadonlySet<string>;
  /** Whether requests have header fields that caches know nothing of. */
  readonly #isUncached: boolean;

  constructor(options: HooksOptions) {
    const { timeout, subgraphHeaders, varyBy } = options.config;
    this.#options = options;
    this.#reads = new HookReads(options.credentials);
    this.#timeout = milliseconds(timeout);
    this.#subgraphHeaders = new Set(subgraphHeaders);
    this.#isUncached = subgraphHeaders.length > 0 && !varyBy;
  }

  /** Executes an operation between its hooks. @param given its variables, as the client sent them. */
  async run(
    execution: OperationExecution,
    given: Variables,
    execute: (hooked: OperationExecution) => Promise<Result | Events>,
  ): Promise<Result | Events | Rejection> {
    const { isBatch, nested } = execution.context;
    const context = isBatch ? execution.context.forBatchMember() : execution.context;
    context.hookScope = createScope(new Operation(execution.operation, given, nested > 0));
    // Other operations of the request have their own.
    context.variants = context.variants && new Map(context.variants);
    const hookContext = new RequestHookContext(context, context.hookScope, this.#reads);
    context.hookContext = hookContext;
    try {
      this.#vary(context, hookContext);
      const { onOperation } = this.#options.config;
      if (onOperation) {
        hookContext.phase = 'operation';
        const call = () => onOperation(hookContext.operation, hookContext);
        await this.#call('onOperation', call, hookContext, context.cancellation);
      }
    } catch (error) {
      return new Rejection([this.#visible(error)]);
    }
    hookContext.phase = 'execution';
    const outcome = await execute({ ...execution, context });
    return Symbol.asyncIterator in outcome
      ? this.#hookedEvents(outcome, context, hookContext)
      : this.#respond(outcome, context, hookContext);
  }

  /** Makes the operation's cache keys depend on what hooks depend on, before any cache is read. */
  #vary(context: RequestContext, hookContext: RequestHookContext): void {
    this.#reads.begin(context);
    // Those of the operation that it is nested in hold for it.
    if (context.nested > 0) return;
    if (this.#isUncached) context.isolate();
    const { varyBy } = this.#options.config;
    if (!varyBy) return;
    hookContext.phase = 'varyBy';
    let variants: Record<string, string>;
    try {
      variants = hookContext.run(() => varyBy(hookContext));
    } catch (error) {
      throw named('varyBy', error);
    }
    for (const [name, value] of variantsOf(variants)) context.varyBy(`hooks.varyBy ${name}`, value);
  }

  async #respond(result: Result, context: RequestContext, hookContext: RequestHookContext): Promise<Result> {
    const { onResponse } = this.#options.config;
    if (!onResponse) return result;
    hookContext.phase = 'response';
    try {
      await this.#call('onResponse', () => onResponse(new ClientResult(result), hookContext), hookContext, null);
      return result;
    } catch (error) {
      context.freshness = null;
      const visible = this.#visible(error);
      return isInterruption(result) ? interruption(visible) : { errors: [visible] };
    }
  }

  #hookedEvents(events: Events, context: RequestContext, hookContext: RequestHookContext): Events {
    if (!this.#options.config.onResponse) return events;
    const hooked: Events = {
      [Symbol.asyncIterator]: () => hooked,
      next: async () => {
        const step = await events.next();
        return step.done ? step : { done: false, value: await this.#respond(step.value, context, hookContext) };
      },
      return: async () => (await events.return?.()) ?? { done: true, value: undefined },
    };
    return hooked;
  }

  request(subgraph: string, body: string, scope: SubgraphScope): SubgraphScope | Promise<SubgraphScope> {
    const { onSubgraphRequest } = this.#options.config;
    const hookContext = onSubgraphRequest && this.#contextOf(scope);
    if (!hookContext) return scope;
    const request = new OutgoingRequest(subgraph, body, scope, this.#subgraphHeaders);
    const called = this.#callForFetch(
      'onSubgraphRequest',
      () => onSubgraphRequest(request, hookContext),
      hookContext,
      scope.cancellation,
    );
    return called instanceof Promise ? called.then(() => request.scope()) : request.scope();
  }

  response(
    subgraph: string,
    outcome: SubgraphOutcome,
    scope: SubgraphScope,
  ): SubgraphResponse | null | Promise<SubgraphResponse | null> {
    const { onSubgraphResponse } = this.#options.config;
    const hookContext = this.#contextOf(scope);
    if (!hookContext) return outcome.response;
    const handedOn = () => (hookContext.isUnknownToCaches ? uncached(outcome.response) : outcome.response);
    if (!onSubgraphResponse) return handedOn();
    const response = new IncomingResponse(subgraph, outcome);
    const called = this.#callForFetch(
      'onSubgraphResponse',
      () => onSubgraphResponse(response, hookContext),
      hookContext,
      scope.cancellation,
    );
    if (!(called instanceof Promise)) {
      response.close();
      return handedOn();
    }
    return called.finally(() => response.close()).then(handedOn);
  }

  /** Null for what is executed for no operation of a client. */
  #contextOf(scope: SubgraphScope): RequestHookContext | null {
    const context = scope as RequestContext;
    const { hookScope } = context;
    if (!hookScope) return null;
    context.hookContext ??= new RequestHookContext(context, hookScope, this.#reads);
    return context.hookContext;
  }

  /** As `#call`, for hooks of one fetch: its errors say nothing about the status of the response. */
  #callForFetch(
    name: keyof HooksConfig,
    call: () => unknown,
    context: RequestHookContext,
    cancellation: Cancellation,
  ): undefined | Promise<undefined> {
    const failed = (error: unknown): never => {
      throw error instanceof RequestCancelled ? error : this.#visible(error, false);
    };
    try {
      const called = this.#call(name, call, context, cancellation);
      return called instanceof Promise ? called.catch(failed) : called;
    } catch (error) {
      return failed(error);
    }
  }

  /**
   * Calls a hook, and waits for it within the time-out. @throws what it throws, or rejects with it.
   * @param cancellation ends the wait as well.
   */
  #call(
    name: keyof HooksConfig,
    call: () => unknown,
    context: RequestHookContext,
    cancellation: Cancellation | null,
  ): undefined | Promise<undefined> {
    let returned: unknown;
    try {
      returned = context.run(call);
    } catch (error) {
      throw named(name, error);
    }
    if (!isPromise(returned)) return checked(name, returned);
    return bounded(returned, this.#timeout, cancellation).then(
      (value) => checked(name, value),
      (error) => {
        throw named(name, error);
      },
    );
  }

  #visible(error: unknown, hasStatus = true): GraphQLError {
    const { mask } = this.#options;
    if (error instanceof RequestCancelled || !isPureGraphQLError(error)) return deliberate(mask(error));
    const { http, ...extensions } = error.extensions;
    const status = hasStatus ? statusOf(http) : undefined;
    const visible = { code: ErrorCode.HOOK_ERROR, ...extensions, ...(status !== undefined && { http: { status } }) };
    try {
      JSON.stringify(visible);
    } catch (cause) {
      return deliberate(mask(new Error('The extensions of an error that a hook has thrown are no JSON.', { cause })));
    }
    return new GraphQLError(error.message, { extensions: markDeliberate(visible) });
  }
}

function deliberate({ message, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: markDeliberate(extensions) });
}

/** HTTP status of an error that says one. */
function statusOf(http: unknown): number | undefined {
  const status = (http as { status?: unknown } | null | undefined)?.status;
  return Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599 ? Number(status) : undefined;
}

/** An error for the log that names the hook; those for clients stay as they are. */
function named(name: keyof HooksConfig, error: unknown): unknown {
  if (isPureGraphQLError(error) || error instanceof RequestCancelled) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`hooks.${name} failed: ${reason}`, { cause: error });
}

/** An error or `false` that is returned would be meant as a rejection, and have no effect. */
function checked(name: keyof HooksConfig, returned: unknown): undefined {
  if (returned !== false && !(returned instanceof Error)) return undefined;
  throw named(
    name,
    new Error(`it returned ${returned === false ? 'false' : 'an error'}; throw a GraphQLError to reject`),
  );
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function bounded(promise: PromiseLike<unknown>, timeout: number, cancellation: Cancellation | null): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new RequestCancelled());
    const timer = setTimeout(() => reject(new Error(`it took longer than ${timeout} ms (hooks.timeout)`)), timeout);
    const settled = () => {
      clearTimeout(timer);
      cancellation?.remove(cancel);
    };
    if (cancellation?.cancelled) cancel();
    else cancellation?.add(cancel);
    Promise.resolve(promise).then(resolve, reject).finally(settled);
  });
}

/** @throws Error for what is no object of texts, or too much of it. */
function variantsOf(value: unknown): [name: string, value: string][] {
  const entries = typeof value === 'object' && value !== null && !isPromise(value) ? Object.entries(value) : null;
  const isFit = (text: unknown) => typeof text === 'string' && text.length <= MAX_VARIANT_LENGTH;
  if (!entries || entries.length > MAX_VARIANTS || !entries.every(([, text]) => isFit(text))) {
    const allowed = `an object of at most ${MAX_VARIANTS} texts of ${MAX_VARIANT_LENGTH} characters: { tenant: "a" }`;
    throw named('varyBy', new Error(`return ${allowed}`));
  }
  return entries;
}

const noStore: CacheDirectives = {
  ...{ isPrivate: true, maxAge: 0, sharedMaxAge: 0, mustRevalidate: true, setsCookie: false },
  text: 'read by hooks',
};

function uncached(response: SubgraphResponse | null): SubgraphResponse | null {
  return response && { ...response, directives: noStore };
}

/** An operation as hooks get it; made of what is there when it is read. */
class Operation implements HookOperation {
  readonly name: string | null;
  readonly kind: HookOperation['kind'];
  readonly isNested: boolean;
  readonly #operation: PreparedOperation;
  readonly #given: Variables;
  #variables: HookOperation['variables'] | undefined;

  constructor(operation: PreparedOperation, given: Variables, isNested: boolean) {
    this.name = operation.name ?? null;
    this.kind = operation.operation.operation;
    this.isNested = isNested;
    this.#operation = operation;
    this.#given = given;
  }

  get document(): string {
    return print(this.#operation.clientDocument);
  }

  get variables(): HookOperation['variables'] {
    this.#variables ??= toPlainJson(copyJson(this.#given));
    return this.#variables;
  }
}

class ClientResult implements HookResult {
  readonly errors: HookResult['errors'];
  readonly #result: Result;

  constructor(result: Result) {
    this.#result = result;
    this.errors = result.errors?.map((error) => {
      const { message, path, extensions: { http: _, unexpected: __, ...extensions } = {} } = error.toJSON();
      return { message, ...(path && { path }), extensions: copyJson(extensions) };
    });
  }

  get data(): HookResult['data'] {
    return toPlainJson(copyJson((this.#result.data as HookResult['data'] | undefined) ?? null));
  }
}
