// Which subgraph to take a field from, where several serve it: the one that lacks least of what is asked below. Only objects
// that can be looked up may be completed elsewhere later.
import { getNamedType, isObjectType } from 'graphql';
import type { CollectedField, FieldCollector, FieldSelections } from './collect-fields.ts';
import type { GraphModel } from './model.ts';
import type { Routes } from './routes.ts';

export class Completeness {
  readonly #model: GraphModel;
  readonly #routes: Routes;
  readonly #collector: FieldCollector;
  /** Found once for each list of selection sets, by subgraph and coordinate. */
  readonly #known = new Map<FieldSelections, Map<string, number>>();

  constructor(model: GraphModel, routes: Routes, collector: FieldCollector) {
    this.#model = model;
    this.#routes = routes;
    this.#collector = collector;
  }

  /** Of the subgraphs that serve a field, the one that lacks least of what is asked below it; then one already asked. */
  best(
    subgraphs: string[],
    typeName: string,
    field: CollectedField,
    preferred: (subgraph: string) => boolean,
  ): string | undefined {
    const ranked = subgraphs.map((name, index) => ({
      name,
      lacking: this.lacking(name, typeName, field),
      later: preferred(name) ? 0 : 1,
      index,
    }));
    ranked.sort((a, b) => a.lacking - b.lacking || a.later - b.later || a.index - b.index);
    return ranked[0]?.name;
  }

  /** How many fields asked below this one could not be had if it came from this subgraph. */
  lacking(subgraph: string, typeName: string, field: CollectedField): number {
    const served = this.#model.fieldIn(subgraph, typeName, field.name);
    if (!served) return 1;
    const named = getNamedType(served.type);
    if (!isObjectType(named)) return 0;
    const selections = this.#collector.selections(field);
    const known = this.#known.get(selections) ?? new Map<string, number>();
    this.#known.set(selections, known);
    const key = `${subgraph} ${typeName}.${field.name}`;
    let lacking = known.get(key);
    if (lacking === undefined) {
      lacking = this.#lackingBelow(subgraph, typeName, named.name, field);
      known.set(key, lacking);
    }
    return lacking;
  }

  #lackingBelow(subgraph: string, parent: string, typeName: string, field: CollectedField): number {
    const provided = this.#model.providedBy(subgraph, parent, field.name);
    const origin = { subgraph, typeName, provided };
    const fields = this.#collector.below(typeName, field);
    this.#collector.context.steps?.spend(fields.length);
    let lacking = 0;
    for (const below of fields) {
      if (this.#routes.isHere(origin, below.name)) {
        lacking += below.nodes[0]?.selectionSet ? this.lacking(subgraph, typeName, below) : 0;
      } else if (this.#routes.to(origin, below.name).length === 0) lacking += 1;
    }
    return lacking;
  }
}
