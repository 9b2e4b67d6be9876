// Subgraph budgets: what the fetches of one operation may cost at one subgraph. Costs are compiled with the plan, and
// charged by `budget-use.ts`.
import type { DocumentNode } from 'graphql';
import type { EntityFetch, Fetch } from '../query-plan/plan.ts';
import type { FetchDocuments, UpstreamDocument } from './request-body.ts';

/** Estimated cost of a document, by its variables. */
export type DocumentCost = (variables: Readonly<Record<string, unknown>>) => number;

/** Budget of one subgraph in each operation. */
export interface SubgraphBudget {
  /** Name of the service. */
  subgraph: string;
  maxCost: number;
  /** Whether what exceeds it is measured, and sent. */
  isMeasured: boolean;
  /**
   * @param isLookup whether it fetches entities by keys; the cost is that of one key then.
   * @throws OperationTooComplex
   */
  costOf(document: DocumentNode, isLookup: boolean): DocumentCost;
  /** Called for each fetch that is left out. */
  onLeftOut(): void;
}

/** Returns the budget of a subgraph of a plan; null for none. */
export type SubgraphBudgets = (subgraph: string) => SubgraphBudget | null;

/** Budget of a fetch's subgraph, with the costs of the fetch. */
export interface FetchBudget extends Omit<SubgraphBudget, 'costOf'> {
  whole: Priced;
  /** Of one key, for each of its entity fetches. */
  entityFetches: readonly Priced[];
}

/** A document with its cost. */
export interface Priced {
  document: UpstreamDocument;
  cost: DocumentCost;
}

/** @throws OperationTooComplex */
export function compileBudget(
  { costOf, ...budget }: SubgraphBudget,
  fetch: Fetch,
  documents: FetchDocuments,
  entityFetches: readonly EntityFetch[],
): FetchBudget {
  const priced = (document: UpstreamDocument, isLookup: boolean): Priced => ({
    document,
    cost: costOf(document.parsed, isLookup),
  });
  const ofKey = ({ isRootType }: EntityFetch, index: number): Priced => {
    if (fetch.repeat) return priced(documents.repeated(fetch.repeat, 1), true);
    return priced(documents.ofParts([{ index, context: { number: '0' } }]), isRootType !== true);
  };
  return {
    ...budget,
    whole: entityFetches.length === 0 ? priced(documents.whole, false) : { document: documents.whole, cost: () => 0 },
    entityFetches: entityFetches.map(ofKey),
  };
}
