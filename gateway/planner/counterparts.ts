// Counterparts: the objects at a place as another subgraph returns them. Objects without a key cannot be looked up, but
// their parents can be, or stand at the root: the same field of the same parent is requested from the other subgraph,
// and the objects that it returns are matched by position.
import { getNamedType, isObjectType, OperationTypeNode } from 'graphql';
import { type CollectedField, upstreamAlias } from './collect-fields.ts';
import type { EntityFetches } from './entity-fetches.ts';
import { CounterpartGroup, type FetchGroup, type Origin } from './fetch-graph.ts';
import type { FieldArguments } from './field-arguments.ts';
import type { FieldSource } from './field-source.ts';
import type { GraphModel } from './model.ts';
import type { PathFinder } from './paths.ts';
import { providedBelow } from './provided.ts';
import type { RootFetches } from './root-fetches.ts';
import { directivesOf } from './service-directives.ts';
import type { UpstreamSelection } from './upstream-selection.ts';

/** What a subgraph returns of the parents. */
interface Container {
  group: FetchGroup | CounterpartGroup | null;
  selection: UpstreamSelection<FetchGroup>;
  source: FieldSource;
}

export interface CounterpartContext {
  model: GraphModel;
  paths: PathFinder;
  entityFetches: EntityFetches;
  rootFetches: RootFetches;
  arguments: FieldArguments;
  operation: OperationTypeNode;
}

export class Counterparts {
  readonly all: CounterpartGroup[] = [];
  readonly #context: CounterpartContext;
  readonly #origins = new Map<UpstreamSelection<FetchGroup>, Origin>();

  constructor(context: CounterpartContext) {
    this.#context = context;
  }

  /** Records where the objects of a selection come from. */
  record(selection: UpstreamSelection<FetchGroup>, origin: Origin): void {
    this.#origins.set(selection, origin);
  }

  /**
   * The counterpart of the objects of a selection that has a field; null where no subgraph can return one.
   * @param source the subgraph that returns the objects themselves.
   */
  serving(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    field: CollectedField,
  ): CounterpartGroup | null {
    const origin = this.#origins.get(selection);
    if (!origin || directivesOf(field)) return null;
    const { model, paths } = this.#context;
    const found: { subgraph: string; effort: number }[] = [];
    for (const subgraph of model.subgraphs.keys()) {
      if (subgraph === source.subgraph) continue;
      const there = { subgraph, typeName: source.typeName, provided: undefined };
      if (!paths.isHere(there, field.name)) continue;
      const known = this.all.some((each) => each.main === selection && each.source.subgraph === subgraph);
      const effort = known ? 0 : this.#effort(origin, subgraph, source.typeName);
      if (Number.isFinite(effort)) found.push({ subgraph, effort });
    }
    found.sort((one, other) => one.effort - other.effort);
    const [best] = found;
    return best ? this.#open(selection, origin, best.subgraph) : null;
  }

  /** Rounds until a subgraph has returned the field of the parents; Infinity where it cannot. */
  #effort({ parents, parentType, field }: Origin, subgraph: string, typeName: string): number {
    const { model, operation, paths } = this.#context;
    const upstream = model.fieldIn(subgraph, parentType, field.name);
    const type = upstream && getNamedType(upstream.type);
    if (!isObjectType(type) || type.name !== typeName || directivesOf(field)) return Number.POSITIVE_INFINITY;
    if (model.contextArguments(subgraph, parentType, field.name)) return Number.POSITIVE_INFINITY;
    const there = { subgraph, typeName: parentType, provided: undefined };
    if (!parents) {
      // Mutations and subscriptions are sent once.
      return operation === OperationTypeNode.QUERY && paths.isHere(there, field.name) ? 1 : Number.POSITIVE_INFINITY;
    }
    if (parents.source.subgraph === subgraph && paths.isHere(parents.source, field.name)) return 0;
    const [fieldPath] = paths.to(parents.source, field.name, new Set([subgraph]));
    if (fieldPath) return fieldPath.rounds;
    const above = this.#origins.get(parents.selection);
    return above && paths.isHere(there, field.name)
      ? this.#effort(above, subgraph, parents.source.typeName)
      : Number.POSITIVE_INFINITY;
  }

  #open(main: UpstreamSelection<FetchGroup>, origin: Origin, subgraph: string): CounterpartGroup {
    const known = this.all.find((each) => each.main === main && each.source.subgraph === subgraph);
    if (known) return known;
    const { model } = this.#context;
    const { field } = origin;
    const { group, selection, source } = this.#container(origin, subgraph);
    const upstream = model.fieldIn(subgraph, origin.parentType, field.name);
    if (!upstream) throw new Error(`${subgraph} does not serve ${origin.parentType}.${field.name}`);
    const { name } = getNamedType(upstream.type);
    const types = origin.parents?.filter ? [origin.parents.filter] : null;
    const requested = selection.field(
      field.name,
      this.#context.arguments.of(
        field,
        { subgraph, typeName: origin.parentType, provided: undefined },
        upstream,
        group,
      ),
      String(upstream.type),
      name,
      group === null ? types : null,
      upstreamAlias(field),
    );
    const counterpart = new CounterpartGroup(
      main,
      origin,
      { group, property: requested.key },
      requested.selection as UpstreamSelection<FetchGroup>,
      { subgraph, typeName: name, provided: providedBelow(model, source, field.name) },
    );
    this.all.push(counterpart);
    this.#origins.set(counterpart.selection, { ...origin, fetchGroup: group, property: requested.key });
    return counterpart;
  }

  /** What the subgraph returns of the parents, into which the field is selected. */
  #container({ parents, parentType, field }: Origin, subgraph: string): Container {
    const { entityFetches, paths, rootFetches } = this.#context;
    const source = { subgraph, typeName: parentType, provided: undefined };
    if (!parents) {
      const group = rootFetches.openIn(subgraph, parentType, 0);
      return { group, selection: group.selection, source };
    }
    if (parents.source.subgraph === subgraph && paths.isHere(parents.source, field.name)) {
      return { group: null, selection: parents.selection, source: parents.source };
    }
    const [fieldPath] = paths.to(parents.source, field.name, new Set([subgraph]));
    if (fieldPath) {
      const group = entityFetches.open(parents, fieldPath);
      return { group, selection: group.selection, source };
    }
    const above = this.#origins.get(parents.selection) as Origin;
    const group = this.#open(parents.selection, above, subgraph);
    return { group, selection: group.selection, source: group.source };
  }
}
