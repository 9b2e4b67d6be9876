// JSON Web Token verifier (RFC 7519) for the configured issuers, with a cache of verified tokens.
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { milliseconds } from '../../config/values.ts';
import { parsePlainJson } from '../../json/parse-json.ts';
import type { Logger } from '../../telemetry/log.ts';
import { audienceOf, audienceProblem } from './audience.ts';
import type { Authenticated } from './authenticated.ts';
import { AuthenticationError, invalidToken } from './authentication-error.ts';
import { type Claims, pathText } from './claims.ts';
import { type Issuer, Issuers, type IssuersOptions, type NamedIssuer } from './issuers.ts';
import { reasonOf } from './json-request.ts';
import { bindingProblem, typeProblem } from './token-kind.ts';

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
  readonly #issuers: Issuers;
  readonly #verified: LRUCache<string, Verified>;
  readonly #maxAge: number;
  readonly #log: Logger;
  readonly #now: () => number;

  constructor(options: IssuersOptions) {
    const { tokenCache } = options.config;
    this.#issuers = new Issuers(options);
    this.#verified = new LRUCache({
      max: tokenCache.max,
      maxSize: maxCachedCharacters,
      sizeCalculation: (_verified, token) => token.length,
    });
    this.#maxAge = milliseconds(tokenCache.maxAge);
    this.#log = options.log;
    this.#now = options.now;
  }

  /** Whether there is any issuer whose tokens can be verified. */
  get hasIssuers(): boolean {
    return this.#issuers.size > 0;
  }

  /** Fetches the issuers' keys in the background. */
  prefetch(): void {
    void this.#issuers.prefetch();
  }

  /** The cached result for a token; undefined if it has to be verified. */
  known(token: string): Authenticated | undefined {
    const verified = this.#verified.get(token);
    return verified && verified.until > this.#now() ? verified.authenticated : undefined;
  }

  /**
   * The issuer that a token names, or the reason why there is none. Reads claims that are not verified yet: they only
   * select the issuer whose keys and rules verify the token.
   */
  issuerOf(token: string): NamedIssuer | AuthenticationError {
    let iss: unknown;
    try {
      iss = decodeJwt(token).iss;
    } catch (error) {
      return invalidToken('The token is malformed.', reasonOf(error));
    }
    return this.#issuers.find(iss) ?? invalidToken('The token is of an unknown issuer.', `issuer ${shown(iss)}`);
  }

  /**
   * @returns null where the token is invalid and its issuer's option `onInvalidToken` makes the caller anonymous.
   * @throws AuthenticationError
   */
  async verify(token: string, named: NamedIssuer): Promise<Authenticated | null> {
    try {
      return await this.#verify(token, named);
    } catch (error) {
      const isInvalid = error instanceof AuthenticationError && error.status === 401;
      if (!isInvalid || !named.issuer.acceptsAsAnonymous) throw error;
      const { message: reason, detail } = error;
      this.#log.debug({ issuer: named.issuer.name, reason, detail }, 'invalid token; the caller is anonymous');
      return null;
    }
  }

  async #verify(token: string, { issuer, iss, tenant, isAllowed }: NamedIssuer): Promise<Authenticated> {
    if (!isAllowed) throw invalidToken('The token is of a tenant that is not accepted.', `tenant ${shown(tenant)}`);
    const { exp } = await this.#checked(token, issuer, iss);
    const claims = claimsOf(token);
    const bound = bindingProblem(claims);
    if (bound) throw bound;
    const problem = audienceProblem(claims, issuer);
    if (problem === 'another') throw invalidToken('The token is meant for another audience.');
    if (problem === 'missing') {
      throw invalidToken(`The token lacks the claim ${(issuer.audienceClaims ?? ['aud']).map(pathText).join(' or ')}.`);
    }
    const expires = exp === undefined ? null : Math.min(exp * 1000 + issuer.clockTolerance, endOfTime);
    // The tenant is the one that the issuer's name contains, whatever a claim of this name contains.
    const identity = issuer.identities.read(iss, tenant === null ? claims : { ...claims, tenant });
    const audience = issuer.audienceClaims && { audience: audienceOf(claims, issuer) };
    const authenticated: Authenticated = Object.freeze({ identity, token, expires, ...audience });
    const until = Math.min(expires ?? endOfTime, this.#now() + this.#maxAge);
    this.#verified.set(token, { authenticated, until });
    return authenticated;
  }

  async #checked(token: string, issuer: Issuer, iss: string): Promise<JWTPayload> {
    checkHeader(token, issuer);
    const options = {
      issuer: iss,
      algorithms: issuer.algorithms,
      clockTolerance: issuer.clockTolerance / 1000,
      requiredClaims: issuer.requiresExpiry ? ['exp'] : [],
      currentDate: new Date(this.#now()),
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

/** Before any keys are fetched. */
function checkHeader(token: string, { algorithms, requiresAccessType }: Issuer): void {
  let algorithm: unknown;
  let type: unknown;
  try {
    ({ alg: algorithm, typ: type } = decodeProtectedHeader(token));
  } catch (error) {
    throw invalidToken('The token is malformed.', reasonOf(error));
  }
  if (typeof algorithm !== 'string' || !algorithms.includes(algorithm)) {
    throw invalidToken('The token is signed with an algorithm that is not allowed.', `algorithm ${shown(algorithm)}`);
  }
  const problem = typeProblem(type, requiresAccessType);
  if (problem) throw problem;
}

/** Claims of a verified token, in which no number is rounded to that of another. */
function claimsOf(token: string): Claims {
  const payload = Buffer.from(token.split('.', 2)[1] as string, 'base64url');
  try {
    return parsePlainJson(new TextDecoder().decode(payload)) as Claims;
  } catch (error) {
    throw invalidToken('The token is malformed.', reasonOf(error));
  }
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
  return `The token has a wrong claim ${claim}.`;
}

/** Value from an unverified token, for the log: short, and on one line. */
function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'none').slice(0, 100);
}
