// Custom identities: the function `authentication.identify`, and the issuer names of identities that come from no
// token.
import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

/**
 * Issuer names of identities that the gateway itself vouches for: API keys, the identity header, development tokens.
 */
export const ownIssuers = {
  apiKey: 'api-key',
  header: 'header',
  development: 'concierge-development',
  custom: 'identify',
} as const;

/** Request, or connection of a WebSocket, whose caller is to be identified. */
export interface IdentifyRequest {
  /** A copy; of a WebSocket, those of its upgrade request. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Payload of `connection_init`; undefined for HTTP requests. */
  readonly connectionParams?: unknown;
  /**
   * Certificate of the client, verified with the authorities in `tls.ca`; undefined without one. Clients of a proxy in
   * front have the certificate of the proxy here.
   */
  readonly clientCertificate?: X509Certificate | undefined;
}

/** Caller as `identify` returns it. */
export interface IdentifiedCaller {
  /** Id of the user, of 256 characters at most. */
  subject: string;
  scopes?: readonly string[];
  roles?: readonly string[];
  /**
   * JSON of at most 16,384 characters. Callers with other claims share no private responses: leave out what changes
   * often.
   */
  claims?: Readonly<Record<string, unknown>>;
}

/**
 * Identifies callers without credentials of the other kinds. A GraphQLError that it throws rejects the request with
 * 401.
 *
 * @example
 * async identify({ headers }) {
 *   const session = await sessions.find(headers.cookie);
 *   return session ? { subject: session.userId, roles: session.roles } : null;
 * }
 */
export type Identify = (request: IdentifyRequest) => IdentifiedCaller | null | Promise<IdentifiedCaller | null>;

export const identify = z.custom<Identify>((value) => typeof value === 'function', 'give a function');
