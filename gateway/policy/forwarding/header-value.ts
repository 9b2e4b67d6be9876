// Values of forwarded header fields: of a claim, readable where it is plain and never more than one line; and of the
// client's address, bare or as an element of `Forwarded` (RFC 7239).
import { isIPv6 } from 'node:net';
import type { ClaimPath } from '../../config/claims.ts';
import type { Identity } from '../../config/context.ts';
import { type Claims, claimAt } from '../authentication/claims.ts';
import { unknownAddress } from '../client-address.ts';

/**
 * A claim of an identity. Every identity has `sub`, `iss`, `scope` (a string) and `roles` (a list), even without a
 * token that contains them.
 */
export function claimOf(identity: Identity, path: ClaimPath): unknown {
  const claim = claimAt(identity.claims, path);
  // An empty or null `sub` names no caller: the subject may come from another claim.
  if (claim !== undefined && claim !== null && claim !== '') return claim;
  return claimAt(claimsOfAll(identity), path) ?? claim;
}

/** The value for a header; undefined without the claim. Members of lists are separated by commas. */
export function headerValue(claim: unknown): string | undefined {
  if (claim === undefined || claim === null) return undefined;
  if (!Array.isArray(claim)) return encoded(textOf(claim), /[^\x20-\x7e]|%/gu);
  return claim.map((member) => encoded(textOf(member), /[^\x20-\x7e]|[%,]/gu)).join(',');
}

/**
 * @param header in lower case.
 * @returns undefined for an unknown address, which only `Forwarded` can express (section 6.2).
 */
export function addressValue(header: string, address: string): string | undefined {
  if (header === 'forwarded') return `for=${isIPv6(address) ? `"[${address}]"` : address}`;
  return address === unknownAddress ? undefined : address;
}

function claimsOfAll({ subject, issuer, scopes, roles }: Identity): Claims {
  return { sub: subject, iss: issuer, scope: scopes.join(' '), roles };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Percent-encodes characters that a header cannot contain, and the percent sign, so that decoding restores the exact
 * text. Users may choose the value of a claim about them: a line break in it would inject a header.
 */
function encoded(text: string, forbidden: RegExp): string {
  return text
    .toWellFormed()
    .replace(forbidden, (character) => encodeURIComponent(character))
    .replace(/^ +| +$/g, (spaces) => '%20'.repeat(spaces.length));
}
