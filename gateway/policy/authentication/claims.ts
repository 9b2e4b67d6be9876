// Claims of a token or of an introspection response (RFC 7519, section 4): what stands at a path.
import type { ClaimPath } from '../../config/claims.ts';

export type Claims = Readonly<Record<string, unknown>>;

/**
 * A claim by its path; undefined if there is none. At each step the longest name that is there is taken: names may be
 * URLs, or contain dots for other reasons.
 */
export function claimAt(claims: Claims, path: ClaimPath): unknown {
  if (typeof path === 'string') return atNames(claims, path);
  let value: unknown = claims;
  for (const name of path) value = memberAt(value, name);
  return value;
}

function atNames(value: unknown, path: string): unknown {
  const whole = memberAt(value, path);
  if (whole !== undefined) return whole;
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const below = memberAt(value, path.slice(0, dot));
    const found = below === undefined ? undefined : atNames(below, path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Neither what every object inherits nor the length of a list is a claim. */
function memberAt(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.prototype.propertyIsEnumerable.call(value, name) ? (value as Claims)[name] : undefined;
}

/** A path as messages show it. */
export function pathText(path: ClaimPath): string {
  return typeof path === 'string' ? path : JSON.stringify(path);
}
