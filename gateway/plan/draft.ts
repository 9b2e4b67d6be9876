// A plan while it is being made: fetches that still grow, and the places in their answers.
import type { FieldNode } from 'graphql';
import type { FieldShape, KeyLeaf, KeyMatch, Shape } from '../execute/plan.ts';
import type { CollectedField } from './collect-fields.ts';
import type { Entry } from './model.ts';
import type { Origin } from './routes.ts';
import { NameCounter, type Place, UpstreamSelection } from './upstream.ts';

/** Root fields asked of one subgraph at once. */
export class RootDraft {
  readonly kind = 'root';
  readonly subgraph: string;
  /** For a mutation, the place of its root field in the series; 0 for others. */
  readonly stage: number;
  readonly selection: UpstreamSelection<Draft>;
  readonly level = 0;
  slot = -1;

  constructor(subgraph: string, rootType: string, stage: number) {
    this.subgraph = subgraph;
    this.stage = stage;
    this.selection = new UpstreamSelection<Draft>(rootType, { owner: this, path: [] }, new NameCounter());
  }
}

/** Introspection, answered by the gateway itself. */
export class IntrospectionDraft {
  readonly kind = 'introspection';
  readonly stage = 0;
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

/** Objects of one type at one place, found by key in another subgraph. */
export class LookupDraft {
  readonly kind = 'lookup';
  readonly subgraph: string;
  readonly entry: Entry;
  readonly position: PositionDraft;
  readonly selection: UpstreamSelection<Draft>;
  /** What its computed fields need besides the key, as text; null where it is only for plain fields. */
  readonly required: string | null;
  readonly key: KeyDraft[] = [];
  /** The key in the rows that it returns. */
  match: KeyMatch[] | null = null;
  slot = -1;
  /** Look-ups of the same at other places that this one does as well. */
  readonly joined: LookupDraft[] = [];
  /** Set when another look-up asks for all of this one too. */
  mergedInto: LookupDraft | null = null;
  /** Set when it goes up in the same request as this one, which comes later. */
  waitsFor: LookupDraft | null = null;
  #level: number | null = null;

  constructor(subgraph: string, entry: Entry, position: PositionDraft, required: string | null) {
    this.required = required;
    this.subgraph = subgraph;
    this.entry = entry;
    this.position = position;
    this.selection = new UpstreamSelection<Draft>(position.typeName, { owner: this, path: [] }, new NameCounter());
  }

  get stage(): number {
    return this.position.place.owner.stage;
  }

  /** Whose answers must be there before the key can be made. Made anew: merging changes it. */
  get dependsOn(): Draft[] {
    const drafts = new Set<Draft>();
    for (const { position, key } of [this, ...this.joined]) {
      drafts.add(survivor(position.place.owner));
      addKeyDrafts(key, drafts);
    }
    return [...drafts];
  }

  /**
   * Rounds before it. Known once its key is made: those that are merged later come in the same round, or in one that nothing
   * waits for.
   */
  get level(): number {
    this.#level ??= 1 + Math.max(...this.dependsOn.map((draft) => draft.level));
    return Math.max(this.#level, this.waitsFor?.level ?? 0);
  }
}

function addKeyDrafts(fields: readonly KeyDraft[], drafts: Set<Draft>): void {
  for (const { draft, fields: below } of fields) {
    if (draft) drafts.add(survivor(draft));
    if (below) addKeyDrafts(below, drafts);
  }
}

export type Draft = RootDraft | IntrospectionDraft | LookupDraft;

/** The draft that does a draft's work after merging. */
export function survivor<D extends Draft>(draft: D): D {
  let current: Draft = draft;
  while (current.kind === 'lookup' && current.mergedInto) current = current.mergedInto;
  return current as D;
}

/** Objects of one type at one place of an answer, and who else is asked about them. */
export class PositionDraft {
  readonly place: Place<Draft>;
  readonly typeName: string;
  /** Set where objects of other types stand beside these. */
  readonly filter: string | null;
  /** What is asked of them in their own answer. */
  readonly selection: UpstreamSelection<Draft>;
  readonly origin: Origin;
  readonly lookups: LookupDraft[] = [];

  constructor(selection: UpstreamSelection<Draft>, origin: Origin, filter: string | null) {
    this.place = selection.place;
    this.typeName = origin.typeName;
    this.filter = filter;
    this.selection = selection;
    this.origin = origin;
  }
}

/** A property of the object a key is made from, and whose answer it is in. */
export interface KeyDraft {
  name: string;
  leaf: KeyLeaf | null;
  mayBeNull: boolean;
  /** Null for the object's own answer. */
  draft: LookupDraft | null;
  property: string;
  fields: KeyDraft[] | null;
}

/** A field of the answer, until it is known which slot its look-up gets. */
export interface DraftField {
  shape: FieldShape;
  draft: Draft | null;
}

/** A place of the answer, and the selection whose objects stand there. */
export interface DraftShape {
  shape: Shape;
  typeName: string;
  selection: UpstreamSelection<Draft>;
}
