// Fetch graph: the fetch groups of an operation while it is planned, and the places in their responses.
import type { FieldNode } from 'graphql';
import type { KeyLeaf, KeyMatch, PathStep, ValuePath } from '../query-plan/plan.ts';
import type { CollectedField } from './collect-fields.ts';
import { type DeferScope, firstPart } from './defer-scopes.ts';
import type { EntityResolver } from './entity-resolver.ts';
import type { FieldSource } from './field-source.ts';
import { NameCounter, type ResponsePath, UpstreamSelection } from './upstream-selection.ts';

/** The pseudo-subgraph for introspection, which the gateway executes itself. */
export const introspectionSubgraph = '__introspection';

/** Root fields that are fetched from one subgraph together. */
export class RootFetchGroup {
  readonly kind = 'root';
  readonly subgraph: string;
  /** For a mutation, the index of its root field in the series; 0 for others. */
  readonly stage: number;
  readonly scope: DeferScope;
  readonly selection: UpstreamSelection<FetchGroup>;
  readonly level = 0;
  slot = -1;

  constructor(subgraph: string, rootType: string, stage: number, scope: DeferScope) {
    this.scope = scope;
    this.subgraph = subgraph;
    this.stage = stage;
    this.selection = new UpstreamSelection<FetchGroup>(rootType, { owner: this, path: [] }, new NameCounter());
  }
}

/** Introspection, which the gateway executes itself. */
export class IntrospectionGroup {
  readonly kind = 'introspection';
  readonly stage = 0;
  readonly scope = firstPart;
  readonly level = 0;
  readonly fields: { alias: string; field: CollectedField }[] = [];
  slot = -1;

  add(field: CollectedField): string {
    const alias = `_${this.fields.length}`;
    this.fields.push({ alias, field });
    return alias;
  }

  /** The mentions of each field, under our own alias. */
  nodes(): FieldNode[] {
    return this.fields.flatMap(({ alias, field }) =>
      field.nodes.map(
        (node): FieldNode => ({ ...node, alias: { kind: 'Name' as FieldNode['name']['kind'], value: alias } }),
      ),
    );
  }
}

/** Objects of one type at one place, fetched by key from another subgraph. */
export class EntityFetchGroup {
  readonly kind = 'entity';
  readonly subgraph: string;
  readonly entityResolver: EntityResolver;
  readonly entityPath: EntityPathDraft;
  readonly selection: UpstreamSelection<FetchGroup>;
  /** The fields that its computed fields require besides the key, as text; null where it is only for plain fields. */
  readonly required: string | null;
  readonly scope: DeferScope;
  readonly key: KeySource[] = [];
  /** Values of enclosing objects that its fields take as arguments. */
  readonly contexts: ContextValue[] = [];
  /** The key in the rows that it returns. */
  match: KeyMatch[] | null = null;
  slot = -1;
  /** Equal entity fetches at other places that this one replaces. */
  readonly joined: EntityFetchGroup[] = [];
  /** Set when another entity fetch selects everything of this one too. */
  representedBy: EntityFetchGroup | null = null;
  /** Set when it is sent in the same request as this one, which comes later. */
  waitsFor: EntityFetchGroup | null = null;
  #level: number | null = null;

  constructor(
    subgraph: string,
    entityResolver: EntityResolver,
    entityPath: EntityPathDraft,
    required: string | null,
    scope: DeferScope,
  ) {
    this.required = required;
    this.scope = scope;
    this.subgraph = subgraph;
    this.entityResolver = entityResolver;
    this.entityPath = entityPath;
    this.selection = new UpstreamSelection<FetchGroup>(
      entityPath.typeName,
      { owner: this, path: [] },
      new NameCounter(),
    );
  }

  get stage(): number {
    return this.entityPath.responsePath.owner.stage;
  }

  /** The fetch groups whose responses the key is made from. Computed anew each time: merging changes it. */
  get dependsOn(): FetchGroup[] {
    const fetchGroups = new Set<FetchGroup>();
    for (const { entityPath, key, contexts } of [this, ...this.joined]) {
      addOrigin(entityPath, fetchGroups);
      addKeySources(key, fetchGroups);
      for (const { key: value, places } of contexts) {
        for (const place of places) addOrigin(place.entityPath, fetchGroups);
        addKeySources(value, fetchGroups);
      }
    }
    return [...fetchGroups];
  }

  /**
   * Rounds before it. Fixed once its key is made: entity fetches that are merged later come in the same round, or in
   * one that no other fetch waits for.
   */
  get level(): number {
    this.#level ??= 1 + Math.max(...this.dependsOn.map((fetchGroup) => fetchGroup.level));
    return Math.max(this.#level, this.waitsFor?.level ?? 0);
  }
}

function addOrigin({ responsePath, typedBy }: EntityPathDraft, fetchGroups: Set<FetchGroup>): void {
  fetchGroups.add(representative(responsePath.owner));
  if (typedBy) fetchGroups.add(representative(typedBy));
}

function addKeySources(fields: readonly KeySource[], fetchGroups: Set<FetchGroup>): void {
  for (const { fetchGroup, fields: below } of fields) {
    if (fetchGroup) fetchGroups.add(representative(fetchGroup));
    if (below) addKeySources(below, fetchGroups);
  }
}

export type FetchGroup = RootFetchGroup | IntrospectionGroup | EntityFetchGroup;

/** The fetch group that replaces a fetch group after merging. */
export function representative<D extends FetchGroup>(fetchGroup: D): D {
  let current: FetchGroup = fetchGroup;
  while (current.kind === 'entity' && current.representedBy) current = current.representedBy;
  return current as D;
}

/** Objects of one type at one place of a response, with the entity fetches for them. */
export class EntityPathDraft {
  readonly responsePath: ResponsePath<FetchGroup>;
  readonly typeName: string;
  /** Set where objects of other types stand beside these. */
  readonly filter: string | null;
  /** The selection on them in their own response. */
  readonly selection: UpstreamSelection<FetchGroup>;
  readonly source: FieldSource;
  readonly entityFetches: EntityFetchGroup[] = [];
  /**
   * Set where the objects do not have their types: the fetch that determines them. Only those of this path's type are
   * meant.
   */
  readonly typedBy: EntityFetchGroup | null;

  constructor(
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
    filter: string | null,
    typedBy: EntityFetchGroup | null = null,
  ) {
    this.typedBy = typedBy;
    this.responsePath = selection.responsePath;
    this.typeName = source.typeName;
    this.filter = filter;
    this.selection = selection;
    this.source = source;
  }
}

/** The objects of one type at one place, with the field of the enclosing object that has them. */
export interface Place {
  entityPath: EntityPathDraft;
  /** Null below the root of the response. */
  parent: Place | null;
  /** The fetch with the field's value; null for the fetch of the enclosing object itself. */
  group: FetchGroup | CounterpartGroup | null;
  step: PathStep;
}

/** A value of an enclosing object that fields take as an argument. */
export interface ContextValue {
  /** Identifies what is taken, by the subgraph's declaration. */
  taken: string;
  /** The variable's name without the number of its request. */
  variable: string;
  type: string;
  /** From the object that sets the context down to the objects with the fields. */
  places: readonly Place[];
  /** The part of the enclosing object that contains the value, and the way to it in that. */
  key: readonly KeySource[];
  path: readonly ValuePath[];
}

/** Where the objects of a selection come from: a field of their parents. */
export interface Origin {
  /** The parents; null for the root of the response. */
  parents: EntityPathDraft | null;
  /** The parents' type in the graph. */
  parentType: string;
  field: CollectedField;
  /** The fetch with the field's value; null for the fetch of the parents themselves. */
  fetchGroup: FetchGroup | CounterpartGroup | null;
  property: string;
}

/** The objects at a place as another subgraph returns them, matched with them by position. */
export class CounterpartGroup {
  readonly kind = 'counterpart';
  /** The selection on the objects themselves. */
  readonly main: UpstreamSelection<FetchGroup>;
  readonly origin: Origin;
  /** Where the parents have the other value: the fetch, null for that of the parents themselves; and the property. */
  readonly other: { group: FetchGroup | CounterpartGroup | null; property: string };
  /** The selection on the counterparts. */
  readonly selection: UpstreamSelection<FetchGroup>;
  readonly source: FieldSource;
  slot = -1;

  constructor(
    main: UpstreamSelection<FetchGroup>,
    origin: Origin,
    other: CounterpartGroup['other'],
    selection: UpstreamSelection<FetchGroup>,
    source: FieldSource,
  ) {
    this.main = main;
    this.origin = origin;
    this.other = other;
    this.selection = selection;
    this.source = source;
  }
}

/** The slot of what a fetch or counterpart attaches to objects; null for the objects' own response. */
export function slotOf(group: FetchGroup | CounterpartGroup | null): number | null {
  if (group === null) return null;
  return group.kind === 'counterpart' ? group.slot : representative(group).slot;
}

/** A property of the object that a key is made from, with the fetch group whose response contains it. */
export interface KeySource {
  name: string;
  /** The types whose objects have it, where others may stand at its place; null for all of them. */
  types: string[] | null;
  leaf: KeyLeaf | null;
  mayBeNull: boolean;
  /** Null for the object's own response. */
  fetchGroup: EntityFetchGroup | null;
  property: string;
  fields: KeySource[] | null;
}
