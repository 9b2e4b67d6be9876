// Bearer token in the Authorization header of a request (RFC 9110, section 11.6.2; RFC 6750, section 2.1).
import { invalidRequest, invalidToken } from './authentication-error.ts';

/**
 * The bearer token of an Authorization header.
 * @param maxBytes length above which a token is rejected unread.
 * @throws AuthenticationError for other schemes and for malformed tokens.
 */
export function bearerToken(authorization: string, maxBytes: number): string {
  const space = authorization.indexOf(' ');
  const scheme = space === -1 ? authorization : authorization.slice(0, space);
  if (scheme.toLowerCase() !== 'bearer') {
    throw invalidRequest('The Authorization header is not of the scheme Bearer.');
  }
  // One space is usual; more are allowed, and cost nothing before the length is known.
  if (authorization.length - space > maxBytes + 16) throw invalidToken('The token is too long.');
  const token = space === -1 ? '' : authorization.slice(space + 1).trim();
  if (token.length > maxBytes) throw invalidToken('The token is too long.');
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw invalidRequest('The Authorization header has no well-formed token after the word Bearer.');
  }
  return token;
}
