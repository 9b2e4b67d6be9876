// Limits on whole requests: how many one identity, address or client may send, and what operations may cost. Judged before
// anything is planned (requests) or fetched (cost); a refused request is answered with 429.
import type { RateLimitsConfig, RatePlan } from '../../config/rate-limits.ts';
import { addressKey, type Caller, callerKey } from './caller.ts';
import type { Counter, Counters, Take } from './counters.ts';
import { type HeaderField, quotaFields, wholeSeconds } from './header-fields.ts';

/** Which limit: `default` is the one of each identity (or address, for those who have not signed in). */
export type PolicyName = 'default' | 'address' | 'client' | 'cost';

export interface Refusal {
  code: 'RATE_LIMIT_EXCEEDED';
  policy: PolicyName;
  message: string;
  /** Seconds. */
  retryAfter: number;
}

export interface Admission {
  refused: Refusal | null;
  /** For the answer, refused or not. Those of several admissions go through `joinHeaderFields`. */
  headers: readonly HeaderField[];
}

export interface RequestLimits {
  /** Takes one request from every limit that the caller is under, or from none if one of them refuses. */
  admit(caller: Caller, requests?: number): Admission | Promise<Admission>;
  /** Takes an operation's estimated cost from the caller's budget; nothing if it is refused. */
  takeCost(caller: Caller, cost: number): Admission | Promise<Admission>;
}

interface Policy {
  name: PolicyName;
  limit: number;
  /** Seconds. */
  duration: number;
  counter: Counter;
  /** Null: the caller is not under this limit. */
  keyOf(caller: Caller): string | null;
  /** Whether the caller shares the limit with nobody. */
  isOwn(caller: Caller): boolean;
}

/** What one group of callers is under: those of a plan, or everybody else. */
interface Policies {
  requests: readonly Policy[];
  cost: readonly Policy[];
}

interface PlanPolicies {
  /** Of callers whose plan it is: their API key's, or that of a client whose access rules let their identity in. */
  held: Policies;
  /**
   * A client's name proves nothing: other callers are under the general limits, whatever client they name, and under those of
   * its plan besides.
   */
  named: Policies;
}

/** What a limit said. */
interface Verdict extends Take {
  policy: Policy;
}

const admitted: Admission = Object.freeze({ refused: null, headers: Object.freeze([]) });

export function createRequestLimits(config: RateLimitsConfig, counters: Counters): RequestLimits {
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
  const policiesFor = ({ identity, ratePlan, holdsPlan }: Caller): Policies => {
    const own = plans.get(identity?.ratePlan ?? '');
    if (own) return own.held;
    const ofClient = plans.get(ratePlan ?? '');
    return (identity && holdsPlan ? ofClient?.held : ofClient?.named) ?? general;
  };
  const mayTell = (policy: Policy, caller: Caller): boolean =>
    config.headers === 'always' || (config.headers && policy.isOwn(caller));

  async function take(policies: readonly Policy[], caller: Caller, points: number): Promise<Admission> {
    const taken = policies.flatMap((policy) => {
      const key = policy.keyOf(caller);
      return key === null ? [] : [{ policy, key, take: policy.counter.take(key, points) }];
    });
    const verdicts: Verdict[] = await Promise.all(taken.map(async ({ policy, take }) => ({ policy, ...(await take) })));
    const refusing = verdicts.filter(({ allowed }) => !allowed);
    const longest = refusing.toSorted((one, other) => other.resetsIn - one.resetsIn)[0];
    if (longest) {
      for (const [index, { policy, key }] of taken.entries()) {
        const verdict = verdicts[index];
        if (!verdict?.allowed) continue;
        policy.counter.giveBack(key, points);
        verdict.remaining += points;
      }
    }
    const quotas = tightest(verdicts)
      .filter(({ policy }) => mayTell(policy, caller))
      .map(({ policy, remaining, resetsIn }) => quotaOf(policy, remaining, resetsIn));
    const headers = quotaFields(quotas);
    if (!longest) return { refused: null, headers };
    const retryAfter = wholeSeconds(longest.resetsIn);
    const message = mayTell(longest.policy, caller)
      ? `${describe(longest.policy)} Try again in ${seconds(retryAfter)}.`
      : `Too many requests. Try again in ${seconds(retryAfter)}.`;
    return refuse(longest.policy, message, retryAfter, headers);
  }

  return {
    admit(caller, count = 1) {
      const { requests } = policiesFor(caller);
      return requests.length === 0 ? admitted : take(requests, caller, count);
    },
    takeCost(caller, cost) {
      const { cost: policies } = policiesFor(caller);
      const points = Math.ceil(cost);
      if (policies.length === 0 || !(points > 0)) return admitted;
      const policy = policies.find(({ limit }) => points > limit);
      if (!policy) return take(policies, caller, points);
      // No window ever has room for it.
      const message = mayTell(policy, caller)
        ? `The operation's estimated cost is ${points}. ${describe(policy)}`
        : "The operation's estimated cost is more than is allowed at all.";
      return refuse(policy, message, policy.duration, []);
    },
  };
}

/** Of several limits with one name, the one of which the least is left. */
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

/** What a plan does not speak of, or leaves undefined, is as for everybody. */
function planned(config: RateLimitsConfig, plan: RatePlan): RatePlan {
  return {
    request: plan.request ?? config.request,
    perAddress: plan.perAddress ?? config.perAddress,
    perClient: plan.perClient ?? config.perClient,
    cost: plan.cost ?? config.cost,
  };
}

function policiesOf(limits: RatePlan, plan: string, counters: Counters): Policies {
  const policy = (name: PolicyName, limit: number, duration: number, who: Pick<Policy, 'keyOf' | 'isOwn'>): Policy => ({
    name,
    limit,
    duration,
    counter: counters.counter(`${name}${plan}`, limit, duration),
    ...who,
  });
  const caller: Pick<Policy, 'keyOf' | 'isOwn'> = { keyOf: callerKey, isOwn: ({ identity }) => identity !== null };
  const { request, perAddress, perClient, cost } = limits;
  const requests: Policy[] = [];
  if (request) requests.push(policy('default', request.limit, request.duration, caller));
  if (perAddress) {
    const who = { keyOf: ({ address }: Caller) => addressKey(address), isOwn: () => false };
    requests.push(policy('address', perAddress.limit, perAddress.duration, who));
  }
  if (perClient) {
    const who = { keyOf: ({ client }: Caller) => client, isOwn: () => false };
    requests.push(policy('client', perClient.limit, perClient.duration, who));
  }
  return { requests, cost: cost ? [policy('cost', cost.budget, cost.duration, caller)] : [] };
}

function quotaOf({ name, limit, duration }: Policy, remaining: number, resetsIn: number) {
  return { policy: name, limit, duration, remaining, resetsIn, unit: name === 'cost' ? 'cost' : undefined };
}

function refuse(policy: Policy, message: string, retryAfter: number, headers: readonly HeaderField[]): Admission {
  return {
    refused: { code: 'RATE_LIMIT_EXCEEDED', policy: policy.name, message, retryAfter },
    headers: [...headers, ['Retry-After', String(retryAfter)]],
  };
}

function describe({ name, limit, duration }: Policy): string {
  const span = seconds(duration);
  const requests = limit === 1 ? '1 request' : `${limit} requests`;
  switch (name) {
    case 'default':
      return `At most ${requests} may be sent in ${span}.`;
    case 'address':
      return `At most ${requests} may be sent from one address in ${span}.`;
    case 'client':
      return `At most ${requests} may be sent by this client in ${span}.`;
    case 'cost':
      return `Operations may cost at most ${limit} in ${span}.`;
  }
}

function seconds(amount: number): string {
  return amount === 1 ? '1 second' : `${amount} seconds`;
}
