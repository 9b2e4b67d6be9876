// Abstract planner: a place for objects of several types. Each has its `__typename`, and the fields that are selected
// on its type; types with equal selections are planned once, in one upstream selection.
import { type GraphQLObjectType, isAbstractType, isInterfaceType, isObjectType, type SelectionSetNode } from 'graphql';
import type { FieldShape, Shape } from '../query-plan/shape.ts';
import type { CollectedField, FieldCollector } from './collect-fields.ts';
import type { Contexts } from './contexts.ts';
import type { DeferScopes } from './defer-scopes.ts';
import { groupByEqualSelection, interfaceHasAll, type RequestedType } from './equal-selections.ts';
import type { FetchGroup } from './fetch-graph.ts';
import type { FieldSource } from './field-source.ts';
import type { GraphModel } from './model.ts';
import type { PathFinder } from './paths.ts';
import type { PlannedShape, TypedShape } from './planned-shapes.ts';
import type { StepBudget } from './step-budget.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';
import type { UpstreamSelection } from './upstream-selection.ts';
import type { Visibility } from './visibility.ts';

export interface AbstractContext {
  model: GraphModel;
  paths: PathFinder;
  steps: StepBudget;
  collector: FieldCollector;
  visibility: Visibility;
  contexts: Contexts;
  scopes: DeferScopes;
  /** Receives the shapes of planned places, with their upstream selections. */
  shapes: PlannedShape[];
  /** Receives the shapes of objects whose types a fetch determines. */
  typed: TypedShape[];
}

/** Plans the objects that stand at a place. */
export interface ObjectPlanner {
  /** Plans the fields of objects of one type; `filter` is the type, where others may stand beside them. */
  objects(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    filter: string | null,
    fields: CollectedField[],
  ): FieldShape[];
  /** Plans the fields of objects of several types once; all of them are in the response with the objects. */
  equalObjects(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    types: string[] | null,
    fields: CollectedField[],
  ): FieldShape[];
}

export class AbstractPlanner {
  readonly #context: AbstractContext;
  readonly #planner: ObjectPlanner;

  constructor(context: AbstractContext, planner: ObjectPlanner) {
    this.#context = context;
    this.#planner = planner;
  }

  /**
   * Plans the selection of a field whose objects have several types.
   * @param clientType the field's type in the graph.
   * @param upstreamType the field's type in the subgraph.
   * @throws UnsupportedOperation where the subgraph does not have that type.
   */
  plan(
    selection: UpstreamSelection<FetchGroup>,
    subgraph: string,
    provided: SelectionSetNode | undefined,
    clientType: string,
    upstreamType: string,
    field: CollectedField,
  ): Shape {
    const { model, steps, visibility, shapes } = this.#context;
    selection.typename = true;
    const shape = visibility.abstractShape();
    const upstream = model.typeIn(subgraph, upstreamType);
    const schema = model.subgraphs.get(subgraph)?.schema;
    if (!schema || !(isAbstractType(upstream) || isObjectType(upstream)))
      throw new UnsupportedOperation(`${subgraph} has no ${upstreamType}`);
    const members = isAbstractType(upstream) ? schema.getPossibleTypes(upstream) : [upstream];
    if (members.length === 0) this.#checkInterface(subgraph, upstreamType, field);
    const possible = this.#possible(shape, members, clientType, field);
    for (const { fields } of possible) steps.spend(1 + fields.length);
    const context = { ...this.#context, subgraph, provided };
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
          shape.types[each.name] = this.#planner.objects(target, source, each.name, each.fields);
        }
        continue;
      }
      const fieldSource = { subgraph, typeName: name, provided };
      const target = onInterface ? selection : selection.fragment(name);
      const planned = this.#planner.equalObjects(target, fieldSource, onInterface ? null : names, fields);
      if (names.length === 1) shapes.push({ shape, typeName: name, selection: target });
      for (const each of names) {
        shape.types[each] = planned;
        if (onInterface || each === name) continue;
        const fragment = selection.fragment(each);
        for (const [key, requested] of target.fields) fragment.fields.set(key, requested);
      }
    }
    return shape;
  }

  /**
   * Checks the selection on an interface of which a subgraph has no types: it cannot return an object.
   * @throws UnsupportedOperation where the selection could not be resolved in any case.
   */
  #checkInterface(subgraph: string, typeName: string, field: CollectedField): void {
    const { collector, model } = this.#context;
    const missing = collector
      .below(typeName, field)
      .find(({ name }) => name !== '__typename' && !model.fieldIn(subgraph, typeName, name));
    if (!missing) return;
    const coordinate = `${typeName}.${missing.name}`;
    throw new UnsupportedOperation(
      `${subgraph} has no type of ${typeName} that ${coordinate} could be resolved on`,
      coordinate,
    );
  }

  /** The types that clients may see at the place, with their fields; hidden and denied ones are marked in the shape. */
  #possible(
    shape: Shape,
    members: readonly GraphQLObjectType[],
    clientType: string,
    field: CollectedField,
  ): RequestedType[] {
    const { collector, visibility } = this.#context;
    const { schema } = this.#context.model;
    const client = schema.getType(clientType);
    return members
      .filter(({ name }) => !visibility.markHidden(shape, name))
      .filter(({ name }) => {
        const type = schema.getType(name);
        return isObjectType(type) && (!isAbstractType(client) ? client === type : schema.isSubType(client, type));
      })
      .map(({ name }) => ({ name, fields: collector.below(name, field) }));
  }
}
