// Access rules of a client's endpoint: the callers that may use a view at all, whatever they send to it.
import type { ClientAccess } from '../config/client-access.ts';
import { tenantOf } from '../config/tenants.ts';
import { namesOneOf } from './authentication/audience.ts';
import type { Authenticated } from './authentication/authenticated.ts';

/** Reason for which a caller may not use an endpoint: it is anonymous, or not among those allowed. */
export type AccessRejection = 'unauthenticated' | 'forbidden';

/** Null for a caller that is allowed. */
export type CheckAccess = (authenticated: Authenticated | null) => AccessRejection | null;

/** @param access null where every authenticated caller is allowed. */
export function createClientAccess(access: ClientAccess | null): CheckAccess {
  return (authenticated) => {
    if (!authenticated) return 'unauthenticated';
    return access && !isAllowed(authenticated, access) ? 'forbidden' : null;
  };
}

function isAllowed(authenticated: Authenticated, { scopes, roles, audience, issuer }: ClientAccess): boolean {
  const { identity } = authenticated;
  if (scopes && !scopes.every((scope) => identity.scopes.includes(scope))) return false;
  if (roles && !roles.some((role) => identity.roles.includes(role))) return false;
  if (issuer && ![issuer].flat().some((one) => isIssuer(one, identity.issuer))) return false;
  return !audience || namesOneOf(authenticated.audience ?? identity.claims.aud, audience);
}

/** @param issuer a name, or the pattern of an issuer with tenants. */
function isIssuer(issuer: string, name: string): boolean {
  return issuer === name || tenantOf(issuer, name) !== null;
}
