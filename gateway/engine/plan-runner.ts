// Plan runner: executes compiled plans and builds their responses. Responses to introspection are cached.
import type { ExecutionResult } from '@graphql-tools/utils';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import type { EntityCache } from '../cache/entity-cache.ts';
import type { ClientView } from '../client-views/client-view.ts';
import { nullAbsentObjects } from '../execute/absent-objects.ts';
import {
  errorRules,
  type SubgraphErrorMode,
  type SubgraphErrorRules,
  type SubgraphErrorSettings,
} from '../execute/client-errors.ts';
import type { CompiledPlan } from '../execute/compiled-plan.ts';
import { Delivery } from '../execute/deferred/delivery.ts';
import { FetchProgress } from '../execute/deferred/fetch-progress.ts';
import { LaterParts } from '../execute/deferred/later-parts.ts';
import type { ExecutionState, RunOptions } from '../execute/execution-state.ts';
import type { DegradedFields } from '../execute/fallbacks.ts';
import type { ErrorNames } from '../execute/mapped-extensions.ts';
import { collectResponseObjects, type ObjectTypes, type ResponseObjects } from '../execute/objects-in-response.ts';
import { buildResponse, completedResponse, failedResponse, type GraphQLResponse } from '../execute/response.ts';
import { runPlan } from '../execute/run.ts';
import { subscribePlan } from '../execute/subscription.ts';
import { introspectionSubgraph } from '../planner/fetch-graph.ts';
import type { GraphModel } from '../planner/model.ts';
import type { DeniedFields } from '../query-plan/denied-fields.ts';
import { requestCancelled } from '../transport/cancellation.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import { errorNames } from './error-names.ts';
import { IntrospectionCache, type IntrospectionTexts } from './introspection-cache.ts';
import { createObjectTypes } from './object-types.ts';

export interface RunnerOptions {
  schema: GraphQLSchema;
  /** The client's view of the graph; null by default, for a client of the whole graph. */
  view?: ClientView | null;
  errorMode: SubgraphErrorMode;
  /** Settings for errors of single services, by their names. */
  subgraphErrors?: ReadonlyMap<string, SubgraphErrorSettings>;
  /** Whether entities are loaded by ids that may not exist (see `createLoadGraph`). */
  loads?: boolean;
  /** Cache of entities for later requests; none by default. */
  entities?: EntityCache | null;
  /** Called with the errors of a subgraph's response, before any of it is hidden from clients. */
  onSubgraphErrors(subgraph: string, errors: readonly unknown[], scope: SubgraphScope): void;
  /** Called with the number of a response's fields that have their fallbacks since a subgraph is down. */
  onDegraded?(subgraph: string, fields: number): void;
  /** Responses to introspection that the graphs of a gateway share; a cache of its own by default. */
  introspectionTexts?: IntrospectionTexts | undefined;
  /** Errors in one response; one more counts those beyond. */
  maxErrors: number;
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
}

export interface Executed {
  response: GraphQLResponse | ExecutionResult;
  /** The objects in the response, as long as it has not been changed; null where they are not known. */
  objects: (() => ResponseObjects) | null;
  /** What the response was built from; absent where it was not executed for this request, or not to its end. */
  state?: ExecutionState;
  /** What follows the response, which is the first part; absent where it is whole. */
  later?: LaterParts;
}

export class PlanRunner {
  readonly #options: RunnerOptions;
  readonly #model: GraphModel;
  readonly #objectTypes: ObjectTypes;
  readonly #errorNames: ErrorNames | null;
  readonly #rules = new Map<string, SubgraphErrorRules>();
  readonly #introspection: IntrospectionCache;

  constructor(options: RunnerOptions, model: GraphModel) {
    this.#options = options;
    this.#model = model;
    this.#introspection = new IntrospectionCache(options.introspectionTexts);
    this.#objectTypes = createObjectTypes(model);
    this.#errorNames = options.view ? errorNames(options.view, options.schema) : null;
  }

  /** Whether the response to an introspection is cached, or takes no longer than that of other operations. */
  isQuick(plan: CompiledPlan, given: Readonly<Record<string, unknown>>): boolean {
    if (!plan.plan.fetches.some(({ subgraph }) => subgraph === introspectionSubgraph)) return true;
    const key = this.#introspection.keyOf(plan, given);
    return key !== null && this.#introspection.has(key);
  }

  /** Runs a plan. Subgraphs get the values of `variables` as they are. */
  async run(
    compiled: CompiledPlan,
    variables: Readonly<Record<string, unknown>>,
    deniedFields: DeniedFields,
    scope: SubgraphScope,
  ): Promise<Executed> {
    if (compiled.plan.deferred) return this.#runInParts(compiled, variables, deniedFields, scope);
    const introspection = this.#introspection.keyOf(compiled, variables);
    const cached = introspection === null ? null : this.#introspection.get(introspection);
    if (cached) return { response: cached, objects: null };
    if (introspection !== null) {
      const shared = this.#introspection.join(introspection);
      // Null where the client that it was made for has disconnected.
      if (shared) {
        const response = await shared;
        return response ? { response, objects: null } : this.run(compiled, variables, deniedFields, scope);
      }
    }
    const options = this.#runOptions(variables, deniedFields, scope);
    try {
      const state = await runPlan(compiled, options);
      const objects = () => collectResponseObjects(compiled.plan, state, this.#objectTypes);
      if (state.isCancelled) {
        if (introspection !== null) this.#introspection.abandon(introspection);
        // A mutation may have changed what it was to return.
        return { response: { errors: [requestCancelled()] }, objects };
      }
      if (this.#options.loads) nullAbsentObjects(state);
      const response = buildResponse(compiled, state);
      this.#recordDegraded(response, scope);
      if (introspection !== null) this.#introspection.set(introspection, response);
      return { response, objects, state };
    } catch (error) {
      const response = failedResponse([options.mask(error)]);
      if (introspection !== null) this.#introspection.set(introspection, response);
      return { response, objects: null };
    }
  }

  /** Runs a plan until the first part of its response is there. */
  async #runInParts(
    compiled: CompiledPlan,
    variables: Readonly<Record<string, unknown>>,
    deniedFields: DeniedFields,
    scope: SubgraphScope,
  ): Promise<Executed> {
    const { mask } = this.#options;
    const progress = new FetchProgress(compiled.plan);
    runPlan(compiled, { ...this.#runOptions(variables, deniedFields, scope), progress }).then(
      () => progress.end(),
      (error) => progress.end({ error }),
    );
    await progress.first;
    const { state } = progress;
    const objects = () => collectResponseObjects(compiled.plan, state, this.#objectTypes);
    if (state.isCancelled) return { response: { errors: [requestCancelled()] }, objects };
    try {
      if (progress.failure) throw progress.failure.error;
      const delivery = new Delivery(compiled, progress);
      if (delivery.isTooLarge) return await this.#whole(compiled, progress, scope);
      const response = completedResponse(delivery.first);
      this.#recordDegraded(response, scope);
      if (!delivery.hasNext) return { response, objects, state };
      const onDegraded = (degraded: DegradedFields) => this.#recordDegraded({ degraded }, scope);
      const { deadline = Number.POSITIVE_INFINITY } = scope;
      const onLeave = () => scope.cancellation.cancel();
      const later = new LaterParts({ delivery, progress, deadline, mask, onDegraded, onLeave });
      return { response, objects, state, later };
    } catch (error) {
      return { response: failedResponse([mask(error)]), objects: null };
    }
  }

  /** The response in one part, when all of it is there. */
  async #whole(compiled: CompiledPlan, progress: FetchProgress, scope: SubgraphScope): Promise<Executed> {
    while (!progress.isOver) await progress.changed();
    if (progress.failure) throw progress.failure.error;
    const { state } = progress;
    const objects = () => collectResponseObjects(compiled.plan, state, this.#objectTypes);
    if (state.isCancelled) return { response: { errors: [requestCancelled()] }, objects };
    state.errors.restart();
    const response = buildResponse(compiled, state);
    this.#recordDegraded(response, scope);
    return { response, objects, state };
  }

  #recordDegraded({ degraded }: Pick<GraphQLResponse, 'degraded'>, scope: SubgraphScope): void {
    if (!degraded) return;
    scope.recordDegraded?.(degraded.bySubgraph);
    for (const [subgraph, fields] of degraded.bySubgraph) {
      this.#options.onDegraded?.(this.#model.serviceOf(subgraph), fields);
    }
  }

  #runOptions(
    variables: Readonly<Record<string, unknown>>,
    deniedFields: DeniedFields,
    scope: SubgraphScope,
  ): RunOptions {
    const { mask, onSubgraphErrors, entities = null } = this.#options;
    return {
      variables,
      scope,
      errorRules: this.#errorRules,
      maxErrors: this.#options.maxErrors,
      errorNames: this.#errorNames,
      mask,
      onSubgraphErrors,
      entities,
      deniedFields: deniedFields.all,
    };
  }

  /**
   * Subscribes to the events of a plan.
   * @param events the scope of each event, and what is called with its result.
   * @returns the events' results, or errors where there will be none.
   */
  async subscribe(
    plan: CompiledPlan,
    variables: Readonly<Record<string, unknown>>,
    deniedFields: DeniedFields,
    scope: SubgraphScope,
    { eventScope, onEvent }: { eventScope: () => SubgraphScope; onEvent: ((event: Executed) => void) | null },
  ): Promise<AsyncIterableIterator<GraphQLResponse | ExecutionResult> | ExecutionResult> {
    const onResult = (response: GraphQLResponse, state: ExecutionState, event: SubgraphScope) => {
      this.#recordDegraded(response, event);
      onEvent?.({ response, state, objects: null });
    };
    const options = { ...this.#runOptions(variables, deniedFields, scope), eventScope, onResult };
    if (plan.fetches.length > 0) return subscribePlan(plan, options);
    try {
      const state = await runPlan(plan, options);
      if (state.isCancelled) return { errors: [requestCancelled()] };
      const { data, errors } = buildResponse(plan, state);
      return errors ? { errors } : { data };
    } catch (error) {
      return { errors: [options.mask(error)] };
    }
  }

  readonly #errorRules = (subgraph: string): SubgraphErrorRules => {
    let rules = this.#rules.get(subgraph);
    if (!rules) {
      rules = errorRules(this.#options.errorMode, this.#options.subgraphErrors?.get(this.#model.serviceOf(subgraph)));
      this.#rules.set(subgraph, rules);
    }
    return rules;
  };
}
