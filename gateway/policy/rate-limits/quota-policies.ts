// Quotas as rate limit policies: their windows are the days and months of a calendar.
import { ownIssuers } from '../../config/identify.ts';
import type { Quota } from '../../config/quotas.ts';
import { Calendar } from './calendar.ts';
import { type Caller, callerKey } from './caller.ts';
import type { Counters } from './counters.ts';
import { type Policy, requestsOf } from './policy.ts';

export interface QuotaPoliciesOptions {
  /** Path of the section in the configuration. */
  path: string;
  /** End of the names of the counters, where they are not those of the general quotas. */
  suffix: string;
  isMeasured: boolean;
  timeZone: string;
  counters: Counters;
}

/** @param quotas by name; false for one that a plan has lifted. */
export function quotaPolicies(
  quotas: Readonly<Record<string, Quota | false>>,
  options: QuotaPoliciesOptions,
): readonly Policy[] {
  return Object.entries(quotas).flatMap(([name, quota]) => (quota ? [policyOf(name, quota, options)] : []));
}

function policyOf(
  name: string,
  { limit: requests, budget, per, by }: Quota,
  { path, suffix, isMeasured, timeZone, counters }: QuotaPoliciesOptions,
): Policy {
  const limit = requests ?? budget ?? 0;
  const isCost = requests === undefined;
  const calendar = new Calendar(per, timeZone);
  return {
    name,
    isCost,
    rule: `${path}.quotas.${name}`,
    isMeasured,
    limit,
    get duration() {
      const { startsAt, endsAt } = calendar.periodOf(Date.now());
      return Math.round((endsAt - startsAt) / 1000);
    },
    describe() {
      const span = `a calendar ${per} (${timeZone})`;
      return isCost
        ? `Operations may cost at most ${limit} in ${span}.`
        : `At most ${requestsOf(limit)} may be sent in ${span}.`;
    },
    counter: counters.quota(`${name}${suffix}:${by}`, limit, calendar),
    ...keyings[by],
  };
}

const keyings: Record<Quota['by'], Pick<Policy, 'keyOf' | 'isOwn'>> = {
  apiKey: {
    keyOf: ({ identity }) => (identity?.issuer === ownIssuers.apiKey ? identity.subject : null),
    isOwn: () => true,
  },
  tenant: { keyOf: ({ tenantKey }) => tenantKey ?? null, isOwn: () => false },
  client: { keyOf: ({ client }) => client, isOwn: () => false },
  caller: { keyOf: callerKey, isOwn: ({ identity, tenantKey }: Caller) => identity !== null && !tenantKey },
};
