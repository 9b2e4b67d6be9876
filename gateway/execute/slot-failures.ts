// Failures of slots: the errors because of which a slot of the response has no object.
import type { CompiledPlan } from './compiled-plan.ts';
import type { ExecutionState } from './execution-state.ts';
import type { FieldError } from './field-error.ts';

/** Reasons for a null that is explained by an error at another place. */
const explainedElsewhere: readonly FieldError[] = [];

/**
 * Errors of the fetch of a slot that returned nothing; an error with a path concerns the root field in it alone.
 */
export function failureOf(
  compiled: CompiledPlan,
  state: ExecutionState,
  slot: number,
  property: string,
): readonly FieldError[] | undefined {
  const fetch =
    compiled.entityFetches.get(slot)?.entityFetch.fetch ??
    compiled.plan.fetches.find((candidate) => candidate.slot === slot)?.id;
  const failure = fetch === undefined ? undefined : state.failures[fetch];
  if (!failure?.some(({ path }) => path)) return failure;
  const own = failure.filter(({ path }) => !path || path[0] === property);
  return own.length > 0 ? own : explainedElsewhere;
}
