// Configuration section `authentication`: the credentials that the gateway accepts.
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { headerName } from './headers.ts';
import { algorithmsFor, keyText, readPublicKey, secretText } from './keys.ts';
import { count, duration, isHttpUrl, whole } from './values.ts';

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

/**
 * Issuer names of identities that the gateway itself vouches for: API keys, the identity header, development tokens.
 */
export const ownIssuers = {
  apiKey: 'api-key',
  header: 'header',
  development: 'concierge-development',
  custom: 'identify',
} as const;

/** Request, or connection of a WebSocket, whose caller is to be identified. */
export interface IdentifyRequest {
  /** A copy; of a WebSocket, those of its upgrade request. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Payload of `connection_init`; undefined for HTTP requests. */
  readonly connectionParams?: unknown;
}

/** Caller as `identify` returns it. */
export interface IdentifiedCaller {
  /** Id of the user, of 256 characters at most. */
  subject: string;
  scopes?: readonly string[];
  roles?: readonly string[];
  /** JSON of at most 16,384 characters. Callers with other claims share no private responses: leave out what changes often. */
  claims?: Readonly<Record<string, unknown>>;
}

/**
 * Identifies callers without credentials of the other kinds. A GraphQLError that it throws rejects the request with 401.
 *
 * @example
 * async identify({ headers }) {
 *   const session = await sessions.find(headers.cookie);
 *   return session ? { subject: session.userId, roles: session.roles } : null;
 * }
 */
export type Identify = (request: IdentifyRequest) => IdentifiedCaller | null | Promise<IdentifiedCaller | null>;

const nonEmpty = (message: string) => z.string(message).min(1, message);

const address = nonEmpty('give a full address such as "https://login.example/jwks.json"').refine(
  (text) => isHttpUrl(text) && new URL(text).username === '' && new URL(text).password === '',
  { error: 'give a full address with http:// or https:// and without credentials' },
);

const pathMessage = 'give the name of a claim, such as "sub", or a path to one, such as "realm_access.roles"';
const path = nonEmpty(pathMessage);
const paths = z.union([path.transform((one) => [one]), z.array(path)], `${pathMessage}, or a list of them`);

/** Claims of a token that the gateway reads: each is a claim's whole name, or a path with dots. */
const claims = z
  .strictObject({
    subject: path.default('sub'),
    /** Texts are split at spaces, lists are taken as they are; several claims add up. */
    scopes: paths.default(['scope', 'scp']),
    roles: paths.default(['roles']),
  })
  .prefault({});

const audiences = 'give a text such as "https://api.shop.example", or a list of them';
const audience = z.union([nonEmpty(audiences), z.array(nonEmpty(audiences)).min(1, audiences)], audiences).optional();

const issuerName = nonEmpty('give the issuer as its tokens name it in "iss"').refine(
  (name) => !Object.values<string>(ownIssuers).includes(name),
  { error: `${Object.values(ownIssuers).join(', ')} are the gateway's own; take another name` },
);

const clockTolerance = z.union([z.literal(0), duration], 'give a duration such as "5s", or 0').default('5s');

const algorithmMessage = `give one of ${[...asymmetric, ...symmetric].join(', ')}`;

const issuer = z
  .strictObject({
    /** The issuer, exactly as its tokens name it in `iss`. */
    issuer: issuerName,
    /** URL of the issuer's public keys, a JWK Set. One of `jwks`, `key` and `secret` is required. */
    jwks: address.optional(),
    /** In place of `jwks`: the issuer's one public key, as PEM text or as a JWK. */
    key: keyText('give a public key as PEM text or as a JWK').optional(),
    /** In place of `jwks`: the secret that issuer and gateway share, for HS256, HS384 or HS512. */
    secret: secretText.optional(),
    /** Required audience, or several of which the token's `aud` must contain one. Default: any. */
    audience,
    /** Accepted signature algorithms. Default: RS256, PS256, ES256 and EdDSA; HS256 with a secret. */
    algorithms: z
      .array(z.enum([...asymmetric, ...symmetric], algorithmMessage))
      .min(1, algorithmMessage)
      .optional(),
    /** Tolerated clock difference when `exp`, `nbf` and `iat` are checked. Default: 5 s. */
    clockTolerance,
    claims,
  })
  .superRefine(({ jwks, key, secret, algorithms }, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
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

const scopeList = z.array(nonEmpty('give scopes such as "orders:read"'), 'give a list of scopes');
const roleList = z.array(nonEmpty('give roles such as "support"'), 'give a list of roles');

const apiKey = z.strictObject({
  /** Name of the key's owner; becomes the subject. */
  name: nonEmpty('give a name such as "warehouse"'),
  /** SHA-256 of the key; `concierge api-key` prints a new key with its hash. */
  hash: z
    .string('give "sha256:" and 64 hexadecimal digits')
    .regex(/^sha256:[0-9a-f]{64}$/i, 'give "sha256:" and 64 hexadecimal digits, as `concierge api-key` prints them'),
  scopes: scopeList.default([]),
  roles: roleList.default([]),
  /** Name of a plan in `rateLimits.plans`. */
  ratePlan: nonEmpty('give the name of a rate plan').optional(),
});

const apiKeys = z
  .strictObject({
    header: headerName.default('x-api-key'),
    // Bounded, because every key is compared with each one that a client sends.
    keys: z.array(apiKey).min(1, 'give at least one key').max(1000, 'give at most 1000 keys'),
  })
  .superRefine(({ keys }, context) => {
    for (const [index, { name, hash }] of keys.entries()) {
      const problem = (path: string, message: string) =>
        context.addIssue({ code: 'custom', path: ['keys', index, path], message });
      const before = keys.slice(0, index);
      if (before.some((other) => other.name === name)) problem('name', 'another key has this name');
      if (before.some((other) => other.hash.toLowerCase() === hash.toLowerCase())) {
        problem('hash', 'another key has this hash');
      }
    }
  });

const introspection = z.strictObject({
  /** URL of the introspection endpoint (RFC 7662). */
  url: address,
  clientId: nonEmpty('give the client id that the gateway has at the endpoint'),
  clientSecret: nonEmpty('give the client secret that the gateway has at the endpoint'),
  /** Issuer of the tokens. Default: the endpoint's URL. A response that names another issuer is rejected. */
  issuer: issuerName.optional(),
  audience,
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
});

const developmentUser = z.strictObject({
  /** Label in the list of GraphiQL. */
  name: nonEmpty('give a name to show, such as "Ada, a customer"'),
  subject: nonEmpty('give a subject'),
  scopes: scopeList.default([]),
  roles: roleList.default([]),
});

export const authentication = z.strictObject(
  {
    /** Issuers of the JSON Web Tokens that are accepted in `Authorization: Bearer …`. Default: none. */
    jwt: z
      .array(issuer)
      .max(100, 'give at most 100 issuers')
      .superRefine((issuers, context) => {
        for (const [index, { issuer: name }] of issuers.entries()) {
          if (issuers.findIndex((other) => other.issuer === name) === index) continue;
          context.addIssue({ code: 'custom', path: [index, 'issuer'], message: 'this issuer is listed twice' });
        }
      })
      .default([]),
    /** Caching of the issuers' public keys. */
    keySets: z
      .strictObject({
        /** Age at which a key set is fetched again; while that fails, the old keys stay in use. Default: 10 minutes. */
        maxAge: duration.default('10m'),
        /** Minimum time between two fetches because of an unknown key id. Default: 30 s. */
        cooldown: duration.default('30s'),
        timeout: duration.default('5s'),
      })
      .prefault({}),
    apiKeys: apiKeys.optional(),
    /** Validates opaque tokens (no JSON Web Tokens) at the issuer's introspection endpoint. */
    introspection: introspection.optional(),
    /** Header in which a proxy names the user; ignored unless the request comes from one of `trustedProxies`. */
    identityHeader: z.strictObject({ name: headerName.default('x-user-id') }).optional(),
    /** Identifies callers that bring no credentials of the kinds above. */
    identify: z.custom<Identify>((value) => typeof value === 'function', 'give a function').optional(),
    /** Time-out of `identify`. Default: 5s. */
    identifyTimeout: duration.default('5s'),
    /** Maximum length of tokens and API keys; longer ones are rejected unread. Default: 8192. */
    maxTokenBytes: whole('give bytes as a whole number from 256 to 65536', 256, 65_536).default(8192),
    /** Cache of verified tokens: the maximum number and the maximum age. */
    tokenCache: z.strictObject({ max: count('tokens').default(10_000), maxAge: duration.default('60s') }).prefault({}),
    /** Used by `concierge dev` only. */
    development: z
      .strictObject({
        /** Users that can be chosen for signing in from GraphiQL. */
        users: z.array(developmentUser).max(20, 'give at most 20 users').default([]),
      })
      .prefault({}),
  },
  'give an object such as { jwt: [{ issuer: "https://login.example", jwks: "https://login.example/jwks.json" }] }',
);

export type AuthenticationConfig = z.output<typeof authentication>;
export type IssuerConfig = AuthenticationConfig['jwt'][number];
export type ApiKeysConfig = NonNullable<AuthenticationConfig['apiKeys']>;
export type IntrospectionConfig = NonNullable<AuthenticationConfig['introspection']>;
export type ClaimPaths = IssuerConfig['claims'];

function isSymmetric(algorithm: string): boolean {
  return algorithm.startsWith('HS');
}

/** Reports keys that cannot be read, and algorithms that do not fit the key. */
function checkKey(
  key: NonNullable<z.output<typeof issuer>['key']>,
  algorithms: readonly string[] | undefined,
  problem: (path: (string | number)[], message: string) => void,
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
