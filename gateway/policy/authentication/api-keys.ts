// API keys: stored as hashes and compared in constant time. Two keys of one name are of one identity, so that a new key
// can replace an old one.
import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiKeyConfig, ApiKeysConfig } from '../../config/api-keys.ts';
import type { Identity } from '../../config/context.ts';
import { ownIssuers } from '../../config/identify.ts';
import type { Authenticated } from './authenticated.ts';
import { invalidRequest, invalidToken } from './authentication-error.ts';
import { isPlaceholder } from './bearer.ts';
import { createIdentity } from './identity.ts';

/**
 * A key for records of its use: its owner, and the beginning of its hash, which distinguishes two keys of one owner.
 */
export interface ApiKeyUse {
  readonly name: string;
  readonly id: string;
}

interface KnownKey {
  /** All of its configuration. */
  content: string;
  digest: Buffer;
  authenticated: Authenticated;
  use: ApiKeyUse;
  withdrawal: AbortController;
}

export interface ApiKeysOptions {
  /** Maximum length of a key. */
  maxBytes: number;
  /** Milliseconds since 1970. */
  now(): number;
  /** Called for each request with a valid key, with the same object for the same key. */
  onUse?: ((use: ApiKeyUse) => void) | undefined;
}

/** Hexadecimal digits of a hash that distinguish keys in records. */
export const API_KEY_ID_DIGITS = 8;

/** What distinguishes a key from another one of its owner; `hash` as the configuration has it. */
export function apiKeyId(hash: string): string {
  return hash.toLowerCase().slice('sha256:'.length, 'sha256:'.length + API_KEY_ID_DIGITS);
}

export class ApiKeys {
  /** Name of the header that contains the key, in lower case. */
  readonly header: string;
  readonly #options: ApiKeysOptions;
  #keys: readonly KnownKey[] = [];

  constructor({ header, keys }: Pick<ApiKeysConfig, 'header' | 'keys'>, options: ApiKeysOptions) {
    this.header = header;
    this.#options = options;
    this.replace(keys);
  }

  /**
   * Replaces all keys. One that is the same remains the same; one that was removed, or has another owner, rights or
   * expiry, is withdrawn, which ends the connections that were opened with it.
   */
  replace(keys: readonly ApiKeyConfig[]): void {
    const before = new Map(this.#keys.map((known) => [known.content, known] as const));
    const contents = keys.map((key) => JSON.stringify(key));
    const remaining = contents.flatMap((content) => before.get(content) ?? []);
    const identities = new Map(remaining.map(({ use, authenticated }) => [use.name, authenticated.identity] as const));
    this.#keys = keys.map((key, index) => {
      const content = contents[index] as string;
      const known = before.get(content) ?? createKey(key, content, identities);
      identities.set(key.name, known.authenticated.identity);
      return known;
    });
    const current = new Set(this.#keys);
    for (const known of before.values()) if (!current.has(known)) known.withdrawal.abort();
  }

  /** @throws AuthenticationError for an unknown key, and for one that has expired. */
  find(key: string): Authenticated {
    const { maxBytes, now, onUse } = this.#options;
    if (key.length > maxBytes) throw invalidToken('The API key is not known.', 'it is too long');
    if (isPlaceholder(key)) {
      const problem = `The header ${this.header} has "${key}" in place of an API key`;
      throw invalidRequest(`${problem}: without a key, leave the header out.`);
    }
    const digest = hash('sha256', key, 'buffer');
    let found: KnownKey | undefined;
    // All keys are compared, also after a match: the time must not reveal which one matched.
    for (const known of this.#keys) {
      if (timingSafeEqual(known.digest, digest)) found = known;
    }
    if (!found) throw invalidToken('The API key is not known.');
    const { authenticated, use } = found;
    if (authenticated.expires !== null && authenticated.expires <= now()) {
      throw invalidToken('The API key has expired.', `key ${use.name} ${use.id}`);
    }
    onUse?.(use);
    return authenticated;
  }
}

/** @param identities by name: two keys of one name have the same rights, and are one identity. */
function createKey(key: ApiKeyConfig, content: string, identities: ReadonlyMap<string, Identity>): KnownKey {
  const { name, hash: text, scopes, roles, ratePlan, priority, expires } = key;
  const declared = { subject: name, issuer: ownIssuers.apiKey, scopes, roles, claims: {} };
  const withdrawal = new AbortController();
  return {
    content,
    digest: Buffer.from(text.slice('sha256:'.length), 'hex'),
    authenticated: Object.freeze({
      identity:
        identities.get(name) ??
        createIdentity({ ...declared, ...(ratePlan !== undefined && { ratePlan }) }, [ownIssuers.apiKey, 'name', name]),
      token: null,
      priority,
      expires: expires === undefined ? null : Date.parse(expires),
      withdrawn: withdrawal.signal,
    }),
    use: Object.freeze({ name, id: apiKeyId(text) }),
    withdrawal,
  };
}
