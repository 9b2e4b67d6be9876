// API keys: known by their hashes, compared without telling by the time it takes which one came close.
import { hash, timingSafeEqual } from 'node:crypto';
import { type ApiKeysConfig, ownIssuers } from '../../config/authentication.ts';
import type { Authenticated } from './authenticated.ts';
import { invalidToken } from './authentication-error.ts';
import { createIdentity } from './claims.ts';

export class ApiKeys {
  /** The header that a key comes in, in lower case. */
  readonly header: string;
  readonly #keys: { digest: Buffer; authenticated: Authenticated }[];
  readonly #maxBytes: number;

  constructor({ header, keys }: ApiKeysConfig, maxBytes: number) {
    this.header = header;
    this.#maxBytes = maxBytes;
    this.#keys = keys.map(({ name, hash, scopes, roles, ratePlan }) => ({
      digest: Buffer.from(hash.slice('sha256:'.length), 'hex'),
      authenticated: Object.freeze({
        identity: createIdentity({
          subject: name,
          issuer: ownIssuers.apiKey,
          scopes,
          roles,
          claims: {},
          ...(ratePlan !== undefined && { ratePlan }),
        }),
        token: null,
        expires: null,
      }),
    }));
  }

  /** @throws AuthenticationError for a key that is nobody's. */
  find(key: string): Authenticated {
    if (key.length > this.#maxBytes) throw invalidToken('The API key is not known.', 'it is too long');
    const digest = hash('sha256', key, 'buffer');
    let found: Authenticated | undefined;
    // All of them, also after the right one: the time must not tell which one it was.
    for (const known of this.#keys) {
      if (timingSafeEqual(known.digest, digest)) found = known.authenticated;
    }
    if (!found) throw invalidToken('The API key is not known.');
    return found;
  }
}
