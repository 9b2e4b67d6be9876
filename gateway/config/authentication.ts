// Configuration section `authentication`: the kinds of credentials that the gateway accepts, each in a file of its own.
import { z } from 'zod';
import { apiKeys } from './api-keys.ts';
import { headerName } from './headers.ts';
import { identify } from './identify.ts';
import { introspection, jwtIssuer } from './token-issuers.ts';
import { count, duration, nonEmpty, roleList, scopeList, whole } from './values.ts';

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
      .array(jwtIssuer)
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
    identify: identify.optional(),
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
