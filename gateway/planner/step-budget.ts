// Step budget: bounds the work that one document can cause before anything is fetched. Every algorithm over a
// document whose time is not linear in it spends steps, so that the bound holds for documents that are built to be
// slow, on every machine.
import type { GraphQLError } from 'graphql';
import { requestError } from '../errors.ts';

export class StepBudget {
  readonly limit: number;
  #used = 0;

  /** @param limit steps; Infinity for no limit. */
  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** @throws OperationTooComplex */
  spend(steps = 1): void {
    this.#used += steps;
    if (this.#used > this.limit) throw new OperationTooComplex(this.limit);
  }
}

/** A budget without a limit, for documents that do not come from clients. */
export function unlimitedSteps(): StepBudget {
  return new StepBudget(Number.POSITIVE_INFINITY);
}

/** More steps than the budget has. The whole request is rejected. */
export class OperationTooComplex extends Error {
  override readonly name = 'OperationTooComplex';
  readonly limit: number;

  constructor(limit: number) {
    super(`It takes more than ${limit} steps (limits.steps).`);
    this.limit = limit;
  }

  /** For clients. */
  toGraphQLError(): GraphQLError {
    return requestError('OPERATION_TOO_COMPLEX', { details: { limit: this.limit, limitName: 'steps' } });
  }
}
