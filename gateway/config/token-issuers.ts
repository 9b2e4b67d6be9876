// Token issuers of a configuration: those of JSON Web Tokens with their keys, and the introspection endpoint of opaque
// tokens.
import { z } from 'zod';
import { claimPaths, claims } from './claims.ts';
import { ownIssuers } from './identify.ts';
import {
  asymmetric,
  checkAudienceClaims,
  checkKey,
  checkTenants,
  defaultAlgorithmsOf,
  isSymmetric,
  symmetric,
  tenantMessage,
} from './issuer-checks.ts';
import { keyText, secretText } from './keys.ts';
import { isTenant, isTenantPattern } from './tenants.ts';
import { count, duration, isHttpUrl, nonEmpty } from './values.ts';

const address = nonEmpty('give a full address such as "https://login.example/jwks.json"').refine(
  (text) => isHttpUrl(text) && new URL(text).username === '' && new URL(text).password === '',
  { error: 'give a full address with http:// or https:// and without credentials' },
);

const audiences = 'give a text such as "https://api.shop.example", or a list of them';
const audience = z.union([nonEmpty(audiences), z.array(nonEmpty(audiences)).min(1, audiences)], audiences).optional();

/** The first of these claims that a token has must name an audience. Default: `aud`. */
const audienceClaims = claimPaths
  .refine((paths) => paths.length > 0, { error: 'give at least one claim, such as "client_id"' })
  .optional();

/** Invalid tokens are rejected with 401, or their bearers are anonymous. Default: rejected. */
const onInvalidToken = z.enum(['reject', 'anonymous'], 'give "reject" or "anonymous"').default('reject');

const tenantText =
  'give a tenant as it stands in "iss": letters, digits, ".", "_", "~" and "-"; or "*" in place of the list, for all of them';
const tenant = z.string(tenantMessage).refine(isTenant, { error: tenantText });

const issuerName = nonEmpty('give the issuer as its tokens name it in "iss"').refine(
  (name) => !Object.values<string>(ownIssuers).includes(name),
  { error: `${Object.values(ownIssuers).join(', ')} are the gateway's own; take another name` },
);

const clockTolerance = z.union([z.literal(0), duration], 'give a duration such as "5s", or 0').default('5s');

const algorithmMessage = `give one of ${[...asymmetric, ...symmetric].join(', ')}`;

export const jwtIssuer = z
  .strictObject({
    /**
     * The issuer, exactly as its tokens name it in `iss`; or, for an issuer that has one name for each tenant and one
     * key set, a pattern such as `https://login.example/{tenant}/v2.0`. Required.
     * @example 'https://login.example'
     */
    issuer: issuerName,
    /**
     * Of a pattern: the tenants that are accepted, or "*" for all. Default: none.
     * @example ['acme', 'globex']
     */
    tenants: z.union([z.literal('*'), z.array(tenant).min(1, tenantMessage)], tenantMessage).optional(),
    /**
     * URL of the issuer's public keys, a JWK Set. One of `jwks`, `key` and `secret` is required. Default: none.
     * @example 'https://login.example/jwks.json'
     */
    jwks: address.optional(),
    /**
     * In place of `jwks`: the issuer's one public key, as PEM text or as a JWK. Default: none.
     * @example file('/run/secrets/issuer.pem')
     */
    key: keyText('give a public key as PEM text or as a JWK').optional(),
    /**
     * In place of `jwks`: the secret that issuer and gateway share, for HS256, HS384 or HS512. Default: none.
     * @example env('TOKEN_SECRET')
     */
    secret: secretText.optional(),
    /**
     * Required audience, or several of which the token's `aud` must contain one. Default: any.
     * @example 'https://api.shop.example'
     */
    audience,
    /**
     * The first of these claims that a token has must name an audience. Default: `aud`.
     * @example ['client_id']
     */
    audienceClaims,
    /**
     * `at+jwt`: tokens have to have this `typ` in their header (RFC 9068). Default: that, `JWT` or none; others, such as
     * `logout+jwt`, are rejected always.
     * @example 'at+jwt'
     */
    typ: z.literal('at+jwt', 'give "at+jwt", or leave it out').optional(),
    /**
     * Whether tokens without `exp` are accepted. Default: they are not.
     * @example 'optional'
     */
    expiry: z.enum(['required', 'optional'], 'give "required" or "optional"').default('required'),
    /**
     * Whether invalid tokens are rejected with 401, or their bearers are anonymous. Default: `reject`.
     * @example 'anonymous'
     */
    onInvalidToken,
    /**
     * Accepted signature algorithms. Default: RS256, PS256, ES256 and EdDSA; HS256 with a secret.
     * @example ['ES256']
     */
    algorithms: z
      .array(z.enum([...asymmetric, ...symmetric], algorithmMessage))
      .min(1, algorithmMessage)
      .optional(),
    /**
     * Tolerated clock difference when `exp`, `nbf` and `iat` are checked. In milliseconds, or as text such as
     * "30s". Default: 5 s.
     * @example '30s'
     */
    clockTolerance,
    /**
     * Claims that the gateway reads. Default: `sub`, `scope` and `scp`, `roles`.
     * @example { roles: 'realm_access.roles' }
     */
    claims,
  })
  .superRefine((config, context) => {
    const { jwks, key, secret, algorithms } = config;
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    checkTenants(config, problem);
    checkAudienceClaims(config, problem);
    const given = [jwks, key, secret].filter((one) => one !== undefined);
    if (given.length !== 1) problem(['jwks'], 'give one of jwks, key and secret, and only one');
    for (const [index, algorithm] of (algorithms ?? []).entries()) {
      // A public key is no secret: if it were used as the secret of HS256, everyone who can read it could sign tokens.
      if (isSymmetric(algorithm) !== (secret !== undefined)) {
        problem(
          ['algorithms', index],
          secret === undefined
            ? 'HS algorithms need a `secret`; with public keys give RS, PS, ES or EdDSA'
            : 'with a `secret` give HS256, HS384 or HS512',
        );
      }
    }
    if (key !== undefined) checkKey(key, algorithms, problem);
  })
  .transform(({ algorithms, ...rest }) => ({ ...rest, algorithms: algorithms ?? defaultAlgorithmsOf(rest) }));

export const introspection = z
  .strictObject({
    /**
     * URL of the introspection endpoint (RFC 7662). Required.
     * @example 'https://login.example/introspect'
     */
    url: address,
    /**
     * Client id that the gateway has at the endpoint. Required.
     * @example 'gateway'
     */
    clientId: nonEmpty('give the client id that the gateway has at the endpoint'),
    /**
     * Client secret that the gateway has at the endpoint. Required.
     * @example env('CLIENT_SECRET')
     */
    clientSecret: nonEmpty('give the client secret that the gateway has at the endpoint'),
    /**
     * Issuer of the tokens. Default: any that a response names, else the endpoint's URL. Others are rejected.
     * @example 'https://login.example'
     */
    issuer: issuerName
      .refine((name) => !isTenantPattern(name), { error: 'give one issuer, without {tenant}' })
      .optional(),
    /**
     * Required audience, or several of which the token's `aud` must contain one.
     * @example 'https://api.shop.example'
     */
    audience,
    /**
     * The first of these claims that a token has must name an audience. Default: `aud`.
     * @example ['client_id']
     */
    audienceClaims,
    /**
     * Whether invalid tokens are rejected with 401, or their bearers are anonymous. Default: `reject`.
     * @example 'anonymous'
     */
    onInvalidToken,
    /**
     * Tolerated clock difference when `exp`, `nbf` and `iat` are checked. In milliseconds, or as text such as
     * "30s". Default: 5 s.
     * @example '30s'
     */
    clockTolerance,
    /**
     * Claims that the gateway reads. Default: `sub`, `scope` and `scp`, `roles`.
     * @example { subject: 'username' }
     */
    claims,
    /**
     * Time-out of one request to the endpoint. In milliseconds, or as text such as "30s". Default: 5 s.
     * @example '2s'
     */
    timeout: duration.default('5s'),
    /**
     * Cached introspection responses: the maximum number and the maximum age. Default: those below.
     * @example { max: 50_000, maxAge: '10s' }
     */
    cache: z
      .strictObject({
        /**
         * Maximum number of cached results. Default: 10,000.
         * @example 50_000
         */
        max: count('responses').default(10_000),
        /**
         * Maximum age of a cached result. In milliseconds, or as text such as "30s". Default: 60 s.
         * @example '10s'
         */
        maxAge: duration.default('60s'),
      })
      .prefault({}),
  })
  .superRefine((config, context) => {
    checkAudienceClaims(config, (path, message) => context.addIssue({ code: 'custom', path, message }));
  });

export type IssuerConfig = z.output<typeof jwtIssuer>;
export type IntrospectionConfig = z.output<typeof introspection>;
