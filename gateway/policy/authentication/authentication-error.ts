// Authentication error: credentials that are rejected or cannot be verified, with HTTP status and challenge.
import { GraphQLError } from 'graphql';
import { requestExtensions } from '../../errors.ts';

/** RFC 6750, section 3.1. */
type BearerError = 'invalid_request' | 'invalid_token';

/**
 * Credentials that do not identify a caller, or cannot be verified now. The GraphQL error has its code, and in
 * `extensions.http` the status and headers of the HTTP response.
 */
export class AuthenticationError extends GraphQLError {
  override readonly name = 'AuthenticationError';
  readonly status: 400 | 401 | 503;
  /** Value of `WWW-Authenticate`; null where other credentials would not help. */
  readonly challenge: string | null;
  /** For the log only. */
  readonly detail: string | undefined;

  constructor(
    status: 400 | 401 | 503,
    code: 'UNAUTHENTICATED' | 'AUTHENTICATION_UNAVAILABLE',
    message: string,
    challenge: string | null,
    detail?: string,
  ) {
    const headers: Record<string, string> = challenge ? { 'www-authenticate': challenge } : {};
    super(message, { extensions: requestExtensions(code, {}, status, headers) });
    this.status = status;
    this.challenge = challenge;
    this.detail = detail;
  }
}

/** Invalid credentials: wrong, expired, or for another audience. */
export function invalidToken(message: string, detail?: string): AuthenticationError {
  return new AuthenticationError(401, 'UNAUTHENTICATED', message, challenge('invalid_token', message), detail);
}

/** Malformed credentials. */
export function invalidRequest(message: string, status: 400 | 401 = 401): AuthenticationError {
  return new AuthenticationError(status, 'UNAUTHENTICATED', message, challenge('invalid_request', message));
}

/** Credentials that cannot be verified while the identity provider is unavailable: they may be valid. */
export function unavailable(detail: string): AuthenticationError {
  const message = 'The credentials cannot be verified now. Try again later.';
  return new AuthenticationError(503, 'AUTHENTICATION_UNAVAILABLE', message, null, detail);
}

/** RFC 6750, section 3: a description contains neither quotation marks nor backslashes, and only ASCII. */
function challenge(error: BearerError, message: string): string {
  const description = message.replace(/[^\x20-\x7e]|["\\]/g, "'");
  return `Bearer realm="graphql", error="${error}", error_description="${description}"`;
}
