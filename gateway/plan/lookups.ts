// The look-ups of a plan while it is made: which are open at which place, and what their keys are made of.
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
import type { KeyLeaf } from '../execute/plan.ts';
import { type Draft, type KeyDraft, LookupDraft, PositionDraft } from './draft.ts';
import type { GraphModel } from './model.ts';
import { PlanDeclined } from './plan-declined.ts';
import type { Origin, Route, Routes } from './routes.ts';
import type { StepBudget } from './step-budget.ts';
import { printArguments, type UpstreamSelection } from './upstream.ts';

/** What a look-up costs, merged and compiled, beside its fields. */
const STEPS_PER_LOOKUP = 30;

export class Lookups {
  readonly #model: GraphModel;
  readonly #routes: Routes;
  readonly #steps: StepBudget;
  readonly #positions = new Map<UpstreamSelection<Draft>, PositionDraft>();

  constructor(model: GraphModel, routes: Routes, steps: StepBudget) {
    this.#steps = steps;
    this.#model = model;
    this.#routes = routes;
  }

  get positions(): ReadonlyMap<UpstreamSelection<Draft>, PositionDraft> {
    return this.#positions;
  }

  get all(): LookupDraft[] {
    return [...this.#positions.values()].flatMap((position) => position.lookups);
  }

  /** The place whose objects a selection asks about; `filter` is their type, where others may stand beside them. */
  position(selection: UpstreamSelection<Draft>, origin: Origin, filter: string | null): PositionDraft {
    let position = this.#positions.get(selection);
    if (!position) {
      position = new PositionDraft(selection, origin, filter);
      this.#positions.set(selection, position);
    }
    return position;
  }

  /** Opens a look-up along a route, or joins one that is open; what a key waits for must not come later than it could. */
  open(position: PositionDraft, route: Route, forKey = false): LookupDraft {
    const { subgraph, entry, required } = route;
    const open = position.lookups.filter((lookup) => lookup.subgraph === subgraph && lookup.entry === entry);
    if (required) {
      const computing = open.find((lookup) => lookup.required === print(required));
      if (computing) return computing;
    } else {
      const plain = open.filter((lookup) => lookup.required === null).sort((one, other) => one.level - other.level);
      const [joined] = plain;
      if (joined && (!forKey || joined.level <= position.place.owner.level + route.rounds)) return joined;
    }
    this.#steps.spend(STEPS_PER_LOOKUP);
    const lookup = new LookupDraft(subgraph, entry, position, required ? print(required) : null);
    this.#addKey(lookup, position, entry.key, false);
    if (required) this.#addKey(lookup, position, required, true);
    position.lookups.push(lookup);
    return lookup;
  }

  #addKey(lookup: LookupDraft, position: PositionDraft, fields: SelectionSetNode, mayBeNull: boolean): void {
    for (const field of this.#planKey(position, fields, mayBeNull)) {
      const known = lookup.key.find((other) => other.name === field.name);
      if (!known) lookup.key.push(field);
      else if (known.fields && field.fields) mergeKeys(known.fields, field.fields);
    }
  }

  /** Sees to it that these fields of the objects at a position are known, and says where they will be. */
  #planKey(position: PositionDraft, fields: SelectionSetNode, mayBeNull: boolean): KeyDraft[] {
    return fields.selections.flatMap((selection): KeyDraft[] => {
      if (selection.kind !== Kind.FIELD) throw new PlanDeclined('a key has fragments in it');
      const name = selection.name.value;
      if (name === '__typename') return [];
      const { origin } = position;
      let draft: LookupDraft | null = null;
      let target = position.selection;
      let subgraph = origin.subgraph;
      if (!this.#routes.isHere(origin, name)) {
        const [route] = preferOpen(position, this.#routes.to(origin, name));
        if (!route) throw new PlanDeclined(`the key field ${origin.typeName}.${name} cannot be reached`);
        draft = this.open(position, route, true);
        target = draft.selection;
        subgraph = draft.subgraph;
      }
      const upstream = this.#model.fieldIn(subgraph, origin.typeName, name);
      if (!upstream) throw new PlanDeclined(`${subgraph} has no ${origin.typeName}.${name}`);
      const named = getNamedType(upstream.type);
      const types = draft === null && position.filter !== null ? [position.filter] : null;
      const asked = target.field(
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
        draft,
        property: asked.key,
      };
      if (!asked.selection || !selection.selectionSet) return [{ ...key, fields: null }];
      const provided = this.#model.providedBy(subgraph, origin.typeName, name);
      const below = { subgraph, typeName: named.name, provided };
      return [{ ...key, fields: this.#planKeyBelow(asked.selection, below, selection.selectionSet, mayBeNull) }];
    });
  }

  #planKeyBelow(
    selection: UpstreamSelection<Draft>,
    origin: Origin,
    fields: SelectionSetNode,
    mayBeNull: boolean,
  ): KeyDraft[] {
    const type = this.#model.typeIn(origin.subgraph, origin.typeName);
    if (isObjectType(type)) return this.#planKey(this.position(selection, origin, null), fields, mayBeNull);
    // Objects of several types may stand here: none of them is looked up, all that the key has of them must be here.
    return fields.selections.flatMap((part): KeyDraft[] => {
      if (part.kind !== Kind.FIELD) throw new PlanDeclined('a key has fragments in it');
      const name = part.name.value;
      if (name === '__typename') return [];
      const upstream = this.#model.fieldIn(origin.subgraph, origin.typeName, name);
      const coordinate = `${origin.typeName}.${name}`;
      if (!upstream) throw new PlanDeclined(`the key field ${coordinate} is not in ${origin.subgraph}`, coordinate);
      const named = getNamedType(upstream.type);
      const below = isCompositeType(named) ? named.name : null;
      const asked = selection.field(name, printArguments(part.arguments ?? []), String(upstream.type), below, null);
      const key = {
        name: (part.alias ?? part.name).value,
        leaf: leafOf(upstream.type),
        mayBeNull: mayBeNull && !isNonNullType(upstream.type),
        draft: null,
        property: asked.key,
      };
      if (!asked.selection || !part.selectionSet) return [{ ...key, fields: null }];
      const provided = this.#model.providedBy(origin.subgraph, origin.typeName, name);
      const next = { subgraph: origin.subgraph, typeName: named.name, provided };
      return [{ ...key, fields: this.#planKeyBelow(asked.selection, next, part.selectionSet, mayBeNull) }];
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

function preferOpen(position: PositionDraft, routes: Route[]): Route[] {
  const open = (route: Route) => position.lookups.some((lookup) => lookup.subgraph === route.subgraph);
  return [...routes.filter(open), ...routes.filter((route) => !open(route))];
}

function mergeKeys(known: KeyDraft[], more: readonly KeyDraft[]): void {
  for (const field of more) {
    const same = known.find((other) => other.name === field.name);
    if (!same) known.push(field);
    else if (same.fields && field.fields) mergeKeys(same.fields, field.fields);
  }
}
