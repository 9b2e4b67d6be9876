// JSON Web Token verifier (RFC 7519) for the configured issuers, with a cache of verified tokens.
import { createSecretKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Agent } from 'undici';
import type { AuthenticationConfig } from '../../config/authentication.ts';
import { ownIssuers } from '../../config/identify.ts';
import { readPublicKey } from '../../config/keys.ts';
import type { ClaimPaths, IssuerConfig } from '../../config/token-issuers.ts';
import { milliseconds } from '../../config/values.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Authenticated } from './authenticated.ts';
import { AuthenticationError, invalidToken } from './authentication-error.ts';
import { identityOf } from './claims.ts';
import type { DevelopmentKey } from './development-key.ts';
import { reasonOf } from './json-request.ts';
import { RemoteKeys } from './remote-keys.ts';

export interface JwtVerifierOptions {
  config: AuthenticationConfig;
  development: DevelopmentKey | undefined;
  agent: Agent;
  log: Logger;
  now: () => number;
}

interface Issuer {
  name: string;
  audience: string | string[] | undefined;
  algorithms: string[];
  /** In milliseconds. */
  clockTolerance: number;
  claims: ClaimPaths;
  key: JWTVerifyGetKey;
}

interface Verified {
  authenticated: Authenticated;
  /** End of its validity in the cache, in milliseconds since 1970. */
  until: number;
}

/** Maximum number of keys that are tried for a token without a key id. */
const maxTried = 10;

/** Maximum number of characters of all cached tokens. */
const maxCachedCharacters = 67_108_864;

/** The last time that a Date can represent, in milliseconds; a token may have a later expiry. */
const endOfTime = 8.64e15;

export class JwtVerifier {
  readonly #issuers: ReadonlyMap<string, Issuer>;
  readonly #verified: LRUCache<string, Verified>;
  readonly #maxAge: number;
  readonly #log: Logger;
  readonly #now: () => number;

  constructor({ config, development, agent, log, now }: JwtVerifierOptions) {
    const issuers = config.jwt.map((issuer) => createIssuer(issuer, config.keySets, { agent, log, now }));
    if (development) issuers.push(developmentIssuer(development));
    this.#issuers = new Map(issuers.map((issuer) => [issuer.name, issuer]));
    this.#verified = new LRUCache({
      max: config.tokenCache.max,
      maxSize: maxCachedCharacters,
      sizeCalculation: (_verified, token) => token.length,
    });
    this.#maxAge = milliseconds(config.tokenCache.maxAge);
    this.#log = log;
    this.#now = now;
  }

  /** Whether there is any issuer whose tokens can be verified. */
  get hasIssuers(): boolean {
    return this.#issuers.size > 0;
  }

  /** The cached result for a token; undefined if it has to be verified. */
  known(token: string): Authenticated | undefined {
    const verified = this.#verified.get(token);
    return verified && verified.until > this.#now() ? verified.authenticated : undefined;
  }

  /** @throws AuthenticationError */
  async verify(token: string): Promise<Authenticated> {
    const issuer = this.#issuerOf(token);
    const payload = await this.#checked(token, issuer);
    const expires = Math.min((payload.exp as number) * 1000 + issuer.clockTolerance, endOfTime);
    const identity = identityOf(issuer.name, payload, issuer.claims);
    const authenticated: Authenticated = Object.freeze({ identity, token, expires });
    this.#verified.set(token, { authenticated, until: Math.min(expires, this.#now() + this.#maxAge) });
    return authenticated;
  }

  /** Reads claims that are not verified yet: they only select the issuer whose keys and rules verify the token. */
  #issuerOf(token: string): Issuer {
    let name: unknown;
    let algorithm: unknown;
    try {
      algorithm = decodeProtectedHeader(token).alg;
      name = decodeJwt(token).iss;
    } catch (error) {
      throw invalidToken('The token is malformed.', reasonOf(error));
    }
    const issuer = typeof name === 'string' ? this.#issuers.get(name) : undefined;
    if (!issuer) throw invalidToken('The token is of an unknown issuer.', `issuer ${shown(name)}`);
    if (typeof algorithm !== 'string' || !issuer.algorithms.includes(algorithm)) {
      throw invalidToken('The token is signed with an algorithm that is not allowed.', `algorithm ${shown(algorithm)}`);
    }
    return issuer;
  }

  async #checked(token: string, issuer: Issuer): Promise<JWTPayload> {
    const options = {
      issuer: issuer.name,
      algorithms: issuer.algorithms,
      clockTolerance: issuer.clockTolerance / 1000,
      requiredClaims: ['exp'],
      currentDate: new Date(this.#now()),
      ...(issuer.audience !== undefined && { audience: issuer.audience }),
    };
    try {
      return (await jwtVerify(token, issuer.key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw this.#rejection(error, issuer);
      let tried = 0;
      for await (const key of error) {
        if (tried++ === maxTried) break;
        try {
          return (await jwtVerify(token, key, options)).payload;
        } catch (failure) {
          if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw this.#rejection(failure, issuer);
        }
      }
      throw invalidToken('The token has a wrong signature.', `no key of ${issuer.name} fits`);
    }
  }

  #rejection(error: unknown, { name }: Issuer): AuthenticationError {
    if (error instanceof AuthenticationError) return error;
    const detail = `issuer ${name}: ${reasonOf(error)}`;
    const message = messageFor(error);
    if (message) return invalidToken(message, detail);
    // The cause may be in the gateway or the issuer: an unusable key, for example.
    this.#log.warn({ issuer: name, reason: reasonOf(error) }, 'a token could not be verified');
    return invalidToken('The token cannot be verified.', detail);
  }
}

function createIssuer(
  { issuer: name, jwks, key, secret, audience, algorithms, clockTolerance, claims }: IssuerConfig,
  keySets: AuthenticationConfig['keySets'],
  around: { agent: Agent; log: Logger; now: () => number },
): Issuer {
  return {
    name,
    audience,
    algorithms,
    clockTolerance: milliseconds(clockTolerance),
    claims,
    key: jwks === undefined ? ownKey(key, secret) : remoteKey(jwks),
  };

  function remoteKey(url: string): JWTVerifyGetKey {
    const keys = new RemoteKeys({
      url,
      maxAge: milliseconds(keySets.maxAge),
      cooldown: milliseconds(keySets.cooldown),
      timeout: milliseconds(keySets.timeout),
      ...around,
    });
    return (header, token) => keys.find(header, token);
  }
}

function ownKey(key: IssuerConfig['key'], secret: string | undefined): JWTVerifyGetKey {
  const read = key === undefined ? createSecretKey(Buffer.from(secret as string)) : readPublicKey(key);
  return () => read;
}

function developmentIssuer({ publicKey }: DevelopmentKey): Issuer {
  return {
    name: ownIssuers.development,
    audience: undefined,
    algorithms: ['EdDSA'],
    clockTolerance: 5000,
    claims: { subject: 'sub', scopes: ['scope'], roles: ['roles'] },
    key: () => publicKey,
  };
}

/** Message for clients; undefined for failures that are not caused by the token alone. */
function messageFor(error: unknown): string | undefined {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The token has a wrong signature.';
  if (error instanceof errors.JWKSNoMatchingKey) return 'The token is signed with an unknown key.';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token is signed with an algorithm that is not allowed.';
  if (error instanceof errors.JWTClaimValidationFailed) return claimMessage(error);
  const malformed =
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSENotSupported;
  return malformed ? 'The token is malformed.' : undefined;
}

function claimMessage({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (reason === 'missing') return `The token lacks the claim ${claim}.`;
  if (reason !== 'check_failed') return `The token has a malformed claim ${claim}.`;
  if (claim === 'nbf') return 'The token is not valid yet.';
  if (claim === 'aud') return 'The token is meant for another audience.';
  return `The token has a wrong claim ${claim}.`;
}

/** Value from an unverified token, for the log: short, and on one line. */
function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'none').slice(0, 100);
}
