// Request limits: the number of requests of one identity, address or client, and the cost of operations. Checked before
// planning (requests) or before any fetch (cost); a rejected request gets status 429.
import type { GraphQLError } from 'graphql';
import type { RateLimitsConfig } from '../../config/rate-limits.ts';
import { requestError } from '../../errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Caller } from './caller.ts';
import type { ConsumeResult, Counters } from './counters.ts';
import { type HeaderField, quotaFields, wholeSeconds } from './header-fields.ts';
import {
  describe,
  type Policies,
  type Policy,
  type PolicyName,
  planned,
  policiesOf,
  quotaOf,
  seconds,
} from './rate-policies.ts';
import { createClaimedPlans } from './tenants.ts';

export interface RateLimitRejection {
  policy: PolicyName;
  message: string;
  /** Seconds. */
  retryAfter: number;
}

export interface RateLimitResult {
  rejected: RateLimitRejection | null;
  /** For the response, rejected or not. Those of several checks are joined by `joinHeaderFields`. */
  headers: readonly HeaderField[];
}

export interface RequestLimits {
  /** Consumes one request of every limit that applies to the caller, or of none if one of them rejects it. */
  consume(caller: Caller, requests?: number): RateLimitResult | Promise<RateLimitResult>;
  /** Consumes an operation's estimated cost of the caller's budget; nothing if it is rejected. */
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
}

const unlimited: RateLimitResult = Object.freeze({ rejected: null, headers: Object.freeze([]) });

/** @param log for plans that callers' claims name and that do not exist. */
export function createRequestLimits(
  config: RateLimitsConfig,
  counters: Counters,
  log?: Pick<Logger, 'warn'>,
): RequestLimits {
  const general = policiesOf(config, '', counters);
  const plans = new Map(
    Object.entries(config.plans).map(([name, plan]): [string, PlanPolicies] => {
      const own = policiesOf(plan, `:${name}`, counters);
      return [
        name,
        {
          held: policiesOf(planned(config, plan), `:${name}`, counters),
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

  async function consume(policies: readonly Policy[], caller: Caller, points: number): Promise<RateLimitResult> {
    const consumed = policies.flatMap((policy) => {
      const key = policy.keyOf(caller);
      return key === null ? [] : [{ policy, key, consume: policy.counter.consume(key, points) }];
    });
    const verdicts: Verdict[] = await Promise.all(
      consumed.map(async ({ policy, consume: result }) => ({ policy, ...(await result) })),
    );
    const last = lastRejecting(verdicts);
    if (last) {
      for (const [index, { policy, key }] of consumed.entries()) {
        const verdict = verdicts[index];
        if (!verdict?.allowed) continue;
        policy.counter.refund(key, points, verdict.window);
        verdict.remaining += points;
      }
    }
    const quotas = tightest(verdicts)
      .filter(({ policy }) => isDisclosed(policy, caller))
      .map(({ policy, remaining, resetsIn }) => quotaOf(policy, remaining, resetsIn));
    const headers = quotaFields(quotas);
    if (!last) return { rejected: null, headers };
    const retryAfter = wholeSeconds(last.resetsIn);
    const message = isDisclosed(last.policy, caller)
      ? `${describe(last.policy)} Try again in ${seconds(retryAfter)}.`
      : `Too many requests. Try again in ${seconds(retryAfter)}.`;
    return reject(last.policy, message, retryAfter, headers);
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
      const policy = policies.find(({ limit }) => points > limit);
      if (!policy) return consume(policies, caller, points);
      // It exceeds the limit of any window.
      const message = isDisclosed(policy, caller)
        ? `The operation's estimated cost is ${points}. ${describe(policy)}`
        : "The operation's estimated cost is more than is allowed at all.";
      return reject(policy, message, policy.duration, []);
    },
  };
}

/** Of the limits that reject, the one whose window ends last. */
function lastRejecting(verdicts: readonly Verdict[]): Verdict | undefined {
  let last: Verdict | undefined;
  for (const verdict of verdicts) {
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

function reject(policy: Policy, message: string, retryAfter: number, headers: readonly HeaderField[]): RateLimitResult {
  return {
    rejected: { policy: policy.name, message, retryAfter },
    headers: [...headers, ['Retry-After', String(retryAfter)]],
  };
}

/**
 * The error of a request that exceeds a limit.
 * @param headers of the response, where the transport takes them from the error.
 */
export function rateLimitError(
  { message, retryAfter, policy }: RateLimitRejection,
  headers?: Readonly<Record<string, string>>,
): GraphQLError {
  return requestError('RATE_LIMIT_EXCEEDED', { message, details: { retryAfter, policy }, headers });
}
