// A request that is refused because of who asks: what is wrong, for clients, and how HTTP says it.
import { GraphQLError } from 'graphql';

/** RFC 6750, section 3.1. */
type BearerError = 'invalid_request' | 'invalid_token';

/**
 * Credentials that do not name an identity, or cannot be checked now. As a GraphQL error it carries its code, and in
 * `extensions.http`, for whoever answers, its status and headers.
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
    super(message, { extensions: { code, http: { status, headers } } });
    this.status = status;
    this.challenge = challenge;
    this.detail = detail;
  }
}

/** Credentials that are nobody's: wrong, expired, or meant for somebody else. */
export function invalidToken(message: string, detail?: string): AuthenticationError {
  return new AuthenticationError(401, 'UNAUTHENTICATED', message, challenge('invalid_token', message), detail);
}

/** Credentials that are not given as they have to be. */
export function invalidRequest(message: string, status: 400 | 401 = 401): AuthenticationError {
  return new AuthenticationError(status, 'UNAUTHENTICATED', message, challenge('invalid_request', message));
}

/** Whoever could say whether the credentials are right cannot be asked: they may well be right, later. */
export function unavailable(detail: string): AuthenticationError {
  const message = 'Who is asking cannot be checked now. Try again later.';
  return new AuthenticationError(503, 'AUTHENTICATION_UNAVAILABLE', message, null, detail);
}

/** RFC 6750, section 3: a description has neither quotation marks nor backslashes, nor anything beyond ASCII. */
function challenge(error: BearerError, message: string): string {
  const description = message.replace(/[^\x20-\x7e]|["\\]/g, "'");
  return `Bearer realm="graphql", error="${error}", error_description="${description}"`;
}
