// Response counter: the cost of what a response holds, by the same weights as the estimate of its operation. The
// weights are found once for each plan.
import type { PlannedOperation } from '../engine/engine.ts';
import type { Executed } from '../engine/plan-runner.ts';
import type { CompiledPlan } from '../execute/compiled-plan.ts';
import { costOfResponse, type ResponseCost } from '../execute/response-cost.ts';
import type { CostModel } from './limits/cost.ts';
import { introspectionCost } from './limits/measure.ts';
import type { ResponseWeights } from './limits/response-weights.ts';

const nothing: ResponseCost = { actual: 0, executed: 0 };

export class ResponseCounter {
  readonly #costs: CostModel;
  readonly #weights = new WeakMap<CompiledPlan, ResponseWeights>();

  constructor(costs: CostModel) {
    this.#costs = costs;
  }

  /** Null where it is not known what was executed: the client has disconnected, or it has ended by a defect. */
  count(execution: PlannedOperation, { response, state }: Pick<Executed, 'response' | 'state'>): ResponseCost | null {
    const { plan, coerced } = execution;
    if ('unsupported' in plan) return nothing;
    const { response: counted, argumentCosts } = this.#weightsOf(plan, execution);
    if (state && 'stringify' in response) return costOfResponse(counted, state, response, argumentCosts?.(coerced));
    // Of introspection that is cached.
    if (state || response.errors || counted.fields.some(({ value }) => value.kind !== 'introspection')) return null;
    const cost = counted.fields.length * introspectionCost;
    return { actual: cost, executed: cost };
  }

  #weightsOf(plan: CompiledPlan, { operation, coerced }: PlannedOperation): ResponseWeights {
    let weights = this.#weights.get(plan);
    if (!weights) {
      weights = this.#costs.weighResponse(operation, plan.plan, operation.conditions(coerced));
      this.#weights.set(plan, weights);
    }
    return weights;
  }
}
