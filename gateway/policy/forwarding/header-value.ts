// A claim as the value of a header: readable where it is plain, and never more than one line.
import type { Identity } from '../../config/context.ts';
import { type Claims, claimAt } from '../authentication/claims.ts';

/**
 * A claim of an identity. Those that every identity has are there also where no token says them: `sub`, `iss`, `scope` (a
 * text), `roles` (a list).
 */
export function claimOf(identity: Identity, path: string): unknown {
  return claimAt(identity.claims, path) ?? claimAt(claimsOfAll(identity), path);
}

/** The value for a header; undefined for a claim that is not there. Lists have commas between their members. */
export function headerValue(claim: unknown): string | undefined {
  if (claim === undefined || claim === null) return undefined;
  if (!Array.isArray(claim)) return encoded(textOf(claim), /[^\x20-\x7e]|%/gu);
  return claim.map((member) => encoded(textOf(member), /[^\x20-\x7e]|[%,]/gu)).join(',');
}

function claimsOfAll({ subject, issuer, scopes, roles }: Identity): Claims {
  return { sub: subject, iss: issuer, scope: scopes.join(' '), roles };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Percent-encodes what cannot stand in a header, and the percent sign, so that decoding gives back the very text. A claim may
 * be chosen by the user it is about: a line break in it would be a header of their own.
 */
function encoded(text: string, forbidden: RegExp): string {
  return text
    .toWellFormed()
    .replace(forbidden, (character) => encodeURIComponent(character))
    .replace(/^ +| +$/g, (spaces) => '%20'.repeat(spaces.length));
}
