// Deferral: whether the response to an operation may come in parts, as `@defer` has them. Otherwise, as the
// specification permits, it has one part: where the client takes no other, and where something in the gateway is about
// the response as a whole.
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import type { Explanations } from './explanation.ts';
import type { Hooks } from './hooks.ts';
import type { RequestContext } from './request-context.ts';
import type { OperationExecution, OperationRequest } from './stages.ts';

/** What is about responses as a whole. */
export interface WholeResponses {
  hooks: Hooks | null;
  explanations: Explanations | null;
}

export function mayDefer(
  operation: PreparedOperation,
  request: OperationRequest,
  context: RequestContext,
  { hooks, explanations }: WholeResponses,
): boolean {
  if (request.inParts !== true || !operation.hasDefer || context.isBatch || context.nested > 0) return false;
  return !hooks?.readsResponses && !explanations?.isFor(context, request);
}

/** Whether a planned operation has a response in parts. */
export function isInParts({ plan }: Pick<OperationExecution, 'plan'>): boolean {
  return !('unsupported' in plan) && plan.plan.deferred !== undefined;
}
