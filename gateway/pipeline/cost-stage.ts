// Cost stage: records what an operation costs around its execution, settles the charge of its caller's budgets, and
// reports the cost in header fields, metrics and the log. Does nothing where none of them is used.

import { costHeader } from '../config/explain.ts';
import type { Executed } from '../engine/plan-runner.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { ErrorCode } from '../errors.ts';
import type { ResponseCost } from '../execute/response-cost.ts';
import { handleMaybePromise } from '../maybe-promise.ts';
import type { OperationChecks } from '../policy/operation-checks.ts';
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

type Ended = Result | Events | Rejection;

export class CostStage {
  readonly #options: CostStageOptions;
  readonly #counter: ResponseCounter | null;

  constructor(options: CostStageOptions) {
    this.#options = options;
    const { isCounted, hasHeaders, explanations, checks } = options;
    this.#counter = isCounted || hasHeaders || explanations ? new ResponseCounter(checks.costs) : null;
  }

  /** Begins the cost of an operation that was checked; null where nothing depends on it. */
  begin(
    operation: PreparedOperation,
    coerced: Variables,
    charge: CostCharge | null,
    request: OperationRequest,
    context: RequestContext,
  ): OperationCost | null {
    if (!this.#counter) return null;
    const { isCounted, explanations, checks } = this.#options;
    const isShown = this.#isShown(context);
    if (!isCounted && !isShown && !explanations?.isFor(context, request)) return null;
    return new OperationCost(checks.costOf(operation, coerced), charge, isShown);
  }

  /** Runs the later stages, and settles and reports what they cost. */
  settle(cost: OperationCost, context: RequestContext, execute: () => Stage<Result | Events>): Stage<Result | Events> {
    return handleMaybePromise<Ended, Ended>(
      execute,
      (outcome) => {
        this.#end(cost, outcome, context);
        return outcome;
      },
      (error) => {
        this.#end(cost, null, context);
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

  /** Header fields of a rejection, with the costs of an operation above the limit where they are shown. */
  headersOf({ errors: [error], headers }: Rejection, context: RequestContext): readonly HeaderField[] {
    if (error?.extensions.code !== ErrorCode.COST_LIMIT_EXCEEDED || !this.#counter) return headers;
    const { limit, value } = error.extensions;
    if (!this.#isShown(context)) return headers;
    return [...headers, ['x-cost-estimated', String(value)], ['x-cost-max', String(limit)]];
  }

  #isShown(context: RequestContext): boolean {
    const { hasHeaders, explanations } = this.#options;
    if (context.nested > 0) return false;
    return hasHeaders || (context.requestHeaders[costHeader] === '1' && explanations?.isAllowed(context) === true);
  }

  /** @param outcome null for a defect. */
  #end(cost: OperationCost, outcome: Ended | null, context: RequestContext): void {
    const isSubscribed = outcome !== null && !(outcome instanceof Rejection) && Symbol.asyncIterator in outcome;
    context.headers.push(...settled(cost, isSubscribed || outcome === null));
    const { estimated, counted, isShown } = cost;
    if (estimated === null) return;
    const { cost: earlier } = context;
    const actual = counted?.actual ?? null;
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
function settled({ charge, counted, isBegun }: OperationCost, isByEstimate: boolean): readonly HeaderField[] {
  if (!charge) return [];
  return charge.settle(isByEstimate ? charge.points : (counted?.executed ?? (isBegun ? charge.points : 0)));
}
