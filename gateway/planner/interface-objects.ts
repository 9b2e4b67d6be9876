// Interface objects: an interface of the graph that is an object type in a subgraph (`@interfaceObject`). Its objects
// do not have their types. Where the selection depends on them, they are looked up through the interface in a subgraph
// that defines the types, together with the fields that this subgraph serves.
import { isInterfaceType } from 'graphql';
import type { FieldShape, Shape } from '../query-plan/shape.ts';
import type { AbstractContext, ObjectPlanner } from './abstract-planner.ts';
import type { CollectedField, TypeWithFields } from './collect-fields.ts';
import type { EntityFetches } from './entity-fetches.ts';
import type { RequestedType } from './equal-selections.ts';
import type { EntityFetchGroup, FetchGroup } from './fetch-graph.ts';
import type { FieldPlacement } from './field-placement.ts';
import type { FieldSource } from './field-source.ts';
import { fieldsFor } from './key-selections.ts';
import type { FieldPath } from './paths.ts';
import { SelectedTypes } from './selected-types.ts';
import { rejectOnIntrospection } from './service-directives.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';
import type { UpstreamSelection } from './upstream-selection.ts';

export interface InterfaceObjectContext extends AbstractContext {
  entityFetches: EntityFetches;
  placement: FieldPlacement;
}

/** Plans the objects that stand at a place, and their fields. */
export interface TypedPlanner extends Pick<ObjectPlanner, 'objects'> {
  objectType(name: string): TypeWithFields;
  /** Plans a field that the source's subgraph serves; `fetchGroup` is null for the fetch of the objects themselves. */
  field(
    fetchGroup: FetchGroup | null,
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    parent: TypeWithFields,
    field: CollectedField,
    types: string[] | null,
  ): FieldShape;
  output(fetchGroup: null, shape: FieldShape): FieldShape;
}

export class InterfaceObjectPlanner {
  readonly #context: InterfaceObjectContext;
  readonly #planner: TypedPlanner;

  constructor(context: InterfaceObjectContext, planner: TypedPlanner) {
    this.#context = context;
    this.#planner = planner;
  }

  /**
   * Plans the selection of a field that returns interface objects.
   * @param source the subgraph that returns them, and the interface.
   * @param clientType the field's type in the graph.
   * @throws UnsupportedOperation where their types are needed, and no subgraph determines them.
   */
  plan(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    clientType: string,
    field: CollectedField,
  ): Shape {
    const { collector, entityFetches, shapes, steps, typed, visibility } = this.#context;
    const { typeName } = source;
    const members = this.#members(typeName, clientType);
    const common = collector.below(typeName, field);
    if (this.#isTypeless(source, members, common, field)) {
      const shape: Shape = { abstract: false, types: {}, identityFields: [] };
      shape.types[typeName] = this.#planner.objects(selection, source, null, common);
      shapes.push({ shape, typeName, selection });
      return shape;
    }
    const shape = visibility.abstractShape();
    const visible = members.filter((name) => !visibility.markHidden(shape, name));
    const requested = visible.map((name) => ({ name, fields: collector.below(name, field) }));
    const entityPath = entityFetches.entityPath(selection, source, null);
    const typedBy = entityFetches.open(entityPath, this.#typePath(source, requested));
    typedBy.selection.typename = true;
    typed.push({ shape, fetchGroup: typedBy });
    for (const { fields } of requested) steps.spend(1 + fields.length);
    const selectedTypes = new SelectedTypes(this.#context, requested, visible.length < members.length);
    for (const { name, fields } of requested) {
      const typed = { ...source, typeName: name };
      shape.types[name] = this.#typedObjects(selection, typed, typedBy, fields, selectedTypes);
    }
    return shape;
  }

  /** Plans the fields of objects of one type, which a fetch determines. */
  #typedObjects(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    typedBy: EntityFetchGroup,
    fields: readonly CollectedField[],
    selectedTypes: SelectedTypes,
  ): FieldShape[] {
    const { contexts, entityFetches, paths, placement, scopes, visibility } = this.#context;
    const planner = this.#planner;
    const parent = planner.objectType(source.typeName);
    if (contexts.areUsed) contexts.enter(entityFetches.typedPath(selection, source, typedBy));
    const there = { subgraph: typedBy.subgraph, typeName: source.typeName, provided: undefined };
    const elsewhere = fields.filter(
      (field) =>
        field.name !== '__typename' &&
        !visibility.deniedFieldOf(parent.name, field) &&
        !placement.staysHere(source, field) &&
        !paths.isHere(there, field.name),
    );
    const covering = placement.covering(source, parent, elsewhere);
    const plan = (field: CollectedField) => {
      const deniedField = visibility.deniedFieldOf(parent.name, field);
      if (field.name === '__typename') {
        rejectOnIntrospection(field);
        return visibility.typename(field, source.typeName);
      }
      if (deniedField) return planner.output(null, visibility.deniedField(parent, field, deniedField));
      const isHere = placement.staysHere(source, field);
      const back = isHere ? this.#pathBack(source, typedBy, field, selectedTypes) : undefined;
      if (isHere && !back) return planner.field(null, selection, source, parent, selectedTypes.apart(field), null);
      if (paths.isHere(there, field.name)) {
        const fragment = typedBy.selection.fragment(source.typeName);
        return planner.field(typedBy, fragment, there, parent, field, [source.typeName]);
      }
      const entityPath = entityFetches.typedPath(selection, source, typedBy);
      const entityFetch = back
        ? entityFetches.open(entityPath, back)
        : placement.entityFetch(entityPath, parent, field, covering);
      const served = { ...there, subgraph: entityFetch.subgraph };
      return planner.field(entityFetch, entityFetch.selection, served, parent, field, null);
    };
    return fields.map((field) => scopes.field(field, () => plan(field)));
  }

  /**
   * The path back to the objects' own subgraph, for a field whose null there would be one of objects that do not select
   * it; undefined where it can be fetched for all of them, or not by itself.
   */
  #pathBack(
    source: FieldSource,
    typedBy: EntityFetchGroup,
    field: CollectedField,
    selectedTypes: SelectedTypes,
  ): FieldPath | undefined {
    const { model, paths } = this.#context;
    const upstream = model.fieldIn(source.subgraph, source.typeName, field.name);
    // The fields of the key that determines the type are fetched for all of them.
    const ofKey = fieldsFor(model, source.subgraph, source.typeName, typedBy.entityResolver.key);
    if (!upstream || selectedTypes.isHarmless(field, upstream)) return undefined;
    if (ofKey.some(({ name, selectionSet }) => name.value === field.name && !selectionSet)) return undefined;
    return paths.back(source, field.name);
  }

  /** The object types that clients may see at the place. */
  #members(typeName: string, clientType: string): string[] {
    const { schema } = this.#context.model;
    const type = schema.getType(typeName);
    const client = schema.getType(clientType);
    if (!isInterfaceType(type)) return [];
    return schema
      .getPossibleTypes(type)
      .filter((member) => client === member || (isInterfaceType(client) && schema.isSubType(client, member)))
      .map(({ name }) => name);
  }

  /** Whether the selection is the same for every type, and can be fetched without knowing it. */
  #isTypeless(
    source: FieldSource,
    members: readonly string[],
    common: readonly CollectedField[],
    field: CollectedField,
  ): boolean {
    const { collector, contexts, paths, visibility } = this.#context;
    if (contexts.mayTakeBelow(field) && !contexts.areEqual([source.typeName, ...members])) return false;
    const reachable = common.every(
      ({ name }) => name !== '__typename' && (paths.isHere(source, name) || paths.to(source, name).length > 0),
    );
    if (!reachable) return false;
    return members.every((member) => {
      const own = collector.below(member, field);
      if (visibility.isHidden(member) || own.length !== common.length) return false;
      return own.every(
        (each, index) =>
          !visibility.deniedFieldOf(member, each) &&
          each.key === common[index]?.key &&
          each.nodes.length === common[index].nodes.length,
      );
    });
  }

  /** The lookup through the interface that serves most of the selected fields, with the fewest rounds. */
  #typePath(source: FieldSource, requested: readonly RequestedType[]): FieldPath {
    const { model, paths } = this.#context;
    const { typeName } = source;
    const found = model.typeResolvers(typeName).flatMap(({ subgraph, entityResolvers }) =>
      entityResolvers.flatMap((entityResolver): (FieldPath & { served: number })[] => {
        const rounds = 1 + paths.rounds(source, entityResolver.key);
        if (!Number.isFinite(rounds)) return [];
        const served = requested.flatMap(({ name, fields }) =>
          fields.filter((field) => paths.isHere({ subgraph, typeName: name, provided: undefined }, field.name)),
        );
        return [
          { subgraph, entityResolver, required: undefined, contextual: undefined, rounds, served: served.length },
        ];
      }),
    );
    found.sort((one, other) => one.rounds - other.rounds || other.served - one.served);
    const [best] = found;
    if (!best) {
      throw new UnsupportedOperation(
        `no service determines the types of ${typeName}, which ${source.subgraph} does not define`,
        `${typeName}.__typename`,
      );
    }
    return best;
  }
}
