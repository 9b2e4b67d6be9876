// Why an operation has no plan.

/** An operation that the planner leaves to stock execution. */
export class PlanDeclined extends Error {
  override readonly name = 'PlanDeclined';
}
