// Opaque tokens: whoever made them is asked what they mean (RFC 7662), and its answers are kept for a while.
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Agent } from 'undici';
import { z } from 'zod';
import type { IntrospectionConfig } from '../../config/authentication.ts';
import type { Identity } from '../../config/context.ts';
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

/** Who the endpoint said a token is, and until when the token holds; or why it is nobody. */
type Declared = { identity: Identity; expires: number | null } | { rejection: string };

interface ServiceResponse {
  declared: Declared;
  /** Until when it is believed, in milliseconds since 1970. */
  until: number;
}

const maxBytes = 65_536;

/** Questions under way at most; tokens that come on top of them are not worth a longer queue. */
const maxPending = 1000;

/**
 * Refusals are kept apart, so that made-up tokens push no real ones out, and for fewer milliseconds: long enough for a client
 * that tries again and again.
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
   * Who the token is, at once where that was asked not long ago.
   * @throws AuthenticationError, or rejects with it; 503 where the endpoint gives no answer.
   */
  check(token: string): Authenticated | Promise<Authenticated> {
    const key = hash('sha256', token, 'base64');
    const retained = this.#known.get(key) ?? this.#rejected.get(key);
    if (retained && retained.until > this.#options.now()) return authenticated(retained, token);
    return this.#request(key, token).then((response) => {
      if (!response) throw unavailable('the introspection endpoint gives no answer');
      return authenticated(response, token);
    });
  }

  /** Asks the endpoint; whoever brings the same token meanwhile waits for the same answer. */
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

  /** Null where there is no usable answer. */
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
      // A parser's message may quote the answer, and the answer the token's owner.
      const reason = error instanceof z.ZodError || error instanceof SyntaxError ? 'no such answer' : reasonOf(error);
      if (!this.#failing) log.warn({ url: config.url, reason }, 'the introspection endpoint gives no answer');
      this.#failing = true;
      return null;
    }
    if (this.#failing) log.info({ url: config.url }, 'the introspection endpoint answers again');
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
