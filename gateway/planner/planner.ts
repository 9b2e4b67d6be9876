// Planner: from an operation to its plan. Root fields are put into root fetches, the selections below them are planned,
// and the fetches that result are merged and printed.
import {
  type DocumentNode,
  type GraphQLObjectType,
  isNonNullType,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { ClientView } from '../client-views/client-view.ts';
import type { DeniedFields } from '../query-plan/denied-fields.ts';
import type { Plan } from '../query-plan/plan.ts';
import type { FieldShape, Shape } from '../query-plan/shape.ts';
import { buildPlan } from './build-plan.ts';
import { type CollectedField, FieldCollector } from './collect-fields.ts';
import { Contexts } from './contexts.ts';
import { Counterparts } from './counterparts.ts';
import { DeferScopes, firstPart, scopeOf } from './defer-scopes.ts';
import { DeferUsages } from './defer-usages.ts';
import { deferredParts } from './deferred-parts.ts';
import type { CacheRules } from './entity-cache-policy.ts';
import { EntityFetches } from './entity-fetches.ts';
import { introspectionSubgraph } from './fetch-graph.ts';
import { FieldArguments } from './field-arguments.ts';
import { FieldPlacement } from './field-placement.ts';
import { mergeEntityFetches } from './merge-entity-fetches.ts';
import type { GraphModel } from './model.ts';
import { PathFinder } from './paths.ts';
import type { PlannedField, PlannedShape, TypedShape } from './planned-shapes.ts';
import { RootFetches } from './root-fetches.ts';
import { selectKey } from './select-key.ts';
import { SelectionPlanner } from './selection-planner.ts';
import { rejectOnIntrospection } from './service-directives.ts';
import { type StepBudget, unlimitedSteps } from './step-budget.ts';
import { SubgraphSelector } from './subgraph-selector.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';
import { UpstreamVariables } from './upstream-variables.ts';
import { isCertainlyLost, Visibility } from './visibility.ts';

export interface PlanRequest {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** The values of the variables in `@skip` and `@include`. */
  conditions: Readonly<Record<string, boolean>>;
  /** Fields and types that are left out of the fetches. */
  deniedFields: DeniedFields;
  /** The values of the variables in `@defer`; null where the response has one part, as by default. */
  deferConditions?: Readonly<Record<string, boolean>> | null;
  /** The budget of planning; without a limit by default. */
  steps?: StepBudget;
}

export class Planner {
  readonly #model: GraphModel;
  readonly #paths: PathFinder;

  readonly #cacheRules: CacheRules | null;

  readonly #view: ClientView | null;

  /**
   * @param cacheRules for entities; null where they are not cached.
   * @param view the client's, whose names responses have; null for the graph's own.
   */
  constructor(model: GraphModel, cacheRules: CacheRules | null = null, view: ClientView | null = null) {
    this.#view = view;
    this.#model = model;
    this.#paths = new PathFinder(model);
    this.#cacheRules = cacheRules;
  }

  /**
   * Plans a validated operation.
   * @throws UnsupportedOperation with the reason.
   * @throws OperationTooComplex where it takes more steps than the budget has.
   */
  plan(request: PlanRequest): Plan {
    const plan = new OperationPlanner(this.#model, this.#paths, request, this.#cacheRules, this.#view).run();
    // Counterparts are attached when all fetches are done: such a response has one part.
    if (!plan.deferred || !plan.counterparts) return plan;
    return this.plan({ ...request, deferConditions: null });
  }
}

/** The planning of one operation. */
class OperationPlanner {
  readonly #model: GraphModel;
  readonly #request: PlanRequest;
  readonly #steps: StepBudget;
  readonly #collector: FieldCollector;
  readonly #variables: UpstreamVariables;
  readonly #rootFetches: RootFetches;
  readonly #entityFetches: EntityFetches;
  readonly #selections: SelectionPlanner;
  readonly #counterparts: Counterparts;
  readonly #fields: PlannedField[] = [];
  readonly #shapes: PlannedShape[] = [];
  readonly #typed: TypedShape[] = [];
  readonly #cacheRules: CacheRules | null;
  readonly #visibility: Visibility;
  readonly #scopes = new DeferScopes();
  readonly #defers: DeferUsages | null;

  constructor(
    model: GraphModel,
    paths: PathFinder,
    request: PlanRequest,
    cacheRules: CacheRules | null,
    view: ClientView | null,
  ) {
    this.#visibility = new Visibility(model.schema, request.deniedFields, view);
    this.#model = model;
    this.#cacheRules = cacheRules;
    this.#request = request;
    this.#steps = request.steps ?? unlimitedSteps();
    const { document, conditions, deferConditions = null } = request;
    this.#defers = deferConditions && new DeferUsages(deferConditions);
    this.#collector = new FieldCollector(model.schema, document, conditions, this.#steps, this.#defers);
    const contexts = new Contexts(model, this.#collector.context.fragments);
    this.#entityFetches = new EntityFetches(model, paths, contexts, this.#steps, this.#scopes);
    const selector = new SubgraphSelector(model, paths, this.#collector);
    this.#rootFetches = new RootFetches(model, selector, this.#scopes);
    this.#variables = new UpstreamVariables(request.operation.variableDefinitions ?? [], model.schema);
    const fieldArguments = new FieldArguments(model, this.#variables, this.#steps);
    this.#counterparts = new Counterparts({
      model,
      paths,
      entityFetches: this.#entityFetches,
      rootFetches: this.#rootFetches,
      arguments: fieldArguments,
      operation: request.operation.operation,
    });
    this.#selections = new SelectionPlanner({
      model,
      paths,
      view,
      steps: this.#steps,
      collector: this.#collector,
      variables: this.#variables,
      visibility: this.#visibility,
      entityFetches: this.#entityFetches,
      placement: new FieldPlacement(model, paths, selector, this.#entityFetches, contexts),
      contexts,
      scopes: this.#scopes,
      arguments: fieldArguments,
      counterparts: this.#counterparts,
      fields: this.#fields,
      shapes: this.#shapes,
      typed: this.#typed,
    });
  }

  run(): Plan {
    const { operation } = this.#request;
    const rootType = this.#model.schema.getRootType(operation.operation);
    if (!rootType) throw new UnsupportedOperation(`the graph has no ${operation.operation} type`);
    const output: Shape = { abstract: false, types: {}, identityFields: [] };
    const fields: FieldShape[] = [];
    output.types[rootType.name] = fields;
    const rootFields = this.#rootFields(rootType);
    const covering = this.#covering(rootType, rootFields);
    for (const field of rootFields) {
      const planned = this.#scopes.field(field, () => this.#planRootField(rootType, field, covering));
      fields.push(planned);
      // Its null takes all of the response: mutations that would come after it are not begun.
      if (operation.operation === OperationTypeNode.MUTATION && isCertainlyLost(planned)) break;
    }
    const { all: entityFetches, entityPaths } = this.#entityFetches;
    mergeEntityFetches(entityFetches, entityPaths, this.#steps);
    for (const entityFetch of entityFetches)
      if (!entityFetch.representedBy) entityFetch.match = selectKey(this.#model, entityFetch);
    const plan = buildPlan({
      operation,
      variables: this.#variables,
      model: this.#model,
      roots: this.#rootFetches.all,
      entityFetches,
      entityPaths,
      fields: this.#fields,
      shapes: this.#shapes,
      typed: this.#typed,
      counterparts: this.#counterparts.all,
      output,
      denied: this.#visibility.denied,
      cacheRules: this.#cacheRules,
      fragments: this.#collector.context.fragments,
      steps: this.#steps,
    });
    const deferred = deferredParts(plan, this.#defers?.all ?? []);
    return deferred ? { ...plan, deferred } : plan;
  }

  /** Without those whose results cannot reach the client, since a denied field beside them makes all data null. */
  #rootFields(rootType: GraphQLObjectType): CollectedField[] {
    const { operation } = this.#request;
    const collected = this.#collector.root(rootType, operation.selectionSet);
    if (operation.operation === OperationTypeNode.MUTATION) return collected;
    const denied = collected.filter((field) => this.#visibility.deniedFieldOf(rootType.name, field) !== undefined);
    const inFirst = denied.filter((field) => scopeOf(field) === firstPart);
    const lost = inFirst.some(({ name }) => isNonNullType(rootType.getFields()[name]?.type));
    return lost ? denied : collected;
  }

  /** The subgraphs from which the root fields are fetched together; those of a mutation are fetched one by one. */
  #covering(rootType: GraphQLObjectType, fields: readonly CollectedField[]): ReadonlySet<string> {
    if (this.#request.operation.operation === OperationTypeNode.MUTATION) return new Set();
    return this.#rootFetches.covering(
      rootType,
      fields.filter((field) => !field.name.startsWith('__') && !this.#visibility.deniedFieldOf(rootType.name, field)),
    );
  }

  #planRootField(rootType: GraphQLObjectType, field: CollectedField, covering: ReadonlySet<string>): FieldShape {
    if (field.name.startsWith('__')) rejectOnIntrospection(field);
    if (field.name === '__typename') return this.#visibility.typename(field, rootType.name);
    const deniedField = this.#visibility.deniedFieldOf(rootType.name, field);
    if (deniedField) return this.#selections.output(null, this.#visibility.deniedField(rootType, field, deniedField));
    if (field.name === '__schema' || field.name === '__type') {
      const fetchGroup = this.#rootFetches.introspection();
      const type = { kind: 'json', nonNull: field.name === '__schema' } as const;
      return this.#selections.output(fetchGroup, {
        key: field.key,
        coordinate: `${rootType.name}.${field.name}`,
        subgraph: introspectionSubgraph,
        slot: null,
        property: fetchGroup.add(field),
        type,
      });
    }
    // Without gaps: each stage waits for the one before it.
    const stage = this.#request.operation.operation === OperationTypeNode.MUTATION ? this.#rootFetches.all.length : 0;
    const group = this.#rootFetches.open(rootType, field, stage, covering);
    const source = { subgraph: group.subgraph, typeName: rootType.name, provided: undefined };
    return this.#selections.field(group, group.selection, source, rootType, field, null, null);
  }
}
