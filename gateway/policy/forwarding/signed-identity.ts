// A signed statement of who is asking, for subgraphs that want to verify it: a compact JWS (RFC 7515), kept until it is old.
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
  /** When a new one should be made; milliseconds since 1970, like `expires`. */
  renew: number;
  expires: number;
}

/** The part of its life after which a statement is renewed: what is sent is good for a while yet. */
const renewedAfter = 0.75;

export class SignedIdentity {
  readonly header: string;
  readonly #config: SignedConfig;
  readonly #key: KeyObject;
  readonly #algorithm: string;
  readonly #now: () => number;
  /** As many as there are identities known to the authenticator, whose caches are bounded. */
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

  /** The statement about an identity, at once where there is one that is still good. */
  for(authenticated: Authenticated): string | Promise<string> {
    const statement = this.#statements.get(authenticated.identity);
    const now = this.#now();
    if (!statement || statement.expires <= now) return this.#sign(authenticated);
    if (statement.renew <= now) {
      // The one there is good enough for this request; a failure is met again, and told, by the first that needs a new one.
      this.#sign(authenticated).catch(() => {});
    }
    return statement.jws;
  }

  /** What a statement says besides its times; the same for the same identity. */
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
    // A JWS counts in whole seconds; it had better end a moment early than live on after its token.
    const seconds = Math.floor(Math.min(wanted, ends) / 1000);
    const expires = seconds * 1000;
    const jws = await new SignJWT(this.content(authenticated))
      .setProtectedHeader({ alg: this.#algorithm, typ: 'JWT' })
      .setIssuer('concierge')
      .setSubject(authenticated.identity.subject)
      .setIssuedAt(Math.floor(now / 1000))
      .setExpirationTime(seconds)
      .sign(this.#key);
    // A statement that ends with its token cannot be made to last longer.
    const renew = ends <= wanted ? expires : now + (expires - now) * renewedAfter;
    this.#statements.set(authenticated.identity, { jws, renew, expires });
    return jws;
  }
}

/** Under names of their own: a claim of the configuration's cannot stand in their place. */
function declared({ issuer, scopes, roles }: Identity): Record<string, unknown> {
  return { subject_issuer: issuer, scope: scopes.join(' '), roles };
}
