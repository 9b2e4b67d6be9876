// Field arguments in the form that subgraphs take them.
import type { FieldNode, GraphQLField } from 'graphql';
import type { CollectedField } from './collect-fields.ts';
import { withContextArguments } from './contexts.ts';
import type { CounterpartGroup, FetchGroup } from './fetch-graph.ts';
import type { FieldSource } from './field-source.ts';
import type { GraphModel } from './model.ts';
import type { StepBudget } from './step-budget.ts';
import { noArguments, printArguments, stepsOf, type UpstreamArguments } from './upstream-arguments.ts';
import type { UpstreamVariables } from './upstream-variables.ts';

type UpstreamField = GraphQLField<unknown, unknown>;

export class FieldArguments {
  readonly #model: GraphModel;
  readonly #variables: UpstreamVariables;
  readonly #steps: StepBudget;
  readonly #known = new Map<FieldNode, Map<UpstreamField, UpstreamArguments>>();

  constructor(model: GraphModel, variables: UpstreamVariables, steps: StepBudget) {
    this.#model = model;
    this.#variables = variables;
    this.#steps = steps;
  }

  /**
   * The arguments of a field in the form that a subgraph takes, with those of enclosing objects.
   * @param group the fetch of the field; null for that of its object.
   */
  of(
    field: CollectedField,
    source: FieldSource,
    upstream: UpstreamField,
    group: FetchGroup | CounterpartGroup | null,
  ): UpstreamArguments {
    const given = this.#given(field, source.subgraph, upstream);
    return withContextArguments(given, this.#model, group, source, field.name);
  }

  /** Made once for each field of the document and of the subgraph. */
  #given({ nodes: [node] }: CollectedField, subgraph: string, upstream: UpstreamField): UpstreamArguments {
    if (!node?.arguments || node.arguments.length === 0) return noArguments;
    const known = this.#known.get(node) ?? new Map<UpstreamField, UpstreamArguments>();
    this.#known.set(node, known);
    let args = known.get(upstream);
    if (!args) {
      args = printArguments(this.#variables.arguments(node.arguments, this.#model.schemaOf(subgraph), upstream.args));
      this.#steps.spend(stepsOf(args));
      known.set(upstream, args);
    }
    return args;
  }
}
