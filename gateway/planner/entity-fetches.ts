// Entity fetches of an operation while it is planned: those that are open at each place, and the sources of their
// keys.
import {
  type FieldNode,
  type GraphQLOutputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  print,
  type SelectionSetNode,
} from 'graphql';
import type { KeyLeaf } from '../query-plan/plan.ts';
import { EntityFetchGroup, EntityPathDraft, type FetchGroup, type KeySource } from './fetch-graph.ts';
import type { FieldSource } from './field-source.ts';
import { fieldsFor, mayLose, membersIn } from './key-selections.ts';
import type { GraphModel } from './model.ts';
import type { FieldPath, PathFinder } from './paths.ts';
import { providedBelow } from './provided.ts';
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
  readonly #typedPaths: EntityPathDraft[] = [];

  constructor(model: GraphModel, paths: PathFinder, steps: StepBudget) {
    this.#steps = steps;
    this.#model = model;
    this.#paths = paths;
  }

  get entityPaths(): EntityPathDraft[] {
    return [...this.#entityPaths.values(), ...this.#typedPaths];
  }

  get all(): EntityFetchGroup[] {
    return this.entityPaths.flatMap((entityPath) => entityPath.entityFetches);
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

  /** The entity path of those objects of a selection that are of one type, which a fetch determines. */
  typedPath(selection: UpstreamSelection<FetchGroup>, source: FieldSource, typedBy: EntityFetchGroup): EntityPathDraft {
    const known = this.#typedPaths.find(
      (path) => path.selection === selection && path.typedBy === typedBy && path.typeName === source.typeName,
    );
    if (known) return known;
    const entityPath = new EntityPathDraft(selection, source, null, typedBy);
    this.#typedPaths.push(entityPath);
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
      mergeKeys(entityFetch.key, [field]);
    }
  }

  /** Ensures that these fields of the objects at an entity path are fetched, and returns where they will be. */
  #planKey(entityPath: EntityPathDraft, fields: SelectionSetNode, mayBeNull: boolean): KeySource[] {
    const { source } = entityPath;
    return fieldsFor(this.#model, source.subgraph, source.typeName, fields).map((node): KeySource => {
      const name = node.name.value;
      let fetchGroup: EntityFetchGroup | null = null;
      let target = entityPath.selection;
      let from = source;
      const { typedBy } = entityPath;
      const there = typedBy && { subgraph: typedBy.subgraph, typeName: source.typeName, provided: undefined };
      if (there && !this.#paths.isHere(source, name) && this.#paths.isHere(there, name)) {
        fetchGroup = typedBy;
        target = typedBy.selection.fragment(source.typeName);
        from = there;
      } else if (!this.#paths.isHere(source, name)) {
        const [fieldPath] = preferOpen(entityPath, this.#paths.to(source, name));
        if (!fieldPath) throw new UnsupportedOperation(`the key field ${source.typeName}.${name} cannot be reached`);
        fetchGroup = this.open(entityPath, fieldPath, true);
        target = fetchGroup.selection;
        from = { subgraph: fetchGroup.subgraph, typeName: source.typeName, provided: undefined };
      }
      const filter = fetchGroup === null ? entityPath.filter : fetchGroup === typedBy ? source.typeName : null;
      const types = filter === null ? null : [filter];
      // Clients' fields may still be added to these selections.
      const apart = fetchGroup !== null || typedBy !== null;
      return { ...this.#planKeyField(target, from, node, types, mayBeNull, apart), fetchGroup };
    });
  }

  /**
   * Selects one field of a key, which the source's subgraph serves; a second time where an error in what a client
   * selects below it would lose the key.
   */
  #planKeyField(
    target: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    node: FieldNode,
    types: string[] | null,
    mayBeNull: boolean,
    apart = false,
  ): KeySource {
    const { subgraph, typeName } = source;
    const name = node.name.value;
    const coordinate = `${typeName}.${name}`;
    const upstream = this.#model.fieldIn(subgraph, typeName, name);
    if (!upstream) throw new UnsupportedOperation(`the key field ${coordinate} is not in ${subgraph}`, coordinate);
    const named = getNamedType(upstream.type);
    const args = printArguments(node.arguments ?? []);
    const type = String(upstream.type);
    const selected = node.selectionSet ? target.selectedBelow(name, args, type) : null;
    const isApart = node.selectionSet && (apart || (selected && mayLose(selected, node.selectionSet)));
    const requested = target.field(
      name,
      args,
      type,
      isCompositeType(named) ? named.name : null,
      types,
      isApart ? `key ${print(node.selectionSet)}` : '',
    );
    const key = {
      name: (node.alias ?? node.name).value,
      types: null,
      leaf: leafOf(upstream.type),
      mayBeNull: mayBeNull && !isNonNullType(upstream.type),
      fetchGroup: null,
      property: requested.key,
    };
    if (!requested.selection || !node.selectionSet) return { ...key, fields: null };
    const below = { subgraph, typeName: named.name, provided: providedBelow(this.#model, source, name) };
    return { ...key, fields: this.#planKeyBelow(requested.selection, below, node.selectionSet, mayBeNull) };
  }

  #planKeyBelow(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    fields: SelectionSetNode,
    mayBeNull: boolean,
  ): KeySource[] {
    const { subgraph, typeName } = source;
    const type = this.#model.typeIn(subgraph, typeName);
    if (isObjectType(type)) return this.#planKey(this.entityPath(selection, source, null), fields, mayBeNull);
    // Objects of several types may stand here. The service learns of each object which type it has.
    selection.typename = true;
    const parts = this.#paths.hasAllOf(source, fields)
      ? fieldsFor(this.#model, subgraph, typeName, fields).map((node) =>
          this.#planKeyField(selection, source, node, null, mayBeNull),
        )
      : membersIn(this.#model, subgraph, typeName).flatMap((member) => {
          const ofMember = this.entityPath(selection.fragment(member), { ...source, typeName: member }, member);
          return this.#planKey(ofMember, fields, mayBeNull).map((part) => ({ ...part, types: [member] }));
        });
    return [typenameKey, ...parts];
  }
}

const typenameKey: KeySource = {
  name: '__typename',
  types: null,
  leaf: 'plain',
  mayBeNull: false,
  fetchGroup: null,
  property: '__typename',
  fields: null,
};

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

/** Adds what a computed field requires to the key. An object that is selected twice, with different fields, has both. */
function mergeKeys(known: KeySource[], more: readonly KeySource[]): void {
  for (const field of more) {
    const same = known.find(
      (other) =>
        other.name === field.name &&
        other.types?.[0] === field.types?.[0] &&
        (!field.fields || (other.property === field.property && other.fetchGroup === field.fetchGroup)),
    );
    if (!same) known.push(field);
    else if (same.fields && field.fields) mergeKeys(same.fields, field.fields);
  }
}
