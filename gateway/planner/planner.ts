// Planner: from an operation to its fetches. It walks the selection with the subgraph that returns the objects; a
// field that this subgraph serves stays in its fetch, any other opens or joins an entity fetch to a subgraph that
// serves it.
import {
  type DocumentNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql';
import type { ClientView } from '../client-views/client-view.ts';
import type { DeniedFields } from '../query-plan/denied-fields.ts';
import type { FieldShape, Leaf, Plan, Shape } from '../query-plan/plan.ts';
import { buildPlan } from './build-plan.ts';
import { type CollectedField, FieldCollector } from './collect-fields.ts';
import type { CacheRules } from './entity-cache-policy.ts';
import { EntityFetches } from './entity-fetches.ts';
import { groupByEqualSelection, interfaceHasAll, type RequestedType } from './equal-selections.ts';
import { spendFallback } from './fallback-size.ts';
import { type FetchGroup, introspectionSubgraph, type PlannedField, type PlannedShape } from './fetch-graph.ts';
import { FieldArguments } from './field-arguments.ts';
import { FieldPlacement } from './field-placement.ts';
import { mergeEntityFetches } from './merge-entity-fetches.ts';
import type { GraphModel } from './model.ts';
import { type FieldSource, PathFinder, providedBelow } from './paths.ts';
import { RootFetches } from './root-fetches.ts';
import { selectKey } from './select-key.ts';
import { directivesOf, rejectOnIntrospection, upstreamMentions } from './service-directives.ts';
import { valueType } from './shapes.ts';
import { type StepBudget, unlimitedSteps } from './step-budget.ts';
import { SubgraphSelector } from './subgraph-selector.ts';
import { PlanRejected, UnsupportedOperation } from './unsupported-operation.ts';
import type { UpstreamSelection } from './upstream-selection.ts';
import { UpstreamVariables } from './upstream-variables.ts';
import { isCertainlyLost, Visibility } from './visibility.ts';

/** Steps for planning, printing and compiling one field, besides those for walking its selection. */
const STEPS_PER_FIELD = 10;

export interface PlanRequest {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** The values of the variables in `@skip` and `@include`. */
  conditions: Readonly<Record<string, boolean>>;
  /** Fields and types that are left out of the fetches. */
  deniedFields: DeniedFields;
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
    const operationPlanner = new OperationPlanner(this.#model, this.#paths, request, this.#cacheRules, this.#view);
    try {
      return operationPlanner.run();
    } catch (error) {
      if (error instanceof UnsupportedOperation && !(error instanceof PlanRejected)) operationPlanner.checkFallback();
      throw error;
    }
  }
}

/** The planning of one operation. */
class OperationPlanner {
  readonly #model: GraphModel;
  readonly #paths: PathFinder;
  readonly #request: PlanRequest;
  readonly #steps: StepBudget;
  readonly #collector: FieldCollector;
  readonly #variables: UpstreamVariables;
  readonly #rootFetches: RootFetches;
  readonly #entityFetches: EntityFetches;
  readonly #placement: FieldPlacement;
  readonly #arguments: FieldArguments;
  readonly #leaves = new Map<GraphQLNamedType, Leaf>();
  readonly #fields: PlannedField[] = [];
  readonly #shapes: PlannedShape[] = [];
  readonly #cacheRules: CacheRules | null;
  readonly #view: ClientView | null;
  readonly #visibility: Visibility;

  constructor(
    model: GraphModel,
    paths: PathFinder,
    request: PlanRequest,
    cacheRules: CacheRules | null,
    view: ClientView | null,
  ) {
    this.#view = view;
    this.#visibility = new Visibility(model.schema, request.deniedFields, view);
    this.#model = model;
    this.#cacheRules = cacheRules;
    this.#paths = paths;
    this.#request = request;
    this.#steps = request.steps ?? unlimitedSteps();
    this.#collector = new FieldCollector(model.schema, request.document, request.conditions, this.#steps);
    this.#entityFetches = new EntityFetches(model, paths, this.#steps);
    const selector = new SubgraphSelector(model, paths, this.#collector);
    this.#rootFetches = new RootFetches(model, selector);
    this.#placement = new FieldPlacement(model, paths, selector, this.#entityFetches);
    this.#variables = new UpstreamVariables(request.operation.variableDefinitions ?? [], model.schema);
    this.#arguments = new FieldArguments(model, this.#variables, this.#steps);
  }

  run(): Plan {
    const { operation } = this.#request;
    const rootType = this.#model.schema.getRootType(operation.operation);
    if (!rootType) throw new UnsupportedOperation(`the graph has no ${operation.operation} type`);
    const output: Shape = { abstract: false, types: {}, identityFields: [] };
    const fields: FieldShape[] = [];
    output.types[rootType.name] = fields;
    for (const field of this.#rootFields(rootType)) {
      const planned = this.#planRootField(rootType, field);
      fields.push(planned);
      // Its null takes all of the response: mutations that would come after it are not begun.
      if (operation.operation === OperationTypeNode.MUTATION && isCertainlyLost(planned)) break;
    }
    const { all: entityFetches, entityPaths } = this.#entityFetches;
    mergeEntityFetches(entityFetches, entityPaths, this.#steps);
    for (const entityFetch of entityFetches)
      if (!entityFetch.representedBy) entityFetch.match = selectKey(this.#model, entityFetch);
    return buildPlan({
      operation,
      variables: this.#variables,
      model: this.#model,
      roots: this.#rootFetches.all,
      entityFetches,
      entityPaths: [...entityPaths.values()],
      fields: this.#fields,
      shapes: this.#shapes,
      output,
      denied: this.#visibility.denied,
      cacheRules: this.#cacheRules,
      fragments: this.#collector.context.fragments,
      steps: this.#steps,
    });
  }

  /** Checks that fallback execution can be tried. @throws OperationTooComplex, PlanRejected */
  checkFallback(): void {
    spendFallback(this.#model.schema, this.#collector, this.#request.operation, this.#steps);
  }

  /** Without those whose results cannot reach the client, since a denied field beside them makes all data null. */
  #rootFields(rootType: GraphQLObjectType): CollectedField[] {
    const { operation } = this.#request;
    const collected = this.#collector.root(rootType, operation.selectionSet);
    if (operation.operation === OperationTypeNode.MUTATION) return collected;
    const denied = collected.filter((field) => this.#visibility.deniedFieldOf(rootType.name, field) !== undefined);
    const lost = denied.some(({ name }) => isNonNullType(rootType.getFields()[name]?.type));
    return lost ? denied : collected;
  }

  #planRootField(rootType: GraphQLObjectType, field: CollectedField): FieldShape {
    if (field.name.startsWith('__')) rejectOnIntrospection(field);
    if (field.name === '__typename') return this.#visibility.typename(field, rootType.name);
    const deniedField = this.#visibility.deniedFieldOf(rootType.name, field);
    if (deniedField) return this.#output(null, this.#visibility.deniedField(rootType, field, deniedField));
    if (field.name === '__schema' || field.name === '__type') {
      const fetchGroup = this.#rootFetches.introspection();
      const type = { kind: 'json', nonNull: field.name === '__schema' } as const;
      return this.#output(fetchGroup, {
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
    const group = this.#rootFetches.open(rootType, field, stage);
    const source = { subgraph: group.subgraph, typeName: rootType.name, provided: undefined };
    return this.#planField(group, group.selection, source, rootType, field, null);
  }

  /**
   * Plans one field that the source's subgraph serves, into `selection`; `fetchGroup` is null for the fetch of the
   * object itself.
   */
  #planField(
    fetchGroup: FetchGroup | null,
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    parent: GraphQLObjectType,
    field: CollectedField,
    types: string[] | null,
  ): FieldShape {
    const definition = parent.getFields()[field.name];
    const upstream = this.#model.fieldIn(source.subgraph, source.typeName, field.name);
    if (!definition || !upstream) {
      const coordinate = `${parent.name}.${field.name}`;
      throw new UnsupportedOperation(`${source.subgraph} does not serve ${coordinate}`, coordinate);
    }
    const upstreamType = getNamedType(upstream.type);
    const requested = selection.field(
      field.name,
      this.#arguments.of(field, source.subgraph, upstream),
      String(upstream.type),
      isCompositeType(upstreamType) ? upstreamType.name : null,
      types,
      // Under two response keys, a client's field is two: an error below one of them must not affect the other.
      field.key === field.name ? '' : field.key,
      directivesOf(field) ? upstreamMentions(field.nodes, this.#model, source.subgraph, this.#variables) : undefined,
    );
    const { selection: within } = requested;
    const below = within
      ? this.#visibility.below(field, () =>
          this.#planBelow(within, source, field, getNamedType(definition.type).name, upstreamType.name),
        )
      : null;
    return this.#output(fetchGroup, {
      key: field.key,
      coordinate: `${parent.name}.${field.name}`,
      subgraph: source.subgraph,
      slot: null,
      property: requested.key,
      type: valueType(definition.type, below, this.#view, this.#leaves),
    });
  }

  /** Plans the selection on the objects that a field returns. */
  #planBelow(
    selection: UpstreamSelection<FetchGroup>,
    parent: FieldSource,
    field: CollectedField,
    clientType: string,
    upstreamType: string,
  ): Shape {
    const provided =
      this.#model.providedBy(parent.subgraph, parent.typeName, field.name) ??
      providedBelow(parent.provided, field.name);
    const upstream = this.#model.typeIn(parent.subgraph, upstreamType);
    if (isObjectType(upstream) && (upstreamType === clientType || !this.#visibility.isHidden(upstreamType))) {
      const source = { subgraph: parent.subgraph, typeName: upstreamType, provided };
      const fields = this.#collector.below(upstreamType, field);
      const shape: Shape = { abstract: false, types: {}, identityFields: [] };
      shape.types[upstreamType] = this.#planObjects(selection, source, null, fields);
      this.#shapes.push({ shape, typeName: upstreamType, selection });
      return shape;
    }
    return this.#planAbstract(selection, parent.subgraph, provided, clientType, upstreamType, field);
  }

  /**
   * Plans a place for objects of several types: each has its `__typename`, and the fields that are selected on its
   * type.
   */
  #planAbstract(
    selection: UpstreamSelection<FetchGroup>,
    subgraph: string,
    provided: SelectionSetNode | undefined,
    clientType: string,
    upstreamType: string,
    field: CollectedField,
  ): Shape {
    selection.typename = true;
    const shape = this.#visibility.abstractShape();
    const upstream = this.#model.typeIn(subgraph, upstreamType);
    const schema = this.#model.subgraphs.get(subgraph)?.schema;
    const client = this.#model.schema.getType(clientType);
    if (!schema || !(isAbstractType(upstream) || isObjectType(upstream)))
      throw new UnsupportedOperation(`${subgraph} has no ${upstreamType}`);
    const members = isAbstractType(upstream) ? schema.getPossibleTypes(upstream) : [upstream];
    const possible = members
      .filter(({ name }) => !this.#visibility.markHidden(shape, name))
      .filter(({ name }) => {
        const type = this.#model.schema.getType(name);
        return (
          isObjectType(type) && (!isAbstractType(client) ? client === type : this.#model.schema.isSubType(client, type))
        );
      })
      .map(({ name }) => ({ name, fields: this.#collector.below(name, field) }));
    for (const { fields } of possible) this.#steps.spend(1 + fields.length);
    const context = { model: this.#model, paths: this.#paths, visibility: this.#visibility, subgraph, provided };
    for (const group of groupByEqualSelection(context, possible)) {
      const names = group.map(({ name }) => name);
      const [first] = group as [RequestedType];
      const { name, fields } = first;
      const onAll = names.length === possible.length && names.length === members.length;
      const onInterface = onAll && isInterfaceType(upstream) && interfaceHasAll(context, upstream, first);
      // A selection that already has fields may not be shared: they are not selected on the other types.
      const empty = names.every((each) => !selection.fragments.get(each)?.fields.size);
      if (names.length === 1 || !(onInterface || empty)) {
        for (const each of group) {
          const source = { subgraph, typeName: each.name, provided };
          const target = onInterface ? selection : selection.fragment(each.name);
          shape.types[each.name] = this.#planObjects(target, source, each.name, each.fields);
        }
        continue;
      }
      const fieldSource = { subgraph, typeName: name, provided };
      const target = onInterface ? selection : selection.fragment(name);
      const shapes = this.#planEqualTypes(target, fieldSource, onInterface ? null : names, fields);
      if (names.length === 1) this.#shapes.push({ shape, typeName: name, selection: target });
      for (const each of names) {
        shape.types[each] = shapes;
        if (onInterface || each === name) continue;
        const fragment = selection.fragment(each);
        for (const [key, requested] of target.fields) fragment.fields.set(key, requested);
      }
    }
    return shape;
  }

  #planEqualTypes(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    types: string[] | null,
    fields: CollectedField[],
  ): FieldShape[] {
    const parent = this.#objectType(source.typeName);
    return fields.map((field) => {
      if (field.name === '__typename') {
        rejectOnIntrospection(field);
        return this.#visibility.typename(field, null);
      }
      const deniedField = this.#visibility.deniedFieldOf(parent.name, field);
      if (deniedField) return this.#output(null, this.#visibility.deniedField(parent, field, deniedField));
      return this.#planField(null, selection, source, parent, field, types);
    });
  }

  /** Plans the fields of objects of one type at one place, in their own fetch or by entity fetches. */
  #planObjects(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    filter: string | null,
    fields: CollectedField[],
  ): FieldShape[] {
    const parent = this.#objectType(source.typeName);
    // Fields that require others first determine when their subgraph gets its request; the rest can then be part of
    // it.
    const entityPath = this.#entityFetches.entityPath(selection, source, filter);
    const planned = new Map<CollectedField, FieldShape>();
    for (const field of fields) {
      const deniedField = this.#visibility.deniedFieldOf(parent.name, field);
      if (field.name === '__typename') {
        rejectOnIntrospection(field);
        planned.set(field, this.#visibility.typename(field, source.typeName));
      } else if (deniedField)
        planned.set(field, this.#output(null, this.#visibility.deniedField(parent, field, deniedField)));
      else if (this.#placement.staysHere(source, parent, field)) {
        planned.set(field, this.#planField(null, selection, source, parent, field, filter === null ? null : [filter]));
      }
    }
    for (const field of fields) {
      if (planned.has(field)) continue;
      const entityFetch = this.#placement.entityFetch(entityPath, parent, field);
      const there = { subgraph: entityFetch.subgraph, typeName: source.typeName, provided: undefined };
      planned.set(field, this.#planField(entityFetch, entityFetch.selection, there, parent, field, null));
    }
    return fields.map((field) => planned.get(field) as FieldShape);
  }

  #objectType(name: string): GraphQLObjectType {
    const type = this.#model.schema.getType(name);
    if (!isObjectType(type)) throw new UnsupportedOperation(`the graph has no object type ${name}`);
    return type;
  }

  #output(fetchGroup: FetchGroup | null, shape: FieldShape): FieldShape {
    this.#steps.spend(STEPS_PER_FIELD);
    this.#fields.push({ shape, fetchGroup });
    return this.#visibility.name(shape);
  }
}
