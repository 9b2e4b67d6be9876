// The first thing that happens to a request for the graph: may this address ask, did a browser ask first whether it may,
// who asks, and are there too many of its requests. Nothing has been read of the body yet.
import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Authenticated } from '../policy/authentication/authenticated.ts';
import { AuthenticationError } from '../policy/authentication/authentication-error.ts';
import type { Authenticator } from '../policy/authentication/authenticator.ts';
import type { ClientAddress } from '../policy/client-address.ts';
import type { Forwarding } from '../policy/forwarding/forwarding.ts';
import type { Admission, RequestLimits } from '../policy/rate-limits/index.ts';
import type { Cors } from './cors.ts';
import type { Endpoint } from './endpoints.ts';
import type { RequestContext } from './request-context.ts';

export interface FrontGateOptions {
  clientAddress: ClientAddress;
  /** Whether an address may ask at all. */
  isWelcome(address: string): boolean;
  /** Why a request may not be what its sender meant; null where it is. */
  csrf(request: IncomingMessage, cors: Cors | null): GraphQLError | null;
  authenticator: Authenticator;
  requestLimits: RequestLimits;
  forwarding: Forwarding;
  /** An unexpected error as clients may see it; it is logged there. */
  mask(error: unknown): GraphQLError;
}

/** A request that goes no further. */
export interface Turned {
  status: number;
  error: GraphQLError;
  headers: readonly (readonly [string, string])[];
}

export class FrontGate {
  readonly #options: FrontGateOptions;

  constructor(options: FrontGateOptions) {
    this.#options = options;
  }

  /** Notes on the context who asks, and what goes up with the request; or says why it goes no further. */
  admit(request: IncomingMessage, context: RequestContext, cors: Cors | null): Turned | null | Promise<Turned | null> {
    const unwelcome = this.welcome(request, context);
    if (unwelcome) return unwelcome;
    // Browsers send no credentials with the question whether they may ask.
    if (request.method === 'OPTIONS') return null;
    const forged = this.#options.csrf(request, cors);
    if (forged) return { status: 403, error: forged, headers: [] };
    const credentials = { headers: request.headers, fromTrustedProxy: this.#fromTrustedProxy(request) };
    return this.#identify(() => this.#options.authenticator.authenticate(credentials), request, context);
  }

  /** The first part of `admit`: whether the address may ask at all. All there is to an upgrade to WebSocket. */
  welcome(request: IncomingMessage, context: RequestContext): Turned | null {
    const { isWelcome, clientAddress } = this.#options;
    context.address = clientAddress.clientAddress(request);
    return isWelcome(context.address) ? null : turned(403, 'FORBIDDEN', 'This address may not ask here.');
  }

  /** As `admit`, for a WebSocket that has just sent its `connection_init`. */
  admitConnection(
    payload: unknown,
    request: IncomingMessage,
    context: RequestContext,
  ): Turned | null | Promise<Turned | null> {
    const credentials = { headers: request.headers, fromTrustedProxy: this.#fromTrustedProxy(request) };
    const authenticate = () => this.#options.authenticator.authenticateConnection(payload, credentials);
    return this.#identify(authenticate, request, context);
  }

  /** As `admit`, for one operation of a WebSocket that was admitted. */
  admitOperation(request: IncomingMessage, context: RequestContext): Turned | null | Promise<Turned | null> {
    return this.#limit(context.authenticated, request, context);
  }

  #fromTrustedProxy(request: IncomingMessage): boolean {
    return this.#options.clientAddress.isTrustedProxy(request.socket.remoteAddress);
  }

  #identify(
    authenticate: () => Authenticated | null | Promise<Authenticated | null>,
    request: IncomingMessage,
    context: RequestContext,
  ): Turned | null | Promise<Turned | null> {
    let found: Authenticated | null | Promise<Authenticated | null>;
    try {
      found = authenticate();
    } catch (error) {
      return this.#refuse(error, context);
    }
    if (found instanceof Promise) {
      return found.then(
        (authenticated) => this.#limit(authenticated, request, context),
        (error) => this.#refuse(error, context),
      );
    }
    return this.#limit(found, request, context);
  }

  /** Wrong credentials count as well: guessing them is limited like asking. */
  #refuse(error: unknown, context: RequestContext): Turned | Promise<Turned> {
    const refusal = this.#turn(error);
    const admission = this.#options.requestLimits.admit(context.caller);
    if (admission instanceof Promise) return admission.then((limited) => tooMany(limited) ?? refusal);
    return tooMany(admission) ?? refusal;
  }

  #turn(error: unknown): Turned {
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
  ): Turned | null | Promise<Turned | null> {
    context.authenticated = authenticated;
    const admission = this.#options.requestLimits.admit(context.caller);
    if (admission instanceof Promise) return admission.then((limited) => this.#forward(limited, request, context));
    return this.#forward(admission, request, context);
  }

  #forward(
    admission: Admission,
    request: IncomingMessage,
    context: RequestContext,
  ): Turned | null | Promise<Turned | null> {
    const refused = tooMany(admission);
    if (refused) return refused;
    context.headers.push(...admission.headers);
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
): Turned | null {
  const denial = checkAccess?.(authenticated) ?? null;
  if (denial === null || method === 'OPTIONS') return null;
  if (isPageOpen && method === 'GET' && !url.includes('?') && headers.accept?.includes('text/html')) return null;
  const isAnonymous = denial === 'unauthenticated';
  const { status, error } = isAnonymous
    ? turned(401, 'UNAUTHENTICATED', 'Sign in first: this client answers nobody else.')
    : turned(403, 'FORBIDDEN', 'Not authorized to use this client.');
  const challenge = `Bearer realm="graphql"${isAnonymous ? '' : ', error="insufficient_scope"'}`;
  return { status, error, headers: [['www-authenticate', challenge]] };
}

function tooMany({ refused, headers }: Admission): Turned | null {
  if (!refused) return null;
  const { code, message, retryAfter, policy } = refused;
  return { status: 429, error: new GraphQLError(message, { extensions: { code, retryAfter, policy } }), headers };
}

function turned(status: number, code: string, message: string): Turned {
  return { status, error: new GraphQLError(message, { extensions: { code } }), headers: [] };
}
