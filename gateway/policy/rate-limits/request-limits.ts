// Request limits: the number of requests of one identity, address or client, and the cost of operations. Checked before
// planning (requests) or before any fetch (cost); a rejected request gets status 429.
import type { GraphQLError } from 'graphql';
import type { RateLimitsConfig } from '../../config/rate-limits.ts';
import { ErrorCode, requestError } from '../../errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import { type MeasuredRejection, noRejections } from '../../telemetry/measured-rejections.ts';
import type { Caller } from './caller.ts';
import { CostCharge } from './cost-charge.ts';
import type { ConsumeResult, Counters } from './counters.ts';
import { type HeaderField, quotaFields, wholeSeconds } from './header-fields.ts';
import { type Policies, type Policy, quotaOf, seconds } from './policy.ts';
import { planned, policiesOf } from './rate-policies.ts';
import { createClaimedPlans } from './tenants.ts';

export interface RateLimitRejection {
  code: 'RATE_LIMIT_EXCEEDED' | 'QUOTA_UNAVAILABLE';
  /** Name of the limit. */
  policy: string;
  message: string;
  /** Seconds. */
  retryAfter: number;
}

export interface RateLimitResult {
  rejected: RateLimitRejection | null;
  /** For the response, rejected or not. Those of several checks are joined by `joinHeaderFields`. */
  headers: readonly HeaderField[];
  /** What limits in measure mode would have rejected. */
  measured: readonly MeasuredRejection[];
  /** What budgets were charged; absent for requests. */
  charge?: CostCharge;
}

export interface RequestLimits {
  /**
   * Consumes one request of every limit that applies to the caller, or of none if one of them rejects it. The limits in
   * measure mode reject nothing, and consume nothing where one of them would have.
   */
  consume(caller: Caller, requests?: number): RateLimitResult | Promise<RateLimitResult>;
  /** Charges the caller's budgets an operation's estimated cost; nothing if it is rejected. */
  consumeCost(caller: Caller, cost: number): RateLimitResult | Promise<RateLimitResult>;
}

interface PlanPolicies {
  /** For callers that hold the plan: by their API key, or by a client whose access rules allow their identity. */
  held: Policies;
  /**
   * A client's name proves nothing: the general limits apply to other callers, whatever client they name, and those of
   * its plan as well.
   */
  named: Policies;
}

/** Result of one limit. */
interface Verdict extends ConsumeResult {
  policy: Policy;
  key: string;
}

const unlimited: RateLimitResult = Object.freeze({
  rejected: null,
  headers: Object.freeze([]),
  measured: noRejections,
});

/** @param log for plans that callers' claims name and that do not exist. */
export function createRequestLimits(
  config: RateLimitsConfig,
  counters: Counters,
  log?: Pick<Logger, 'warn'>,
): RequestLimits {
  const { timeZone } = config;
  const general = policiesOf(config, { plan: null, counters, timeZone });
  const plans = new Map(
    Object.entries(config.plans).map(([name, plan]): [string, PlanPolicies] => {
      const options = { plan: name, counters, timeZone };
      const own = policiesOf({ ...plan, mode: plan.mode ?? config.mode }, { ...options, isBeside: true });
      return [
        name,
        {
          held: policiesOf(planned(config, plan), options),
          named: {
            requests: [...general.requests, ...own.requests],
            cost: [...general.cost, ...own.cost],
          },
        },
      ];
    }),
  );
  const claimedPlan = createClaimedPlans(config.plan, plans, log);
  const policiesFor = ({ identity, ratePlan, holdsPlan }: Caller): Policies => {
    const own = identity ? (plans.get(identity.ratePlan ?? '') ?? claimedPlan(identity)) : undefined;
    if (own) return own.held;
    const ofClient = plans.get(ratePlan ?? '');
    return (identity && holdsPlan ? ofClient?.held : ofClient?.named) ?? general;
  };
  const isDisclosed = (policy: Policy, caller: Caller): boolean =>
    config.headers === 'always' || (config.headers && policy.isOwn(caller));

  const chargeOf = (points: number, verdicts: readonly Verdict[], caller: Caller): CostCharge => {
    const isShown = ({ policy }: Verdict) => !policy.isMeasured && isDisclosed(policy, caller);
    const shown = new Set(tightest(verdicts).filter(isShown));
    return new CostCharge(
      points,
      verdicts.map((verdict) => ({ ...verdict, isDisclosed: shown.has(verdict) })),
    );
  };

  async function consume(
    policies: readonly Policy[],
    caller: Caller,
    points: number,
    isCost = false,
  ): Promise<RateLimitResult> {
    const consumed = policies.flatMap((policy) => {
      const key = policy.keyOf(caller);
      return key === null ? [] : [{ policy, key, consume: policy.counter.consume(key, points) }];
    });
    const verdicts: Verdict[] = await Promise.all(
      consumed.map(async ({ policy, key, consume: result }) => ({ policy, key, ...(await result) })),
    );
    const last = lastRejecting(verdicts.filter(({ policy }) => !policy.isMeasured));
    // Limits in measure mode count as if they were enforced; those that are do not depend on them.
    const isRejected = last !== undefined || verdicts.some(({ allowed }) => !allowed);
    for (const [index, { policy, key }] of consumed.entries()) {
      const verdict = verdicts[index];
      if (!verdict?.allowed || !(policy.isMeasured ? isRejected : last)) continue;
      policy.counter.refund(key, points, verdict.window);
      verdict.remaining += points;
    }
    const quotas = tightest(verdicts)
      .filter(({ policy }) => !policy.isMeasured && isDisclosed(policy, caller))
      .map(({ policy, remaining, resetsIn }) => quotaOf(policy, remaining, resetsIn));
    const headers = quotaFields(quotas);
    const measured = verdicts.flatMap(({ policy, allowed, isUnavailable }) =>
      policy.isMeasured && !allowed ? [measuredBy(policy, codeOf(isUnavailable))] : [],
    );
    if (!last) {
      const charged = verdicts.filter(({ policy }) => !(policy.isMeasured && isRejected));
      return { rejected: null, headers, measured, ...(isCost && { charge: chargeOf(points, charged, caller) }) };
    }
    const retryAfter = wholeSeconds(last.resetsIn);
    const reason = isDisclosed(last.policy, caller) ? last.policy.describe() : 'Too many requests.';
    const code = codeOf(last.isUnavailable);
    const message = `${last.isUnavailable ? 'Quotas cannot be counted now.' : reason} Try again in ${seconds(retryAfter)}.`;
    return reject({ code, policy: last.policy.name, message, retryAfter }, headers, measured);
  }

  return {
    consume(caller, count = 1) {
      const { requests } = policiesFor(caller);
      return requests.length === 0 ? unlimited : consume(requests, caller, count);
    },
    consumeCost(caller, cost) {
      const { cost: policies } = policiesFor(caller);
      const points = Math.ceil(cost);
      if (policies.length === 0 || !(points > 0)) return unlimited;
      // It exceeds the limit of any window.
      const beyond = policies.filter(({ limit }) => points > limit);
      const measured = beyond
        .filter(({ isMeasured }) => isMeasured)
        .map((policy) => measuredBy(policy, exceeded, points));
      const policy = beyond.find(({ isMeasured }) => !isMeasured);
      if (policy) {
        const message = isDisclosed(policy, caller)
          ? `The operation's estimated cost is ${points}. ${policy.describe()}`
          : "The operation's estimated cost is more than is allowed at all.";
        return reject({ code: exceeded, policy: policy.name, message, retryAfter: policy.duration }, [], measured);
      }
      if (measured.length === 0) return consume(policies, caller, points, true);
      const others = policies.filter(({ limit }) => points <= limit);
      if (others.length === 0) return { rejected: null, headers: [], measured };
      return consume(others, caller, points, true).then((result) => ({
        ...result,
        measured: [...measured, ...result.measured],
      }));
    },
  };
}

const { RATE_LIMIT_EXCEEDED: exceeded, QUOTA_UNAVAILABLE: unavailable } = ErrorCode;

function codeOf(isUnavailable: boolean | undefined): RateLimitRejection['code'] {
  return isUnavailable ? unavailable : exceeded;
}

/** @param value where it is known at once that it exceeds the limit. */
function measuredBy({ rule, limit }: Policy, code: RateLimitRejection['code'], value?: number): MeasuredRejection {
  return { rule, code, limit, ...(value !== undefined && { value }) };
}

/** Of the limits that reject, one that cannot be counted, else the one whose window ends last. */
function lastRejecting(verdicts: readonly Verdict[]): Verdict | undefined {
  let last: Verdict | undefined;
  for (const verdict of verdicts) {
    if (verdict.isUnavailable) return verdict;
    if (!verdict.allowed && (!last || verdict.resetsIn > last.resetsIn)) last = verdict;
  }
  return last;
}

/** Of several limits with one name, the one with the least remaining. */
function tightest(verdicts: readonly Verdict[]): readonly Verdict[] {
  return verdicts.filter(
    (one, index) =>
      !verdicts.some(
        (other, place) =>
          other.policy.name === one.policy.name &&
          (other.remaining < one.remaining || (other.remaining === one.remaining && place < index)),
      ),
  );
}

function reject(
  rejected: RateLimitRejection,
  headers: readonly HeaderField[],
  measured: readonly MeasuredRejection[],
): RateLimitResult {
  return { rejected, headers: [...headers, ['Retry-After', String(rejected.retryAfter)]], measured };
}

/**
 * The error of a request that exceeds a limit.
 * @param headers of the response, where the transport takes them from the error.
 */
export function rateLimitError(
  { code, message, retryAfter, policy }: RateLimitRejection,
  headers?: Readonly<Record<string, string>>,
): GraphQLError {
  return requestError(code, { message, details: { retryAfter, policy }, headers });
}
