// Selection planner: walks the selection of an operation with the subgraph that returns the objects. A field that this
// subgraph serves stays in its fetch, any other opens or joins an entity fetch to a subgraph that serves it.
import { type GraphQLNamedType, getNamedType, isCompositeType, isInterfaceType, isObjectType } from 'graphql';
import type { ClientView } from '../client-views/client-view.ts';
import type { FieldShape, Leaf, Shape } from '../query-plan/shape.ts';
import { AbstractPlanner, type ObjectPlanner } from './abstract-planner.ts';
import { type CollectedField, type TypeWithFields, upstreamAlias } from './collect-fields.ts';
import type { Counterparts } from './counterparts.ts';
import type { CounterpartGroup, EntityPathDraft, FetchGroup } from './fetch-graph.ts';
import type { FieldArguments } from './field-arguments.ts';
import type { FieldSource } from './field-source.ts';
import { type InterfaceObjectContext, InterfaceObjectPlanner, type TypedPlanner } from './interface-objects.ts';
import type { PlannedField } from './planned-shapes.ts';
import { providedBelow } from './provided.ts';
import { directivesOf, rejectOnIntrospection, upstreamMentions } from './service-directives.ts';
import { valueType } from './shapes.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';
import type { UpstreamSelection } from './upstream-selection.ts';
import type { UpstreamVariables } from './upstream-variables.ts';

/** Steps for planning, printing and compiling one field, besides those for walking its selection. */
const STEPS_PER_FIELD = 10;

export interface PlanningContext extends InterfaceObjectContext {
  variables: UpstreamVariables;
  arguments: FieldArguments;
  counterparts: Counterparts;
  /** Null for a client of the whole graph. */
  view: ClientView | null;
  /** Receives the planned fields, with their fetches. */
  fields: PlannedField[];
}

export class SelectionPlanner implements ObjectPlanner, TypedPlanner {
  readonly #context: PlanningContext;
  readonly #abstract: AbstractPlanner;
  readonly #interfaceObjects: InterfaceObjectPlanner;
  readonly #leaves = new Map<GraphQLNamedType, Leaf>();

  constructor(context: PlanningContext) {
    this.#context = context;
    this.#abstract = new AbstractPlanner(context, this);
    this.#interfaceObjects = new InterfaceObjectPlanner(context, this);
  }

  /**
   * Plans one field that the source's subgraph serves, into `selection`; `fetchGroup` is null for the fetch of the
   * object itself.
   * @param parents the objects that have the field; null for the root, undefined where they are of several types.
   */
  field(
    fetchGroup: FetchGroup | CounterpartGroup | null,
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    parent: TypeWithFields,
    field: CollectedField,
    types: string[] | null,
    parents?: EntityPathDraft | null,
  ): FieldShape {
    const { contexts, model, variables, view, visibility } = this.#context;
    const definition = parent.getFields()[field.name];
    const upstream = model.fieldIn(source.subgraph, source.typeName, field.name);
    if (!definition || !upstream) {
      const coordinate = `${parent.name}.${field.name}`;
      throw new UnsupportedOperation(`${source.subgraph} does not serve ${coordinate}`, coordinate);
    }
    const upstreamType = getNamedType(upstream.type);
    const requested = selection.field(
      field.name,
      this.#context.arguments.of(field, source, upstream, fetchGroup),
      String(upstream.type),
      isCompositeType(upstreamType) ? upstreamType.name : null,
      types,
      // Under two response keys, a client's field is two: an error below one of them must not affect the other.
      upstreamAlias(field),
      directivesOf(field) ? upstreamMentions(field.nodes, model, source.subgraph, variables) : undefined,
    );
    const { selection: within } = requested;
    if (within && parents !== undefined) {
      const origin = { parents, parentType: parent.name, field, fetchGroup, property: requested.key };
      this.#context.counterparts.record(within, origin);
    }
    const below = within
      ? visibility.below(field, () =>
          contexts.below(within, fetchGroup, () =>
            this.#below(within, source, field, getNamedType(definition.type).name, upstreamType.name),
          ),
        )
      : null;
    const coordinate = `${parent.name}.${field.name}`;
    const fallback = model.fallbacks?.get(coordinate);
    return this.output(fetchGroup, {
      key: field.key,
      coordinate,
      subgraph: source.subgraph,
      slot: null,
      property: requested.key,
      type: valueType(definition.type, below, view, this.#leaves),
      ...(fallback !== undefined && { fallback }),
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
    const provided = providedBelow(model, parent, field.name);
    const upstream = model.typeIn(parent.subgraph, upstreamType);
    if (model.isInterfaceObject(parent.subgraph, upstreamType)) {
      const source = { subgraph: parent.subgraph, typeName: upstreamType, provided };
      return this.#interfaceObjects.plan(selection, source, clientType, field);
    }
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
    const { contexts, entityFetches, placement, scopes, visibility } = this.#context;
    const parent = this.objectType(source.typeName);
    // Fields that require others first determine when their subgraph gets its request; the rest can then be part of
    // it.
    const entityPath = entityFetches.entityPath(selection, source, filter);
    contexts.enter(entityPath);
    const planned = new Map<CollectedField, FieldShape>();
    for (const field of fields) {
      const deniedField = visibility.deniedFieldOf(parent.name, field);
      if (field.name === '__typename') {
        rejectOnIntrospection(field);
        planned.set(
          field,
          scopes.field(field, () => visibility.typename(field, source.typeName)),
        );
      } else if (deniedField) {
        const shape = () => this.output(null, visibility.deniedField(parent, field, deniedField));
        planned.set(field, scopes.field(field, shape));
      } else if (placement.staysHere(source, field)) {
        const types = filter === null ? null : [filter];
        const shape = () => this.field(null, selection, source, parent, field, types, entityPath);
        planned.set(field, scopes.field(field, shape));
      }
    }
    const elsewhere = scopes.inOrder(fields.filter((field) => !planned.has(field)));
    const covering = placement.covering(source, parent, elsewhere);
    for (const field of elsewhere) {
      const shape = () => this.#elsewhere(entityPath, parent, field, covering);
      planned.set(field, scopes.field(field, shape));
    }
    return fields.map((field) => planned.get(field) as FieldShape);
  }

  /** Plans a field that the subgraph of its objects does not serve. */
  #elsewhere(
    entityPath: EntityPathDraft,
    parent: TypeWithFields,
    field: CollectedField,
    covering: ReadonlySet<string>,
  ): FieldShape {
    const { counterparts, paths, placement } = this.#context;
    const { selection, source } = entityPath;
    if (paths.to(source, field.name).length === 0) {
      const counterpart = counterparts.serving(selection, source, field);
      if (counterpart)
        return this.field(counterpart, counterpart.selection, counterpart.source, parent, field, null, entityPath);
    }
    const entityFetch = placement.entityFetch(entityPath, parent, field, covering);
    const there = { subgraph: entityFetch.subgraph, typeName: source.typeName, provided: undefined };
    return this.field(entityFetch, entityFetch.selection, there, parent, field, null, entityPath);
  }

  equalObjects(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    types: string[] | null,
    fields: CollectedField[],
  ): FieldShape[] {
    const { scopes, visibility } = this.#context;
    const parent = this.objectType(source.typeName);
    const plan = (field: CollectedField) => {
      if (field.name === '__typename') {
        rejectOnIntrospection(field);
        return visibility.typename(field, null);
      }
      const deniedField = visibility.deniedFieldOf(parent.name, field);
      if (deniedField) return this.output(null, visibility.deniedField(parent, field, deniedField));
      return this.field(null, selection, source, parent, field, types);
    };
    return fields.map((field) => scopes.field(field, () => plan(field)));
  }

  /** Records a planned field, under the client's name; `fetchGroup` is null for the fetch of the object itself. */
  output(fetchGroup: FetchGroup | CounterpartGroup | null, shape: FieldShape): FieldShape {
    this.#context.steps.spend(STEPS_PER_FIELD);
    this.#context.fields.push({ shape, fetchGroup });
    return this.#context.visibility.name(shape);
  }

  /** The type of objects, or the interface that is one in a subgraph. @throws UnsupportedOperation for any other. */
  objectType(name: string): TypeWithFields {
    const { model } = this.#context;
    const type = model.schema.getType(name);
    if (!isObjectType(type) && !isInterfaceType(type)) throw new UnsupportedOperation(`the graph has no type ${name}`);
    return type;
  }
}
