// Explanation of a response, in `extensions.explain`, for callers that may have it: its plan, the requests that were
// sent for it, its caching and its nulls. It contains no values of variables and no header fields. The response is
// not cached downstream; what the gateway's own cache stores of it has no explanation.
import { mapAsyncIterator } from '@graphql-tools/utils';
import { explainHeader } from '../config/explain.ts';
import type { Engine } from '../engine/engine.ts';
import type { DegradedField } from '../execute/fallbacks.ts';
import { isInterruption } from '../execute/subscription.ts';
import type { CheckAccess } from '../policy/client-access.ts';
import { type CachingInWords, cachingInWords, type ExplainCachingOptions } from '../policy/explain-caching.ts';
import type { OperationChecks } from '../policy/operation-checks.ts';
import { Rejection } from '../policy/rejection.ts';
import { type NullOrigin, nullOrigins } from '../query-plan/null-origins.ts';
import type { Plan } from '../query-plan/plan.ts';
import { planId } from '../query-plan/plan-id.ts';
import type { RuleRejections } from '../telemetry/measured-rejections.ts';
import { FetchRecorder } from '../transport/fetch-recorder.ts';
import { type ExplainedFetch, explainFetches } from './explained-fetches.ts';
import { ExtendedResponse } from './extended-response.ts';
import type { RequestContext } from './request-context.ts';
import type { Events, OperationExecution, OperationRequest, Result } from './stages.ts';

export interface ExplanationsOptions {
  engine: Engine;
  /** Null where every caller gets explanations. */
  checkAccess: CheckAccess | null;
  costs: Pick<OperationChecks, 'costOf'>;
  caching: Omit<ExplainCachingOptions, 'services'>;
  /** Names of the services over HTTP. */
  remote: { has(service: string): boolean };
}

/** `extensions.explain` of a response. */
export interface Explanation {
  /** Null for an operation that cannot be planned. */
  plan: Plan | null;
  /** Id of the plan, as log lines have it. */
  planId: string | null;
  /** Estimated before the execution; null for an operation that is too complex. */
  cost: number | null;
  /** Of what the response holds; null where that is not known. */
  actualCost: number | null;
  /** Milliseconds from the start of the request to the result. */
  duration: number;
  cache: {
    /** Use of the response cache: `none`, `hit`, `stale`, `miss`, or `fallback` for a stale one in place of errors. */
    outcome: string;
    isStored: boolean;
    /** The schema's policy. */
    policy: string;
    /** Reasons of the policy, and those of this request. */
    reasons: string[];
  };
  fetches: ExplainedFetch[];
  nulls: NullOrigin[];
  /** Fields that have their fallbacks, since a subgraph is down; left out where there are none. */
  degraded?: readonly DegradedField[];
  /** Faults that were injected; left out without any. */
  faults?: readonly string[];
  /** What rules in measure mode would have rejected; left out where they would have rejected nothing. */
  wouldReject?: readonly RuleRejections[];
}

type Outcome = Result | Events | Rejection;

export class Explanations {
  readonly #options: ExplanationsOptions;

  constructor(options: ExplanationsOptions) {
    this.#options = options;
  }

  /** Whether the operation is to be explained. */
  isFor(context: RequestContext, { isExplained }: OperationRequest): boolean {
    if (!isExplained && context.requestHeaders[explainHeader] !== '1') return false;
    return context.nested === 0 && this.isAllowed(context);
  }

  /** Whether the caller may have explanations. */
  isAllowed(context: RequestContext): boolean {
    const { checkAccess } = this.#options;
    return checkAccess === null || checkAccess(context.authenticated) === null;
  }

  /** Executes an operation and explains its result; of a subscription, the result of each event. */
  async explain(
    given: OperationExecution,
    execute: (execution: OperationExecution) => Outcome | Promise<Outcome>,
  ): Promise<Outcome> {
    // Operations of a batch are executed at the same time: each has a recorder of its own.
    const context = given.context.isBatch ? given.context.forBatchMember() : given.context;
    const execution = { ...given, context };
    const recorder = new FetchRecorder(context.started);
    context.fetches = recorder;
    const outcome = await execute(execution);
    context.freshness = null;
    if (outcome instanceof Rejection) return outcome;
    if (!(Symbol.asyncIterator in outcome)) return this.#explained(outcome, execution, recorder);
    return mapAsyncIterator(outcome, (result) => this.#explained(result, execution, recorder.event ?? recorder));
  }

  #explained(result: Result, execution: OperationExecution, recorder: FetchRecorder): Result {
    if (isInterruption(result)) return result;
    return new ExtendedResponse(result, { explain: this.#explanation(result, execution, recorder) });
  }

  #explanation(result: Result, execution: OperationExecution, recorder: FetchRecorder): Explanation {
    const { engine, costs } = this.#options;
    const { operation, coerced, context } = execution;
    const plan = 'unsupported' in execution.plan ? null : execution.plan.plan;
    const serviceOf = (subgraph: string) => engine.serviceOf(subgraph);
    const entities = this.#options.caching.config.cache.entities;
    return {
      plan: plan && engine.asSent(plan),
      planId: plan && planId(plan),
      cost: costs.costOf(operation, coerced),
      actualCost: (execution.cost?.latest ?? execution.cost?.counted)?.actual ?? null,
      duration: rounded(performance.now() - recorder.started),
      cache: this.#caching(result, execution),
      fetches: explainFetches(plan, recorder, {
        ...{ serviceOf, cachesEntities: entities, isAnonymous: !context.identity },
        cacheOutcome: context.cacheOutcome,
      }),
      nulls: plan ? nullOrigins(result, plan.output, serviceOf) : [],
      ...('degraded' in result && result.degraded && { degraded: result.degraded.fields }),
      ...(context.faults && { faults: context.faults.texts }),
      ...(context.measuredRejections && { wouldReject: context.measuredRejections.all }),
    };
  }

  #caching(result: Result, execution: OperationExecution): Explanation['cache'] {
    const { cacheOutcome, isStored } = execution.context;
    const { summary, reasons, isCacheable } = this.#policy(execution);
    return {
      outcome: cacheOutcome ?? 'none',
      isStored,
      policy: summary,
      reasons: [...reasons, ...(isCacheable && !isStored ? reasonsOfRequest(result, execution) : [])],
    };
  }

  #policy({ operation, plan, analysis }: OperationExecution): CachingInWords {
    if (operation.operation.operation !== 'query') {
      return { isCacheable: false, summary: 'not cached', reasons: ['only queries are cached'] };
    }
    const { engine, caching, remote } = this.#options;
    const planned = 'unsupported' in plan ? [] : plan.plan.fetches.map(({ subgraph }) => engine.serviceOf(subgraph));
    const services = [...new Set(planned)].filter((name) => remote.has(name));
    return cachingInWords(analysis, { ...caching, services });
  }
}

/** Reasons for which the response to this request was not stored, although the schema allows it. */
function reasonsOfRequest(result: Result, { analysis, context }: OperationExecution): string[] {
  const { cacheability, cacheOutcome } = context;
  if (cacheOutcome !== null && cacheOutcome !== 'miss') return [];
  const restricted = [...(cacheability.restrictions ?? [])].map(([subgraph, text]) => `${subgraph} has sent ${text}`);
  return [
    ...(context.allowCacheWrite ? [] : ['the request has Cache-Control: no-store']),
    ...(result.errors ? ['the response has errors'] : []),
    ...(result.extensions?.degraded ? ['fields have their fallbacks, since a subgraph is down'] : []),
    ...((analysis.private || cacheability.isPrivate) && !context.identity ? ['the caller is anonymous'] : []),
    ...(context.isIsolated
      ? ['the response is for this request alone: of a hook, a plugin, or measured authorization']
      : []),
    ...restricted,
  ];
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
