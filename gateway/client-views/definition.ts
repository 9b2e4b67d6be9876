// What a `clients/<name>/client.ts` may say: a frontend's own view of the graph, and what holds for its requests.
// `load-clients.ts` reads the files, `view.ts` makes the view.
import type { IResolvers } from '@graphql-tools/utils';
import { z } from 'zod';
import { clientAccessSection } from '../config/client-access.ts';
import { gatewayConfigSchema } from '../config/config.ts';
import type { ResolverContext } from '../config/context.ts';
import { type LimitsConfig, limitsSection } from '../config/limits.ts';
import { patterns, renameSection } from '../config/renames.ts';

const limitsAllowed = 'give an object such as { depth: 8 }';

/** The gateway's limits, without its defaults: what a client leaves out is as for everybody. */
const limits = z.strictObject(
  Object.fromEntries(
    Object.entries(limitsSection.unwrap().shape).map(([name, section]) => [
      name,
      (section instanceof z.ZodDefault ? section.unwrap() : section).optional(),
    ]),
  ),
  limitsAllowed,
) as unknown as z.ZodType<Partial<LimitsConfig>, Partial<LimitsConfig>>;

export const clientSchema = z.strictObject({
  /** Which version of the client this is for; "1" in the folder `clients/web@1`, where it need not be said. */
  version: z
    .string('give a text such as "2"')
    .regex(/^\w[\w.-]*$/, 'give letters, digits, ".", "-" and "_", such as "2"')
    .optional(),
  /** What the view has, and nothing else; everything, unless given. */
  include: patterns.min(1, 'give at least one coordinate, or leave it out to include everything').optional(),
  /** What the view has not, though it is included. */
  exclude: patterns.default([]),
  /** Other names than the graph's. */
  rename: renameSection,
  /** Whether the client may change anything: false hides every mutation. */
  mutations: z.boolean('give true or false').default(true),
  /** Fields that this client alone has, served by the gateway. */
  fields: z
    .strictObject(
      {
        /** A file, relative to the client's folder, or the SDL itself. */
        schema: z.string('give a file path or SDL').min(1, 'give a file path or SDL'),
        resolvers: z.custom<IResolvers<unknown, ResolverContext>>(
          (value) => typeof value === 'object' && value !== null,
          'give an object of resolvers: { Query: { greeting: (root, args, context) => … } }',
        ),
      },
      'give an object such as { schema: "fields.graphql", resolvers: { Query: { … } } }',
    )
    .optional(),
  /** In place of the gateway's `limits`, one by one. */
  limits: limits.optional(),
  /** A name in the gateway's `rateLimits.plans`. */
  ratePlan: z.string('give the name of a rate plan').min(1, 'give the name of a rate plan').optional(),
  /** In place of the gateway's `cors`. */
  cors: gatewayConfigSchema.shape.cors,
  /** Whether somebody must have signed in. */
  authentication: z.enum(['required', 'optional'], { error: 'give "required" or "optional"' }).default('optional'),
  /** Which callers may use the client's endpoint, introspection and GraphiQL included; others get 401 or 403. */
  access: clientAccessSection.optional(),
  /** Whether documents that are not in the client's folder are answered. */
  trustedDocuments: z.enum(['only', 'allowed'], { error: 'give "only" or "allowed"' }).default('allowed'),
  automaticPersistedQueries: z.boolean('give true or false').optional(),
  /** What `concierge dev` starts beside the gateway: the development server of the client's page. */
  dev: z
    .strictObject(
      {
        /** Program and arguments, run in the client's folder. "node" is the Node that runs Concierge. */
        command: z
          .array(z.string(), 'give a list such as ["node", "server.ts"]')
          .min(1, 'give the program and its arguments'),
        /** Where it then answers. */
        url: z.url({ protocol: /^https?$/, error: 'give an address such as "http://127.0.0.1:5173"' }),
      },
      'give an object such as { command: ["node", "server.ts"], url: "http://127.0.0.1:5173" }',
    )
    .optional(),
});

/** What a `client.ts` may say. */
export type ClientDefinition = z.input<typeof clientSchema>;

/** A checked definition: every default filled in. */
export type CheckedClient = z.output<typeof clientSchema>;

/** Types a client as you write it. Returns it unchanged. */
export function defineClient(definition: ClientDefinition): ClientDefinition {
  return definition;
}
