// The section `access` of a client: which callers may use its view, by what their credentials say.
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
      /** All of them are required. */
      scopes: texts('scopes').optional(),
      /** One of them is required. */
      roles: texts('roles').optional(),
      /** One that the token must name in `aud`. API keys and users that a proxy names have none. */
      audience: oneOrMore('audiences').optional(),
      /** One that must be the identity's issuer; `api-key` and `header` are those of API keys and of proxies. */
      issuer: oneOrMore('issuers').optional(),
    },
    'give an object such as { scopes: ["admin"] }',
  )
  .refine(
    (access) => Object.values(access).some((value) => value !== undefined),
    "give at least one of scopes, roles, audience and issuer; for every signed-in caller give authentication: 'required'",
  );

export type ClientAccess = z.output<typeof clientAccessSection>;
