// Checked cost: what the check of an operation's cost hands on, a charge of the caller's budgets.
import type { MeasuredContext } from './denied-operation.ts';
import { type CostCharge, type HeaderField, type RateLimitResult, rateLimitError } from './rate-limits/index.ts';
import { Rejection } from './rejection.ts';

export interface CheckedCost {
  /** Header fields of the response, with the remaining budget. */
  headers: readonly HeaderField[];
  /** Null where no budget was charged. */
  charge: CostCharge | null;
}

export const uncharged: CheckedCost = { headers: [], charge: null };

/** Result of the budget check: a rejection, or a charge. */
export function ofBudget(
  { rejected, headers, measured, charge }: RateLimitResult,
  context: MeasuredContext,
): Rejection | CheckedCost {
  for (const each of measured) context.wouldReject(each);
  if (!rejected) return { headers, charge: charge ?? null };
  return new Rejection([rateLimitError(rejected)], { headers });
}

/** What later checks have decided about an operation, with its charge. What is rejected costs nothing. */
export function withCost<Checked extends CheckedCost>(
  checked: Checked | Rejection,
  { headers, charge }: CheckedCost,
): Checked | Rejection {
  if (!(checked instanceof Rejection)) return { ...checked, headers: [...headers, ...checked.headers], charge };
  return new Rejection(checked.errors, { headers: [...(charge?.settle(0) ?? headers), ...checked.headers] });
}
