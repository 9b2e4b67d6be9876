// Token issuers of a configuration: those of JSON Web Tokens with their keys, and the introspection endpoint of opaque
// tokens.
import { z } from 'zod';
import { claimPaths, claims } from './claims.ts';
import { ownIssuers } from './identify.ts';
import { algorithmsFor, keyText, readPublicKey, secretText } from './keys.ts';
import { isTenant, isTenantPattern, tenantPlaceholder } from './tenants.ts';
import { count, duration, isHttpUrl, nonEmpty } from './values.ts';

const symmetric = ['HS256', 'HS384', 'HS512'] as const;
const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
const defaultAlgorithms: readonly Algorithm[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

type Algorithm = (typeof symmetric | typeof asymmetric)[number];

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

const tenantMessage = 'list the tenants, such as ["acme"], or give "*" for all of them';
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
     * key set, a pattern such as `https://login.example/{tenant}/v2.0`.
     */
    issuer: issuerName,
    /** Of a pattern: the tenants that are accepted, or "*" for all. */
    tenants: z.union([z.literal('*'), z.array(tenant).min(1, tenantMessage)], tenantMessage).optional(),
    /** URL of the issuer's public keys, a JWK Set. One of `jwks`, `key` and `secret` is required. */
    jwks: address.optional(),
    /** In place of `jwks`: the issuer's one public key, as PEM text or as a JWK. */
    key: keyText('give a public key as PEM text or as a JWK').optional(),
    /** In place of `jwks`: the secret that issuer and gateway share, for HS256, HS384 or HS512. */
    secret: secretText.optional(),
    /** Required audience, or several of which the token's `aud` must contain one. Default: any. */
    audience,
    audienceClaims,
    /** Whether tokens without `exp` are accepted. Default: they are not. */
    expiry: z.enum(['required', 'optional'], 'give "required" or "optional"').default('required'),
    onInvalidToken,
    /** Accepted signature algorithms. Default: RS256, PS256, ES256 and EdDSA; HS256 with a secret. */
    algorithms: z
      .array(z.enum([...asymmetric, ...symmetric], algorithmMessage))
      .min(1, algorithmMessage)
      .optional(),
    /** Tolerated clock difference when `exp`, `nbf` and `iat` are checked. Default: 5 s. */
    clockTolerance,
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
    /** URL of the introspection endpoint (RFC 7662). */
    url: address,
    clientId: nonEmpty('give the client id that the gateway has at the endpoint'),
    clientSecret: nonEmpty('give the client secret that the gateway has at the endpoint'),
    /** Issuer of the tokens. Default: any that a response names, else the endpoint's URL. Others are rejected. */
    issuer: issuerName
      .refine((name) => !isTenantPattern(name), { error: 'give one issuer, without {tenant}' })
      .optional(),
    audience,
    audienceClaims,
    onInvalidToken,
    clockTolerance,
    claims,
    timeout: duration.default('5s'),
    /** Cached introspection responses: the maximum number and the maximum age. */
    cache: z
      .strictObject({
        max: count('responses').default(10_000),
        maxAge: duration.default('60s'),
      })
      .prefault({}),
  })
  .superRefine((config, context) => {
    checkAudienceClaims(config, (path, message) => context.addIssue({ code: 'custom', path, message }));
  });

export type IssuerConfig = z.output<typeof jwtIssuer>;
export type IntrospectionConfig = z.output<typeof introspection>;

type Problem = (path: (string | number)[], message: string) => void;

function checkTenants(
  {
    issuer,
    tenants,
    audience,
    jwks,
  }: { issuer: string; tenants?: unknown; audience?: unknown; jwks?: string | undefined },
  problem: Problem,
): void {
  if (!isTenantPattern(issuer)) {
    if (tenants !== undefined) problem(['tenants'], 'only an issuer with {tenant} in its path has tenants');
    return;
  }
  const segments = issuer.split('/');
  const isWhole = segments.indexOf(tenantPlaceholder) > 2 && !isTenantPattern(issuer.replace(tenantPlaceholder, ''));
  if (!isHttpUrl(issuer) || !isWhole) {
    problem(['issuer'], 'write {tenant} once, as a whole segment of the path: "https://login.example/{tenant}/v2.0"');
  }
  if (audience === undefined) {
    problem(['audience'], 'an issuer with {tenant} needs one: its keys sign tokens for the services of every tenant');
  }
  if (tenants === undefined) problem(['tenants'], tenantMessage);
  if (jwks !== undefined && isTenantPattern(jwks)) {
    problem(['jwks'], 'the tenants of an issuer share one key set: give its address without placeholders');
  }
}

function checkAudienceClaims(
  { audience, audienceClaims: ofAudience }: { audience?: unknown; audienceClaims?: unknown },
  problem: Problem,
): void {
  if (ofAudience !== undefined && audience === undefined) {
    problem(['audienceClaims'], 'they are compared with `audience`: give it too');
  }
}

function isSymmetric(algorithm: string): boolean {
  return algorithm.startsWith('HS');
}

/** Reports keys that cannot be read, and algorithms that do not fit the key. */
function checkKey(
  key: NonNullable<IssuerConfig['key']>,
  algorithms: readonly string[] | undefined,
  problem: Problem,
): void {
  try {
    const fitting = algorithmsFor(readPublicKey(key));
    const unfit = algorithms?.findIndex((one) => !isSymmetric(one) && !fitting.includes(one)) ?? -1;
    if (unfit !== -1) problem(['algorithms', unfit], `with this key give ${fitting.join(', ')}`);
  } catch (error) {
    problem(['key'], `give a public key as PEM text or as a JWK: ${(error as Error).message}`);
  }
}

/** Default algorithms of an issuer. */
function defaultAlgorithmsOf({
  key,
  secret,
}: {
  key?: string | Record<string, unknown>;
  secret?: string;
}): Algorithm[] {
  if (secret !== undefined) return ['HS256'];
  if (key === undefined) return [...defaultAlgorithms];
  const fitting = algorithmsFor(readPublicKey(key));
  const defaults = defaultAlgorithms.filter((one) => fitting.includes(one));
  return defaults.length > 0 ? defaults : (fitting.slice(0, 1) as Algorithm[]);
}
