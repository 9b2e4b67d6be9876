// Client definition (`clients/<name>/client.ts`): a frontend's view of the graph and the settings of its requests.
// `load-clients.ts` reads the files, `view.ts` builds the view.
import type { IResolvers } from '@graphql-tools/utils';
import { z } from 'zod';
import { clientAccessSection } from '../config/client-access.ts';
import { gatewayConfigSchema } from '../config/config.ts';
import type { ResolverContext } from '../config/context.ts';
import { type LimitsConfig, limitsSection } from '../config/limits.ts';
import { priority } from '../config/overload.ts';
import { patterns, renameSection } from '../config/renames.ts';
import type { Written } from '../config/written.ts';

const limitsAllowed = 'give an object such as { depth: 8 }';

/** The gateway's limits without their defaults: what a client leaves out has the gateway's value. */
const limits = z.strictObject(
  Object.fromEntries(
    Object.entries(limitsSection.unwrap().shape).map(([name, section]) => [
      name,
      (section instanceof z.ZodDefault ? section.unwrap() : section).optional(),
    ]),
  ),
  limitsAllowed,
) as unknown as z.ZodType<Partial<LimitsConfig>, Partial<NonNullable<z.input<typeof limitsSection>>>>;

export const clientSchema = z.strictObject({
  /**
   * Version of the client that the view is for. Default: the version in the folder's name, such as `clients/web@1`.
   * @example '2'
   */
  version: z
    .string('give a text such as "2"')
    .regex(/^\w[\w.-]*$/, 'give letters, digits, ".", "-" and "_", such as "2"')
    .optional(),
  /**
   * Other names by which requests may name the client, in all its versions, such as the bundle id that Apollo iOS
   * sends. Default: none.
   * @example ['com.shop.app-apollo-ios']
   */
  aliases: z
    .array(
      z
        .string('give a text such as "com.shop.app-apollo-ios"')
        .regex(/^(?! )[ -.0-?A-~]{1,128}(?<! )$/, 'give 1 to 128 characters of ASCII, without "@" and "/"'),
      'give a list such as ["com.shop.app-apollo-ios"]',
    )
    .default([]),
  /**
   * Coordinates and tags that the view has. Default: the whole graph.
   * @example ['Query.products', 'Product.*']
   */
  include: patterns.min(1, 'give at least one coordinate, or leave it out to include everything').optional(),
  /**
   * Coordinates and tags removed from the view, even if included. Default: none.
   * @example ['#internal', 'User.email']
   */
  exclude: patterns.default([]),
  /**
   * Renames: the view's names by the graph's coordinates. Default: none.
   * @example { types: { Product: 'Article' } }
   */
  rename: renameSection,
  /**
   * Whether the client may execute mutations; false hides them all. Default: true.
   * @example false
   */
  mutations: z.boolean('give true or false').default(true),
  /**
   * Fields that only this client has, resolved by the gateway. Default: none.
   * @example { schema: 'fields.graphql', resolvers: { Query: { greeting: () => 'Hello' } } }
   */
  fields: z
    .strictObject(
      {
        /**
         * Path of a file, relative to the client's folder, or the SDL itself. Required.
         * @example 'fields.graphql'
         */
        schema: z.string('give a file path or SDL').min(1, 'give a file path or SDL'),
        /**
         * Resolvers of the fields; those with `@subscribe` have none. Default: none.
         * @example { Query: { greeting: (root, args, context) => `Hello, ${context.identity?.subject}` } }
         */
        resolvers: z
          .custom<IResolvers<unknown, ResolverContext>>(
            (value) => typeof value === 'object' && value !== null,
            'give an object of resolvers: { Query: { greeting: (root, args, context) => … } }',
          )
          .optional(),
      },
      'give an object such as { schema: "fields.graphql", resolvers: { Query: { … } } }',
    )
    .optional(),
  /**
   * Limits in place of the gateway's `limits`, each by itself. Default: those of the gateway.
   * @example { depth: 8 }
   */
  limits: limits.optional(),
  /**
   * Name of a plan in the gateway's `rateLimits.plans`. Default: none.
   * @example 'partner'
   */
  ratePlan: z.string('give the name of a rate plan').min(1, 'give the name of a rate plan').optional(),
  /**
   * Whether requests of its authenticated callers are rejected before or after those of others while the gateway is
   * overloaded: `low`, `normal` or `high`. Anonymous ones are rejected before them in any case. Default: `normal`.
   * @example 'high'
   */
  priority: priority.optional(),
  /**
   * CORS settings in place of the gateway's `cors`. Default: that of the gateway.
   * @example { origin: 'https://shop.example' }
   */
  cors: gatewayConfigSchema.shape.cors,
  /**
   * Whether callers must be authenticated. Default: `optional`.
   * @example 'required'
   */
  authentication: z.enum(['required', 'optional'], { error: 'give "required" or "optional"' }).default('optional'),
  /**
   * Requirements on callers of the client's endpoint, introspection and GraphiQL included; others get 401 or 403.
   * Default: none.
   * @example { scopes: ['admin'] }
   */
  access: clientAccessSection.optional(),
  /**
   * `only`: documents that are not trusted documents of this client are rejected. Default: `allowed`.
   * @example 'only'
   */
  trustedDocuments: z.enum(['only', 'allowed'], { error: 'give "only" or "allowed"' }).default('allowed'),
  /**
   * Directives of the client's library, taken out of its `operations/` in addition to those of Apollo Client and Relay:
   * the directive alone, or the selection that it is on. Default: none.
   * @example { rest: 'selection', tracked: 'directive' }
   */
  clientDirectives: z
    .record(
      z.string().regex(/^[_A-Za-z]\w*$/, 'give the name of a directive, without "@"'),
      z.enum(['directive', 'selection'], { error: 'give "directive" or "selection"' }),
      'give an object such as { rest: "selection" }',
    )
    .default({}),
  /**
   * Whether this client may register documents and send their SHA-256 from then on. Default:
   * `documents.automaticPersistedQueries` of the gateway.
   * @example true
   */
  automaticPersistedQueries: z.boolean('give true or false').optional(),
  /**
   * Scalars that the client's SDK converts by codecs: their TypeScript types by name. Default: none.
   * @example { BigInt: 'bigint', DateTime: 'Date' }
   */
  scalars: z
    .record(
      z.string().regex(/^[_A-Za-z]\w*$/, 'give the name of a scalar'),
      z.string('give a type such as "bigint"').min(1, 'give a type such as "bigint"'),
      'give an object such as { BigInt: "bigint" }',
    )
    .default({}),
  /**
   * Development server of the client's page, which `concierge dev` starts beside the gateway. Default: none.
   * @example { command: ['node', 'server.ts'], url: 'http://127.0.0.1:5173' }
   */
  dev: z
    .strictObject(
      {
        /**
         * Program and arguments, run in the client's folder. "node" is the Node that runs Concierge. Required.
         * @example ['node', 'server.ts']
         */
        command: z
          .array(z.string(), 'give a list such as ["node", "server.ts"]')
          .min(1, 'give the program and its arguments'),
        /**
         * URL of the page when the server is ready. Required.
         * @example 'http://127.0.0.1:5173'
         */
        url: z.url({ protocol: /^https?$/, error: 'give an address such as "http://127.0.0.1:5173"' }),
      },
      'give an object such as { command: ["node", "server.ts"], url: "http://127.0.0.1:5173" }',
    )
    .optional(),
});

/** A client definition as `client.ts` writes it. */
export type ClientDefinition = Written<typeof clientSchema>;

/** A checked definition: every default filled in. */
export type CheckedClient = z.output<typeof clientSchema>;

/**
 * Gives a client definition its type, and returns it unchanged. It is checked when the gateway loads it.
 *
 * @example
 * export default defineClient({ include: ['Query.products', 'Product'], rename: { types: { Product: 'Article' } } });
 */
export function defineClient(definition: ClientDefinition): ClientDefinition {
  return definition;
}
