// How a field is reached from an object that one subgraph has given: which subgraph to ask, by which key, in how many rounds.
// Depends only on the graph, so each question is answered once per composition.
import { getNamedType, Kind, type SelectionSetNode } from 'graphql';
import type { Entry, GraphModel } from './model.ts';

/** One step to another subgraph. */
export interface Route {
  subgraph: string;
  entry: Entry;
  /** What the field needs besides the key. */
  required: SelectionSetNode | undefined;
  /** Rounds from the object's own answer: 1 when its key is already there. */
  rounds: number;
}

/** Where an object comes from. */
export interface Origin {
  subgraph: string;
  typeName: string;
  /** Fields that this very place provides although they are external in the subgraph. */
  provided: SelectionSetNode | undefined;
}

export class Routes {
  readonly #model: GraphModel;
  readonly #known = new Map<string, Route[]>();
  readonly #knownBelow = new WeakMap<SelectionSetNode, Map<string, Route[]>>();

  constructor(model: GraphModel) {
    this.#model = model;
  }

  /** True when the object's own answer can hold the field. */
  isHere(origin: Origin, fieldName: string): boolean {
    const { subgraph, typeName, provided } = origin;
    if (fieldName === '__typename') return true;
    if (!this.#model.fieldIn(subgraph, typeName, fieldName)) return false;
    if (this.#model.requiredFor(subgraph, typeName, fieldName)) return false;
    return !this.#model.isExternal(subgraph, typeName, fieldName) || isSelected(provided, fieldName);
  }

  /**
   * The ways to a field that is not here, all with the fewest rounds; none if it cannot be reached.
   * @param allowed the subgraphs from which the field can be taken; all of them, if it is not given.
   */
  to(origin: Origin, fieldName: string, allowed?: ReadonlySet<string>): Route[] {
    const known = origin.provided ? this.#below(origin.provided) : this.#known;
    const question = `${origin.subgraph} ${origin.typeName}.${fieldName} ${allowed ? [...allowed].join() : '*'}`;
    let routes = known.get(question);
    if (!routes) {
      routes = this.#find(origin, fieldName, new Set(), allowed);
      known.set(question, routes);
    }
    return routes;
  }

  /** What is known of objects at which these fields are provided: there are as many as there are such directives. */
  #below(provided: SelectionSetNode): Map<string, Route[]> {
    const known = this.#knownBelow.get(provided) ?? new Map<string, Route[]>();
    this.#knownBelow.set(provided, known);
    return known;
  }

  /** Rounds until all these fields of the object are known; Infinity if they never are. */
  rounds(origin: Origin, fields: SelectionSetNode): number {
    return this.#roundsTo(origin, fields, new Set());
  }

  #find(origin: Origin, fieldName: string, trail: ReadonlySet<string>, allowed?: ReadonlySet<string>): Route[] {
    const { typeName } = origin;
    const found: Route[] = [];
    for (const subgraph of this.#model.serving(typeName, fieldName)) {
      const required = this.#model.requiredFor(subgraph, typeName, fieldName);
      // What a computed field needs may come, through others, from its own subgraph.
      const step = `${subgraph} ${typeName}${required ? `.${fieldName}` : ''}`;
      if ((allowed && !allowed.has(subgraph)) || trail.has(step) || (subgraph === origin.subgraph && !required))
        continue;
      const entries = this.#model.entries(subgraph, typeName);
      if (typeof entries === 'string') continue;
      const further = new Set(trail).add(step);
      const first = required ? this.#roundsTo(origin, required, further) : 0;
      for (const entry of entries) {
        const rounds = 1 + Math.max(first, this.#roundsTo(origin, entry.key, further));
        if (Number.isFinite(rounds)) found.push({ subgraph, entry, required, rounds });
      }
    }
    const fewest = Math.min(...found.map((route) => route.rounds));
    const best = found.filter((route) => route.rounds === fewest);
    // One way into each subgraph is enough; the configuration's first entry point wins.
    return best.filter((route, index) => best.findIndex((other) => other.subgraph === route.subgraph) === index);
  }

  #roundsTo(origin: Origin, fields: SelectionSetNode, trail: ReadonlySet<string>): number {
    let rounds = 0;
    for (const selection of fields.selections) {
      if (selection.kind !== Kind.FIELD) return Number.POSITIVE_INFINITY;
      const name = selection.name.value;
      if (name === '__typename') continue;
      const here = this.isHere(origin, name);
      const route = here ? undefined : this.#find(origin, name, trail)[0];
      if (!here && !route) return Number.POSITIVE_INFINITY;
      const before = route?.rounds ?? 0;
      rounds = Math.max(rounds, before);
      if (!selection.selectionSet) continue;
      const subgraph = route?.subgraph ?? origin.subgraph;
      const field = this.#model.fieldIn(subgraph, origin.typeName, name);
      if (!field) return Number.POSITIVE_INFINITY;
      const below = {
        subgraph,
        typeName: getNamedType(field.type).name,
        provided: this.#model.providedBy(subgraph, origin.typeName, name),
      };
      rounds = Math.max(rounds, before + this.#roundsTo(below, selection.selectionSet, trail));
    }
    return rounds;
  }
}

export function isSelected(fields: SelectionSetNode | undefined, name: string): boolean {
  return (
    fields?.selections.some((selection) => selection.kind === Kind.FIELD && selection.name.value === name) ?? false
  );
}

/** What a provided selection says below one of its fields. */
export function providedBelow(fields: SelectionSetNode | undefined, name: string): SelectionSetNode | undefined {
  for (const selection of fields?.selections ?? []) {
    if (selection.kind === Kind.FIELD && selection.name.value === name) return selection.selectionSet;
  }
  return undefined;
}
