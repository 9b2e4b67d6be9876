// Hooks: the configuration's functions, called at their stages of an operation whichever transport it came by. What
// they read of the caller becomes part of cache keys.
import type { GraphQLError } from 'graphql';
import type { CheckedConfig } from '../config/config.ts';
import type { HooksConfig } from '../config/hooks.ts';
import { milliseconds } from '../config/values.ts';
import { interruption, isInterruption } from '../execute/subscription.ts';
import { credentialHeaders } from '../policy/forwarding/varying.ts';
import { Rejection } from '../policy/rejection.ts';
import type { CacheDirectives } from '../transport/cache-directives.ts';
import type { SubgraphHooks, SubgraphOutcome } from '../transport/hooked-client.ts';
import type { SubgraphResponse, SubgraphScope } from '../transport/subgraph-client.ts';
import { HookCaller, isPromise, named } from './hook-caller.ts';
import { createScope, HookReads, RequestHookContext } from './hook-context.ts';
import { ClientResult, Operation } from './hook-operation.ts';
import { IncomingResponse, OutgoingRequest } from './hook-request.ts';
import type { RequestContext } from './request-context.ts';
import type { Events, OperationExecution, Result, Variables } from './stages.ts';

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
  readonly #caller: HookCaller;
  readonly #subgraphHeaders: ReadonlySet<string>;
  /** Whether requests have header fields that caches know nothing of. */
  readonly #isUncached: boolean;

  constructor(options: HooksOptions) {
    const { timeout, subgraphHeaders, varyBy } = options.config;
    this.#options = options;
    this.#reads = new HookReads(options.credentials);
    this.#caller = new HookCaller(milliseconds(timeout), options.mask);
    this.#subgraphHeaders = new Set(subgraphHeaders);
    this.#isUncached = subgraphHeaders.length > 0 && !varyBy;
  }

  /** Whether a hook is called with each response. */
  get readsResponses(): boolean {
    return this.#options.config.onResponse !== undefined;
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
        await this.#caller.call('onOperation', call, hookContext, context.cancellation);
      }
    } catch (error) {
      return new Rejection([this.#caller.visible(error)]);
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
      await this.#caller.call('onResponse', () => onResponse(new ClientResult(result), hookContext), hookContext, null);
      return result;
    } catch (error) {
      context.freshness = null;
      const visible = this.#caller.visible(error);
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
    const called = this.#caller.callForFetch(
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
    const called = this.#caller.callForFetch(
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
}

/** Null where no hook is configured: then nothing is called or made for any. */
export function createHooks(config: CheckedConfig, mask: (error: unknown) => GraphQLError): Hooks | null {
  const { onOperation, onSubgraphRequest, onSubgraphResponse, onResponse } = config.hooks;
  if (!onOperation && !onSubgraphRequest && !onSubgraphResponse && !onResponse) return null;
  return new Hooks({ config: config.hooks, credentials: credentialHeaders(config), mask });
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
