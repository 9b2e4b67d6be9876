// Entity fetches of an operation while it is planned: those that are open at each place, and the sources of their
// keys.
import {
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  print,
  type SelectionSetNode,
} from 'graphql';
import type { KeyLeaf } from '../query-plan/plan.ts';
import { EntityFetchGroup, EntityPathDraft, type FetchGroup, type KeySource } from './fetch-graph.ts';
import type { GraphModel } from './model.ts';
import type { FieldPath, FieldSource, PathFinder } from './paths.ts';
import type { StepBudget } from './step-budget.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';
import { printArguments, type UpstreamSelection } from './upstream-selection.ts';

/** Steps for one entity fetch, merged and compiled, besides those for its fields. */
const STEPS_PER_ENTITY_FETCH = 30;

export class EntityFetches {
  readonly #model: GraphModel;
  readonly #paths: PathFinder;
  readonly #steps: StepBudget;
  readonly #entityPaths = new Map<UpstreamSelection<FetchGroup>, EntityPathDraft>();

  constructor(model: GraphModel, paths: PathFinder, steps: StepBudget) {
    this.#steps = steps;
    this.#model = model;
    this.#paths = paths;
  }

  get entityPaths(): ReadonlyMap<UpstreamSelection<FetchGroup>, EntityPathDraft> {
    return this.#entityPaths;
  }

  get all(): EntityFetchGroup[] {
    return [...this.#entityPaths.values()].flatMap((entityPath) => entityPath.entityFetches);
  }

  /** The entity path of a selection's objects; `filter` is their type, where others may stand beside them. */
  entityPath(selection: UpstreamSelection<FetchGroup>, source: FieldSource, filter: string | null): EntityPathDraft {
    let entityPath = this.#entityPaths.get(selection);
    if (!entityPath) {
      entityPath = new EntityPathDraft(selection, source, filter);
      this.#entityPaths.set(selection, entityPath);
    }
    return entityPath;
  }

  /**
   * Opens an entity fetch along a path, or joins one that is open; a fetch that a key depends on must not be delayed
   * by that.
   */
  open(entityPath: EntityPathDraft, fieldPath: FieldPath, forKey = false): EntityFetchGroup {
    const { subgraph, entityResolver, required } = fieldPath;
    const open = entityPath.entityFetches.filter(
      (entityFetch) => entityFetch.subgraph === subgraph && entityFetch.entityResolver === entityResolver,
    );
    if (required) {
      const computing = open.find((entityFetch) => entityFetch.required === print(required));
      if (computing) return computing;
    } else {
      const plain = open
        .filter((entityFetch) => entityFetch.required === null)
        .sort((one, other) => one.level - other.level);
      const [joined] = plain;
      if (joined && (!forKey || joined.level <= entityPath.responsePath.owner.level + fieldPath.rounds)) return joined;
    }
    this.#steps.spend(STEPS_PER_ENTITY_FETCH);
    const entityFetch = new EntityFetchGroup(subgraph, entityResolver, entityPath, required ? print(required) : null);
    this.#addKey(entityFetch, entityPath, entityResolver.key, false);
    if (required) this.#addKey(entityFetch, entityPath, required, true);
    entityPath.entityFetches.push(entityFetch);
    return entityFetch;
  }

  #addKey(
    entityFetch: EntityFetchGroup,
    entityPath: EntityPathDraft,
    fields: SelectionSetNode,
    mayBeNull: boolean,
  ): void {
    for (const field of this.#planKey(entityPath, fields, mayBeNull)) {
      const known = entityFetch.key.find((other) => other.name === field.name);
      if (!known) entityFetch.key.push(field);
      else if (known.fields && field.fields) mergeKeys(known.fields, field.fields);
    }
  }

  /** Ensures that these fields of the objects at an entity path are fetched, and returns where they will be. */
  #planKey(entityPath: EntityPathDraft, fields: SelectionSetNode, mayBeNull: boolean): KeySource[] {
    return fields.selections.flatMap((selection): KeySource[] => {
      if (selection.kind !== Kind.FIELD) throw new UnsupportedOperation('a key has fragments in it');
      const name = selection.name.value;
      if (name === '__typename') return [];
      const { source } = entityPath;
      let fetchGroup: EntityFetchGroup | null = null;
      let target = entityPath.selection;
      let subgraph = source.subgraph;
      if (!this.#paths.isHere(source, name)) {
        const [fieldPath] = preferOpen(entityPath, this.#paths.to(source, name));
        if (!fieldPath) throw new UnsupportedOperation(`the key field ${source.typeName}.${name} cannot be reached`);
        fetchGroup = this.open(entityPath, fieldPath, true);
        target = fetchGroup.selection;
        subgraph = fetchGroup.subgraph;
      }
      const upstream = this.#model.fieldIn(subgraph, source.typeName, name);
      if (!upstream) throw new UnsupportedOperation(`${subgraph} has no ${source.typeName}.${name}`);
      const named = getNamedType(upstream.type);
      const types = fetchGroup === null && entityPath.filter !== null ? [entityPath.filter] : null;
      const requested = target.field(
        name,
        printArguments(selection.arguments ?? []),
        String(upstream.type),
        isCompositeType(named) ? named.name : null,
        types,
      );
      const key = {
        name: (selection.alias ?? selection.name).value,
        leaf: leafOf(upstream.type),
        mayBeNull: mayBeNull && !isNonNullType(upstream.type),
        fetchGroup,
        property: requested.key,
      };
      if (!requested.selection || !selection.selectionSet) return [{ ...key, fields: null }];
      const provided = this.#model.providedBy(subgraph, source.typeName, name);
      const below = { subgraph, typeName: named.name, provided };
      return [{ ...key, fields: this.#planKeyBelow(requested.selection, below, selection.selectionSet, mayBeNull) }];
    });
  }

  #planKeyBelow(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    fields: SelectionSetNode,
    mayBeNull: boolean,
  ): KeySource[] {
    const type = this.#model.typeIn(source.subgraph, source.typeName);
    if (isObjectType(type)) return this.#planKey(this.entityPath(selection, source, null), fields, mayBeNull);
    // Objects of several types may stand here: none of them is fetched by key, so every part of the key must be here.
    return fields.selections.flatMap((part): KeySource[] => {
      if (part.kind !== Kind.FIELD) throw new UnsupportedOperation('a key has fragments in it');
      const name = part.name.value;
      if (name === '__typename') return [];
      const upstream = this.#model.fieldIn(source.subgraph, source.typeName, name);
      const coordinate = `${source.typeName}.${name}`;
      if (!upstream)
        throw new UnsupportedOperation(`the key field ${coordinate} is not in ${source.subgraph}`, coordinate);
      const named = getNamedType(upstream.type);
      const below = isCompositeType(named) ? named.name : null;
      const requested = selection.field(name, printArguments(part.arguments ?? []), String(upstream.type), below, null);
      const key = {
        name: (part.alias ?? part.name).value,
        leaf: leafOf(upstream.type),
        mayBeNull: mayBeNull && !isNonNullType(upstream.type),
        fetchGroup: null,
        property: requested.key,
      };
      if (!requested.selection || !part.selectionSet) return [{ ...key, fields: null }];
      const provided = this.#model.providedBy(source.subgraph, source.typeName, name);
      const next = { subgraph: source.subgraph, typeName: named.name, provided };
      return [{ ...key, fields: this.#planKeyBelow(requested.selection, next, part.selectionSet, mayBeNull) }];
    });
  }
}

const keyLeaves: Readonly<Record<string, KeyLeaf>> = { Boolean: 'boolean', ID: 'id', Int: 'number', Float: 'number' };

/** Custom scalars and lists can be anything. */
function leafOf(type: GraphQLOutputType): KeyLeaf | null {
  const named = isNonNullType(type) ? type.ofType : type;
  if (isEnumType(named)) return 'plain';
  if (!isScalarType(named) || !isSpecifiedScalarType(named)) return null;
  return keyLeaves[named.name] ?? 'plain';
}

function preferOpen(entityPath: EntityPathDraft, paths: FieldPath[]): FieldPath[] {
  const open = (fieldPath: FieldPath) =>
    entityPath.entityFetches.some((entityFetch) => entityFetch.subgraph === fieldPath.subgraph);
  return [...paths.filter(open), ...paths.filter((fieldPath) => !open(fieldPath))];
}

function mergeKeys(known: KeySource[], more: readonly KeySource[]): void {
  for (const field of more) {
    const same = known.find((other) => other.name === field.name);
    if (!same) known.push(field);
    else if (same.fields && field.fields) mergeKeys(same.fields, field.fields);
  }
}
