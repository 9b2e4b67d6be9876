// Which subgraph to take a field from, where several serve it: the one that lacks least of what is asked below. Only objects
// that can be looked up may be completed elsewhere later.
import { getNamedType, isObjectType } from 'graphql';
import { type CollectContext, type CollectedField, collectFor } from './collect-fields.ts';
import type { GraphModel } from './model.ts';
import type { Routes } from './routes.ts';

export class Completeness {
  readonly #model: GraphModel;
  readonly #routes: Routes;
  readonly #collect: CollectContext;

  constructor(model: GraphModel, routes: Routes, collect: CollectContext) {
    this.#model = model;
    this.#routes = routes;
    this.#collect = collect;
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
    const provided = this.#model.providedBy(subgraph, typeName, field.name);
    const origin = { subgraph, typeName: named.name, provided };
    const selectionSets = field.nodes.flatMap((node) => node.selectionSet ?? []);
    let lacking = 0;
    for (const below of collectFor(this.#collect, named.name, selectionSets)) {
      if (this.#routes.isHere(origin, below.name)) lacking += this.#lackingHere(subgraph, named.name, below);
      else if (this.#routes.to(origin, below.name).length === 0) lacking += 1;
    }
    return lacking;
  }

  #lackingHere(subgraph: string, typeName: string, field: CollectedField): number {
    return field.nodes[0]?.selectionSet ? this.lacking(subgraph, typeName, field) : 0;
  }
}
