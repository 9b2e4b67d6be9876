// Tenants: the organisation that a caller belongs to, by a claim of its identity, and the rate plan that a claim names.
import type { ClaimPath } from '../../config/claims.ts';
import type { Identity } from '../../config/context.ts';
import type { Logger } from '../../telemetry/log.ts';
import { claimAt, pathText } from '../authentication/claims.ts';

export interface Tenant {
  /** For the log. */
  name: string;
  /** What its callers are counted as together; null where each is counted by itself. */
  key: string | null;
}

/** Claim that names the tenant where none is configured; that of issuers with a pattern for their names. */
const usualClaim = 'tenant';

/** Characters of a name in the log. */
const MAX_NAME_LENGTH = 128;
/** Plans that do not exist, for which there is a warning. */
const MAX_UNKNOWN_PLANS = 100;

/** @param countBy the claim by which callers are counted together. */
export function createTenants(countBy: ClaimPath | undefined): (identity: Identity | null) => Tenant | null {
  const known = new WeakMap<Identity, { tenant: Tenant | null }>();
  const read = (identity: Identity): Tenant | null => {
    const [name] = textsOf(claimAt(identity.claims, countBy ?? usualClaim));
    if (name === undefined) return null;
    // Two issuers may have a tenant of one name.
    const key = countBy === undefined ? null : `tenant:${JSON.stringify([identity.issuer, countBy, name])}`;
    return { name: name.slice(0, MAX_NAME_LENGTH), key };
  };
  return (identity) => {
    if (!identity) return null;
    let one = known.get(identity);
    if (!one) {
      one = { tenant: read(identity) };
      known.set(identity, one);
    }
    return one.tenant;
  };
}

/**
 * @param claim names the plan; of several texts in it, the first that is a plan's name.
 * @returns the plan that a caller's claim names, by its name; undefined without one.
 */
export function createClaimedPlans<Plan>(
  claim: ClaimPath | undefined,
  plans: ReadonlyMap<string, Plan>,
  log: Pick<Logger, 'warn'> | undefined,
): (identity: Identity) => Plan | undefined {
  if (claim === undefined) return () => undefined;
  const unknown = new Set<string>();
  return ({ claims, issuer }) => {
    const names = textsOf(claimAt(claims, claim));
    const name = names.find((each) => plans.has(each));
    if (name !== undefined) return plans.get(name);
    const [plan] = names;
    if (plan !== undefined && unknown.size < MAX_UNKNOWN_PLANS && !unknown.has(plan)) {
      unknown.add(plan);
      const shown = { claim: pathText(claim), plan: plan.slice(0, MAX_NAME_LENGTH), issuer };
      log?.warn(
        shown,
        'rate limits: a claim names a plan that rateLimits.plans does not have; the general limits apply',
      );
    }
    return undefined;
  };
}

/** Numbers are ids as well. Anything else names nothing. */
function textsOf(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values.flatMap((one) => {
    if (typeof one === 'string' && one !== '') return [one];
    return typeof one === 'number' ? [String(one)] : [];
  });
}
