// Root fetches of an operation: root fields of one subgraph are fetched together, those of a mutation one after the other.
import type { GraphQLObjectType } from 'graphql';
import type { CollectedField } from './collect-fields.ts';
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

  constructor(model: GraphModel, selector: SubgraphSelector) {
    this.#model = model;
    this.#selector = selector;
  }

  /**
   * The fetch for a root field: one that is there already, where its subgraph serves the field as well as others do.
   * @param stage for a mutation, its root field's place in the series; 0 for others.
   */
  open(rootType: GraphQLObjectType, field: CollectedField, stage: number): RootFetchGroup {
    const serving = this.#supporting(this.#model.serving(rootType.name, field.name), field);
    const opened = (subgraph: string) =>
      this.all.find(
        (fetchGroup) => fetchGroup.kind === 'root' && fetchGroup.subgraph === subgraph && fetchGroup.stage === stage,
      );
    const subgraph = this.#selector.best(serving, rootType.name, field, (name) => opened(name) !== undefined);
    if (subgraph === undefined) {
      const coordinate = `${rootType.name}.${field.name}`;
      throw new UnsupportedOperation(`no subgraph serves ${coordinate}`, coordinate);
    }
    const existing = opened(subgraph);
    if (existing?.kind === 'root') return existing;
    const group = new RootFetchGroup(subgraph, rootType.name, stage);
    this.all.push(group);
    return group;
  }

  introspection(): IntrospectionGroup {
    const existing = this.all.find((fetchGroup) => fetchGroup.kind === 'introspection');
    if (existing?.kind === 'introspection') return existing;
    const group = new IntrospectionGroup();
    this.all.push(group);
    return group;
  }

  /** The subgraphs among these that support a field's directives. */
  #supporting(subgraphs: string[], field: CollectedField): string[] {
    const directives = directivesOf(field);
    if (!directives) return subgraphs;
    const allowed = subgraphsSupporting(this.#model, directives);
    const supporting = subgraphs.filter((subgraph) => allowed.has(subgraph));
    if (supporting.length === 0) throw rejection(directives, NOT_DEFINED);
    return supporting;
  }
}
