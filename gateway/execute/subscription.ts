// Subscription: a compiled plan, executed for each event of its first fetch (GraphQL specification, section 6.2.3.2).
// Each event has a run and a scope of its own: the next event does not reuse anything that was fetched for it.
import type { ExecutionResult } from '@graphql-tools/utils';
import type { GraphQLError } from 'graphql';
import { requestCancelled } from '../transport/cancellation.ts';
import type { SubgraphResponse, SubgraphScope } from '../transport/subgraph-client.ts';
import { RequestCancelled, SubgraphError } from '../transport/subgraph-error.ts';
import { BudgetUse } from './budget-use.ts';
import { asGraphQLError, failedSubgraph } from './client-errors.ts';
import type { CompiledFetch, CompiledPlan } from './compiled-plan.ts';
import { type EventSource, isEventSource, subscribeRemote } from './event-source.ts';
import type { ExecutionState, RunOptions } from './execution-state.ts';
import { buildResponse, failedResponse, type GraphQLResponse } from './response.ts';
import { runPlan } from './run.ts';

export interface SubscriptionOptions extends Omit<RunOptions, 'event'> {
  /** A scope for one event, of the same caller. */
  eventScope(): SubgraphScope;
  /** Called with the result of each event, what it was built from, and the event's scope. */
  onResult(response: GraphQLResponse, state: ExecutionState, scope: SubgraphScope): void;
}

/** Marks the last result of a subscription that did not end regularly. Its symbol is not part of the JSON text. */
const interrupted = Symbol('interrupted');

/**
 * Whether a subscription has ended with this result, by an error: clients resubscribe then, which they do not after a
 * regular end.
 */
export function isInterruption(result: object): boolean {
  return interrupted in result;
}

/** The last result of a subscription that ends by this error. */
export function interruption(error: GraphQLError): ExecutionResult {
  return { errors: [error], [interrupted]: true } as ExecutionResult;
}

/** The end of a subscription whose client is to subscribe again, without a result. */
export const disconnection = { [interrupted]: true } as ExecutionResult;

type Step = IteratorResult<GraphQLResponse | ExecutionResult, undefined>;

const finished: Step = { done: true, value: undefined };

/**
 * Subscribes. The plan's first fetch is the subscription itself.
 * @returns the events' results, or a single result where a target in the gateway has rejected the subscription. A
 * service without a stream, like one whose stream breaks, makes the last result one for `isInterruption`.
 */
export async function subscribePlan(
  compiled: CompiledPlan,
  options: SubscriptionOptions,
): Promise<Subscription | ExecutionResult> {
  const [root] = compiled.fetches as [CompiledFetch];
  try {
    const started = await open(root, options);
    if (isEventSource(started)) return new Subscription(compiled, options, started);
    const response = await respond(compiled, options, started as SubgraphResponse, options.scope);
    return { errors: response ? response.errors : [requestCancelled()] };
  } catch (error) {
    return new Subscription(compiled, options, { next: () => Promise.reject(error), close() {} });
  }
}

function open(fetch: CompiledFetch, { variables, scope }: SubscriptionOptions) {
  const exceeded = fetch.budget && new BudgetUse({ variables, scope }).charge(fetch, []);
  if (exceeded) throw exceeded;
  const { target, documents } = fetch;
  const { whole } = documents;
  if (target.kind === 'remote') return subscribeRemote(target.client, whole.body(variables, []), scope);
  return target.subscribe({ document: whole.parsed, variables: whole.values(variables, []), context: scope });
}

/** Runs the plan's other fetches for an event; null where the client has disconnected meanwhile. */
async function respond(
  compiled: CompiledPlan,
  options: SubscriptionOptions,
  event: SubgraphResponse,
  scope: SubgraphScope,
): Promise<GraphQLResponse | null> {
  try {
    const state = await runPlan(compiled, { ...options, scope, event });
    if (state.isCancelled) return null;
    const response = buildResponse(compiled, state);
    options.onResult(response, state, scope);
    return response;
  } catch (error) {
    return failedResponse([options.mask(error)]);
  }
}

export class Subscription implements AsyncIterableIterator<GraphQLResponse | ExecutionResult, undefined> {
  readonly #compiled: CompiledPlan;
  readonly #options: SubscriptionOptions;
  readonly #source: EventSource;
  #isOver = false;

  constructor(compiled: CompiledPlan, options: SubscriptionOptions, source: EventSource) {
    this.#compiled = compiled;
    this.#options = options;
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** An event is taken from its source when it is pulled here. */
  async next(): Promise<Step> {
    if (this.#isOver) return finished;
    const scope = this.#options.eventScope();
    let event: SubgraphResponse | null;
    try {
      event = await this.#source.next(scope);
    } catch (error) {
      return this.#interrupt(error);
    }
    if (this.#isOver || event === null) {
      this.#isOver = true;
      return finished;
    }
    scope.trace?.arrived();
    scope.fetches?.arrived();
    const value = await respond(this.#compiled, this.#options, event, scope);
    scope.trace?.finish(value?.errors);
    return value ? { done: false, value } : finished;
  }

  /** Ends the subscription at its source, also while an event is awaited. */
  return(): Promise<Step> {
    this.#isOver = true;
    this.#source.close();
    return Promise.resolve(finished);
  }

  #interrupt(error: unknown): Step {
    const isLeft = this.#isOver || error instanceof RequestCancelled;
    this.#isOver = true;
    if (isLeft) return finished;
    const visible: GraphQLError =
      error instanceof SubgraphError ? asGraphQLError(failedSubgraph(error)) : this.#options.mask(error);
    return { done: false, value: interruption(visible) };
  }
}
