// Signed identity of the caller, for subgraphs that verify it: a compact JWS (RFC 7515), cached until its renewal.
import { createSecretKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Identity } from '../../config/context.ts';
import type { ForwardConfig } from '../../config/forwarding.ts';
import { algorithmsFor, readPrivateKey } from '../../config/keys.ts';
import { milliseconds } from '../../config/values.ts';
import type { Authenticated } from '../authentication/authenticated.ts';
import { claimOf } from './header-value.ts';

export type SignedConfig = NonNullable<ForwardConfig['signed']>;

interface Statement {
  jws: string;
  /** Time of renewal; milliseconds since 1970, like `expires`. */
  renew: number;
  expires: number;
}

/** Share of its lifetime after which a statement is renewed, so that those sent are valid for a while. */
const renewedAfter = 0.75;

export class SignedIdentity {
  readonly header: string;
  readonly #config: SignedConfig;
  readonly #key: KeyObject;
  readonly #algorithm: string;
  readonly #now: () => number;
  /** Bounded by the identities in the authenticator's caches, which are bounded. */
  readonly #statements = new WeakMap<Identity, Statement>();
  readonly #signing = new WeakMap<Identity, Promise<string>>();

  constructor(config: SignedConfig, now: () => number) {
    this.header = config.header;
    this.#config = config;
    this.#now = now;
    this.#key =
      config.key === undefined ? createSecretKey(Buffer.from(config.secret as string)) : readPrivateKey(config.key);
    this.#algorithm = config.key === undefined ? 'HS256' : (algorithmsFor(this.#key)[0] as string);
  }

  /** The statement for an identity; synchronous where a valid one is cached. */
  for(authenticated: Authenticated): string | Promise<string> {
    const statement = this.#statements.get(authenticated.identity);
    const now = this.#now();
    if (!statement || statement.expires <= now) return this.#sign(authenticated);
    if (statement.renew <= now) {
      // The current one is valid for this request; the first request that needs a new one meets a failure again and
      // reports it.
      this.#sign(authenticated).catch(() => {});
    }
    return statement.jws;
  }

  /** Claims of a statement besides its times; the same for the same identity. */
  content({ identity }: Authenticated): Record<string, unknown> {
    return {
      ...Object.fromEntries(this.#config.claims.map((path) => [path, claimOf(identity, path)])),
      ...declared(identity),
    };
  }

  #sign(authenticated: Authenticated): Promise<string> {
    const underWay = this.#signing.get(authenticated.identity);
    if (underWay) return underWay;
    const signing = this.#made(authenticated).finally(() => this.#signing.delete(authenticated.identity));
    this.#signing.set(authenticated.identity, signing);
    return signing;
  }

  async #made(authenticated: Authenticated): Promise<string> {
    const now = this.#now();
    const ends = authenticated.expires ?? Number.POSITIVE_INFINITY;
    const wanted = now + milliseconds(this.#config.expires);
    // A JWS has whole seconds, rounded down: it must not outlive its token.
    const seconds = Math.floor(Math.min(wanted, ends) / 1000);
    const expires = seconds * 1000;
    const jws = await new SignJWT(this.content(authenticated))
      .setProtectedHeader({ alg: this.#algorithm, typ: 'JWT' })
      .setIssuer('concierge')
      .setSubject(authenticated.identity.subject)
      .setIssuedAt(Math.floor(now / 1000))
      .setExpirationTime(seconds)
      .sign(this.#key);
    // Renewal cannot prolong a statement that expires with its token.
    const renew = ends <= wanted ? expires : now + (expires - now) * renewedAfter;
    this.#statements.set(authenticated.identity, { jws, renew, expires });
    return jws;
  }
}

/** Under reserved names: a configured claim cannot replace them. */
function declared({ issuer, scopes, roles }: Identity): Record<string, unknown> {
  return { subject_issuer: issuer, scope: scopes.join(' '), roles };
}
