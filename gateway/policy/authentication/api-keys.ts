// API keys: stored as hashes and compared in constant time.
import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiKeysConfig } from '../../config/api-keys.ts';
import { ownIssuers } from '../../config/identify.ts';
import type { Authenticated } from './authenticated.ts';
import { invalidRequest, invalidToken } from './authentication-error.ts';
import { isPlaceholder } from './bearer.ts';
import { createIdentity } from './identity.ts';

export class ApiKeys {
  /** Name of the header that contains the key, in lower case. */
  readonly header: string;
  readonly #keys: { digest: Buffer; authenticated: Authenticated }[];
  readonly #maxBytes: number;

  constructor({ header, keys }: ApiKeysConfig, maxBytes: number) {
    this.header = header;
    this.#maxBytes = maxBytes;
    this.#keys = keys.map(({ name, hash, scopes, roles, ratePlan }) => ({
      digest: Buffer.from(hash.slice('sha256:'.length), 'hex'),
      authenticated: Object.freeze({
        identity: createIdentity(
          {
            subject: name,
            issuer: ownIssuers.apiKey,
            scopes,
            roles,
            claims: {},
            ...(ratePlan !== undefined && { ratePlan }),
          },
          [ownIssuers.apiKey, 'name', name],
        ),
        token: null,
        expires: null,
      }),
    }));
  }

  /** @throws AuthenticationError for an unknown key. */
  find(key: string): Authenticated {
    if (key.length > this.#maxBytes) throw invalidToken('The API key is not known.', 'it is too long');
    if (isPlaceholder(key)) {
      const problem = `The header ${this.header} has "${key}" in place of an API key`;
      throw invalidRequest(`${problem}: without a key, leave the header out.`);
    }
    const digest = hash('sha256', key, 'buffer');
    let found: Authenticated | undefined;
    // All keys are compared, also after a match: the time must not reveal which one matched.
    for (const known of this.#keys) {
      if (timingSafeEqual(known.digest, digest)) found = known.authenticated;
    }
    if (!found) throw invalidToken('The API key is not known.');
    return found;
  }
}
