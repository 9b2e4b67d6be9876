// Token introspection (RFC 7662): opaque tokens are verified by their issuer's endpoint, and the results are cached.
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Agent } from 'undici';
import type { Identity } from '../../config/context.ts';
import { ownIssuers } from '../../config/identify.ts';
import type { IntrospectionConfig } from '../../config/token-issuers.ts';
import { milliseconds } from '../../config/values.ts';
import type { Logger } from '../../telemetry/log.ts';
import { audienceOf, audienceProblem } from './audience.ts';
import type { Authenticated, Revalidation } from './authenticated.ts';
import { AuthenticationError, invalidToken, unavailable } from './authentication-error.ts';
import type { Claims } from './claims.ts';
import { IdentityReader } from './identity.ts';
import { reasonOf, requestJson } from './json-request.ts';
import { bindingProblem } from './token-kind.ts';

export interface IntrospectionOptions {
  config: IntrospectionConfig;
  agent: Agent;
  log: Logger;
  now: () => number;
}

/** Identity and expiry of a token by the endpoint's response; or the reason for its rejection. */
type Declared = Pick<Authenticated, 'identity' | 'expires' | 'audience'> | { rejection: string };

interface ServiceResponse {
  declared: Declared;
  /** End of its validity in the cache, in milliseconds since 1970. */
  until: number;
}

const maxBytes = 65_536;

/** Maximum number of pending introspection requests; beyond it tokens are rejected for the time being. */
const maxPending = 1000;

/**
 * Rejections are cached separately, so that invented tokens do not evict valid ones, and for fewer milliseconds: long
 * enough for a client that retries in a loop.
 */
const rejections = { max: 1000, maxAge: 10_000 };

/** Minimum interval at which the token of an open connection is introspected again. */
const MIN_REVALIDATION_MS = 1000;

type IntrospectionResponse = Claims & { active: boolean };

export class Introspection {
  readonly #options: IntrospectionOptions;
  readonly #known: LRUCache<string, ServiceResponse>;
  readonly #rejected = new LRUCache<string, ServiceResponse>({ max: rejections.max });
  readonly #pending = new Map<string, Promise<ServiceResponse | null>>();
  readonly #authorization: string;
  readonly #identities: IdentityReader;
  readonly #revalidation: Revalidation;
  #failing = false;
  #reportedTimes = false;

  constructor(options: IntrospectionOptions) {
    this.#options = options;
    const { clientId, clientSecret, cache } = options.config;
    this.#known = new LRUCache({ max: cache.max });
    this.#identities = new IdentityReader(options.config.claims, options.log);
    const interval = Math.max(MIN_REVALIDATION_MS, milliseconds(cache.maxAge));
    this.#revalidation = { interval, isValid: (authenticated) => this.#isValid(authenticated) };
    // RFC 6749, section 2.3.1: both are form-encoded before they are joined.
    const credentials = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
    this.#authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }

  /**
   * The caller that the token authenticates; synchronous where it is cached. Null where the token is invalid and the
   * option `onInvalidToken` makes its bearer anonymous.
   * @throws AuthenticationError, or rejects with it; 503 where the endpoint gives no valid response.
   */
  check(token: string): Authenticated | null | Promise<Authenticated | null> {
    const key = hash('sha256', token, 'base64');
    const cached = this.#known.get(key) ?? this.#rejected.get(key);
    if (cached && cached.until > this.#options.now()) return this.#authenticated(cached, token);
    return this.#request(key, token).then((response) => {
      if (!response) throw unavailable('the introspection endpoint gives no valid response');
      return this.#authenticated(response, token);
    });
  }

  /** Requests introspection; concurrent requests with the same token wait for the same response. */
  #request(key: string, token: string): Promise<ServiceResponse | null> {
    const underWay = this.#pending.get(key);
    if (underWay) return underWay;
    if (this.#pending.size >= maxPending) return Promise.reject(unavailable('too many tokens wait for introspection'));
    const requested = this.#fetch(token)
      .then((response) => {
        if (response) ('rejection' in response.declared ? this.#rejected : this.#known).set(key, response);
        return response;
      })
      .finally(() => this.#pending.delete(key));
    this.#pending.set(key, requested);
    return requested;
  }

  /** Null without a valid response. */
  async #fetch(token: string): Promise<ServiceResponse | null> {
    const { config, agent, log, now } = this.#options;
    let response: IntrospectionResponse;
    try {
      const json = await requestJson(agent, {
        url: config.url,
        method: 'POST',
        headers: { authorization: this.#authorization, 'content-type': 'application/x-www-form-urlencoded' },
        body: `token=${formEncoded(token)}&token_type_hint=access_token`,
        timeout: milliseconds(config.timeout),
        maxBytes,
      });
      if (!isIntrospectionResponse(json)) throw new SyntaxError('there is no Boolean "active"');
      response = json;
    } catch (error) {
      // A parser's message may quote the response, which may contain data of the token's owner.
      const reason = error instanceof SyntaxError ? 'malformed response' : reasonOf(error);
      if (!this.#failing) log.warn({ url: config.url, reason }, 'the introspection endpoint gives no valid response');
      this.#failing = true;
      return null;
    }
    if (this.#failing) log.info({ url: config.url }, 'the introspection endpoint is available again');
    this.#failing = false;
    return this.#judged(response, now());
  }

  #judged(response: IntrospectionResponse, now: number): ServiceResponse {
    const maxAge = milliseconds(this.#options.config.cache.maxAge);
    const declared = this.#read(response, now);
    if ('rejection' in declared) return { declared, until: now + Math.min(maxAge, rejections.maxAge) };
    return { declared, until: Math.min(declared.expires ?? Number.POSITIVE_INFINITY, now + maxAge) };
  }

  #read(response: IntrospectionResponse, now: number): Declared {
    const { config } = this.#options;
    const tolerance = milliseconds(config.clockTolerance);
    if (!response.active) return { rejection: 'The token is not active.' };
    const [exp, nbf] = [timeOf(response.exp), timeOf(response.nbf)];
    if (exp === undefined || nbf === undefined) return this.#malformedTime(exp === undefined ? 'exp' : 'nbf');
    const expires = exp === null ? null : exp * 1000 + tolerance;
    if (expires !== null && expires <= now) return { rejection: 'The token has expired.' };
    if (nbf !== null && nbf * 1000 > now + tolerance) return { rejection: 'The token is not valid yet.' };
    const bound = bindingProblem(response);
    if (bound) return { rejection: bound.message };
    const issuer = issuerOf(response, config);
    if (issuer === null) return { rejection: 'The token is of an unknown issuer.' };
    if (audienceProblem(response, config) !== null) return { rejection: 'The token is meant for another audience.' };
    try {
      const audience = config.audienceClaims && { audience: audienceOf(response, config) };
      return { identity: this.#identities.read(issuer, response), expires, ...audience };
    } catch (error) {
      if (error instanceof AuthenticationError) return { rejection: error.message };
      throw error;
    }
  }

  /** The token may have expired. It is reported once: the endpoint's operator can mend it, callers cannot. */
  #malformedTime(claim: 'exp' | 'nbf'): Declared {
    const { config, log } = this.#options;
    if (!this.#reportedTimes)
      log.warn({ url: config.url, claim }, 'the introspection endpoint gives a time that is no number');
    this.#reportedTimes = true;
    return { rejection: `The token has a malformed claim ${claim}.` };
  }

  #authenticated({ declared }: ServiceResponse, token: string): Authenticated | null {
    if (!('rejection' in declared)) return { ...declared, token, revalidation: this.#revalidation };
    const { config, log } = this.#options;
    if (config.onInvalidToken === 'reject') throw invalidToken(declared.rejection, 'introspection');
    const issuer = config.issuer ?? config.url;
    log.debug({ issuer, reason: declared.rejection }, 'invalid token; the caller is anonymous');
    return null;
  }

  async #isValid({ token, identity }: Authenticated): Promise<boolean> {
    try {
      const now = token === null ? null : await this.check(token);
      return now !== null && rightsOf(now.identity) === rightsOf(identity);
    } catch (error) {
      if (error instanceof AuthenticationError) return error.status !== 401;
      this.#options.log.error({ err: error }, 'unexpected error');
      return true;
    }
  }
}

function rightsOf({ key, scopes, roles }: Identity): string {
  return JSON.stringify([key, [...scopes].sort(), [...roles].sort()]);
}

function isIntrospectionResponse(json: unknown): json is IntrospectionResponse {
  return typeof json === 'object' && json !== null && typeof (json as Claims).active === 'boolean';
}

/**
 * A time in seconds since 1970, which some endpoints write as text. Null where there is none: members that have no
 * value are optional (RFC 7662, section 2.2), and some endpoints write them as null. Undefined for anything else.
 */
function timeOf(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && /^-?\d{1,20}(\.\d{1,9})?$/.test(value)) return Number(value);
  return typeof value === 'number' ? value : undefined;
}

/** The concrete issuer; null for one that is not accepted. */
function issuerOf({ iss }: IntrospectionResponse, { issuer, url }: IntrospectionConfig): string | null {
  if (iss === undefined || iss === null || iss === '') return issuer ?? url;
  if (typeof iss !== 'string' || Object.values<string>(ownIssuers).includes(iss)) return null;
  return issuer === undefined || iss === issuer ? iss : null;
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
