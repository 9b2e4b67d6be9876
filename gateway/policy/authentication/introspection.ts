// Token introspection (RFC 7662): opaque tokens are verified by their issuer's endpoint, and the results are cached.
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Agent } from 'undici';
import { z } from 'zod';
import type { Identity } from '../../config/context.ts';
import type { IntrospectionConfig } from '../../config/token-issuers.ts';
import { milliseconds } from '../../config/values.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Authenticated } from './authenticated.ts';
import { AuthenticationError, invalidToken, unavailable } from './authentication-error.ts';
import { type Claims, identityOf } from './claims.ts';
import { reasonOf, requestJson } from './json-request.ts';

export interface IntrospectionOptions {
  config: IntrospectionConfig;
  agent: Agent;
  log: Logger;
  now: () => number;
}

/** Identity and expiry of a token by the endpoint's response; or the reason for its rejection. */
type Declared = { identity: Identity; expires: number | null } | { rejection: string };

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

const introspectionShape = z.looseObject({
  active: z.boolean(),
  exp: z.number().optional(),
  nbf: z.number().optional(),
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
});

export class Introspection {
  readonly #options: IntrospectionOptions;
  readonly #known: LRUCache<string, ServiceResponse>;
  readonly #rejected = new LRUCache<string, ServiceResponse>({ max: rejections.max });
  readonly #pending = new Map<string, Promise<ServiceResponse | null>>();
  readonly #authorization: string;
  #failing = false;

  constructor(options: IntrospectionOptions) {
    this.#options = options;
    const { clientId, clientSecret, cache } = options.config;
    this.#known = new LRUCache({ max: cache.max });
    // RFC 6749, section 2.3.1: both are form-encoded before they are joined.
    const credentials = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
    this.#authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }

  /**
   * The caller that the token authenticates; synchronous where it is cached.
   * @throws AuthenticationError, or rejects with it; 503 where the endpoint gives no valid response.
   */
  check(token: string): Authenticated | Promise<Authenticated> {
    const key = hash('sha256', token, 'base64');
    const cached = this.#known.get(key) ?? this.#rejected.get(key);
    if (cached && cached.until > this.#options.now()) return authenticated(cached, token);
    return this.#request(key, token).then((response) => {
      if (!response) throw unavailable('the introspection endpoint gives no valid response');
      return authenticated(response, token);
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
    let response: z.output<typeof introspectionShape>;
    try {
      const json = await requestJson(agent, {
        url: config.url,
        method: 'POST',
        headers: { authorization: this.#authorization, 'content-type': 'application/x-www-form-urlencoded' },
        body: `token=${formEncoded(token)}&token_type_hint=access_token`,
        timeout: milliseconds(config.timeout),
        maxBytes,
      });
      response = introspectionShape.parse(json);
    } catch (error) {
      // A parser's message may quote the response, which may contain data of the token's owner.
      const isMalformed = error instanceof z.ZodError || error instanceof SyntaxError;
      const reason = isMalformed ? 'malformed response' : reasonOf(error);
      if (!this.#failing) log.warn({ url: config.url, reason }, 'the introspection endpoint gives no valid response');
      this.#failing = true;
      return null;
    }
    if (this.#failing) log.info({ url: config.url }, 'the introspection endpoint is available again');
    this.#failing = false;
    return this.#judged(response, now());
  }

  #judged(response: z.output<typeof introspectionShape>, now: number): ServiceResponse {
    const maxAge = milliseconds(this.#options.config.cache.maxAge);
    const declared = this.#read(response, now);
    if ('rejection' in declared) return { declared, until: now + Math.min(maxAge, rejections.maxAge) };
    return { declared, until: Math.min(declared.expires ?? Number.POSITIVE_INFINITY, now + maxAge) };
  }

  #read(response: z.output<typeof introspectionShape>, now: number): Declared {
    const { issuer, audience, url, claims } = this.#options.config;
    const tolerance = milliseconds(this.#options.config.clockTolerance);
    const { active, exp, nbf, iss, aud } = response;
    if (!active) return { rejection: 'The token is not active.' };
    const expires = exp === undefined ? null : exp * 1000 + tolerance;
    if (expires !== null && expires <= now) return { rejection: 'The token has expired.' };
    if (nbf !== undefined && nbf * 1000 > now + tolerance) return { rejection: 'The token is not valid yet.' };
    if (issuer !== undefined && iss !== undefined && iss !== issuer) {
      return { rejection: 'The token is of an unknown issuer.' };
    }
    if (audience !== undefined && ![audience].flat().some((one) => [aud ?? []].flat().includes(one))) {
      return { rejection: 'The token is meant for another audience.' };
    }
    try {
      return { identity: identityOf(issuer ?? url, response as Claims, claims), expires };
    } catch (error) {
      if (error instanceof AuthenticationError) return { rejection: error.message };
      throw error;
    }
  }
}

function authenticated({ declared }: ServiceResponse, token: string): Authenticated {
  if ('rejection' in declared) throw invalidToken(declared.rejection, 'introspection');
  return { ...declared, token };
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
