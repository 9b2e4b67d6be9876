// The first thing that happens to a request for the graph: may this address ask, did a browser ask first whether it may,
// who asks, and are there too many of its requests. Nothing has been read of the body yet.
import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Authenticated } from '../policy/authentication/authenticated.ts';
import { AuthenticationError } from '../policy/authentication/authentication-error.ts';
import type { Authenticator } from '../policy/authentication/authenticator.ts';
import type { ClientAddress } from '../policy/client-address.ts';
import type { Forwarding } from '../policy/forwarding/forwarding.ts';
import type { RateLimitResult, RequestLimits } from '../policy/rate-limits/index.ts';
import type { Cors } from './cors.ts';
import type { Endpoint } from './endpoints.ts';
import type { RequestContext } from './request-context.ts';

export interface AdmissionOptions {
  clientAddress: ClientAddress;
  /** Whether an address may ask at all. */
  isAllowedAddress(address: string): boolean;
  /** Why a request may not be what its sender meant; null where it is. */
  csrf(request: IncomingMessage, cors: Cors | null): GraphQLError | null;
  authenticator: Authenticator;
  requestLimits: RequestLimits;
  forwarding: Forwarding;
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
}

/** A request that goes no further. */
export interface Rejection {
  status: number;
  error: GraphQLError;
  headers: readonly (readonly [string, string])[];
}

export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Notes on the context who asks, and what goes up with the request; or says why it goes no further. */
  admit(
    request: IncomingMessage,
    context: RequestContext,
    cors: Cors | null,
  ): Rejection | null | Promise<Rejection | null> {
    const disallowed = this.checkAddress(request, context);
    if (disallowed) return disallowed;
    // Browsers send no credentials with the question whether they may ask.
    if (request.method === 'OPTIONS') return null;
    const forged = this.#options.csrf(request, cors);
    if (forged) return { status: 403, error: forged, headers: [] };
    const credentials = { headers: request.headers, fromTrustedProxy: this.#fromTrustedProxy(request) };
    return this.#identify(() => this.#options.authenticator.authenticate(credentials), request, context);
  }

  /** The first part of `admit`: whether the address may ask at all. All there is to an upgrade to WebSocket. */
  checkAddress(request: IncomingMessage, context: RequestContext): Rejection | null {
    const { isAllowedAddress, clientAddress } = this.#options;
    context.address = clientAddress.clientAddress(request);
    return isAllowedAddress(context.address) ? null : reject(403, 'FORBIDDEN', 'This address may not ask here.');
  }

  /** As `admit`, for a WebSocket that has just sent its `connection_init`. */
  admitConnection(
    payload: unknown,
    request: IncomingMessage,
    context: RequestContext,
  ): Rejection | null | Promise<Rejection | null> {
    const credentials = { headers: request.headers, fromTrustedProxy: this.#fromTrustedProxy(request) };
    const authenticate = () => this.#options.authenticator.authenticateConnection(payload, credentials);
    return this.#identify(authenticate, request, context);
  }

  /** As `admit`, for one operation of a WebSocket that was admitted. */
  admitOperation(request: IncomingMessage, context: RequestContext): Rejection | null | Promise<Rejection | null> {
    return this.#limit(context.authenticated, request, context);
  }

  #fromTrustedProxy(request: IncomingMessage): boolean {
    return this.#options.clientAddress.isTrustedProxy(request.socket.remoteAddress);
  }

  #identify(
    authenticate: () => Authenticated | null | Promise<Authenticated | null>,
    request: IncomingMessage,
    context: RequestContext,
  ): Rejection | null | Promise<Rejection | null> {
    let found: Authenticated | null | Promise<Authenticated | null>;
    try {
      found = authenticate();
    } catch (error) {
      return this.#rejectCredentials(error, context);
    }
    if (found instanceof Promise) {
      return found.then(
        (authenticated) => this.#limit(authenticated, request, context),
        (error) => this.#rejectCredentials(error, context),
      );
    }
    return this.#limit(found, request, context);
  }

  /** Wrong credentials count as well: guessing them is limited like asking. */
  #rejectCredentials(error: unknown, context: RequestContext): Rejection | Promise<Rejection> {
    const rejection = this.#rejectionOf(error);
    const quota = this.#options.requestLimits.consume(context.caller);
    if (quota instanceof Promise) return quota.then((limited) => tooMany(limited) ?? rejection);
    return tooMany(quota) ?? rejection;
  }

  #rejectionOf(error: unknown): Rejection {
    if (!(error instanceof AuthenticationError)) {
      return { status: 500, error: this.#options.mask(error), headers: [] };
    }
    const { status, challenge } = error;
    return { status, error, headers: challenge === null ? [] : [['www-authenticate', challenge]] };
  }

  #limit(
    authenticated: Authenticated | null,
    request: IncomingMessage,
    context: RequestContext,
  ): Rejection | null | Promise<Rejection | null> {
    context.authenticated = authenticated;
    const quota = this.#options.requestLimits.consume(context.caller);
    if (quota instanceof Promise) return quota.then((limited) => this.#forward(limited, request, context));
    return this.#forward(quota, request, context);
  }

  #forward(
    limited: RateLimitResult,
    request: IncomingMessage,
    context: RequestContext,
  ): Rejection | null | Promise<Rejection | null> {
    const rejected = tooMany(limited);
    if (rejected) return rejected;
    context.headers.push(...limited.headers);
    const { authenticated } = context;
    const forwarded = this.#options.forwarding.prepare({ headers: request.headers, authenticated });
    if (!(forwarded instanceof Promise)) {
      context.forwarded = forwarded;
      return null;
    }
    return forwarded.then(
      (prepared) => {
        context.forwarded = prepared;
        return null;
      },
      (error) => ({ status: 500, error: this.#options.mask(error), headers: [] }),
    );
  }
}

/** Why a caller may not use an endpoint. Preflights pass, and, where its page is open, opening that. */
export function denyAccess(
  { method, headers, url = '' }: IncomingMessage,
  { checkAccess, isPageOpen }: Pick<Endpoint, 'checkAccess' | 'isPageOpen'>,
  { authenticated }: RequestContext,
): Rejection | null {
  const deniedField = checkAccess?.(authenticated) ?? null;
  if (deniedField === null || method === 'OPTIONS') return null;
  if (isPageOpen && method === 'GET' && !url.includes('?') && headers.accept?.includes('text/html')) return null;
  const isAnonymous = deniedField === 'unauthenticated';
  const { status, error } = isAnonymous
    ? reject(401, 'UNAUTHENTICATED', 'Sign in first: this client answers nobody else.')
    : reject(403, 'FORBIDDEN', 'Not authorized to use this client.');
  const challenge = `Bearer realm="graphql"${isAnonymous ? '' : ', error="insufficient_scope"'}`;
  return { status, error, headers: [['www-authenticate', challenge]] };
}

function tooMany({ rejected, headers }: RateLimitResult): Rejection | null {
  if (!rejected) return null;
  const { code, message, retryAfter, policy } = rejected;
  return { status: 429, error: new GraphQLError(message, { extensions: { code, retryAfter, policy } }), headers };
}

function reject(status: number, code: string, message: string): Rejection {
  return { status, error: new GraphQLError(message, { extensions: { code } }), headers: [] };
}
