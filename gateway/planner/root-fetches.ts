// Root fetches of an operation: root fields of one subgraph are fetched together, those of a mutation one after the
// other.
import type { GraphQLObjectType } from 'graphql';
import type { CollectedField } from './collect-fields.ts';
import { coveringSubgraphs } from './covering-subgraphs.ts';
import type { DeferScopes } from './defer-scopes.ts';
import { IntrospectionGroup, RootFetchGroup } from './fetch-graph.ts';
import type { GraphModel } from './model.ts';
import { directivesOf, NOT_DEFINED, rejection, subgraphsSupporting } from './service-directives.ts';
import type { SubgraphSelector } from './subgraph-selector.ts';
import { UnsupportedOperation } from './unsupported-operation.ts';

export class RootFetches {
  /** In the order of their first fields. */
  readonly all: (RootFetchGroup | IntrospectionGroup)[] = [];
  readonly #model: GraphModel;
  readonly #selector: SubgraphSelector;
  readonly #scopes: DeferScopes;

  constructor(model: GraphModel, selector: SubgraphSelector, scopes: DeferScopes) {
    this.#scopes = scopes;
    this.#model = model;
    this.#selector = selector;
  }

  /** Few subgraphs from which root fields can be fetched together. */
  covering(rootType: GraphQLObjectType, fields: readonly CollectedField[]): ReadonlySet<string> {
    return coveringSubgraphs(
      fields.map((field) => {
        const serving = this.#supporting(this.#model.serving(rootType.name, field.name), field);
        return this.#selector.equallyGood(serving, rootType.name, field);
      }),
    );
  }

  /**
   * The fetch for a root field: one that is there already, where its subgraph serves the field as well as others do.
   * @param stage for a mutation, its root field's place in the series; 0 for others.
   * @param covering the subgraphs from which the fields beside it are fetched.
   */
  open(
    rootType: GraphQLObjectType,
    field: CollectedField,
    stage: number,
    covering: ReadonlySet<string>,
  ): RootFetchGroup {
    const serving = this.#supporting(this.#model.serving(rootType.name, field.name), field);
    const subgraph = this.#selector.best(
      serving,
      rootType.name,
      field,
      (name) => covering.has(name) || this.#opened(name, stage) !== undefined,
    );
    if (subgraph === undefined) {
      const coordinate = `${rootType.name}.${field.name}`;
      throw new UnsupportedOperation(`no subgraph serves ${coordinate}`, coordinate);
    }
    return this.openIn(subgraph, rootType.name, stage);
  }

  /** The root fetch from one subgraph. */
  openIn(subgraph: string, rootType: string, stage: number): RootFetchGroup {
    const existing = this.#opened(subgraph, stage);
    if (existing) return existing;
    const group = new RootFetchGroup(subgraph, rootType, stage, this.#scopes.current);
    this.all.push(group);
    return group;
  }

  #opened(subgraph: string, stage: number): RootFetchGroup | undefined {
    return this.all.find(
      (fetchGroup): fetchGroup is RootFetchGroup =>
        fetchGroup.kind === 'root' &&
        fetchGroup.subgraph === subgraph &&
        fetchGroup.stage === stage &&
        fetchGroup.scope.key === this.#scopes.current.key,
    );
  }

  introspection(): IntrospectionGroup {
    const existing = this.all.find((fetchGroup) => fetchGroup.kind === 'introspection');
    if (existing?.kind === 'introspection') return existing;
    const group = new IntrospectionGroup();
    this.all.push(group);
    return group;
  }

  /** The subgraphs among these that support a field's directives. */
  #supporting(subgraphs: readonly string[], field: CollectedField): readonly string[] {
    const directives = directivesOf(field);
    if (!directives) return subgraphs;
    const allowed = subgraphsSupporting(this.#model, directives);
    const supporting = subgraphs.filter((subgraph) => allowed.has(subgraph));
    if (supporting.length === 0) throw rejection(directives, NOT_DEFINED);
    return supporting;
  }
}
