// Engine: plans and executes operations. Plans are cached; an operation that cannot be planned is rejected.
import type { SubschemaConfig } from '@graphql-tools/delegate';
import type { ExecutionResult } from '@graphql-tools/utils';
import type { GraphQLSchema } from 'graphql';
import { LruMap } from '../cache/lru-map.ts';
import { introspectDefaults } from '../compose/default-literals.ts';
import type { SubgraphParts } from '../compose/graph.ts';
import type { CompiledPlan } from '../execute/compiled-plan.ts';
import { MAX_ERRORS } from '../execute/field-error.ts';
import { withSentDocuments } from '../execute/renaming-client.ts';
import type { GraphQLResponse } from '../execute/response.ts';
import type { CacheRules } from '../planner/entity-cache-policy.ts';
import { GraphModel } from '../planner/model.ts';
import { modelOf } from '../planner/models.ts';
import { Planner, type PlanRequest } from '../planner/planner.ts';
import { StepBudget } from '../planner/step-budget.ts';
import { type DeniedFields, noDeniedFields } from '../query-plan/denied-fields.ts';
import type { Plan } from '../query-plan/plan.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import type { DocumentBudget } from './document-budget.ts';
import { DocumentStore, type DocumentStoreOptions } from './document-store.ts';
import { createLoadGraph, type LoadGraph } from './load-graph.ts';
import { type Executed, PlanRunner, type RunnerOptions } from './plan-runner.ts';
import type { PreparedOperation, UnplannedOperation } from './prepared-operation.ts';
import { RejectedOperations, type RejectedOperationsOptions } from './rejected-operations.ts';
import { Targets, type TargetsOptions } from './targets.ts';

export interface EngineOptions extends TargetsOptions, RejectedOperationsOptions, Omit<RunnerOptions, 'maxErrors'> {
  /** What subgraphs declare about their parts of the graph. */
  parts?: SubgraphParts;
  subschemas: readonly SubschemaConfig[];
  /** Errors in one response; one more counts those beyond. 100 by default. */
  maxErrors?: number;
  cacheRules?: CacheRules | null;
  /** Maximum number of documents that are cached with their plans. */
  maxDocuments: number;
  maxDocumentBytes: number;
  /** Both for all engines that share it; by default, they bound this engine's. */
  documentBudget?: DocumentBudget | undefined;
  /** Limits and rules for documents before they are validated. */
  documentLimits?: Pick<
    DocumentStoreOptions,
    'maxTokens' | 'measuresTokens' | 'hideSuggestions' | 'rules' | 'measurement'
  >;
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

/** Planners for labels of progressive overrides: there are as many choices as requests have. */
const MAX_LABELLED = 32;

export class Engine {
  readonly documents: DocumentStore;
  readonly schema: GraphQLSchema;
  /** The schema of clients: the graph, or a view of it. */
  readonly clientSchema: GraphQLSchema;
  readonly #options: EngineOptions;
  readonly #model: GraphModel;
  readonly #planner: Planner;
  /** By the labels of progressive overrides that hold. */
  readonly #labelled = new LruMap<Planner>({ maxEntries: MAX_LABELLED });
  readonly #runner: PlanRunner;
  readonly #rejected: RejectedOperations;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.schema = options.schema;
    introspectDefaults();
    this.#model = modelOf(options);
    const { view = null, maxErrors = MAX_ERRORS } = options;
    this.#runner = new PlanRunner({ ...options, maxErrors }, this.#model);
    this.clientSchema = view?.schema ?? options.schema;
    this.#rejected = new RejectedOperations(options);
    this.#planner = new Planner(this.#model, options.cacheRules, view);
    const targets = new Targets(this.#model, this.clientSchema, options);
    this.documents = new DocumentStore({
      schema: this.clientSchema,
      graph: options.schema,
      map: view ? (document) => view.mapDocument(document) : undefined,
      mapVariables: view ? (operation) => view.variablesMapper(operation) : undefined,
      compile: (operation, conditions, deniedFields, labels, deferConditions) =>
        targets.compile(this.plan(operation, conditions, deniedFields, labels, deferConditions)),
      ...(options.maxSteps !== undefined && { maxSteps: options.maxSteps }),
      maxDocuments: options.maxDocuments,
      maxBytes: options.maxDocumentBytes,
      budget: options.documentBudget,
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
    labels = '',
    deferConditions: PlanRequest['deferConditions'] = null,
  ): Plan {
    const steps = new StepBudget(this.#options.maxSteps ?? Number.POSITIVE_INFINITY);
    const request = { document, operation, conditions, deniedFields, deferConditions, steps };
    return this.#plannerFor(labels).plan(request);
  }

  /** The planner of the graph as these labels of progressive overrides make it. */
  #plannerFor(labels: string): Planner {
    if (labels === '') return this.#planner;
    let planner = this.#labelled.get(labels);
    if (!planner) {
      const { schema, subschemas, parts, cacheRules, view = null } = this.#options;
      const model = new GraphModel(schema, subschemas, parts, new Set(labels.split('\n')));
      planner = new Planner(model, cacheRules, view);
      this.#labelled.set(labels, planner);
    }
    return planner;
  }

  /** A plan to show: with the documents that are sent to services that have other names than the graph. */
  asSent(plan: Plan): Plan {
    return withSentDocuments(plan, (subgraph) => this.#options.serviceNames?.get(this.serviceOf(subgraph)));
  }

  /** The configuration's name for a plan's subgraph: one service may be several subgraphs, each with a part of it. */
  serviceOf(subgraph: string): string {
    return this.#model.serviceOf(subgraph);
  }

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
    return 'unsupported' in plan || this.#runner.isQuick(plan, given);
  }

  /** Executes a query or a mutation. Failures are errors of the response; nothing is thrown. */
  execute({ operation, plan, given, deniedFields }: PlannedOperation, scope: SubgraphScope): Promise<Executed> {
    if ('unsupported' in plan) {
      return Promise.resolve({ response: { errors: [this.#rejected.reject(operation, plan)] }, objects: null });
    }
    const executed = this.#runner.run(plan, operation.withCoerced(given, plan.coerced), deniedFields, scope);
    if (operation.operation.operation !== 'mutation') return executed;
    return executed.then((changed) => {
      // A query after a mutation does not get anything that was fetched before it.
      const everywhere = this.#options.inFlight?.startNewGeneration();
      return everywhere ? everywhere.then(() => changed) : changed;
    });
  }

  /**
   * Subscribes to an operation's events. The event is the response of the plan's first fetch; the others are made for
   * each.
   * @param eventScope gives each event a scope of its own.
   * @param onEvent called with the result of each event; null for none.
   * @returns the events' results, or errors where there will be none: a subscription whose root field is
   * unauthorized, or that cannot be planned, is not begun.
   */
  async subscribe(
    { operation, plan, given, deniedFields }: PlannedOperation,
    scope: SubgraphScope,
    eventScope: () => SubgraphScope,
    onEvent: ((event: Executed) => void) | null = null,
  ): Promise<AsyncIterableIterator<GraphQLResponse | ExecutionResult> | ExecutionResult> {
    if ('unsupported' in plan) return { errors: [this.#rejected.reject(operation, plan)] };
    const variables = operation.withCoerced(given, plan.coerced);
    return this.#runner.subscribe(plan, variables, deniedFields, scope, { eventScope, onEvent });
  }
}
