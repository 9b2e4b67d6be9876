// Configuration sections `fields` (the gateway's own fields) and `clients` (the frontends).
import type { IResolvers } from '@graphql-tools/utils';
import { z } from 'zod';
import type { ResolverContext } from './context.ts';
import { filePath } from './values.ts';

export const fieldsSection = z
  .strictObject({
    /**
     * SDL file of the fields. Required.
     * @example 'schema/gateway.graphql'
     */
    schema: filePath,
    /**
     * Resolvers of the fields; those with `@subscribe` have none. Default: none.
     * @example { Query: { version: () => '1.2' } }
     */
    resolvers: z
      .custom<IResolvers<unknown, ResolverContext>>(
        (value) => typeof value === 'object' && value !== null,
        'give an object of resolvers: { Query: { profile: (root, args, context) => … } }',
      )
      .optional(),
  })
  .optional();

export const clientsSection = z
  .strictObject({
    /**
     * Folder with one folder for each client. Default: `clients`.
     * @example 'frontends'
     */
    folder: filePath.default('clients'),
    /**
     * Whether requests that name no client are rejected instead of getting the whole graph. Default: false.
     * @example true
     */
    only: z.boolean('give true or false').default(false),
  })
  .prefault({});
