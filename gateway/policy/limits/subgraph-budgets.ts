// Subgraph budgets of the configuration (`subgraphs.<name>.maxCost`): the estimated cost of fetches, by the rules that
// the cost of operations is estimated by.
import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import type { CheckedConfig } from '../../config/config.ts';
import { maxSteps } from '../../config/limits.ts';
import { isMeasured } from '../../config/measure-mode.ts';
import type { DocumentCost, SubgraphBudget } from '../../execute/subgraph-budget.ts';
import { StepBudget } from '../../planner/step-budget.ts';
import { CostModel } from './cost.ts';
import { type CostRules, type ListSize, readCostRules } from './cost-rules.ts';

export interface SubgraphBudgetsOptions {
  config: Pick<CheckedConfig, 'subgraphs' | 'limits'>;
  /** The subgraphs' schemas with the AST nodes of their SDL. */
  sources: readonly GraphQLSchema[];
  /** Called for each fetch that is left out, with the name of its service. */
  onLeftOut(service: string): void;
}

/** Returns the budget of a service, whose part of the graph is this schema; null for none. */
export type ServiceBudgets = (service: string, schema: GraphQLSchema) => SubgraphBudget | null;

/** A lookup field returns one object for each key. */
const oneForEachKey: ListSize = {
  assumedSize: 1,
  slicingArguments: [],
  sizedFields: [],
  requireOneSlicingArgument: false,
};

/** Null where no service has a budget. */
export function createSubgraphBudgets(options: SubgraphBudgetsOptions): ServiceBudgets | null {
  const { config, sources, onLeftOut } = options;
  const { subgraphs, limits } = config;
  if (Object.values(subgraphs).every(({ maxCost }) => maxCost === undefined)) return null;
  const rules = readCostRules(sources);
  return (subgraph, schema) => {
    const maxCost = subgraphs[subgraph]?.maxCost;
    if (maxCost === undefined) return null;
    const costs = new FetchCosts(schema, rules, limits);
    return {
      subgraph,
      maxCost,
      isMeasured: isMeasured(limits.mode, 'subgraphCost'),
      costOf: (document, isLookup) => costs.of(document, isLookup),
      onLeftOut: () => onLeftOut(subgraph),
    };
  };
}

class FetchCosts {
  readonly #schema: GraphQLSchema;
  readonly #rules: CostRules;
  readonly #limits: CheckedConfig['limits'];
  /** By the lookup field whose keys are counted; null for the model in which none are. */
  readonly #models = new Map<string | null, CostModel>();

  constructor(schema: GraphQLSchema, rules: CostRules, limits: CheckedConfig['limits']) {
    this.#schema = schema;
    this.#rules = rules;
    this.#limits = limits;
  }

  of(document: DocumentNode, isLookup: boolean): DocumentCost {
    const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
    if (!operation) throw new Error('A fetch has a document without an operation.');
    const model = this.#model(isLookup ? this.#lookupOf(operation) : null);
    return model.compile(operation, document, new StepBudget(maxSteps(this.#limits)));
  }

  /** Coordinate of the field that the operation begins with. */
  #lookupOf({ operation, selectionSet }: OperationDefinitionNode): string | null {
    const [field] = selectionSet.selections;
    const type = this.#schema.getRootType(operation);
    return type && field?.kind === Kind.FIELD ? `${type.name}.${field.name.value}` : null;
  }

  #model(lookup: string | null): CostModel {
    let model = this.#models.get(lookup);
    if (!model) {
      const { lists } = this.#rules;
      const rules =
        lookup === null ? this.#rules : { ...this.#rules, lists: new Map(lists).set(lookup, oneForEachKey) };
      model = new CostModel(this.#schema, rules, this.#limits);
      this.#models.set(lookup, model);
    }
    return model;
  }
}
