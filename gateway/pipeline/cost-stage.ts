// Cost stage: records what an operation costs around its execution, settles the charge of its caller's budgets, and
// reports the cost in header fields, metrics and the log. Does nothing where none of them is used.

import { costHeader } from '../config/explain.ts';
import type { Executed } from '../engine/plan-runner.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import type { ResponseCost } from '../execute/response-cost.ts';
import { handleMaybePromise } from '../maybe-promise.ts';
import type { AdmittedOperation, OperationChecks } from '../policy/operation-checks.ts';
import type { CostCharge, HeaderField } from '../policy/rate-limits/index.ts';
import { Rejection } from '../policy/rejection.ts';
import { ResponseCounter } from '../policy/response-counter.ts';
import type { CostMetrics } from '../telemetry/metrics/cost-metrics.ts';
import type { Explanations } from './explanation.ts';
import { OperationCost } from './operation-cost.ts';
import type { RequestContext } from './request-context.ts';
import type { Events, OperationExecution, OperationRequest, Result, Stage, Variables } from './stages.ts';

export interface CostStageOptions {
  checks: Pick<OperationChecks, 'costOf' | 'costs'>;
  /** Maximum cost of an operation; null without one. */
  limit: number | null;
  /** Whether the cost of every response is counted. */
  isCounted: boolean;
  /** Whether every response has header fields with its cost. */
  hasHeaders: boolean;
  /** Null where no caller may request the costs. */
  explanations: Explanations | null;
  /** Null where nothing is measured. */
  metrics: CostMetrics | null;
}

/** An operation that was checked, for one request. */
export interface CheckedOperation {
  operation: PreparedOperation;
  coerced: Variables;
  checked: AdmittedOperation;
  context: RequestContext;
  request: OperationRequest;
}

type Ended = Result | Events | Rejection;

export class CostStage {
  readonly #options: CostStageOptions;
  readonly #counter: ResponseCounter | null;

  constructor(options: CostStageOptions) {
    this.#options = options;
    const { isCounted, hasHeaders, explanations, checks } = options;
    this.#counter = isCounted || hasHeaders || explanations ? new ResponseCounter(checks.costs) : null;
  }

  /** Runs the later stages, with the operation's cost; null where nothing depends on it. */
  run(one: CheckedOperation, next: (cost: OperationCost | null) => Stage<Result | Events>): Stage<Result | Events> {
    if (!this.#counter) return next(null);
    const { operation, coerced, checked, context, request } = one;
    const isShown = this.#isShown(one);
    const isUsed = this.#options.isCounted || isShown || this.#options.explanations?.isFor(one, request);
    if (!isUsed) return next(null);
    const cost = new OperationCost(this.#options.checks.costOf(operation, coerced));
    return handleMaybePromise<Ended, Ended>(
      () => next(cost),
      (outcome) => {
        this.#end(cost, outcome, checked.charge, context, isShown);
        return outcome;
      },
      (error) => {
        if (!cost.isBegun) checked.charge?.settle(0);
        throw error;
      },
    );
  }

  /** Cost of a response; null where it is not known, or not to be counted. */
  count(execution: OperationExecution, executed: Pick<Executed, 'response' | 'state'>): ResponseCost | null {
    return this.#counter?.count(execution, executed) ?? null;
  }

  /** Counts the result of an event of a subscription, whose costs are those of all its events. */
  countEvent(execution: OperationExecution, event: Executed): void {
    const counted = this.count(execution, event);
    const { cost, context } = execution;
    if (!counted || !cost) return;
    cost.add(counted);
    this.#options.metrics?.recordEvent(counted.actual);
    if (context.cost) context.cost.actual = cost.counted?.actual ?? null;
  }

  #isShown({ context }: CheckedOperation): boolean {
    const { hasHeaders, explanations } = this.#options;
    if (context.nested > 0) return false;
    return hasHeaders || (context.requestHeaders[costHeader] === '1' && explanations?.isAllowed(context) === true);
  }

  #end(
    cost: OperationCost,
    outcome: Ended,
    charge: CostCharge | null,
    context: RequestContext,
    isShown: boolean,
  ): void {
    const isSubscribed = !(outcome instanceof Rejection) && Symbol.asyncIterator in outcome;
    if (charge) context.headers.push(...settled(cost, charge, isSubscribed));
    const { estimated, counted } = cost;
    const { cost: earlier } = context;
    const actual = counted?.actual ?? null;
    if (estimated === null) return;
    context.cost = {
      estimated: (earlier?.estimated ?? 0) + estimated,
      actual: actual === null ? (earlier?.actual ?? null) : (earlier?.actual ?? 0) + actual,
    };
    this.#options.metrics?.record(estimated, isSubscribed ? null : actual);
    if (isShown) this.#show(context);
  }

  /** Header fields with the costs of all operations of the request. */
  #show(context: RequestContext): void {
    const { cost } = context;
    if (!cost) return;
    const { limit, hasHeaders } = this.#options;
    const others = context.headers.filter(([name]) => !name.startsWith('x-cost-'));
    const own: HeaderField[] = [
      ['x-cost-estimated', String(cost.estimated)],
      ...(cost.actual === null ? [] : [['x-cost-actual', String(cost.actual)] as const]),
      ...(limit === null ? [] : [['x-cost-max', String(limit)] as const]),
    ];
    context.headers = [...others, ...own];
    // For this caller alone: caches must not have it for others.
    if (!hasHeaders) context.freshness = null;
  }
}

/**
 * Settles a charge by what was executed. Where that is not known, as for a client that has disconnected, the estimate
 * remains charged; so it does for a subscription, whose events are not charged.
 */
function settled(
  { counted, isBegun }: OperationCost,
  charge: CostCharge,
  isSubscribed: boolean,
): readonly HeaderField[] {
  if (isSubscribed) return charge.settle(charge.points);
  return charge.settle(counted?.executed ?? (isBegun ? charge.points : 0));
}
