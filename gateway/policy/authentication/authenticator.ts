// Finds out who is asking: by a token, an API key, or the word of a proxy. The first thing that happens to a request.
import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import { Agent } from 'undici';
import { type AuthenticationConfig, ownIssuers } from '../../config/authentication.ts';
import { headerText } from '../../json/utf8.ts';
import type { Logger } from '../../telemetry/log.ts';
import { ApiKeys } from './api-keys.ts';
import type { Authenticated } from './authenticated.ts';
import { AuthenticationError, invalidRequest, invalidToken } from './authentication-error.ts';
import { bearerToken } from './bearer.ts';
import { createIdentity, MAX_SUBJECT_LENGTH } from './claims.ts';
import { connectionHeaders } from './connection-params.ts';
import type { DevelopmentKey } from './development-key.ts';
import { Introspection } from './introspection.ts';
import { JwtVerifier } from './jwt-verifier.ts';

export interface Credentials {
  headers: IncomingHttpHeaders;
  /** Whether the direct peer is a proxy whose word is taken. */
  fromTrustedProxy: boolean;
}

export interface AuthenticatorOptions {
  log: Logger;
  /** Given in `concierge dev` only: its tokens are taken. */
  development?: DevelopmentKey | undefined;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface Authenticator {
  /**
   * Who sends the request; null for nobody, which is only who brings no credentials. At once where they are known already.
   *
   * @throws AuthenticationError, or rejects with it: 401 for credentials that are nobody's, 400 for two at once, 503 while they
   *   cannot be checked.
   */
  authenticate(credentials: Credentials): Authenticated | null | Promise<Authenticated | null>;
  /** The same for a WebSocket: `payload` is that of `connection_init`, `upgrade` the request that opened it. */
  authenticateConnection(payload: unknown, upgrade: Credentials): Authenticated | null | Promise<Authenticated | null>;
  /** Ends connections to issuers. */
  close(): Promise<void>;
}

/** Connections to each issuer at most. */
const connections = 32;

/** Users that proxies named and that are kept, so that what is made for one is made once. */
const maxNamed = 10_000;

export function createAuthenticator(
  config: AuthenticationConfig,
  { log, development, now = Date.now }: AuthenticatorOptions,
): Authenticator {
  const agent = new Agent({ connections });
  const tokens = new JwtVerifier({ config, development, agent, log, now });
  const introspection = config.introspection && new Introspection({ config: config.introspection, agent, log, now });
  const apiKeys = config.apiKeys && new ApiKeys(config.apiKeys, config.maxTokenBytes);
  const named = new LRUCache<string, Authenticated>({ max: maxNamed });
  const namingHeader = config.identityHeader?.name;
  const takesTokens = tokens.hasIssuers || introspection !== undefined;

  /** What the log needs to know of a refusal; the credentials themselves never get there. */
  const noted = (error: unknown): never => {
    if (error instanceof AuthenticationError) {
      log.debug({ status: error.status, reason: error.message, detail: error.detail }, 'credentials refused');
    }
    throw error;
  };

  function byToken(authorization: string): Authenticated | Promise<Authenticated> {
    const token = bearerToken(authorization, config.maxTokenBytes);
    const known = tokens.known(token);
    if (known) return known;
    if (token.split('.', 4).length !== 3) {
      if (introspection) return introspection.check(token);
      throw invalidToken(takesTokens ? 'The token is malformed.' : 'No tokens are taken here.', 'it is no JWT');
    }
    if (!tokens.hasIssuers) throw invalidToken('No tokens of this kind are taken here.', 'there are no issuers');
    return tokens.verify(token);
  }

  function byName(subject: string): Authenticated | null {
    if (subject === '') return null;
    const known = named.get(subject);
    if (known) return known;
    // Node joins a header that comes twice with a comma: one by the client, which the proxy has let through.
    if (subject.length > MAX_SUBJECT_LENGTH || subject.includes(',')) {
      throw invalidRequest(`The header ${namingHeader} does not name one user.`);
    }
    const identity = createIdentity({ subject, issuer: ownIssuers.header, scopes: [], roles: [], claims: {} });
    const authenticated: Authenticated = Object.freeze({ identity, token: null, expires: null });
    named.set(subject, authenticated);
    return authenticated;
  }

  function find({ headers, fromTrustedProxy }: Credentials): Authenticated | null | Promise<Authenticated> {
    const { authorization } = headers;
    const apiKey = apiKeys && text(headers[apiKeys.header]);
    const name = fromTrustedProxy && namingHeader !== undefined ? utf8Text(headers[namingHeader]) : undefined;
    if (name !== undefined && apiKey === undefined && !takesTokens) {
      // The proxy has dealt with what else came, and may have left it in.
      return byName(name);
    }
    const given = Number(authorization !== undefined) + Number(apiKey !== undefined) + Number(!!name);
    if (given > 1) throw invalidRequest('The request has more than one kind of credentials.', 400);
    if (authorization !== undefined) return byToken(authorization);
    if (apiKeys && apiKey !== undefined) return apiKeys.find(apiKey);
    return name === undefined ? null : byName(name);
  }

  function authenticate(credentials: Credentials): Authenticated | null | Promise<Authenticated | null> {
    try {
      const found = find(credentials);
      return found instanceof Promise ? found.catch(noted) : found;
    } catch (error) {
      return noted(error);
    }
  }

  return {
    authenticate,
    authenticateConnection(payload, { headers, fromTrustedProxy }) {
      const names = ['authorization', ...(apiKeys ? [apiKeys.header] : [])];
      return authenticate({ headers: connectionHeaders(payload, headers, names), fromTrustedProxy });
    },
    close: () => agent.destroy(),
  };
}

/** Proxies write names as UTF-8. */
function utf8Text(value: string | string[] | undefined): string | undefined {
  const joined = text(value);
  return joined === undefined ? undefined : headerText(joined);
}

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
