// Engine: plans and executes operations. Plans are cached; an operation that cannot be planned goes to fallback
// execution, or is rejected.
import type { SubschemaConfig } from '@graphql-tools/delegate';
import type { ExecutionResult } from '@graphql-tools/utils';
import { execute, GraphQLError, type GraphQLSchema } from 'graphql';
import type { EntityCache } from '../cache/entity-cache.ts';
import type { ClientView } from '../client-views/client-view.ts';
import { introspectDefaults } from '../compose/introspected-defaults.ts';
import { requestError } from '../errors.ts';
import { nullAbsentObjects } from '../execute/absent-objects.ts';
import {
  errorRules,
  type SubgraphErrorMode,
  type SubgraphErrorRules,
  type SubgraphErrorSettings,
} from '../execute/client-errors.ts';
import type { CompiledPlan } from '../execute/compiled-plan.ts';
import { isRepresentationError, notRepresentableInFallback } from '../execute/fetch-errors.ts';
import { bounded, MAX_ERRORS } from '../execute/field-error.ts';
import { type ErrorNames, unmappable } from '../execute/mapped-extensions.ts';
import { collectResponseObjects, type ObjectTypes, type ResponseObjects } from '../execute/objects-in-response.ts';
import { sentDocument } from '../execute/renaming-client.ts';
import { FetchDocuments } from '../execute/request-body.ts';
import { buildResponse, failedResponse, type GraphQLResponse } from '../execute/response.ts';
import { type RunOptions, runPlan } from '../execute/run.ts';
import { subscribePlan } from '../execute/subscription.ts';
import type { CacheRules } from '../planner/entity-cache-policy.ts';
import { introspectionSubgraph } from '../planner/fetch-graph.ts';
import { GraphModel } from '../planner/model.ts';
import { Planner } from '../planner/planner.ts';
import { hasServiceDirectives } from '../planner/service-directives.ts';
import { StepBudget } from '../planner/step-budget.ts';
import { type DeniedFields, noDeniedFields } from '../query-plan/denied-fields.ts';
import type { Plan } from '../query-plan/plan.ts';
import { requestCancelled } from '../transport/cancellation.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import { DocumentStore, type DocumentStoreOptions } from './document-store.ts';
import { errorNames } from './error-names.ts';
import { IntrospectionCache } from './introspection-cache.ts';
import { createLoadGraph, type LoadGraph } from './load-graph.ts';
import { createObjectTypes } from './object-types.ts';
import type { PreparedOperation, UnplannedOperation } from './prepared-operation.ts';
import { Targets, type TargetsOptions } from './targets.ts';

export interface EngineOptions extends TargetsOptions {
  /** The graph; executable by stitched execution. */
  schema: GraphQLSchema;
  subschemas: readonly SubschemaConfig[];
  /** `subgraph Type.field` of fields that are only served where a parent provides them. */
  external?: ReadonlySet<string>;
  errorMode: SubgraphErrorMode;
  /** Settings for errors of single services, by their names. */
  subgraphErrors?: ReadonlyMap<string, SubgraphErrorSettings>;
  /** Whether entities are loaded by ids that may not exist (see `createLoadGraph`). */
  loads?: boolean;
  /** The client's view of the graph; null by default, for a client of the whole graph. */
  view?: ClientView | null;
  /** Errors in one response; one more counts those beyond. 100 by default. */
  maxErrors?: number;
  /** Cache of entities for later requests; none by default. */
  entities?: EntityCache | null;
  cacheRules?: CacheRules | null;
  /** Maximum number of documents that are cached with their plans. */
  maxDocuments: number;
  maxDocumentBytes: number;
  /** Limits and rules for documents before they are validated. */
  documentLimits?: Pick<DocumentStoreOptions, 'maxTokens' | 'hideSuggestions' | 'rules'>;
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
  /** Called with the errors of a subgraph's response, before any of it is hidden from clients. */
  onSubgraphErrors(subgraph: string, errors: readonly unknown[], scope: SubgraphScope): void;
  /** Called once for each operation that cannot be planned, with the reason. */
  onUnplanned(operation: PreparedOperation, reason: string): void;
}

/** An operation with the plan for its variables, ready to be executed. */
export interface PlannedOperation {
  operation: PreparedOperation;
  plan: CompiledPlan | UnplannedOperation;
  /** The variables as the operation declares them. */
  coerced: Readonly<Record<string, unknown>>;
  /** The variables as they came; subgraphs get them as they are. */
  given: Readonly<Record<string, unknown>>;
  /** Fields that are not executed. */
  deniedFields: DeniedFields;
}

export interface Executed {
  response: GraphQLResponse | ExecutionResult;
  /** The objects in the response, as long as it has not been changed; null where they are not known. */
  objects: (() => ResponseObjects) | null;
}

export class Engine {
  readonly documents: DocumentStore;
  readonly schema: GraphQLSchema;
  /** The schema of clients: the graph, or a view of it. */
  readonly clientSchema: GraphQLSchema;
  /** Executions of operations that could not be planned. */
  unplanned = 0;
  readonly #options: EngineOptions;
  readonly #model: GraphModel;
  readonly #objectTypes: ObjectTypes;
  readonly #planner: Planner;
  readonly #maxErrors: number;
  readonly #errorNames: ErrorNames | null;
  readonly #rules = new Map<string, SubgraphErrorRules>();
  readonly #introspection = new IntrospectionCache();
  readonly #reportedUnplanned = new WeakSet<PreparedOperation>();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#maxErrors = options.maxErrors ?? MAX_ERRORS;
    this.schema = options.schema;
    introspectDefaults();
    this.#model = new GraphModel(options.schema, options.subschemas, options.external);
    this.#objectTypes = createObjectTypes(this.#model);
    const { view = null } = options;
    this.#errorNames = view && errorNames(view, options.schema);
    this.clientSchema = view?.schema ?? options.schema;
    this.#planner = new Planner(this.#model, options.cacheRules, view);
    const targets = new Targets(this.#model, this.clientSchema, options);
    this.documents = new DocumentStore({
      schema: this.clientSchema,
      graph: options.schema,
      map: view ? (document) => view.mapDocument(document) : undefined,
      mapVariables: view ? (operation) => view.variablesMapper(operation) : undefined,
      compile: (operation, conditions, deniedFields) => targets.compile(this.plan(operation, conditions, deniedFields)),
      ...(options.maxSteps !== undefined && { maxSteps: options.maxSteps }),
      maxDocuments: options.maxDocuments,
      maxBytes: options.maxDocumentBytes,
      ...options.documentLimits,
    });
  }

  /**
   * @throws UnsupportedOperation with the reason.
   * @throws OperationTooComplex
   */
  plan(
    { document, operation }: PreparedOperation,
    conditions: Record<string, boolean>,
    deniedFields: DeniedFields = noDeniedFields,
  ): Plan {
    const steps = new StepBudget(this.#options.maxSteps ?? Number.POSITIVE_INFINITY);
    return this.#planner.plan({ document, operation, conditions, deniedFields, steps });
  }

  /** A plan to show: with the documents that are sent to services that have other names than the graph. */
  asSent(plan: Plan): Plan {
    return {
      ...plan,
      fetches: plan.fetches.map((fetch) => {
        const names = this.#options.serviceNames?.get(this.serviceOf(fetch.subgraph));
        if (!names) return fetch;
        const documents = new FetchDocuments(fetch);
        const { text } = fetch.repeat ? documents.repeated(fetch.repeat, 1) : documents.whole;
        return { ...fetch, sent: sentDocument(text, names) };
      }),
    };
  }

  /** The configuration's name for a plan's subgraph: one service may be several subgraphs, each with a part of it. */
  serviceOf(subgraph: string): string {
    return this.#model.subgraphs.get(subgraph)?.config.name ?? subgraph;
  }

  readonly #errorRules = (subgraph: string): SubgraphErrorRules => {
    let rules = this.#rules.get(subgraph);
    if (!rules) {
      rules = errorRules(this.#options.errorMode, this.#options.subgraphErrors?.get(this.serviceOf(subgraph)));
      this.#rules.set(subgraph, rules);
    }
    return rules;
  };

  /** The field that identifies objects of a type; null where there is none. */
  idField(type: string): string | null {
    return this.#model.idField(type);
  }

  /** The graph from which entities are loaded by id. */
  loadGraph(): LoadGraph {
    return createLoadGraph(this.#model, this.#options.subschemas);
  }

  /** Whether the response to an introspection is cached, or takes no longer than that of other operations. */
  isQuick(plan: CompiledPlan | UnplannedOperation, given: Readonly<Record<string, unknown>>): boolean {
    if ('unsupported' in plan) return true;
    if (!plan.plan.fetches.some(({ subgraph }) => subgraph === introspectionSubgraph)) return true;
    const key = this.#introspection.keyOf(plan, given);
    return key !== null && this.#introspection.has(key);
  }

  /** Runs a plan. Subgraphs get the values of `variables` as they are. */
  async #run(
    compiled: CompiledPlan,
    variables: Readonly<Record<string, unknown>>,
    deniedFields: DeniedFields,
    scope: SubgraphScope,
  ): Promise<Executed> {
    const introspection = this.#introspection.keyOf(compiled, variables);
    const cached = introspection === null ? null : this.#introspection.get(introspection);
    if (cached) return { response: cached, objects: null };
    if (introspection !== null) {
      const shared = this.#introspection.join(introspection);
      // Null where the client that it was made for has disconnected.
      if (shared) {
        const response = await shared;
        return response ? { response, objects: null } : this.#run(compiled, variables, deniedFields, scope);
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
      if (introspection !== null) this.#introspection.set(introspection, response);
      return { response, objects };
    } catch (error) {
      const response = failedResponse([options.mask(error)]);
      if (introspection !== null) this.#introspection.set(introspection, response);
      return { response, objects: null };
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
      maxErrors: this.#maxErrors,
      errorNames: this.#errorNames,
      mask,
      onSubgraphErrors,
      entities,
      deniedFields: deniedFields.all,
    };
  }

  /** Executes a query or a mutation. Failures are errors of the response; nothing is thrown. */
  execute(planned: PlannedOperation, scope: SubgraphScope): Promise<Executed> {
    const { operation, plan, given, deniedFields } = planned;
    const executed =
      'unsupported' in plan
        ? this.#executeFallback(planned, plan, scope)
        : this.#run(plan, operation.withCoerced(given, plan.coerced), deniedFields, scope);
    if (operation.operation.operation !== 'mutation') return executed;
    return executed.then((changed) => {
      // A query after a mutation does not get anything that was fetched before it.
      this.#options.inFlight?.startNewGeneration();
      return changed;
    });
  }

  /**
   * Subscribes to an operation's events. The event is the response of the plan's first fetch; the others are made for
   * each.
   * @param eventScope gives each event a scope of its own.
   * @returns the events' results, or errors where there will be none: a subscription whose root field is
   * unauthorized, or that cannot be planned, is not begun.
   */
  async subscribe(
    { operation, plan, given, deniedFields }: PlannedOperation,
    scope: SubgraphScope,
    eventScope: () => SubgraphScope,
  ): Promise<AsyncIterableIterator<GraphQLResponse | ExecutionResult> | ExecutionResult> {
    if ('unsupported' in plan) {
      if (plan.rejection) return { errors: [copied(plan.rejection)] };
      this.#recordUnplanned(operation, plan);
      return { errors: [plan.tooComplex ?? this.#notPlannable(plan)] };
    }
    const variables = operation.withCoerced(given, plan.coerced);
    const options = { ...this.#runOptions(variables, deniedFields, scope), eventScope };
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

  #recordUnplanned(operation: PreparedOperation, { unsupported }: UnplannedOperation): void {
    this.unplanned += 1;
    if (this.#reportedUnplanned.has(operation)) return;
    this.#reportedUnplanned.add(operation);
    this.#options.onUnplanned(operation, unsupported);
  }

  #notPlannable({ coordinate }: UnplannedOperation): GraphQLError {
    const [type, field] = coordinate?.split('.') ?? [];
    const shown = type && field && this.#options.view ? this.#options.view.fieldName(type, field) : coordinate;
    const where = shown ? `: ${shown} cannot be reached from where it is selected` : '';
    return requestError('OPERATION_NOT_PLANNABLE', { message: `This operation cannot be planned${where}.` });
  }

  /**
   * Executes an operation that cannot be planned by stitched execution: whole operations of clients without a view.
   * It does not support views and unauthorized fields, so that operations with either are rejected.
   */
  async #executeFallback(
    { operation, given, deniedFields }: PlannedOperation,
    unplanned: UnplannedOperation,
    contextValue: SubgraphScope,
  ): Promise<Executed> {
    const failed = (error: GraphQLError): Executed => ({ response: { errors: [error] }, objects: null });
    if (unplanned.rejection) return failed(copied(unplanned.rejection));
    this.#recordUnplanned(operation, unplanned);
    if (unplanned.tooComplex) return failed(unplanned.tooComplex);
    if (this.#options.view || deniedFields.key !== '' || hasServiceDirectives(operation.document)) {
      return failed(this.#notPlannable(unplanned));
    }
    const { document, name: operationName } = operation;
    try {
      const args = { schema: this.schema, document, operationName, variableValues: given, contextValue };
      const { errors, ...result } = await execute(args);
      if (contextValue.cancellation.cancelled) return failed(requestCancelled());
      const visible = errors && bounded(errors, this.#maxErrors).map((error) => this.#visible(error));
      return { response: visible ? { ...result, errors: visible } : result, objects: null };
    } catch (error) {
      return failed(this.#options.mask(error));
    }
  }

  /** An error of fallback execution as clients may see it. */
  #visible(error: GraphQLError): GraphQLError {
    if (isRepresentationError(error)) return notRepresentableInFallback(error.path);
    const { view, mask } = this.#options;
    const visible = mask(error);
    const { message, path, extensions } = visible;
    // The field of the view that a service's error is about is not known here.
    const isUnmappable = view && extensions.subgraph !== undefined;
    return isUnmappable ? new GraphQLError(message, { path, extensions: unmappable(extensions) }) : visible;
  }
}

/** A copy: the error of a plan is that of every request for it, and must not be changed. */
function copied({ message, nodes, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions });
}
