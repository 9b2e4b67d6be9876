// Use of the subgraph budgets by one run. A fetch beyond its budget is left out, as if the subgraph had failed; one that
// costs less may follow.
import { ErrorCode } from '../errors.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';
import type { CompiledFetch } from './compiled-plan.ts';
import type { EntityFetchKeys } from './entity-requests.ts';
import type { ClientVariables } from './request-body.ts';
import type { FetchBudget, Priced } from './subgraph-budget.ts';

export class BudgetUse {
  readonly #variables: ClientVariables;
  readonly #scope: SubgraphScope;
  readonly #spent = new Map<string, number>();

  constructor({ variables, scope }: { variables: ClientVariables; scope: SubgraphScope }) {
    this.#variables = variables;
    this.#scope = scope;
  }

  /**
   * Charges a fetch before it is sent.
   * @param requested its entity fetches, with the keys that are not cached; none for root fields.
   * @returns the error of a fetch that is left out, and costs nothing; else null.
   */
  charge({ budget, fetch }: CompiledFetch, requested: readonly EntityFetchKeys[]): SubgraphError | null {
    if (!budget) return null;
    const { subgraph, maxCost: limit } = budget;
    const cost = this.#costOf(budget, requested);
    this.#scope.fetches?.countCost(fetch.id, cost);
    const value = (this.#spent.get(subgraph) ?? 0) + cost;
    if (cost > 0 && value > limit) {
      if (!budget.isMeasured) {
        budget.onLeftOut();
        this.#scope.fetches?.leaveOut(fetch.id, fetch.subgraph, 'SUBGRAPH_COST_EXCEEDED');
        const detail = `the operation's cost there would be ${value}; the limit is ${limit}`;
        return new SubgraphError(subgraph, 'SUBGRAPH_COST_EXCEEDED', detail, null, { limit, value });
      }
      const rule = `subgraphs.${subgraph}.maxCost`;
      this.#scope.wouldReject?.({ rule, code: ErrorCode.SUBGRAPH_COST_EXCEEDED, limit, value });
    }
    this.#spent.set(subgraph, value);
    return null;
  }

  #costOf({ whole, entityFetches }: FetchBudget, requested: readonly EntityFetchKeys[]): number {
    let cost = entityFetches.length === 0 ? this.#evaluate(whole) : 0;
    for (const { part, uncached } of requested) {
      const ofKey = entityFetches[part.index];
      if (ofKey && uncached.keys.length > 0) cost += uncached.keys.length * this.#evaluate(ofKey);
    }
    return cost;
  }

  #evaluate({ document, cost }: Priced): number {
    return cost(document.values(this.#variables, []));
  }
}
