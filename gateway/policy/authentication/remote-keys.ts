// Remote key set of an issuer (JWKS): fetched once for all waiting requests, cached, refreshed in the background, and
// used on while it cannot be refreshed. jose's `createRemoteJWKSet` (6.2) does none of three things that this depends
// on: a set past its age is fetched before each token is verified, so that a failing issuer rejects tokens of known
// keys; its cooldown counts from the last success, so that each token with an unknown key fetches from an issuer that
// is down; bytes and keys have no bound.
import { createLocalJWKSet, errors, type FlattenedJWSInput, type JSONWebKeySet, type JWSHeaderParameters } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Agent } from 'undici';
import type { Logger } from '../../telemetry/log.ts';
import { unavailable } from './authentication-error.ts';
import { reasonOf, requestJson } from './json-request.ts';

export interface RemoteKeysOptions {
  url: string;
  agent: Agent;
  /** Milliseconds after which keys are fetched anew. */
  maxAge: number;
  /** Milliseconds in which at most two fetches are made for unknown keys, and none for the same key again. */
  cooldown: number;
  /** Milliseconds after which a fetch fails. */
  timeout: number;
  log: Logger;
  now: () => number;
}

type KeySet = ReturnType<typeof createLocalJWKSet>;

const maxBytes = 262_144;
const maxKeys = 100;

/**
 * Maximum number of fetches for unknown keys within the cooldown: a rotation right after an invented key is found too.
 */
const maxUnknownFetches = 2;

/** Maximum number of unknown key ids that are remembered, and of characters in all of them: clients choose them. */
const maxUnknown = { max: 1000, maxSize: 100_000 };

/** Milliseconds between attempts while there are no keys at all, and no token can be verified. */
const firstKeysPause = 1000;

export class RemoteKeys {
  readonly #options: RemoteKeysOptions;
  #keys: KeySet | null = null;
  #fetched = Number.NEGATIVE_INFINITY;
  #attempted = Number.NEGATIVE_INFINITY;
  #failing = false;
  #pending: Promise<void> | null = null;
  /** Starts of the last fetches for unknown keys, oldest first. */
  #unknownFetches: number[] = [];
  /** Start of the last fetch for a key, by its algorithm and id. */
  readonly #unknown = new LRUCache<string, number>({
    ...maxUnknown,
    sizeCalculation: (_time, name) => name.length + 1,
  });

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
  }

  /**
   * Fetches the keys before the first token, so that a set that cannot be fetched is a warning at start. After a failure,
   * the first token fetches them again without a pause.
   */
  async prefetch(): Promise<void> {
    await this.#refresh();
    if (this.#failing) this.#attempted = Number.NEGATIVE_INFINITY;
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
      await this.#refreshFor(`${header.alg} ${header.kid}`);
      return this.#findAmongNew(header, token, error);
    }
  }

  /**
   * Fetches the keys because of an unknown one. Clients choose key ids: neither old nor new ones cause many fetches.
   */
  async #refreshFor(name: string): Promise<void> {
    const { now, cooldown } = this.#options;
    const time = now();
    const recent = (then: number) => time >= then && time - then < cooldown;
    const looked = this.#unknown.get(name);
    if (looked !== undefined && recent(looked)) return;
    // A fetch that is under way may have begun before the key was published: the key is not remembered as unknown.
    if (this.#pending) return this.#pending;
    this.#unknownFetches = this.#unknownFetches.filter(recent);
    if (this.#unknownFetches.length >= maxUnknownFetches) return;
    this.#unknownFetches.push(time);
    await this.#start();
    if (!this.#failing) this.#unknown.set(name, time);
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
    return this.#start();
  }

  #start(): Promise<void> {
    this.#attempted = this.#options.now();
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
