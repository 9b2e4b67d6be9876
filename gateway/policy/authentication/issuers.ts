// Issuers of JSON Web Tokens: their keys and rules, and which of them a token's `iss` names.
import { createSecretKey } from 'node:crypto';
import type { JWTVerifyGetKey } from 'jose';
import type { Agent } from 'undici';
import type { AuthenticationConfig } from '../../config/authentication.ts';
import { defaultClaims } from '../../config/claims.ts';
import { ownIssuers } from '../../config/identify.ts';
import { readPublicKey } from '../../config/keys.ts';
import { isTenantPattern, tenantOf } from '../../config/tenants.ts';
import type { IssuerConfig } from '../../config/token-issuers.ts';
import { milliseconds } from '../../config/values.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { AudienceRule } from './audience.ts';
import type { DevelopmentKey } from './development-key.ts';
import { IdentityReader } from './identity.ts';
import { RemoteKeys } from './remote-keys.ts';

export interface Issuer extends AudienceRule {
  /** As configured: the value of `iss`, or a pattern with `{tenant}`. */
  name: string;
  algorithms: string[];
  /** In milliseconds. */
  clockTolerance: number;
  requiresExpiry: boolean;
  /** Whether tokens have to have the `typ` of access tokens. */
  requiresAccessType: boolean;
  /** Whether the bearer of an invalid token is anonymous rather than rejected. */
  acceptsAsAnonymous: boolean;
  identities: IdentityReader;
  key: JWTVerifyGetKey;
}

/** Issuer of a token by its `iss`, which is not verified yet. */
export interface NamedIssuer {
  issuer: Issuer;
  /** The concrete value of `iss`. */
  iss: string;
  /** Null for an issuer without tenants. */
  tenant: string | null;
  /** False for a tenant that is not listed. */
  isAllowed: boolean;
}

export interface IssuersOptions {
  config: AuthenticationConfig;
  development: DevelopmentKey | undefined;
  agent: Agent;
  log: Logger;
  now: () => number;
}

interface Pattern {
  issuer: Issuer;
  /** Null for all. */
  tenants: ReadonlySet<string> | null;
}

export class Issuers {
  readonly #exact = new Map<string, Issuer>();
  readonly #patterns: Pattern[] = [];
  readonly #keySets: RemoteKeys[] = [];

  constructor(options: IssuersOptions) {
    for (const config of options.config.jwt) {
      const keys = config.jwks === undefined ? null : remoteKeys(config.jwks, options);
      if (keys) this.#keySets.push(keys);
      const issuer = createIssuer(config, keys, options.log);
      if (isTenantPattern(config.issuer)) {
        const tenants = Array.isArray(config.tenants) ? new Set(config.tenants) : null;
        this.#patterns.push({ issuer, tenants });
      } else this.#exact.set(issuer.name, issuer);
    }
    const { development, log } = options;
    if (development) this.#exact.set(ownIssuers.development, developmentIssuer(development, log));
  }

  /** Fetches the key sets. Never rejects: what cannot be fetched is in the log, and is fetched again for a token. */
  async prefetch(): Promise<void> {
    await Promise.all(this.#keySets.map((keys) => keys.prefetch()));
  }

  get size(): number {
    return this.#exact.size + this.#patterns.length;
  }

  /**
   * An exact issuer comes before patterns, and of those the first that allows the tenant. Undefined for an unknown
   * issuer.
   */
  find(iss: unknown): NamedIssuer | undefined {
    if (typeof iss !== 'string') return undefined;
    const exact = this.#exact.get(iss);
    if (exact) return { issuer: exact, iss, tenant: null, isAllowed: true };
    let notAllowed: NamedIssuer | undefined;
    for (const { issuer, tenants } of this.#patterns) {
      const tenant = tenantOf(issuer.name, iss);
      if (tenant === null) continue;
      if (tenants === null || tenants.has(tenant)) return { issuer, iss, tenant, isAllowed: true };
      notAllowed ??= { issuer, iss, tenant, isAllowed: false };
    }
    return notAllowed;
  }
}

function createIssuer(config: IssuerConfig, keys: RemoteKeys | null, log: Logger): Issuer {
  const { issuer: name, key, secret, audience, audienceClaims, algorithms } = config;
  return {
    name,
    audience,
    audienceClaims,
    algorithms,
    clockTolerance: milliseconds(config.clockTolerance),
    requiresExpiry: config.expiry === 'required',
    requiresAccessType: config.typ !== undefined,
    acceptsAsAnonymous: config.onInvalidToken === 'anonymous',
    identities: new IdentityReader(config.claims, log),
    key: keys ? (header, token) => keys.find(header, token) : ownKey(key, secret),
  };
}

function remoteKeys(url: string, { config: { keySets }, agent, log, now }: IssuersOptions): RemoteKeys {
  return new RemoteKeys({
    url,
    maxAge: milliseconds(keySets.maxAge),
    cooldown: milliseconds(keySets.cooldown),
    timeout: milliseconds(keySets.timeout),
    agent,
    log,
    now,
  });
}

function ownKey(key: IssuerConfig['key'], secret: string | undefined): JWTVerifyGetKey {
  const read = key === undefined ? createSecretKey(Buffer.from(secret as string)) : readPublicKey(key);
  return () => read;
}

function developmentIssuer({ publicKey }: DevelopmentKey, log: Logger): Issuer {
  const { subject, scopes, roles } = defaultClaims;
  return {
    name: ownIssuers.development,
    algorithms: ['EdDSA'],
    clockTolerance: 5000,
    requiresExpiry: true,
    requiresAccessType: false,
    acceptsAsAnonymous: false,
    identities: new IdentityReader({ subject: [...subject], scopes: [...scopes], roles: [...roles] }, log),
    key: () => publicKey,
  };
}
