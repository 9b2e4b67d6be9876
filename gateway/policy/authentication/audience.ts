// Audience of a token (RFC 7519, section 4.1.3), in `aud` or in the claims that an issuer has in place of it.
import type { ClaimPath } from '../../config/claims.ts';
import { type Claims, claimAt } from './claims.ts';

export interface AudienceRule {
  /** Required audience, or several of which one is required; undefined where any is accepted. */
  audience?: string | readonly string[] | undefined;
  /** The first of them that a token has decides. Default: `aud`. */
  audienceClaims?: readonly ClaimPath[] | undefined;
}

/** Null where the token is meant for the gateway. */
export function audienceProblem(
  claims: Claims,
  { audience, audienceClaims = ['aud'] }: AudienceRule,
): 'missing' | 'another' | null {
  if (audience === undefined) return null;
  for (const path of audienceClaims) {
    const value = claimAt(claims, path);
    if (value === undefined || value === null) continue;
    const named: unknown[] = Array.isArray(value) ? value : [value];
    return [audience].flat().some((one) => named.includes(one)) ? null : 'another';
  }
  return 'missing';
}
