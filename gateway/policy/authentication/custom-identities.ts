// Custom identities: callers that the configuration's `identify` finds, checked and bounded.

import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { IdentifiedCaller, Identify, IdentifyRequest } from '../../config/identify.ts';
import { ownIssuers } from '../../config/identify.ts';
import type { Authenticated } from './authenticated.ts';
import { AuthenticationError, invalidToken, unavailable } from './authentication-error.ts';
import { createIdentity, MAX_SUBJECT_LENGTH } from './identity.ts';

/** In characters of JSON text. */
const MAX_CLAIMS_LENGTH = 16_384;
const MAX_SCOPES = 1_000;
const MAX_CACHED = 10_000;

const allowed = 'null or { subject, scopes?, roles?, claims? }';

export class CustomIdentities {
  readonly #identify: Identify;
  readonly #timeout: number;
  /** By content, so that an identity is created once. */
  readonly #known = new LRUCache<string, Authenticated>({ max: MAX_CACHED });

  /** @param timeout milliseconds. */
  constructor(identify: Identify, timeout: number) {
    this.#identify = identify;
    this.#timeout = timeout;
  }

  /**
   * @returns null for anonymous callers.
   * @throws AuthenticationError with status 401 for a GraphQLError that `identify` throws, with 503 after the time-out; Error for
   *   anything else that it throws, and for what is no identity.
   */
  async find(request: IdentifyRequest): Promise<Authenticated | null> {
    const identified = await this.#call(request);
    return identified === null ? null : this.#authenticated(checked(identified));
  }

  async #call(request: IdentifyRequest): Promise<unknown> {
    const late = Promise.withResolvers<never>();
    const detail = `authentication.identify took longer than ${this.#timeout} ms`;
    const timer = setTimeout(() => late.reject(unavailable(detail)), this.#timeout);
    try {
      return await Promise.race([late.promise, (async () => this.#identify(request))()]);
    } catch (error) {
      if (error instanceof AuthenticationError) throw error;
      if (error instanceof GraphQLError && error.originalError === undefined) throw invalidToken(error.message);
      throw new Error(`authentication.identify failed: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #authenticated(caller: Required<IdentifiedCaller>): Authenticated {
    const content = JSON.stringify([caller.subject, caller.scopes, caller.roles, caller.claims]);
    let authenticated = this.#known.get(content);
    if (!authenticated) {
      // Callers of one subject with other claims do not share responses.
      const identity = createIdentity(
        { ...(JSON.parse(JSON.stringify(caller)) as typeof caller), issuer: ownIssuers.custom },
        [ownIssuers.custom, content],
      );
      authenticated = Object.freeze({ identity, token: null, expires: null });
      this.#known.set(content, authenticated);
    }
    return authenticated;
  }
}

/** @throws Error for what is no identity. */
function checked(value: unknown): Required<IdentifiedCaller> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('');
  const { subject, scopes = [], roles = [], claims = {}, ...others } = value as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) throw wrong(` without ${JSON.stringify(other)}`);
  if (typeof subject !== 'string' || subject === '' || subject.length > MAX_SUBJECT_LENGTH) {
    throw wrong(`, with a subject of 1 to ${MAX_SUBJECT_LENGTH} characters`);
  }
  if (!isTexts(scopes) || !isTexts(roles))
    throw wrong(`, with scopes and roles as lists of at most ${MAX_SCOPES} texts`);
  if (!isClaims(claims)) throw wrong(`, with claims as an object of at most ${MAX_CLAIMS_LENGTH} characters of JSON`);
  return { subject, scopes, roles, claims };
}

function wrong(detail: string): Error {
  return new Error(`authentication.identify: return ${allowed}${detail}.`);
}

function isTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_SCOPES &&
    value.every((text) => typeof text === 'string' && text !== '' && text.length <= MAX_SUBJECT_LENGTH)
  );
}

function isClaims(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  try {
    return JSON.stringify(value).length <= MAX_CLAIMS_LENGTH;
  } catch {
    return false;
  }
}
