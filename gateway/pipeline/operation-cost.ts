// Operation cost: the estimate for one operation, and what was executed for it. Recorded where something depends on it.
import type { ResponseCost } from '../execute/response-cost.ts';
import type { CostCharge } from '../policy/rate-limits/index.ts';

export class OperationCost {
  /** Null for an operation that is too complex. */
  readonly estimated: number | null;
  /** What budgets were charged for it; null where none were. */
  readonly charge: CostCharge | null;
  /** Whether the response has header fields with it. */
  readonly isShown: boolean;
  /** Null until a response has been counted, and where it is not known. */
  counted: ResponseCost | null = null;
  /** Of the latest event of a subscription; null for any other operation. */
  latest: ResponseCost | null = null;
  /** Whether anything of the operation may have been executed. */
  isBegun = false;

  constructor(estimated: number | null, charge: CostCharge | null, isShown: boolean) {
    this.estimated = estimated;
    this.charge = charge;
    this.isShown = isShown;
  }

  /** Of an event of a subscription, which has one cost with all its events. */
  add(event: ResponseCost): void {
    const { actual, executed } = event;
    this.latest = event;
    const { actual: before, executed: executedBefore } = this.counted ?? { actual: 0, executed: 0 };
    this.counted = { actual: before + actual, executed: executedBefore + executed };
  }
}

/** Costs of the operations of a request, of which a batch has several. */
export interface RequestCost {
  estimated: number;
  /** Null where no response has been counted. */
  actual: number | null;
}
