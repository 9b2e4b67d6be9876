// Audience of a token (RFC 7519, section 4.1.3), in `aud` or in the claims that an issuer has in place of it.
import type { ClaimPath } from '../../config/claims.ts';
import { type Claims, claimAt } from './claims.ts';

export interface AudienceRule {
  /** Required audience, or several of which one is required; undefined where any is accepted. */
  audience?: string | readonly string[] | undefined;
  /** The first of them that a token has decides. Default: `aud`. */
  audienceClaims?: readonly ClaimPath[] | undefined;
}

/** What a token names as its audience; undefined where it names none. */
export function audienceOf(claims: Claims, { audienceClaims = ['aud'] }: AudienceRule): unknown {
  for (const path of audienceClaims) {
    const value = claimAt(claims, path);
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** Null where the token is meant for the gateway. */
export function audienceProblem(claims: Claims, rule: AudienceRule): 'missing' | 'another' | null {
  if (rule.audience === undefined) return null;
  const named = audienceOf(claims, rule);
  if (named === undefined) return 'missing';
  return namesOneOf(named, rule.audience) ? null : 'another';
}

/** @param named one audience, or a list of them. */
export function namesOneOf(named: unknown, audience: string | readonly string[]): boolean {
  const names: unknown[] = Array.isArray(named) ? named : [named];
  return [audience].flat().some((one) => names.includes(one));
}
