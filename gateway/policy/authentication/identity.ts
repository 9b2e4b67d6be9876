// Identity of a caller, as the claims of a verified token describe it.
import { type ClaimPath, type ClaimPaths, defaultClaims } from '../../config/claims.ts';
import type { Identity } from '../../config/context.ts';
import type { Logger } from '../../telemetry/log.ts';
import { invalidToken } from './authentication-error.ts';
import { type Claims, claimAt, pathText } from './claims.ts';

/** In characters. A longer subject is not a plausible id, and it is part of many keys. */
export const MAX_SUBJECT_LENGTH = 256;

/** Names of a token's claims that a message shows, and characters of each. */
const MAX_SHOWN = { names: 10, length: 60 };

/** Claims that do not describe the caller. */
const technical = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'active', 'token_type', 'typ']);

/**
 * An identity that requests can share: it is deeply frozen.
 * @param key unique among all identities: the issuer, the claim or header that names the caller, and its value. A client and
 *   a user of the same name share no private responses and no rate limits.
 */
export function createIdentity(declared: Omit<Identity, 'key'>, key: readonly ClaimPath[]): Identity {
  return frozen({
    ...declared,
    key: JSON.stringify(key),
    scopes: [...new Set(declared.scopes)],
    roles: [...new Set(declared.roles)],
  });
}

/** Reads identities from the claims of one issuer's tokens. */
export class IdentityReader {
  readonly #paths: ClaimPaths;
  readonly #log: Logger;
  /** Configured paths that no token has had; each is reported once. */
  readonly #unseen: Set<ClaimPath>;

  constructor(paths: ClaimPaths, log: Logger) {
    this.#paths = paths;
    this.#log = log;
    const defaults = new Set<ClaimPath>(Object.values(defaultClaims).flat());
    this.#unseen = new Set([...paths.subject, ...paths.scopes, ...paths.roles].filter((path) => !defaults.has(path)));
  }

  /**
   * @param issuer the concrete issuer of the token.
   * @throws AuthenticationError where the claims have no subject.
   */
  read(issuer: string, claims: Claims): Identity {
    if (this.#unseen.size > 0) this.#reportUnseen(issuer, claims);
    const { scopes, roles } = this.#paths;
    const { subject, path } = subjectOf(claims, this.#paths.subject);
    return createIdentity(
      {
        subject,
        issuer,
        scopes: scopes.flatMap((one) => textsOf(claimAt(claims, one), splitAtSpaces)),
        roles: roles.flatMap((one) => textsOf(claimAt(claims, one), (role) => [role])),
        claims,
      },
      [issuer, path, subject],
    );
  }

  /** A misspelt path has no other effect than empty scopes or roles. */
  #reportUnseen(issuer: string, claims: Claims): void {
    for (const path of this.#unseen) {
      const value = claimAt(claims, path);
      this.#unseen.delete(path);
      const line = { issuer, claim: pathText(path) };
      if (value === undefined) {
        this.#log.debug({ ...line, claims: namesIn(claims) }, 'no token of the issuer has had this claim so far');
      } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        this.#log.debug(
          { ...line, names: namesIn(value as Claims) },
          'this claim is an object: give a path to a text or list',
        );
      }
    }
  }
}

/** The first claim that is there names the caller. */
function subjectOf(claims: Claims, paths: readonly ClaimPath[]): { subject: string; path: ClaimPath } {
  for (const path of paths) {
    const value = claimAt(claims, path);
    if (value === undefined || value === null || value === '') continue;
    const subject = isWhole(value) ? String(value) : value;
    if (typeof subject !== 'string') {
      throw invalidToken(`The token names no subject: its claim ${pathText(path)} is ${kindOf(value)}.`);
    }
    if (subject.length > MAX_SUBJECT_LENGTH) throw invalidToken('The token names a subject that is too long.');
    // In headers to services, texts that differ in such characters alone would be the same.
    if (!subject.isWellFormed()) throw invalidToken('The token names a subject that is not valid Unicode.');
    return { subject, path };
  }
  const names = namesIn(claims).filter((name) => !technical.has(name));
  const others = names.length === 0 ? '' : `, but ${names.join(', ')}`;
  throw invalidToken(`The token names no subject: it has no claim ${paths.map(pathText).join(' or ')}${others}.`);
}

/** Numbers that JavaScript would round are texts already; one with an exponent is no id. */
function isWhole(value: unknown): boolean {
  return Number.isInteger(value) && Math.abs(value as number) < 1e21;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'number' ? 'not a whole number' : `no text but of the type ${typeof value}`;
}

function namesIn(claims: Claims): string[] {
  const names = Object.keys(claims);
  const shown = names.slice(0, MAX_SHOWN.names).map((name) => name.slice(0, MAX_SHOWN.length));
  return names.length > shown.length ? [...shown, '…'] : shown;
}

function textsOf(value: unknown, split: (text: string) => string[]): string[] {
  if (typeof value === 'string') return split(value).filter((text) => text !== '');
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string' && text !== '') : [];
}

function splitAtSpaces(text: string): string[] {
  return text.split(/\s+/);
}

/** Without recursion: the issuer of a token may nest claims deeply. */
function frozen<Value>(value: Value): Value {
  const left: unknown[] = [value];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    for (const inner of Object.values(Object.freeze(part))) if (typeof inner === 'object') left.push(inner);
  }
  return value;
}
