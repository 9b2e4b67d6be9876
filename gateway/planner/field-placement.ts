// Field placement: whether a field is fetched together with its object, or by which entity fetch.
import type { CollectedField, TypeWithFields } from './collect-fields.ts';
import type { Contexts } from './contexts.ts';
import { coveringSubgraphs } from './covering-subgraphs.ts';
import type { EntityFetches } from './entity-fetches.ts';
import type { EntityFetchGroup, EntityPathDraft } from './fetch-graph.ts';
import type { FieldSource } from './field-source.ts';
import { type GraphModel, keySubgraph } from './model.ts';
import type { FieldPath, PathFinder } from './paths.ts';
import { directivesOf, NOT_DEFINED, rejection, subgraphsSupporting } from './service-directives.ts';
import type { SubgraphSelector } from './subgraph-selector.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';

export class FieldPlacement {
  readonly #model: GraphModel;
  readonly #paths: PathFinder;
  readonly #selector: SubgraphSelector;
  readonly #entityFetches: EntityFetches;
  readonly #contexts: Contexts;

  constructor(
    model: GraphModel,
    paths: PathFinder,
    selector: SubgraphSelector,
    entityFetches: EntityFetches,
    contexts: Contexts,
  ) {
    this.#contexts = contexts;
    this.#model = model;
    this.#paths = paths;
    this.#selector = selector;
    this.#entityFetches = entityFetches;
  }

  /**
   * Whether the object's own subgraph serves the field and, for objects that no other subgraph can fetch, all of its
   * selection.
   */
  staysHere(source: FieldSource, field: CollectedField): boolean {
    if (source.subgraph === keySubgraph || !this.#paths.isHere(source, field.name)) return false;
    const directives = directivesOf(field);
    if (directives && !subgraphsSupporting(this.#model, directives).has(source.subgraph)) return false;
    const unresolvable = this.#selector.countUnresolvable(source, field);
    if (unresolvable === 0) return true;
    return !this.#paths
      .to(source, field.name, directives ? subgraphsSupporting(this.#model, directives) : undefined)
      .some(({ subgraph }) => {
        const there = { subgraph, typeName: source.typeName, provided: undefined };
        return this.#selector.countUnresolvable(there, field) < unresolvable;
      });
  }

  /** Few subgraphs from which fields that their object's own subgraph does not serve can be fetched together. */
  covering(source: FieldSource, parent: TypeWithFields, fields: readonly CollectedField[]): ReadonlySet<string> {
    return coveringSubgraphs(
      fields.map((field) => {
        const subgraphs = this.#pathsTo(source, field).map(({ subgraph }) => subgraph);
        return this.#selector.equallyGood(subgraphs, parent.name, field);
      }),
    );
  }

  #pathsTo(source: FieldSource, field: CollectedField): FieldPath[] {
    const directives = directivesOf(field);
    const allowed = directives ? subgraphsSupporting(this.#model, directives) : undefined;
    const found = this.#paths.to(source, field.name, allowed);
    if (!this.#contexts.areUsed) return found;
    const reached = found.filter((fieldPath) => this.#contexts.reach(fieldPath));
    if (reached.length > 0 || found.length === 0) return reached;
    // Other subgraphs may serve the field without a context, after more rounds.
    const serving = this.#model.serving(source.typeName, field.name);
    const plain = serving.filter(
      (name) =>
        (!allowed || allowed.has(name)) && !this.#model.contextArguments(name, source.typeName, field.name)?.length,
    );
    const further = plain.length > 0 ? this.#paths.to(source, field.name, new Set(plain)) : [];
    return further.length > 0 ? further : found;
  }

  /**
   * The entity fetch for a field that its object's own subgraph does not serve.
   * @param covering the subgraphs from which the fields beside it are fetched.
   */
  entityFetch(
    entityPath: EntityPathDraft,
    parent: TypeWithFields,
    field: CollectedField,
    covering: ReadonlySet<string>,
  ): EntityFetchGroup {
    const paths = this.#pathsTo(entityPath.source, field);
    if (paths.length === 0) {
      const directives = directivesOf(field);
      if (directives) throw rejection(directives, NOT_DEFINED);
      const coordinate = `${parent.name}.${field.name}`;
      throw new UnsupportedOperation(`${coordinate} cannot be reached from ${entityPath.source.subgraph}`, coordinate);
    }
    const open = (subgraph: string) =>
      covering.has(subgraph) || entityPath.entityFetches.some((entityFetch) => entityFetch.subgraph === subgraph);
    const subgraph = this.#selector.best(
      paths.map((fieldPath) => fieldPath.subgraph),
      parent.name,
      field,
      open,
    );
    return this.#entityFetches.open(
      entityPath,
      paths.find((fieldPath) => fieldPath.subgraph === subgraph) as FieldPath,
    );
  }
}
