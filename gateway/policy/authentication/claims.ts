// Claims of a token, and the identity that they describe.

import type { Identity } from '../../config/context.ts';
import type { ClaimPaths } from '../../config/token-issuers.ts';
import { invalidToken } from './authentication-error.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** In characters. A longer subject is not a plausible id, and it is part of many keys. */
export const MAX_SUBJECT_LENGTH = 256;

/**
 * A claim by its whole name, which may itself be a URL with dots, or else by a path of names separated by dots;
 * undefined if there is none.
 */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Claims)[name];
  }
  return value;
}

/**
 * The identity that verified claims describe.
 * @throws AuthenticationError where they have no subject.
 */
export function identityOf(issuer: string, claims: Claims, paths: ClaimPaths): Identity {
  const subject = claimAt(claims, paths.subject);
  if (typeof subject !== 'string' || subject === '') {
    throw invalidToken('The token names no subject.', `claim ${paths.subject} is no text`);
  }
  if (subject.length > MAX_SUBJECT_LENGTH) throw invalidToken('The token names a subject that is too long.');
  return createIdentity(
    {
      subject,
      issuer,
      scopes: paths.scopes.flatMap((path) => textsOf(claimAt(claims, path), splitAtSpaces)),
      roles: paths.roles.flatMap((path) => textsOf(claimAt(claims, path), (role) => [role])),
      claims,
    },
    [issuer, paths.subject, subject],
  );
}

/**
 * An identity that requests can share: it is deeply frozen.
 * @param key unique among all identities: the issuer, the claim or header that names the caller, and its value. A client and
 *   a user of the same name share no private responses and no rate limits.
 */
export function createIdentity(declared: Omit<Identity, 'key'>, key: readonly string[]): Identity {
  return frozen({
    ...declared,
    key: JSON.stringify(key),
    scopes: [...new Set(declared.scopes)],
    roles: [...new Set(declared.roles)],
  });
}

function textsOf(value: unknown, split: (text: string) => string[]): string[] {
  if (typeof value === 'string') return split(value).filter((text) => text !== '');
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string' && text !== '') : [];
}

function splitAtSpaces(text: string): string[] {
  return text.split(/\s+/);
}

/** Without recursion: the issuer of a token may nest claims to any depth. */
function frozen<Value>(value: Value): Value {
  const left: unknown[] = [value];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    for (const inner of Object.values(Object.freeze(part))) if (typeof inner === 'object') left.push(inner);
  }
  return value;
}
