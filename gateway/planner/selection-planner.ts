// Selection planner: walks the selection of an operation with the subgraph that returns the objects. A field that this
// subgraph serves stays in its fetch, any other opens or joins an entity fetch to a subgraph that serves it.
import { type GraphQLNamedType, type GraphQLObjectType, getNamedType, isCompositeType, isObjectType } from 'graphql';
import type { ClientView } from '../client-views/client-view.ts';
import type { FieldShape, Leaf, Shape } from '../query-plan/plan.ts';
import { type AbstractContext, AbstractPlanner, type ObjectPlanner } from './abstract-planner.ts';
import type { CollectedField } from './collect-fields.ts';
import type { EntityFetches } from './entity-fetches.ts';
import type { FetchGroup, PlannedField } from './fetch-graph.ts';
import { FieldArguments } from './field-arguments.ts';
import type { FieldPlacement } from './field-placement.ts';
import { type FieldSource, providedBelow } from './paths.ts';
import { directivesOf, rejectOnIntrospection, upstreamMentions } from './service-directives.ts';
import { valueType } from './shapes.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';
import type { UpstreamSelection } from './upstream-selection.ts';
import type { UpstreamVariables } from './upstream-variables.ts';

/** Steps for planning, printing and compiling one field, besides those for walking its selection. */
const STEPS_PER_FIELD = 10;

export interface PlanningContext extends AbstractContext {
  variables: UpstreamVariables;
  entityFetches: EntityFetches;
  placement: FieldPlacement;
  /** Null for a client of the whole graph. */
  view: ClientView | null;
  /** Receives the planned fields, with their fetches. */
  fields: PlannedField[];
}

export class SelectionPlanner implements ObjectPlanner {
  readonly #context: PlanningContext;
  readonly #arguments: FieldArguments;
  readonly #abstract: AbstractPlanner;
  readonly #leaves = new Map<GraphQLNamedType, Leaf>();

  constructor(context: PlanningContext) {
    this.#context = context;
    this.#arguments = new FieldArguments(context.model, context.variables, context.steps);
    this.#abstract = new AbstractPlanner(context, this);
  }

  /**
   * Plans one field that the source's subgraph serves, into `selection`; `fetchGroup` is null for the fetch of the
   * object itself.
   */
  field(
    fetchGroup: FetchGroup | null,
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    parent: GraphQLObjectType,
    field: CollectedField,
    types: string[] | null,
  ): FieldShape {
    const { model, variables, view, visibility } = this.#context;
    const definition = parent.getFields()[field.name];
    const upstream = model.fieldIn(source.subgraph, source.typeName, field.name);
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
      directivesOf(field) ? upstreamMentions(field.nodes, model, source.subgraph, variables) : undefined,
    );
    const { selection: within } = requested;
    const below = within
      ? visibility.below(field, () =>
          this.#below(within, source, field, getNamedType(definition.type).name, upstreamType.name),
        )
      : null;
    return this.output(fetchGroup, {
      key: field.key,
      coordinate: `${parent.name}.${field.name}`,
      subgraph: source.subgraph,
      slot: null,
      property: requested.key,
      type: valueType(definition.type, below, view, this.#leaves),
    });
  }

  /** Plans the selection on the objects that a field returns. */
  #below(
    selection: UpstreamSelection<FetchGroup>,
    parent: FieldSource,
    field: CollectedField,
    clientType: string,
    upstreamType: string,
  ): Shape {
    const { collector, model, shapes, visibility } = this.#context;
    const provided =
      model.providedBy(parent.subgraph, parent.typeName, field.name) ?? providedBelow(parent.provided, field.name);
    const upstream = model.typeIn(parent.subgraph, upstreamType);
    if (isObjectType(upstream) && (upstreamType === clientType || !visibility.isHidden(upstreamType))) {
      const source = { subgraph: parent.subgraph, typeName: upstreamType, provided };
      const fields = collector.below(upstreamType, field);
      const shape: Shape = { abstract: false, types: {}, identityFields: [] };
      shape.types[upstreamType] = this.objects(selection, source, null, fields);
      shapes.push({ shape, typeName: upstreamType, selection });
      return shape;
    }
    return this.#abstract.plan(selection, parent.subgraph, provided, clientType, upstreamType, field);
  }

  objects(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    filter: string | null,
    fields: CollectedField[],
  ): FieldShape[] {
    const { entityFetches, placement, visibility } = this.#context;
    const parent = this.#objectType(source.typeName);
    // Fields that require others first determine when their subgraph gets its request; the rest can then be part of
    // it.
    const entityPath = entityFetches.entityPath(selection, source, filter);
    const planned = new Map<CollectedField, FieldShape>();
    for (const field of fields) {
      const deniedField = visibility.deniedFieldOf(parent.name, field);
      if (field.name === '__typename') {
        rejectOnIntrospection(field);
        planned.set(field, visibility.typename(field, source.typeName));
      } else if (deniedField) planned.set(field, this.output(null, visibility.deniedField(parent, field, deniedField)));
      else if (placement.staysHere(source, parent, field)) {
        planned.set(field, this.field(null, selection, source, parent, field, filter === null ? null : [filter]));
      }
    }
    for (const field of fields) {
      if (planned.has(field)) continue;
      const entityFetch = placement.entityFetch(entityPath, parent, field);
      const there = { subgraph: entityFetch.subgraph, typeName: source.typeName, provided: undefined };
      planned.set(field, this.field(entityFetch, entityFetch.selection, there, parent, field, null));
    }
    return fields.map((field) => planned.get(field) as FieldShape);
  }

  equalObjects(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    types: string[] | null,
    fields: CollectedField[],
  ): FieldShape[] {
    const { visibility } = this.#context;
    const parent = this.#objectType(source.typeName);
    return fields.map((field) => {
      if (field.name === '__typename') {
        rejectOnIntrospection(field);
        return visibility.typename(field, null);
      }
      const deniedField = visibility.deniedFieldOf(parent.name, field);
      if (deniedField) return this.output(null, visibility.deniedField(parent, field, deniedField));
      return this.field(null, selection, source, parent, field, types);
    });
  }

  /** Records a planned field, under the client's name; `fetchGroup` is null for the fetch of the object itself. */
  output(fetchGroup: FetchGroup | null, shape: FieldShape): FieldShape {
    this.#context.steps.spend(STEPS_PER_FIELD);
    this.#context.fields.push({ shape, fetchGroup });
    return this.#context.visibility.name(shape);
  }

  #objectType(name: string): GraphQLObjectType {
    const { model } = this.#context;
    const type = model.schema.getType(name);
    if (!isObjectType(type)) throw new UnsupportedOperation(`the graph has no object type ${name}`);
    return type;
  }
}
