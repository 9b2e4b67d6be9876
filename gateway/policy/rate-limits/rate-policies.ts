// Rate limit policies of the configuration or of a plan.
import { isMeasured } from '../../config/measure-mode.ts';
import type { RateLimitsConfig, RatePlan } from '../../config/rate-limits.ts';
import { addressKey, type Caller, callerKey } from './caller.ts';
import type { Counters } from './counters.ts';
import { type Policies, type Policy, requestsOf, seconds } from './policy.ts';
import { quotaPolicies } from './quota-policies.ts';

/** Limits that are no quotas: `default` is that of each identity (or address, for anonymous callers). */
type WindowName = 'default' | 'address' | 'client' | 'cost';

/** Limits that a plan omits, or leaves undefined, are the general ones. */
export function planned(config: RateLimitsConfig, plan: RatePlan): RatePlan {
  return {
    request: plan.request ?? config.request,
    perAddress: plan.perAddress ?? config.perAddress,
    perClient: plan.perClient ?? config.perClient,
    cost: plan.cost ?? config.cost,
    quotas: { ...config.quotas, ...plan.quotas },
    mode: plan.mode ?? config.mode,
  };
}

type Option = 'request' | 'perAddress' | 'perClient' | 'cost';

const options: Record<WindowName, Option> = {
  default: 'request',
  address: 'perAddress',
  client: 'perClient',
  cost: 'cost',
};

export interface PoliciesOptions {
  /** Name of the plan; null for the general limits. */
  plan: string | null;
  counters: Counters;
  timeZone: string;
  /** Whether they count besides the general limits, and not in their place. */
  isBeside?: boolean;
}

export function policiesOf(
  limits: RatePlan,
  { plan, counters, timeZone, isBeside = false }: PoliciesOptions,
): Policies {
  const [path, suffix] = plan === null ? ['rateLimits', ''] : [`rateLimits.plans.${plan}`, `:${plan}`];
  const policy = (
    name: WindowName,
    limit: number,
    duration: number,
    keying: Pick<Policy, 'keyOf' | 'isOwn'>,
  ): Policy => ({
    name,
    isCost: name === 'cost',
    describe: () => describe(name, limit, duration),
    rule: `${path}.${options[name]}`,
    isMeasured: isMeasured(limits.mode ?? 'enforce', options[name]),
    limit,
    duration,
    counter: counters.counter(`${name}${suffix}`, limit, duration),
    ...keying,
  });
  const caller: Pick<Policy, 'keyOf' | 'isOwn'> = {
    keyOf: callerKey,
    isOwn: ({ identity, tenantKey }) => identity !== null && !tenantKey,
  };
  const { request, perAddress, perClient, cost } = limits;
  const requests: Policy[] = [];
  if (request) requests.push(policy('default', request.limit, request.duration, caller));
  if (perAddress) {
    const keying = { keyOf: ({ address }: Caller) => addressKey(address), isOwn: () => false };
    requests.push(policy('address', perAddress.limit, perAddress.duration, keying));
  }
  if (perClient) {
    const keying = { keyOf: ({ client }: Caller) => client, isOwn: () => false };
    requests.push(policy('client', perClient.limit, perClient.duration, keying));
  }
  const costs = cost ? [policy('cost', cost.budget, cost.duration, caller)] : [];
  // A caller that gets another plan within a month has used what it has used.
  const counted = isBeside ? suffix : '';
  const quotas = quotaPolicies(limits.quotas ?? {}, {
    ...{ path, suffix: counted, counters, timeZone },
    isMeasured: isMeasured(limits.mode ?? 'enforce', 'quotas'),
  });
  return {
    requests: [...requests, ...quotas.filter(({ isCost }) => !isCost)],
    cost: [...costs, ...quotas.filter(({ isCost }) => isCost)],
  };
}

function describe(name: WindowName, limit: number, duration: number): string {
  const span = seconds(duration);
  const requests = requestsOf(limit);
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
