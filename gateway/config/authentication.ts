// Configuration section `authentication`: the kinds of credentials that the gateway accepts, each in a file of its own.
import { z } from 'zod';
import { apiKeys } from './api-keys.ts';
import { headerName } from './headers.ts';
import { identify } from './identify.ts';
import { introspection, jwtIssuer } from './token-issuers.ts';
import { count, duration, nonEmpty, roleList, scopeList, whole } from './values.ts';

const developmentUser = z.strictObject({
  /**
   * Label in the list of GraphiQL. Required.
   * @example 'Ada, a customer'
   */
  name: nonEmpty('give a name to show, such as "Ada, a customer"'),
  /**
   * The user's id. Required.
   * @example 'u1'
   */
  subject: nonEmpty('give a subject'),
  /**
   * Scopes of the user. Default: none.
   * @example ['orders:read']
   */
  scopes: scopeList.default([]),
  /**
   * Roles of the user. Default: none.
   * @example ['support']
   */
  roles: roleList.default([]),
});

export const authentication = z.strictObject(
  {
    /**
     * Issuers of the JSON Web Tokens that are accepted in `Authorization: Bearer …`. Default: none.
     * @example [{ issuer: 'https://login.example', jwks: 'https://login.example/jwks.json' }]
     */
    jwt: z
      .array(
        jwtIssuer,
        'give a list of issuers: [{ issuer: "https://login.example", jwks: "https://login.example/jwks.json" }]',
      )
      .max(100, 'give at most 100 issuers')
      .superRefine((issuers, context) => {
        for (const [index, { issuer: name }] of issuers.entries()) {
          if (issuers.findIndex((other) => other.issuer === name) === index) continue;
          context.addIssue({ code: 'custom', path: [index, 'issuer'], message: 'this issuer is listed twice' });
        }
      })
      .default([]),
    /**
     * Caching of the issuers' public keys. Default: those below.
     * @example { maxAge: '1h' }
     */
    keySets: z
      .strictObject({
        /**
         * Age at which a key set is fetched again; while that fails, the old keys stay in use. In milliseconds, or as
         * text such as "30s". Default: 10 minutes.
         * @example '1h'
         */
        maxAge: duration.default('10m'),
        /**
         * Minimum time between two fetches because of an unknown key id. In milliseconds, or as text such as "30s".
         * Default: 30 s.
         * @example '1m'
         */
        cooldown: duration.default('30s'),
        /**
         * Time-out of one fetch. In milliseconds, or as text such as "30s". Default: 5 s.
         * @example '2s'
         */
        timeout: duration.default('5s'),
      })
      .prefault({}),
    /**
     * API keys: the header that carries them, and the keys. Default: none.
     * @example { file: '/run/secrets/api-keys.json' }
     */
    apiKeys: apiKeys.optional(),
    /**
     * Validates opaque tokens (no JSON Web Tokens) at the issuer's introspection endpoint. Default: none.
     * @example { url: 'https://login.example/introspect', clientId: 'gateway', clientSecret: env('CLIENT_SECRET') }
     */
    introspection: introspection.optional(),
    /**
     * Header in which a proxy names the user; ignored unless the request comes from one of `trustedProxies`. Default:
     * none.
     * @example { name: 'x-user-id' }
     */
    identityHeader: z
      .strictObject({
        /**
         * Name of the header. Default: `x-user-id`.
         * @example 'x-remote-user'
         */
        name: headerName.default('x-user-id'),
      })
      .optional(),
    /**
     * Identifies callers that bring no credentials of the kinds above. Default: none.
     * @example async ({ headers }) => (await sessions.find(headers.cookie)) ?? null
     */
    identify: identify.optional(),
    /**
     * Time-out of `identify`. In milliseconds, or as text such as "30s". Default: 5s.
     * @example '2s'
     */
    identifyTimeout: duration.default('5s'),
    /**
     * Maximum length of tokens and API keys; longer ones are rejected unread. Default: 8192.
     * @example 16_384
     */
    maxTokenBytes: whole('give bytes as a whole number from 256 to 65536', 256, 65_536).default(8192),
    /**
     * Cache of verified tokens: the maximum number and the maximum age. Default: those below.
     * @example { max: 50_000, maxAge: '30s' }
     */
    tokenCache: z
      .strictObject({
        /**
         * Maximum number of cached results. Default: 10,000.
         * @example 50_000
         */
        max: count('tokens').default(10_000),
        /**
         * Maximum age of a cached result. In milliseconds, or as text such as "30s". Default: 60 s.
         * @example '30s'
         */
        maxAge: duration.default('60s'),
      })
      .prefault({}),
    /**
     * Used by `concierge dev` only. Default: none.
     * @example { users: [{ name: 'Ada, a customer', subject: 'u1' }] }
     */
    development: z
      .strictObject({
        /**
         * Users that can be chosen for signing in from GraphiQL. Default: none.
         * @example [{ name: 'Ada, a customer', subject: 'u1', scopes: ['orders:read'] }]
         */
        users: z.array(developmentUser).max(20, 'give at most 20 users').default([]),
      })
      .prefault({}),
  },
  'give an object such as { jwt: [{ issuer: "https://login.example", jwks: "https://login.example/jwks.json" }] }',
);

export type AuthenticationConfig = z.output<typeof authentication>;
