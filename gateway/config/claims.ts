// Claims of tokens that the configuration names: the caller's subject, scopes and roles, and those forwarded to
// subgraphs.
import { z } from 'zod';
import { nonEmpty } from './values.ts';

/**
 * A claim: a text is its whole name or a path of names with dots, of which the longest that is there is taken at each
 * step; a list is a path of exact names.
 *
 * @example 'realm_access.roles'
 * @example 'https://shop.example/roles'
 * @example ['https://shop.example/claims', 'roles']
 */
export type ClaimPath = string | string[];

const message = 'give the name of a claim, such as "sub", or a path to one, such as "realm_access.roles"';
const listMessage = `${message}; a path as a list stands in a list of its own: [["https://shop.example/claims", "roles"]]`;

const name = nonEmpty(message);

export const claimPath = z.union([name, z.array(name).min(1, message)], message);

/** One claim, or a list of claims. */
export const claimPaths = z.union([name.transform((one): ClaimPath[] => [one]), z.array(claimPath)], listMessage);

/** Claims that are read without being configured. */
export const defaultClaims = { subject: ['sub'], scopes: ['scope', 'scp'], roles: ['roles'] } as const;

/** Claims of an issuer's tokens that the gateway reads. */
export const claims = z
  .strictObject({
    /**
     * The first of them that a token has. Default: `sub`.
     * @example ['sub', 'client_id']
     */
    subject: claimPaths
      .refine((paths) => paths.length > 0, { error: 'give at least one claim, such as "sub"' })
      .default([...defaultClaims.subject]),
    /**
     * Texts are split at spaces, lists are taken as they are; several claims add up. Default: `scope` and `scp`.
     * @example 'permissions'
     */
    scopes: claimPaths.default([...defaultClaims.scopes]),
    /**
     * Claims that name the caller's roles, as `scopes` does. Default: `roles`.
     * @example 'realm_access.roles'
     */
    roles: claimPaths.default([...defaultClaims.roles]),
  })
  .prefault({});

export type ClaimPaths = z.output<typeof claims>;
