// Cost charge: what budgets have been charged for an operation before its execution, by its estimate. Afterwards, the
// difference from the cost of what was executed is given back, or taken besides.
import type { ConsumeResult } from './counters.ts';
import { type HeaderField, type Quota, quotaFields } from './header-fields.ts';
import { type Policy, quotaOf } from './policy.ts';

/** The points that one budget was charged. */
export interface ChargedBudget extends ConsumeResult {
  policy: Policy;
  key: string;
  /** Whether the caller gets to know what is left. */
  isDisclosed: boolean;
}

export class CostCharge {
  /** What each of the budgets was charged. */
  readonly points: number;
  readonly #budgets: readonly ChargedBudget[];
  readonly #consumedAt = performance.now();
  #isSettled = false;

  /** @param points what each of the budgets was charged. */
  constructor(points: number, budgets: readonly ChargedBudget[]) {
    this.points = points;
    this.#budgets = budgets;
  }

  /**
   * Replaces the estimate by a cost, in the windows that were charged. A window that has ended meanwhile gets nothing
   * back. The first call counts.
   * @returns header fields with what is left, as far as the caller gets to know it.
   */
  settle(cost: number): HeaderField[] {
    const points = this.#isSettled ? 0 : this.points - Math.min(Math.ceil(cost), Number.MAX_SAFE_INTEGER);
    this.#isSettled = true;
    const elapsed = performance.now() - this.#consumedAt;
    const quotas: Quota[] = [];
    for (const { policy, key, window, isDisclosed, remaining, resetsIn } of this.#budgets) {
      if (points !== 0) policy.counter.refund(key, points, window);
      if (!isDisclosed) continue;
      const left = Math.min(policy.limit, Math.max(0, remaining + points));
      const isOver = elapsed >= resetsIn;
      quotas.push(
        isOver ? quotaOf(policy, policy.limit, policy.duration * 1000) : quotaOf(policy, left, resetsIn - elapsed),
      );
    }
    return quotaFields(quotas);
  }
}
