// Admission of a request for a graph, before any of its body is read: address lists, CORS and CSRF, authentication,
// rate limits, access to the endpoint, and the headers to forward to subgraphs.
import type { IncomingMessage } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { Identity } from '../config/context.ts';
import { requestError } from '../errors.ts';
import { handleMaybePromise, type MaybePromise } from '../maybe-promise.ts';
import type { Authenticated } from '../policy/authentication/authenticated.ts';
import { AuthenticationError } from '../policy/authentication/authentication-error.ts';
import type { Authenticator } from '../policy/authentication/authenticator.ts';
import type { AccessRejection } from '../policy/client-access.ts';
import type { ClientAddress } from '../policy/client-address.ts';
import { withConnectionParams } from '../policy/forwarding/connection-params.ts';
import type { Forwarding } from '../policy/forwarding/forwarding.ts';
import { type RateLimitResult, type RequestLimits, rateLimitError, type Tenant } from '../policy/rate-limits/index.ts';
import { Rejection } from '../policy/rejection.ts';
import type { AuditLog } from '../telemetry/audit-log.ts';
import type { Protocol } from './api.ts';
import type { Cors } from './cors.ts';
import type { Endpoint } from './endpoints.ts';
import type { LoadShedding, Sheddable } from './load-shedding.ts';
import type { RequestContext } from './request-context.ts';

export interface AdmissionOptions {
  clientAddress: ClientAddress;
  /** Whether requests from an address are allowed at all. */
  isAllowedAddress(address: string): boolean;
  /** The error for a request that another web page may have forged; null for any other. */
  csrf(request: IncomingMessage, cors: Cors | null, protocol: Protocol): GraphQLError | null;
  authenticator: Authenticator;
  requestLimits: RequestLimits;
  /** The organisation that a caller belongs to; null without one. */
  tenantOf(identity: Identity | null): Tenant | null;
  forwarding: Forwarding;
  /** Null where nothing is shed. */
  shedding: LoadShedding | null;
  /** Names of headers that a WebSocket's `connection_init` may give. */
  connectionParams: readonly string[];
  /** Null where nothing is audited. */
  audit: AuditLog | null;
  /** Logs an unexpected error and returns the error for clients. */
  mask(error: unknown): GraphQLError;
}

/** Null for a request that is admitted. */
type Admitted = MaybePromise<Rejection | null>;

export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Records the caller and the headers for subgraphs on the context; or rejects the request. */
  admit(request: IncomingMessage, endpoint: Endpoint, context: RequestContext): Admitted {
    const disallowed = this.checkAddress(request, context);
    // Browsers send no credentials with a preflight.
    if (disallowed || request.method === 'OPTIONS') return disallowed;
    const forged = this.#options.csrf(request, endpoint.cors, context.protocol);
    if (forged) return rejected(forged);
    const { headers, socket } = request;
    const credentials = { headers, socket, fromTrustedProxy: this.#fromTrustedProxy(request) };
    return then(
      this.#identify(() => this.#options.authenticator.authenticate(credentials), context),
      () => {
        const denied = denyAccess(request, endpoint, context);
        return denied && this.#denied(denied, context);
      },
    );
  }

  /** The rejection of a WebSocket's caller that may not use the endpoint. */
  denyConnection(reason: AccessRejection, context: RequestContext): Rejection {
    return this.#denied(deniedAccess(reason), context);
  }

  #denied(rejection: Rejection, context: RequestContext): Rejection {
    const { code } = rejection.errors[0]?.extensions ?? {};
    this.#options.audit?.write({ action: 'access', outcome: 'denied', code: String(code) }, context);
    return rejection;
  }

  /** The first part of `admit`, and the only one for an upgrade to WebSocket. */
  checkAddress(request: IncomingMessage, context: RequestContext): Rejection | null {
    const { isAllowedAddress, clientAddress } = this.#options;
    context.address = clientAddress.clientAddress(request);
    if (isAllowedAddress(context.address)) return null;
    const error = requestError('FORBIDDEN', { message: 'Requests from this address are not allowed.' });
    return this.#denied(rejected(error), context);
  }

  /** As `admit`, for a WebSocket connection on its `connection_init`. */
  admitConnection(payload: unknown, request: IncomingMessage, context: RequestContext): Admitted {
    const headers = withConnectionParams(request.headers, payload, this.#options.connectionParams);
    if (headers instanceof Rejection) return headers;
    context.requestHeaders = headers;
    const { headers: sent, socket } = request;
    const credentials = { headers: sent, socket, fromTrustedProxy: this.#fromTrustedProxy(request) };
    const authenticate = () => this.#options.authenticator.authenticateConnection(payload, credentials);
    return this.#identify(authenticate, context);
  }

  /** As `admit`, for one operation of an admitted WebSocket connection. */
  admitOperation(context: RequestContext): Admitted {
    return this.#limit(context.authenticated, context);
  }

  #fromTrustedProxy(request: IncomingMessage): boolean {
    return this.#options.clientAddress.isTrustedProxy(request.socket.remoteAddress);
  }

  #identify(authenticate: () => MaybePromise<Authenticated | null>, context: RequestContext): Admitted {
    return handleMaybePromise(
      authenticate,
      (authenticated) => this.#limit(authenticated, context),
      (error) => this.#rejectCredentials(error, context),
    );
  }

  /** Wrong credentials count as well: guessing them is limited like any other request. */
  #rejectCredentials(error: unknown, context: RequestContext): Admitted {
    const rejection = this.#rejectionOf(error, context);
    return handleMaybePromise(
      () => this.#options.requestLimits.consume(context.caller),
      (limited) => tooMany(limited, context) ?? rejection,
    );
  }

  #rejectionOf(error: unknown, context: RequestContext): Rejection {
    if (!(error instanceof AuthenticationError)) return this.#unexpected(error);
    const { challenge, status } = error;
    const rejection = rejected(error, challenge === null ? [] : [['www-authenticate', challenge]]);
    // Credentials that cannot be verified now may be valid.
    return status === 503 ? rejection : this.#denied(rejection, context);
  }

  #limit(authenticated: Authenticated | null, context: RequestContext): Admitted {
    context.authenticated = authenticated;
    const { shedding } = this.#options;
    if (shedding?.sheds(kindOf(context))) return overloaded(shedding.retryAfter);
    context.tenant = this.#options.tenantOf(context.identity);
    return handleMaybePromise(
      () => this.#options.requestLimits.consume(context.caller),
      (limited) => tooMany(limited, context) ?? this.#forward(limited, context),
    );
  }

  #forward(limited: RateLimitResult, context: RequestContext): Admitted {
    const { requestHeaders: headers, authenticated, address } = context;
    context.headers.push(...limited.headers);
    return handleMaybePromise(
      () => this.#options.forwarding.prepare({ headers, authenticated, address }),
      (forwarded) => {
        context.forwarded = forwarded;
        return null;
      },
      (error) => this.#unexpected(error),
    );
  }

  #unexpected(error: unknown): Rejection {
    return new Rejection([this.#options.mask(error)], { part: 'request', status: 500 });
  }
}

/** Continues with `next`, unless there is a rejection. */
function then(admitted: Admitted, next: () => Rejection | null): Admitted {
  return handleMaybePromise(
    () => admitted,
    (rejection) => rejection ?? next(),
  );
}

/** Rejects a caller that may not use an endpoint. An open page (GraphiQL) is served to every caller. */
function denyAccess(
  { method, headers, url = '' }: IncomingMessage,
  { checkAccess, isPageOpen }: Pick<Endpoint, 'checkAccess' | 'isPageOpen'>,
  { authenticated, protocol }: RequestContext,
): Rejection | null {
  const reason = checkAccess?.(authenticated) ?? null;
  if (reason === null) return null;
  if (
    isPageOpen &&
    protocol === 'graphql' &&
    method === 'GET' &&
    !url.includes('?') &&
    headers.accept?.includes('text/html')
  )
    return null;
  return deniedAccess(reason);
}

/** The rejection of a caller that may not use an endpoint. */
function deniedAccess(reason: AccessRejection): Rejection {
  const challenge = (error: string) => [['www-authenticate', `Bearer realm="graphql"${error}`]] as const;
  return reason === 'unauthenticated'
    ? rejected(requestError('UNAUTHENTICATED', { message: 'This client requires authentication.' }), challenge(''))
    : rejected(
        requestError('FORBIDDEN', { message: 'Not authorized to use this client.' }),
        challenge(', error="insufficient_scope"'),
      );
}

/** What a request counts as under overload. */
function kindOf({ authenticated, priority }: RequestContext): Sheddable {
  return authenticated === null ? 'anonymous' : (authenticated.priority ?? priority ?? 'normal');
}

function overloaded(retryAfter: number): Rejection {
  const message = 'The gateway has more requests than it can serve. Try again later.';
  return rejected(requestError('OVERLOADED', { message, details: { retryAfter } }), [
    ['retry-after', String(retryAfter)],
  ]);
}

function tooMany(
  { rejected: rejection, headers, measured }: RateLimitResult,
  context: RequestContext,
): Rejection | null {
  for (const each of measured) context.wouldReject(each);
  return rejection && rejected(rateLimitError(rejection), headers);
}

function rejected(error: GraphQLError, headers: Rejection['headers'] = []): Rejection {
  return new Rejection([error], { part: 'request', headers });
}
