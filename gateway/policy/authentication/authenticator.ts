// Authenticator: the identity of a request's caller, by a token, an API key, or the identity header of a trusted proxy.
import type { IncomingHttpHeaders } from 'node:http';
import { resolve } from 'node:path';
import { LRUCache } from 'lru-cache';
import { Agent } from 'undici';
import type { AuthenticationConfig } from '../../config/authentication.ts';
import { ownIssuers } from '../../config/identify.ts';
import { milliseconds } from '../../config/values.ts';
import { headerText } from '../../json/utf8.ts';
import type { Logger } from '../../telemetry/log.ts';
import { ApiKeyFile } from './api-key-file.ts';
import { ApiKeys, type ApiKeyUse } from './api-keys.ts';
import type { Authenticated } from './authenticated.ts';
import { AuthenticationError, invalidRequest, invalidToken } from './authentication-error.ts';
import { bearerToken, isNoUser } from './bearer.ts';
import { verifiedCertificate } from './client-certificate.ts';
import { connectionHeaders } from './connection-params.ts';
import { CustomIdentities } from './custom-identities.ts';
import type { DevelopmentKey } from './development-key.ts';
import { createIdentity, MAX_SUBJECT_LENGTH } from './identity.ts';
import { Introspection } from './introspection.ts';
import { JwtVerifier } from './jwt-verifier.ts';

export interface Credentials {
  headers: IncomingHttpHeaders;
  /** Whether the direct peer is a trusted proxy. */
  fromTrustedProxy: boolean;
  /** Connection of the request, which may have a client certificate. */
  socket?: object | undefined;
}

export interface AuthenticatorOptions {
  log: Logger;
  /** Given in `concierge dev` only: its tokens are accepted. */
  development?: DevelopmentKey | undefined;
  /** Base of the path of a file with API keys. Default: the working directory. */
  folder?: string;
  /** Names of the configured rate plans, which keys of a file may have. */
  ratePlans?: ReadonlySet<string>;
  /** Whether the `Authorization` header of requests is forwarded to services. Without issuers, it is theirs alone. */
  forwardsAuthorization?: boolean;
  /** Called after each change of the file with API keys, with whether it is used. */
  onReload?: ((isUsed: boolean) => void) | undefined;
  /** Called for each request with a valid API key. */
  onApiKey?: ((use: ApiKeyUse) => void) | undefined;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface Authenticator {
  /**
   * The caller of a request; null for an anonymous one, which is one without credentials. Synchronous where the
   * credentials are known already.
   *
   * @throws AuthenticationError, or rejects with it: 401 for invalid credentials, 400 for more than one kind, 503 while
   *   they cannot be verified.
   */
  authenticate(credentials: Credentials): Authenticated | null | Promise<Authenticated | null>;
  /** `authenticate` for a WebSocket: `payload` is that of `connection_init`, `upgrade` the request that opened it. */
  authenticateConnection(payload: unknown, upgrade: Credentials): Authenticated | null | Promise<Authenticated | null>;
  /** Fetches the issuers' keys in the background: those that cannot be fetched are in the log. */
  start(): void;
  /** Ends connections to issuers, and stops watching the file with API keys. */
  close(): Promise<void>;
}

/** Maximum number of connections to each issuer. */
const MAX_CONNECTIONS = 32;

const noIssuers =
  'Tokens are not accepted: the gateway has no issuers in `authentication`, and "authorization" is not in `forward.headers`.';

/** Identities from proxies' headers that are cached: what is computed for an identity is computed once. */
const MAX_NAMED = 10_000;

/** @throws ConfigError for a file with API keys that cannot be used. */
export function createAuthenticator(
  config: AuthenticationConfig,
  {
    log,
    development,
    folder = '.',
    ratePlans = new Set(),
    forwardsAuthorization = false,
    onApiKey,
    onReload,
    now = Date.now,
  }: AuthenticatorOptions,
): Authenticator {
  const agent = new Agent({ connections: MAX_CONNECTIONS, allowH2: false });
  const tokens = new JwtVerifier({ config, development, agent, log, now });
  const introspection = config.introspection && new Introspection({ config: config.introspection, agent, log, now });
  const apiKeys =
    config.apiKeys && new ApiKeys(config.apiKeys, { maxBytes: config.maxTokenBytes, now, onUse: onApiKey });
  const keyFile =
    apiKeys && config.apiKeys?.file !== undefined
      ? new ApiKeyFile(
          {
            path: resolve(folder, config.apiKeys.file),
            interval: milliseconds(config.apiKeys.fileInterval),
            ...{ others: config.apiKeys.keys, plans: ratePlans, log, onReload },
          },
          (keys) => apiKeys.replace(keys),
        )
      : null;
  const named = new LRUCache<string, Authenticated>({ max: MAX_NAMED });
  const namingHeader = config.identityHeader?.name;
  const custom = config.identify && new CustomIdentities(config.identify, milliseconds(config.identifyTimeout));
  const takesTokens = tokens.hasIssuers || introspection !== undefined;
  /** Besides the development key. */
  const hasIssuers = config.jwt.length > 0 || introspection !== undefined;
  const leavesTokens = forwardsAuthorization && !hasIssuers;

  /** Logs a rejection, never the credentials themselves. */
  const logAndThrow = (error: unknown): never => {
    if (error instanceof AuthenticationError) {
      log.debug({ status: error.status, reason: error.message, detail: error.detail }, 'credentials rejected');
    }
    throw error;
  };

  function byToken(authorization: string): Authenticated | null | Promise<Authenticated | null> {
    const token = bearerToken(authorization, config.maxTokenBytes);
    const known = tokens.known(token);
    if (known) return known;
    const isOpaque = token.split('.', 4).length !== 3;
    const named = isOpaque || !tokens.hasIssuers ? null : tokens.issuerOf(token);
    if (named && !(named instanceof AuthenticationError)) return tokens.verify(token, named);
    // Introspection is for tokens of any format (RFC 7662, section 2.1): also for JSON Web Tokens of other issuers.
    if (introspection) return introspection.check(token);
    if (!hasIssuers) throw invalidToken(noIssuers, 'there are no issuers');
    if (named) throw named;
    throw invalidToken('The token is malformed.', 'it is no JWT');
  }

  /** Whether the field has the token of a user who has signed in with the development key. */
  function isOfDevelopment(authorization: string | undefined): boolean {
    const [, token] = /^bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    return tokens.hasIssuers && token !== undefined && !(tokens.issuerOf(token) instanceof AuthenticationError);
  }

  function byName(subject: string): Authenticated {
    const known = named.get(subject);
    if (known) return known;
    // Node joins a repeated header with a comma: one of them is the client's, which the proxy has not removed.
    if (subject.length > MAX_SUBJECT_LENGTH || subject.includes(',')) {
      throw invalidRequest(`The header ${namingHeader} does not name one user.`);
    }
    // All visitors who have not signed in would be one user, with one cache.
    if (isNoUser(subject)) {
      throw invalidRequest(
        `The header ${namingHeader} is "${subject}": without a user, the proxy has to leave it out.`,
      );
    }
    const identity = createIdentity({ subject, issuer: ownIssuers.header, scopes: [], roles: [], claims: {} }, [
      ownIssuers.header,
      namingHeader as string,
      subject,
    ]);
    const authenticated: Authenticated = Object.freeze({ identity, token: null, expires: null });
    named.set(subject, authenticated);
    return authenticated;
  }

  function find(
    { headers, fromTrustedProxy, socket }: Credentials,
    connectionParams?: unknown,
  ): Authenticated | null | Promise<Authenticated | null> {
    const byProxy = fromTrustedProxy && namingHeader !== undefined && headers[namingHeader] !== undefined;
    // Without tokens, the header field is for `identify`, or a proxy has handled it and may have forwarded it.
    const ignoresField = !takesTokens && (custom !== undefined || byProxy);
    const field = ignoresField ? undefined : credential(headers.authorization);
    const authorization = leavesTokens && !isOfDevelopment(field) ? undefined : field;
    const apiKey = apiKeys && utf8Text(headers[apiKeys.header]);
    const name = byProxy ? utf8Text(headers[namingHeader]) : undefined;
    const given = Number(authorization !== undefined) + Number(apiKey !== undefined) + Number(name !== undefined);
    if (given > 1) throw invalidRequest('The request has more than one kind of credentials.', 400);
    if (authorization !== undefined) return byToken(authorization);
    if (apiKeys && apiKey !== undefined) return apiKeys.find(apiKey);
    if (name !== undefined) return byName(name);
    return (
      custom?.find({ headers: { ...headers }, connectionParams, clientCertificate: verifiedCertificate(socket) }) ??
      null
    );
  }

  function authenticate(
    credentials: Credentials,
    connectionParams?: unknown,
  ): Authenticated | null | Promise<Authenticated | null> {
    try {
      const found = find(credentials, connectionParams);
      return found instanceof Promise ? found.catch(logAndThrow) : found;
    } catch (error) {
      return logAndThrow(error);
    }
  }

  return {
    authenticate: (credentials) => authenticate(credentials),
    authenticateConnection(payload, { headers, fromTrustedProxy, socket }) {
      const names = ['authorization', ...(apiKeys ? [apiKeys.header] : [])];
      return authenticate({ headers: connectionHeaders(payload, headers, names), fromTrustedProxy, socket }, payload);
    },
    start: () => tokens.prefetch(),
    async close() {
      await Promise.all([agent.destroy(), keyFile?.close()]);
    },
  };
}

/** Proxies encode names as UTF-8, and clients their API keys. */
function utf8Text(value: string | string[] | undefined): string | undefined {
  const joined = credential(value);
  return joined === undefined ? undefined : headerText(joined);
}

/** Undefined for an empty field: clients send one before sign-in, and it carries no credentials. */
function credential(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text?.trim() === '' ? undefined : text;
}
