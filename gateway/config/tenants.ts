// Tenants of an issuer that has one name for each of them: the pattern of its names, such as
// `https://login.example/{tenant}/v2.0`.

/** Stands for one segment of an issuer's path. */
export const tenantPlaceholder = '{tenant}';

/** One segment of a path without percent-encoding (RFC 3986, section 3.3: unreserved characters). */
const segment = /^(?!\.{1,2}$)[\w.~-]{1,256}$/;

export function isTenant(text: string): boolean {
  return segment.test(text);
}

/** Whether an issuer's name has a placeholder. */
export function isTenantPattern(issuer: string): boolean {
  return /[{}]/.test(issuer);
}

/** The tenant in an issuer's concrete name; null where the name does not have the pattern. */
export function tenantOf(pattern: string, iss: string): string | null {
  const at = pattern.indexOf(tenantPlaceholder);
  if (at === -1) return null;
  const after = pattern.slice(at + tenantPlaceholder.length);
  if (!iss.startsWith(pattern.slice(0, at)) || !iss.endsWith(after)) return null;
  const tenant = iss.slice(at, iss.length - after.length);
  return isTenant(tenant) ? tenant : null;
}
