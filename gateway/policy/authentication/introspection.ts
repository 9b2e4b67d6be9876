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
type Said = { identity: Identity; expires: number | null } | { refusal: string };

interface Answer {
  said: Said;
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
const refusals = { max: 1000, maxAge: 10_000 };

const answerShape = z.looseObject({
  active: z.boolean(),
  exp: z.number().optional(),
  nbf: z.number().optional(),
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
});

export class Introspection {
  readonly #options: IntrospectionOptions;
  readonly #known: LRUCache<string, Answer>;
  readonly #refused = new LRUCache<string, Answer>({ max: refusals.max });
  readonly #pending = new Map<string, Promise<Answer | null>>();
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
    const kept = this.#known.get(key) ?? this.#refused.get(key);
    if (kept && kept.until > this.#options.now()) return authenticated(kept, token);
    return this.#ask(key, token).then((answer) => {
      if (!answer) throw unavailable('the introspection endpoint gives no answer');
      return authenticated(answer, token);
    });
  }

  /** Asks the endpoint; whoever brings the same token meanwhile waits for the same answer. */
  #ask(key: string, token: string): Promise<Answer | null> {
    const underWay = this.#pending.get(key);
    if (underWay) return underWay;
    if (this.#pending.size >= maxPending) return Promise.reject(unavailable('too many tokens wait for introspection'));
    const asked = this.#fetch(token)
      .then((answer) => {
        if (answer) ('refusal' in answer.said ? this.#refused : this.#known).set(key, answer);
        return answer;
      })
      .finally(() => this.#pending.delete(key));
    this.#pending.set(key, asked);
    return asked;
  }

  /** Null where there is no usable answer. */
  async #fetch(token: string): Promise<Answer | null> {
    const { config, agent, log, now } = this.#options;
    let answer: z.output<typeof answerShape>;
    try {
      const json = await requestJson(agent, {
        url: config.url,
        method: 'POST',
        headers: { authorization: this.#authorization, 'content-type': 'application/x-www-form-urlencoded' },
        body: `token=${formEncoded(token)}&token_type_hint=access_token`,
        timeout: milliseconds(config.timeout),
        maxBytes,
      });
      answer = answerShape.parse(json);
    } catch (error) {
      // A parser's message may quote the answer, and the answer the token's owner.
      const reason = error instanceof z.ZodError || error instanceof SyntaxError ? 'no such answer' : reasonOf(error);
      if (!this.#failing) log.warn({ url: config.url, reason }, 'the introspection endpoint gives no answer');
      this.#failing = true;
      return null;
    }
    if (this.#failing) log.info({ url: config.url }, 'the introspection endpoint answers again');
    this.#failing = false;
    return this.#judged(answer, now());
  }

  #judged(answer: z.output<typeof answerShape>, now: number): Answer {
    const maxAge = milliseconds(this.#options.config.cache.maxAge);
    const said = this.#read(answer, now);
    if ('refusal' in said) return { said, until: now + Math.min(maxAge, refusals.maxAge) };
    return { said, until: Math.min(said.expires ?? Number.POSITIVE_INFINITY, now + maxAge) };
  }

  #read(answer: z.output<typeof answerShape>, now: number): Said {
    const { issuer, audience, url, claims } = this.#options.config;
    const tolerance = milliseconds(this.#options.config.clockTolerance);
    const { active, exp, nbf, iss, aud } = answer;
    if (!active) return { refusal: 'The token is not active.' };
    const expires = exp === undefined ? null : exp * 1000 + tolerance;
    if (expires !== null && expires <= now) return { refusal: 'The token has expired.' };
    if (nbf !== undefined && nbf * 1000 > now + tolerance) return { refusal: 'The token is not valid yet.' };
    if (issuer !== undefined && iss !== undefined && iss !== issuer) {
      return { refusal: 'The token is of an unknown issuer.' };
    }
    if (audience !== undefined && ![audience].flat().some((one) => [aud ?? []].flat().includes(one))) {
      return { refusal: 'The token is meant for another audience.' };
    }
    try {
      return { identity: identityOf(issuer ?? url, answer as Claims, claims), expires };
    } catch (error) {
      if (error instanceof AuthenticationError) return { refusal: error.message };
      throw error;
    }
  }
}

function authenticated({ said }: Answer, token: string): Authenticated {
  if ('refusal' in said) throw invalidToken(said.refusal, 'introspection');
  return { ...said, token };
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
