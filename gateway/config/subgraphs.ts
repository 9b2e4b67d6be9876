// Configuration section `subgraphs`: one service, its addresses, its SDL, and what differs for it from the common
// sections.
import { z } from 'zod';
import { serviceHeaders } from './cache.ts';
import { forward } from './forwarding.ts';
import { fixedHeaders } from './headers.ts';
import { mocksSection } from './mocks.ts';
import { transformsSection } from './renames.ts';
import { count, duration, filePath, isHttpUrl } from './values.ts';

const serviceUrl = z.string('give a text such as "http://127.0.0.1:4001/graphql"').refine(isHttpUrl, {
  error: 'give a full address with http:// or https://, such as "http://127.0.0.1:4001/graphql"',
});

export const serviceUrls = 'give one address with http:// or https://, or a list of them';

/** Name of a service. */
export const subgraphName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a name is letters, digits, "-" and "_", and begins with a letter');

/** Directives of the gateway, as defined in `schema/directives.graphql`. */
export const ownDirectiveNames = [
  'authenticated',
  'requiresScopes',
  'policy',
  'inaccessible',
  'declassified',
  'rateLimit',
  'cost',
  'listSize',
  'cacheControl',
  'invalidates',
  'tag',
  'key',
  'merge',
  'computed',
  'canonical',
] as const;

/** Extensions of errors that are written by the gateway, read by its HTTP server, or no plain property. */
const reservedExtensions = new Set(['code', 'subgraph', 'http', 'unexpected', 'reference', '__proto__']);

const codePathMessage = 'give names with dots between them, such as "extensions.errorType"';

const subgraphErrorsSection = z.strictObject(
  {
    /** Keys of an error's `extensions` that pass to clients besides the code; no others do. Default: none. */
    extensions: z
      .array(z.string('give a list of names such as "fields"').min(1, 'give a list of names such as "fields"'))
      .max(100, 'give at most 100 names')
      .default([])
      .superRefine((keys, context) => {
        for (const [index, key] of keys.entries()) {
          if (!reservedExtensions.has(key)) continue;
          const message = key === 'code' ? 'the code always passes: remove this' : 'the gateway writes it itself';
          context.addIssue({ code: 'custom', path: [index], message });
        }
      }),
    /** Path of the code in an error. Default: `extensions.code`. */
    code: z
      .string(codePathMessage)
      .regex(/^[^.\s]+(\.[^.\s]+)*$/, codePathMessage)
      .default('extensions.code'),
  },
  'give an object such as { extensions: ["fields"], code: "extensions.errorType" }',
);

const meaningMessage = "give 'ignore', or the gateway's directive that it stands for: { is: 'signedIn' }";

export const schemaMessage =
  'give a file path, relative to the configuration file, a list of them, a glob, SDL, or { introspect: true }';

const introspectedSchema = z.strictObject({
  introspect: z.literal(true),
  /** How long the requests for the schema may take together. Default: "10s". */
  timeout: duration.optional(),
});

/** A schema that is fetched from the service when the gateway starts. */
export type IntrospectedSchema = z.output<typeof introspectedSchema>;

export function isIntrospected(schema: unknown): schema is IntrospectedSchema {
  return typeof schema === 'object' && schema !== null && 'introspect' in schema;
}

export const subgraphSection = z.strictObject(
  {
    /** GraphQL endpoint of the service. Several URLs are load-balanced round-robin. A supergraph has it. */
    url: z.union([serviceUrl, z.array(serviceUrl).min(1, serviceUrls)], serviceUrls).optional(),
    /**
     * The service's schema: an SDL file, with its stitching directives, which `concierge compose` refreshes; a glob; a
     * list of files and globs; SDL; or a file with the JSON of an introspection. `{ introspect: true }`: fetched from the
     * service at each start; while the service is down, the copy of the last start. A supergraph has it.
     */
    schema: z.union([filePath, z.array(filePath).min(1, schemaMessage), introspectedSchema], schemaMessage).optional(),
    /** Time-out of one request to the service, in all. Default: the common `timeout`. */
    timeout: duration.optional(),
    /** Maximum number of connections to each URL. */
    connections: count('connections').optional(),
    /** Maximum size of a response, decoded as well, and of one event of a subscription, in bytes. */
    maxResponseBytes: count('bytes').optional(),
    /** Whether the service may compress its responses (gzip, br, zstd). Default: true. */
    compression: z.boolean('give true or false').optional(),
    /** Maximum number of keys in one entity fetch; more are sent in several requests at the same time. Default: 500. */
    maxKeys: count('keys').optional(),
    /** Subscriptions to this service. */
    subscriptions: z
      .strictObject({
        /** Maximum number of open subscriptions, each on a connection of its own. Default: 10,000. */
        max: count('subscriptions').optional(),
        /**
         * The regular end of an event stream. `complete`: the event of that name; a stream that ends without it has
         * failed. `close`: also the end of the response, for services that send no such event. Default: `complete`.
         */
        end: z.enum(['complete', 'close'], { error: 'give "complete" or "close"' }).optional(),
        /** How long the response head of an event stream may take. Default: the time-out of requests. */
        startTimeout: duration.optional(),
      })
      .optional(),
    /** Overrides the common `cache` section. */
    cache: z
      .strictObject(
        { serviceHeaders: serviceHeaders.optional() },
        'give an object such as { serviceHeaders: "ignore" }',
      )
      .optional(),
    /**
     * Header fields that the gateway sends with every request to this service, such as a key of its own. Default: none.
     *
     * @example
     * { 'x-api-key': env('SHOP_KEY') }
     */
    headers: fixedHeaders.optional(),
    /** What is forwarded to this service, in place of the whole common `forward` section. */
    forward: forward.optional(),
    /**
     * Meaning of directives in the SDL that have the name of one of the gateway's directives and another definition.
     * `ignore`: the service's own directive, without a meaning for the gateway. `{ is: 'signedIn' }`: the gateway's
     * directive is called `@signedIn` in this SDL.
     */
    directives: z
      .partialRecord(
        z.enum(ownDirectiveNames, `name one of the gateway's directives: ${ownDirectiveNames.join(', ')}`),
        z.union([z.literal('ignore'), z.strictObject({ is: subgraphName })], meaningMessage),
      )
      .optional(),
    /** Renames types and fields of the service in the graph, and excludes parts of its schema. */
    transforms: transformsSection.optional(),
    /** What reaches clients of the service's own errors besides their messages: see `subgraphErrors`. */
    errors: subgraphErrorsSection.optional(),
    /**
     * In development, invents the service's responses from its schema, in place of requests to it. Default: false.
     *
     * @example
     * { seed: 'shop', overrides: { Product: { name: (product) => `No. ${product.id}` } } }
     */
    mocks: mocksSection.optional(),
    /** How `concierge dev` starts the service beside the gateway. */
    dev: z
      .strictObject({
        /** Program and arguments. "node" is the Node that runs Concierge. */
        command: z.array(z.string()).min(1, 'give the program and its arguments'),
        /** Files and folders whose changes restart the service. */
        watch: z.array(filePath).optional(),
      })
      .optional(),
  },
  'give an object such as { url: "http://127.0.0.1:4001/graphql", schema: "schema/subgraphs/users.graphql" }',
);
