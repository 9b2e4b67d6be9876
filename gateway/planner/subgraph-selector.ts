// Subgraph selection for a field that several subgraphs serve: the one with the fewest unresolvable fields below.
// Only objects that can be fetched by key can be completed from another subgraph later.
import { getNamedType, isObjectType } from 'graphql';
import type { CollectedField, FieldCollector, FieldSelections } from './collect-fields.ts';
import type { GraphModel } from './model.ts';
import type { PathFinder } from './paths.ts';

export class SubgraphSelector {
  readonly #model: GraphModel;
  readonly #paths: PathFinder;
  readonly #collector: FieldCollector;
  /** Computed once for each list of selection sets, by subgraph and coordinate. */
  readonly #known = new Map<FieldSelections, Map<string, number>>();

  constructor(model: GraphModel, paths: PathFinder, collector: FieldCollector) {
    this.#model = model;
    this.#paths = paths;
    this.#collector = collector;
  }

  /**
   * Of the subgraphs that serve a field, the one with the fewest unresolvable fields below it; then one that is
   * already fetched from.
   */
  best(
    subgraphs: string[],
    typeName: string,
    field: CollectedField,
    preferred: (subgraph: string) => boolean,
  ): string | undefined {
    const ranked = subgraphs.map((name, index) => ({
      name,
      unresolvable: this.countUnresolvable(name, typeName, field),
      later: preferred(name) ? 0 : 1,
      index,
    }));
    ranked.sort((a, b) => a.unresolvable - b.unresolvable || a.later - b.later || a.index - b.index);
    return ranked[0]?.name;
  }

  /** Number of fields selected below this one that could not be resolved if it came from this subgraph. */
  countUnresolvable(subgraph: string, typeName: string, field: CollectedField): number {
    const served = this.#model.fieldIn(subgraph, typeName, field.name);
    if (!served) return 1;
    const named = getNamedType(served.type);
    if (!isObjectType(named)) return 0;
    const selections = this.#collector.selections(field);
    const known = this.#known.get(selections) ?? new Map<string, number>();
    this.#known.set(selections, known);
    const key = `${subgraph} ${typeName}.${field.name}`;
    let unresolvable = known.get(key);
    if (unresolvable === undefined) {
      unresolvable = this.#unresolvableBelow(subgraph, typeName, named.name, field);
      known.set(key, unresolvable);
    }
    return unresolvable;
  }

  #unresolvableBelow(subgraph: string, parent: string, typeName: string, field: CollectedField): number {
    const provided = this.#model.providedBy(subgraph, parent, field.name);
    const source = { subgraph, typeName, provided };
    const fields = this.#collector.below(typeName, field);
    this.#collector.context.steps?.spend(fields.length);
    let unresolvable = 0;
    for (const below of fields) {
      if (this.#paths.isHere(source, below.name)) {
        unresolvable += below.nodes[0]?.selectionSet ? this.countUnresolvable(subgraph, typeName, below) : 0;
      } else if (this.#paths.to(source, below.name).length === 0) unresolvable += 1;
    }
    return unresolvable;
  }
}
