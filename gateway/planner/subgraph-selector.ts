// Subgraph selection for a field that several subgraphs serve: the one from which most of the selection below can be
// resolved, with the fewest requests after it. Only objects that can be fetched by key, or whose parents can, are
// completed from another subgraph later.
import { getNamedType, isCompositeType } from 'graphql';
import type { CollectedField, FieldCollector, FieldSelections } from './collect-fields.ts';
import type { FieldSource } from './field-source.ts';
import { membersIn } from './key-selections.ts';
import type { GraphModel } from './model.ts';
import type { PathFinder } from './paths.ts';
import { providedBelow } from './provided.ts';

/** What follows if a field comes from a subgraph. */
interface Outlook {
  /** Fields below that could not be resolved; those that a counterpart could resolve count little. */
  unresolvable: number;
  /** Requests to other subgraphs, in about as many rounds. */
  requests: number;
  /** Fields below that those requests fetch. */
  elsewhere: number;
}

const nothing: Outlook = { unresolvable: 0, requests: 0, elsewhere: 0 };

/** Of fields that are out of reach: one that another subgraph returns for the same parent weighs one. */
const OUT_OF_REACH = 1000;

export class SubgraphSelector {
  readonly #model: GraphModel;
  readonly #paths: PathFinder;
  readonly #collector: FieldCollector;
  /** Computed once for each list of selection sets, by subgraph and coordinate. */
  readonly #known = new Map<FieldSelections, Map<string, Outlook>>();

  constructor(model: GraphModel, paths: PathFinder, collector: FieldCollector) {
    this.#model = model;
    this.#paths = paths;
    this.#collector = collector;
  }

  /** Of the subgraphs that serve a field, those from which as much below it can be resolved, with as few requests. */
  equallyGood(subgraphs: readonly string[], typeName: string, field: CollectedField): readonly string[] {
    if (subgraphs.length < 2) return subgraphs;
    const outlooks = subgraphs.map((name) => ({ name, ...this.#outlook(name, typeName, field) }));
    const unresolvable = Math.min(...outlooks.map((outlook) => outlook.unresolvable));
    const resolving = outlooks.filter((outlook) => outlook.unresolvable === unresolvable);
    const requests = Math.min(...resolving.map((outlook) => outlook.requests));
    return resolving.flatMap((outlook) => (outlook.requests === requests ? outlook.name : []));
  }

  /**
   * Of the subgraphs that serve a field, the one with the fewest unresolvable fields below it; then that with the
   * fewest requests, where one that is already fetched from costs none; then that with the fewest fields to fetch.
   */
  best(
    subgraphs: readonly string[],
    typeName: string,
    field: CollectedField,
    preferred: (subgraph: string) => boolean,
  ): string | undefined {
    if (subgraphs.length < 2) return subgraphs[0];
    const ranked = subgraphs.map((name, index) => {
      const { requests, ...outlook } = this.#outlook(name, typeName, field);
      return { name, ...outlook, requests: requests + (preferred(name) ? 0 : 1), index };
    });
    ranked.sort(
      (a, b) =>
        a.unresolvable - b.unresolvable || a.requests - b.requests || a.elsewhere - b.elsewhere || a.index - b.index,
    );
    return ranked[0]?.name;
  }

  /** A measure of the fields selected below this one that could not be resolved if it came from this subgraph. */
  countUnresolvable({ subgraph, typeName, provided }: FieldSource, field: CollectedField): number {
    return this.#outlook(subgraph, typeName, field, provided).unresolvable;
  }

  #outlook(subgraph: string, typeName: string, field: CollectedField, provided?: FieldSource['provided']): Outlook {
    const served = this.#model.fieldIn(subgraph, typeName, field.name);
    if (!served) return { ...nothing, unresolvable: OUT_OF_REACH };
    const named = getNamedType(served.type);
    if (!isCompositeType(named)) return nothing;
    const parent = { subgraph, typeName, provided };
    const below = providedBelow(this.#model, parent, field.name);
    if (provided) return this.#below({ subgraph, typeName: named.name, provided: below }, typeName, field);
    const selections = this.#collector.selections(field);
    const known = this.#known.get(selections) ?? new Map<string, Outlook>();
    this.#known.set(selections, known);
    const key = `${subgraph} ${typeName}.${field.name}`;
    let outlook = known.get(key);
    if (!outlook) {
      outlook = this.#below({ subgraph, typeName: named.name, provided: below }, typeName, field);
      known.set(key, outlook);
    }
    return outlook;
  }

  #below(source: FieldSource, parentType: string, field: CollectedField): Outlook {
    const { subgraph, typeName } = source;
    const others = new Set<string>();
    let unresolvable = 0;
    let requests = 0;
    let elsewhere = 0;
    const isTypeless = this.#model.isInterfaceObject(subgraph, typeName);
    for (const member of isTypeless ? [typeName] : membersIn(this.#model, subgraph, typeName)) {
      const here = { ...source, typeName: member };
      const fields = this.#collector.below(member, field);
      this.#collector.context.steps?.spend(fields.length);
      for (const below of fields) {
        if (this.#paths.isHere(here, below.name)) {
          if (!below.nodes[0]?.selectionSet) continue;
          const outlook = this.#outlook(subgraph, member, below, here.provided);
          unresolvable += outlook.unresolvable;
          requests += outlook.requests;
          elsewhere += outlook.elsewhere;
          continue;
        }
        const paths = this.#paths.to(here, below.name);
        const [first] = paths;
        if (!first) {
          unresolvable += this.#hasCounterpart(subgraph, parentType, field, member, below) ? 1 : OUT_OF_REACH;
          continue;
        }
        elsewhere += 1;
        const path = paths.find((each) => others.has(each.subgraph)) ?? first;
        if (!others.has(path.subgraph)) requests += path.rounds;
        others.add(path.subgraph);
      }
    }
    return { unresolvable, requests, elsewhere };
  }

  /** Whether another subgraph returns the field of the same parent, with what is missing below it. */
  #hasCounterpart(
    subgraph: string,
    parentType: string,
    field: CollectedField,
    typeName: string,
    below: CollectedField,
  ): boolean {
    return this.#model
      .serving(parentType, field.name)
      .some(
        (other) =>
          other !== subgraph && this.#paths.isHere({ subgraph: other, typeName, provided: undefined }, below.name),
      );
  }
}
