// Bearer token in the Authorization header of a request (RFC 9110, section 11.6.2; RFC 6750, section 2.1).
import { invalidRequest, invalidToken } from './authentication-error.ts';

const withoutToken = 'without a token, leave the header out';

/** Texts, in lower case, that clients' templates write for a token that is not there. */
const placeholders = new Set(['null', 'undefined', 'none', 'nan', 'true', 'false', '[object object]']);

/**
 * What proxies send as the user of a visitor who has not signed in: `(null)` is Apache's. Other placeholders are names
 * as well.
 */
const noUsers = new Set(['null', '(null)', 'undefined']);

/** Whether a proxy has sent the text of an absent value in place of a user's name. */
export function isNoUser(name: string): boolean {
  return name.length < 20 && noUsers.has(name.toLowerCase());
}

/** Whether a client has sent the text of an absent value in place of a credential. */
export function isPlaceholder(credential: string): boolean {
  return credential.length < 20 && placeholders.has(credential.toLowerCase());
}

/**
 * The bearer token of an Authorization header.
 * @param maxBytes length above which a token is rejected unread.
 * @throws AuthenticationError for other schemes and for malformed tokens.
 */
export function bearerToken(authorization: string, maxBytes: number): string {
  if (isPlaceholder(authorization)) {
    throw invalidRequest(`The Authorization header is "${authorization}": ${withoutToken}.`);
  }
  const space = authorization.indexOf(' ');
  const scheme = space === -1 ? authorization : authorization.slice(0, space);
  if (scheme.toLowerCase() !== 'bearer') {
    throw invalidRequest(
      space === -1
        ? 'The Authorization header has no scheme: send the word Bearer, a space and the token.'
        : 'The Authorization header is not of the scheme Bearer.',
    );
  }
  // One space is usual; more are allowed, and cost nothing before the length is known.
  if (authorization.length - space > maxBytes + 16) throw invalidToken('The token is too long.');
  const token = space === -1 ? '' : authorization.slice(space + 1).trim();
  if (token.length > maxBytes) throw invalidToken('The token is too long.');
  if (token === '') {
    throw invalidRequest(`The Authorization header has no token after the word Bearer: ${withoutToken}.`);
  }
  if (isPlaceholder(token)) {
    throw invalidRequest(`The Authorization header has "${token}" in place of a token: ${withoutToken}.`);
  }
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw invalidRequest('The Authorization header has no well-formed token after the word Bearer.');
  }
  return token;
}
