// Entity fetches of an operation while it is planned: those that are open at each place, and the sources of their
// keys.
import {
  type FieldNode,
  getNamedType,
  isCompositeType,
  isNonNullType,
  isObjectType,
  print,
  type SelectionSetNode,
} from 'graphql';
import { type ContextArgument, contextKey } from '../compose/federation/contexts.ts';
import { type Contexts, withContextArguments } from './contexts.ts';
import type { DeferScopes } from './defer-scopes.ts';
import {
  type ContextValue,
  EntityFetchGroup,
  EntityPathDraft,
  type FetchGroup,
  type KeySource,
} from './fetch-graph.ts';
import type { FieldSource } from './field-source.ts';
import { fieldsFor, mayLose, membersIn, selectsTypename } from './key-selections.ts';
import { leafOf, mergeKeys, typenameKey, valuePaths, withNull } from './key-sources.ts';
import type { GraphModel } from './model.ts';
import type { FieldPath, PathFinder } from './paths.ts';
import { providedBelow } from './provided.ts';
import type { StepBudget } from './step-budget.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';
import { printArguments } from './upstream-arguments.ts';
import type { UpstreamSelection } from './upstream-selection.ts';

/** Steps for one entity fetch, merged and compiled, besides those for its fields. */
const STEPS_PER_ENTITY_FETCH = 30;

export class EntityFetches {
  readonly #model: GraphModel;
  readonly #paths: PathFinder;
  readonly #contexts: Contexts;
  readonly #steps: StepBudget;
  readonly #scopes: DeferScopes;
  readonly #entityPaths = new Map<UpstreamSelection<FetchGroup>, EntityPathDraft>();
  readonly #typedPaths: EntityPathDraft[] = [];

  constructor(model: GraphModel, paths: PathFinder, contexts: Contexts, steps: StepBudget, scopes: DeferScopes) {
    this.#scopes = scopes;
    this.#contexts = contexts;
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
   * by that. Fields join one of their own scope; keys may come from one that is there before.
   */
  open(entityPath: EntityPathDraft, fieldPath: FieldPath, forKey = false): EntityFetchGroup {
    const { subgraph, entityResolver, required, contextual } = fieldPath;
    const computedFrom = inputsOf(fieldPath);
    const scope = this.#scopes.current;
    const open = entityPath.entityFetches.filter(
      (entityFetch) =>
        entityFetch.subgraph === subgraph &&
        entityFetch.entityResolver === entityResolver &&
        (entityFetch.scope.key === scope.key || (forKey && this.#scopes.reaches(entityFetch.scope))),
    );
    if (computedFrom !== null) {
      const computing = open.find((entityFetch) => entityFetch.required === computedFrom);
      if (computing) return computing;
    } else {
      const plain = open
        .filter((entityFetch) => entityFetch.required === null)
        .sort((one, other) => one.level - other.level);
      const [joined] = plain;
      if (joined && (!forKey || joined.level <= entityPath.responsePath.owner.level + fieldPath.rounds)) return joined;
    }
    this.#steps.spend(STEPS_PER_ENTITY_FETCH);
    const entityFetch = new EntityFetchGroup(subgraph, entityResolver, entityPath, computedFrom, scope);
    this.#addKey(entityFetch, entityPath, entityResolver.key, false);
    if (required) this.#addKey(entityFetch, entityPath, required, true);
    if (contextual) entityFetch.contexts.push(...this.#contextValues(entityPath, contextual));
    entityPath.entityFetches.push(entityFetch);
    return entityFetch;
  }

  /** Ensures that the values that fields of these objects take from enclosing ones are fetched. */
  #contextValues(entityPath: EntityPathDraft, args: readonly ContextArgument[]): ContextValue[] {
    return this.#contexts.values(entityPath, args, (place, { selection, type }) => {
      const mayBeNull = !type.endsWith('!');
      const key = this.#planObject(place, selection, mayBeNull);
      return { key: mayBeNull ? key.map(withNull) : key, path: valuePaths(key) };
    });
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
      return { ...this.#planKeyField(target, from, node, types, mayBeNull, apart, fetchGroup), fetchGroup };
    });
  }

  /** As `#planKey`, with the type where it is selected. */
  #planObject(entityPath: EntityPathDraft, fields: SelectionSetNode, mayBeNull: boolean): KeySource[] {
    const { source, selection } = entityPath;
    const key = this.#planKey(entityPath, fields, mayBeNull);
    if (!selectsTypename(this.#model, source.subgraph, source.typeName, fields)) return key;
    selection.typename = true;
    return [typenameKey, ...key];
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
    fetchGroup: EntityFetchGroup | null = null,
  ): KeySource {
    const { subgraph, typeName } = source;
    const name = node.name.value;
    const coordinate = `${typeName}.${name}`;
    const upstream = this.#model.fieldIn(subgraph, typeName, name);
    if (!upstream) throw new UnsupportedOperation(`the key field ${coordinate} is not in ${subgraph}`, coordinate);
    const named = getNamedType(upstream.type);
    const given = printArguments(node.arguments ?? []);
    const args = withContextArguments(given, this.#model, fetchGroup, source, name);
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
    if (isObjectType(type)) return this.#planObject(this.entityPath(selection, source, null), fields, mayBeNull);
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

function preferOpen(entityPath: EntityPathDraft, paths: FieldPath[]): FieldPath[] {
  const open = (fieldPath: FieldPath) =>
    entityPath.entityFetches.some((entityFetch) => entityFetch.subgraph === fieldPath.subgraph);
  return [...paths.filter(open), ...paths.filter((fieldPath) => !open(fieldPath))];
}

/** What identifies the inputs of a path's field besides the key; null where there are none. */
function inputsOf({ required, contextual }: FieldPath): string | null {
  if (!required && !contextual) return null;
  const contexts = contextual?.map((argument) => contextKey(argument)) ?? [];
  return [...(required ? [print(required)] : []), ...new Set(contexts)].join(' ');
}
