// Kind of a token: access tokens are accepted, by `typ` of their header, and of those only bearer tokens, which are not
// bound to a key of the client.
import { type AuthenticationError, invalidToken } from './authentication-error.ts';
import type { Claims } from './claims.ts';

/** Values of `typ` without the prefix `application/`, in lower case: JSON Web Tokens in general, and access tokens. */
const generalType = 'jwt';
const accessType = 'at+jwt';

/**
 * Null for the type of an access token: `at+jwt` (RFC 9068, section 2.1), or none in particular. Tokens that an issuer
 * signs for another purpose with the same key, such as `logout+jwt`, have another one (RFC 8725, section 3.11).
 * @param typ header parameter of RFC 7515, section 4.1.9: a media type, whose prefix `application/` may be left out.
 * @param isStrict whether access tokens have to say that they are.
 */
export function typeProblem(typ: unknown, isStrict: boolean): AuthenticationError | null {
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
  if (type === accessType) return null;
  if (!isStrict && (type === undefined || type === generalType)) return null;
  const shown = (JSON.stringify(typ) ?? 'none').slice(0, 100);
  return invalidToken('The token is of another type than an access token.', `typ ${shown}`);
}

/**
 * Null for a bearer token. One that is bound to a key (RFC 7800) is valid only together with a proof that the client has
 * that key: of DPoP (RFC 9449, `jkt`) or of mutual TLS (RFC 8705, `x5t#S256`). The gateway verifies none: without
 * this check, a thief of such a token would be taken for its owner.
 * @param claims of the token, or of the response to its introspection.
 */
export function bindingProblem({ cnf, token_type: type }: Claims): AuthenticationError | null {
  const isUnbound = cnf === undefined || cnf === null || JSON.stringify(cnf) === '{}';
  if (isUnbound && !(typeof type === 'string' && type.toLowerCase() === 'dpop')) return null;
  const names = isUnbound ? ['DPoP'] : typeof cnf === 'object' ? Object.keys(cnf) : ['cnf'];
  const shown = names.join(', ').slice(0, 100);
  return invalidToken(
    'The token is bound to a key of its client: only bearer tokens are accepted.',
    `bound by ${shown}`,
  );
}
