// Rate limit policies: the limits of the configuration or of a plan, each with its counter, what it counts by, and its
// words.
import { isMeasured } from '../../config/measure-mode.ts';
import type { RateLimitsConfig, RatePlan } from '../../config/rate-limits.ts';
import { addressKey, type Caller, callerKey } from './caller.ts';
import type { Counter, Counters } from './counters.ts';

/** Name of a limit: `default` is that of each identity (or address, for anonymous callers). */
export type PolicyName = 'default' | 'address' | 'client' | 'cost';

export interface Policy {
  name: PolicyName;
  /** Path of its option. */
  rule: string;
  /** Whether what exceeds it is measured in place of being rejected. */
  isMeasured: boolean;
  limit: number;
  /** Seconds. */
  duration: number;
  counter: Counter;
  /** Null: the limit does not apply to the caller. */
  keyOf(caller: Caller): string | null;
  /** Whether the limit is for the caller alone. */
  isOwn(caller: Caller): boolean;
}

/** Policies for a group of callers: those of a plan, or all others. */
export interface Policies {
  requests: readonly Policy[];
  cost: readonly Policy[];
}

/** Limits that a plan omits, or leaves undefined, are the general ones. */
export function planned(config: RateLimitsConfig, plan: RatePlan): RatePlan {
  return {
    request: plan.request ?? config.request,
    perAddress: plan.perAddress ?? config.perAddress,
    perClient: plan.perClient ?? config.perClient,
    cost: plan.cost ?? config.cost,
    mode: plan.mode ?? config.mode,
  };
}

type Option = 'request' | 'perAddress' | 'perClient' | 'cost';

const options: Record<PolicyName, Option> = {
  default: 'request',
  address: 'perAddress',
  client: 'perClient',
  cost: 'cost',
};

/** @param plan its name; null for the general limits. */
export function policiesOf(limits: RatePlan, plan: string | null, counters: Counters): Policies {
  const [path, suffix] = plan === null ? ['rateLimits', ''] : [`rateLimits.plans.${plan}`, `:${plan}`];
  const policy = (
    name: PolicyName,
    limit: number,
    duration: number,
    keying: Pick<Policy, 'keyOf' | 'isOwn'>,
  ): Policy => ({
    name,
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
  return { requests, cost: cost ? [policy('cost', cost.budget, cost.duration, caller)] : [] };
}

export function quotaOf({ name, limit, duration }: Policy, remaining: number, resetsIn: number) {
  return { policy: name, limit, duration, remaining, resetsIn, unit: name === 'cost' ? 'cost' : undefined };
}

/** The limit, as a sentence for clients. */
export function describe({ name, limit, duration }: Policy): string {
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

export function seconds(amount: number): string {
  return amount === 1 ? '1 second' : `${amount} seconds`;
}
