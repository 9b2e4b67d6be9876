// Configuration section `access` of a client: the scopes, roles, audiences and issuers that its callers must have.
import { z } from 'zod';

const texts = (what: string) => {
  const message = `give ${what} as texts, in a list`;
  return z.array(z.string(message).min(1, message), message).min(1, message);
};

const oneOrMore = (what: string) => {
  const message = `give ${what} as a text, or several in a list`;
  return z.union([z.string(message).min(1, message), z.array(z.string().min(1)).min(1)], message);
};

export const clientAccessSection = z
  .strictObject(
    {
      /**
       * All of these scopes are required. Default: none.
       * @example ['admin']
       */
      scopes: texts('scopes').optional(),
      /**
       * One of these roles is required. Default: none.
       * @example ['support']
       */
      roles: texts('roles').optional(),
      /**
       * One of these must be in the token's `aud`, or in the issuer's `audienceClaims`. API keys and users that a proxy
       * names have no audience. Default: any.
       * @example 'https://api.shop.example'
       */
      audience: oneOrMore('audiences').optional(),
      /**
       * One of these must be the identity's issuer, or its pattern with `{tenant}`; `api-key` and `header` are the
       * issuers of API keys and of the identity header. Default: any.
       * @example 'https://login.example'
       */
      issuer: oneOrMore('issuers').optional(),
    },
    'give an object such as { scopes: ["admin"] }',
  )
  .refine(
    (access) => Object.values(access).some((value) => value !== undefined),
    'give at least one of scopes, roles, audience and issuer; for every authenticated caller give ' +
      "authentication: 'required'",
  );

export type ClientAccess = z.output<typeof clientAccessSection>;
