// Remote key set of an issuer (JWKS): fetched once for all waiting requests, cached, refreshed in the background, and
// used on while it cannot be refreshed.
import { createLocalJWKSet, errors, type FlattenedJWSInput, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';
import type { Agent } from 'undici';
import type { Logger } from '../../telemetry/log.ts';
import { unavailable } from './authentication-error.ts';
import { reasonOf, requestJson } from './json-request.ts';

export interface RemoteKeysOptions {
  url: string;
  agent: Agent;
  /** Milliseconds after which keys are fetched anew. */
  maxAge: number;
  /** Minimum milliseconds between two fetches for unknown keys. */
  cooldown: number;
  /** Milliseconds after which a fetch fails. */
  timeout: number;
  log: Logger;
  now: () => number;
}

type KeySet = ReturnType<typeof createLocalJWKSet>;

const maxBytes = 262_144;
const maxKeys = 100;

/** Milliseconds between attempts while there are no keys at all, and no token can be verified. */
const firstKeysPause = 1000;

export class RemoteKeys {
  readonly #options: RemoteKeysOptions;
  #keys: KeySet | null = null;
  #fetched = Number.NEGATIVE_INFINITY;
  #attempted = Number.NEGATIVE_INFINITY;
  #failing = false;
  #pending: Promise<void> | null = null;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
  }

  /**
   * The key for a token's header, by its `kid` and `alg` only.
   *
   * @throws AuthenticationError (503) while the key cannot be known: none were ever fetched, or it is not among the old
   *   ones and new ones cannot be fetched.
   * @throws JWKSNoMatchingKey where there is no such key, JWKSMultipleMatchingKeys where several fit.
   */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const { maxAge, now } = this.#options;
    if (!this.#keys) {
      await this.#refresh(firstKeysPause);
    } else if (now() - this.#fetched > maxAge) {
      const refreshed = this.#refresh();
      // Keys a little over their age are used for this request. After a longer time without requests it waits for the
      // new ones, unless the issuer is known to be down.
      if (now() - this.#fetched > 2 * maxAge && !this.#failing) await refreshed;
    }
    if (!this.#keys) throw unavailable(`there are no keys from ${this.#options.url} yet`);
    try {
      return await this.#keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#refresh();
      return this.#findAmongNew(header, token, error);
    }
  }

  #findAmongNew(header: JWSHeaderParameters, token: FlattenedJWSInput, notFound: Error): Promise<CryptoKey> {
    // It may be a new key that cannot be fetched now: a 401 would sign the user out without reason.
    if (this.#failing) throw unavailable(`${this.#options.url} is down, and the token's key is not among the old ones`);
    return this.#keys?.(header, token) ?? Promise.reject(notFound);
  }

  /** Fetches the keys unless that was tried just now; concurrent calls wait for the same fetch. Never rejects. */
  #refresh(pause = this.#options.cooldown): Promise<void> {
    if (this.#pending) return this.#pending;
    const { now, cooldown } = this.#options;
    const since = now() - this.#attempted;
    // Negative where the clock was set back.
    if (since >= 0 && since < Math.min(pause, cooldown)) return Promise.resolve();
    this.#attempted = now();
    this.#pending = this.#fetch().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  async #fetch(): Promise<void> {
    const { url, agent, timeout, log, now } = this.#options;
    try {
      const response = await requestJson(agent, { url, method: 'GET', headers: {}, timeout, maxBytes });
      const keys = createLocalJWKSet(response as JSONWebKeySet);
      if (keys.jwks().keys.length > maxKeys) throw new Error(`the key set has more than ${maxKeys} keys`);
      this.#keys = keys;
      this.#fetched = now();
      if (this.#failing) log.info({ url }, 'keys of an issuer are available again');
      this.#failing = false;
    } catch (error) {
      const consequence = this.#keys ? 'the old ones stay in use' : 'its tokens cannot be verified';
      const reason = reasonOf(error);
      if (!this.#failing) log.warn({ url, reason }, `keys of an issuer cannot be fetched; ${consequence}`);
      this.#failing = true;
    }
  }
}
