// Configuration section `subgraphs`: one service, its addresses, its SDL, and what differs for it from the common
// sections.
import { z } from 'zod';
import { serviceHeaders } from './cache.ts';
import { forward } from './forwarding.ts';
import { fixedHeaders } from './headers.ts';
import { mocksSection } from './mocks.ts';
import { transformsSection } from './renames.ts';
import { signSection } from './sign.ts';
import { subgraphErrorsSection } from './subgraph-errors.ts';
import { subgraphTls } from './tls.ts';
import { count, duration, filePath, isHttpUrl, size } from './values.ts';

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

const commandMessage = 'give the program and its arguments in a list, such as ["node", "server.ts"]';

const meaningMessage = "give 'ignore', or the gateway's directive that it stands for: { is: 'signedIn' }";

export const schemaMessage =
  'give a file path, relative to the configuration file, a list of them, a glob, SDL, or { introspect: true }';

const introspectedSchema = z.strictObject({
  /**
   * Fetches the schema from the running service. Required.
   * @example true
   */
  introspect: z.literal(true),
  /**
   * How long the requests for the schema may take together. In milliseconds, or as text such as "30s". Default: "10s".
   * @example '10s'
   */
  timeout: duration.optional(),
});

/** A schema that is fetched from the service when the gateway starts. */
export type IntrospectedSchema = z.output<typeof introspectedSchema>;

export function isIntrospected(schema: unknown): schema is IntrospectedSchema {
  return typeof schema === 'object' && schema !== null && 'introspect' in schema;
}

export const subgraphSection = z.strictObject(
  {
    /**
     * GraphQL endpoint of the service. Several URLs are load-balanced round-robin. A supergraph has it. Required,
     * unless a supergraph has it.
     * @example 'http://127.0.0.1:4001/graphql'
     */
    url: z.union([serviceUrl, z.array(serviceUrl).min(1, serviceUrls)], serviceUrls).optional(),
    /**
     * The service's schema: an SDL file, with its stitching directives, which `concierge compose` refreshes; a glob; a
     * list of files and globs; SDL; or a file with the JSON of an introspection. `{ introspect: true }`: fetched from
     * the service at each start; while the service is down, the copy of the last start. A supergraph has it. Required,
     * unless a supergraph has it.
     * @example 'schema/subgraphs/users.graphql'
     */
    schema: z.union([filePath, z.array(filePath).min(1, schemaMessage), introspectedSchema], schemaMessage).optional(),
    /**
     * Time-out of one request to the service, in all. In milliseconds, or as text such as "30s". Default: the common
     * `timeout`.
     * @example '2s'
     */
    timeout: duration.optional(),
    /**
     * Maximum number of connections to each URL. Default: 100.
     * @example 20
     */
    connections: count('connections').optional(),
    /**
     * Highest version of HTTP of connections to https URLs. `2`: where the service offers it. Subscriptions use
     * HTTP/1.1. Default: `1.1`.
     * @example '2'
     */
    http: z.enum(['1.1', '2'], { error: 'give "1.1" or "2"' }).optional(),
    /**
     * Authorities and client certificate of connections to https URLs, in place of the whole common `subgraphTls`.
     * Default: `subgraphTls`.
     * @example { ca: 'tls/services-ca.pem', cert: 'tls/gateway.pem', key: 'tls/gateway-key.pem' }
     */
    tls: subgraphTls.optional(),
    /**
     * Signs every request to this service: see docs/security.md. Default: none.
     * @example { hmac: { secret: env('SHOP_SIGNING_SECRET') } }
     */
    sign: signSection.optional(),
    /**
     * Maximum size of a response, decoded as well, and of one event of a subscription. In bytes, or as text such as
     * "1mb". Default: 32 MiB.
     * @example '8mb'
     */
    maxResponseBytes: size.optional(),
    /**
     * Whether the service may compress its responses (gzip, br, zstd). Default: true.
     * @example false
     */
    compression: z.boolean('give true or false').optional(),
    /**
     * Maximum number of keys in one entity fetch; more are sent in several requests at the same time. Default: 500.
     * @example 100
     */
    maxKeys: count('keys').optional(),
    /**
     * Subscriptions to this service. Default: those below.
     * @example { max: 1000, end: 'close' }
     */
    subscriptions: z
      .strictObject({
        /**
         * Maximum number of open subscriptions, each on a connection of its own. Default: 10,000.
         * @example 1000
         */
        max: count('subscriptions').optional(),
        /**
         * The regular end of an event stream. `complete`: the event of that name; a stream that ends without it has
         * failed. `close`: also the end of the response, for services that send no such event. Default: `complete`.
         * @example 'close'
         */
        end: z.enum(['complete', 'close'], { error: 'give "complete" or "close"' }).optional(),
        /**
         * How long the response head of an event stream may take. In milliseconds, or as text such as "30s". Default:
         * the time-out of requests.
         * @example '5s'
         */
        startTimeout: duration.optional(),
      })
      .optional(),
    /**
     * Overrides the common `cache` section. Default: as in `cache`.
     * @example { serviceHeaders: 'ignore' }
     */
    cache: z
      .strictObject(
        {
          /**
           * Whether the service's `Cache-Control` can shorten the lifetimes of the schema. Default: as in `cache`.
           * @example 'ignore'
           */
          serviceHeaders: serviceHeaders.optional(),
        },
        'give an object such as { serviceHeaders: "ignore" }',
      )
      .optional(),
    /**
     * Header fields that the gateway sends with every request to this service, such as a key of its own. Default: none.
     * @example { 'x-api-key': env('SHOP_KEY') }
     */
    headers: fixedHeaders.optional(),
    /**
     * What is forwarded to this service, in place of the whole common `forward` section. Default: the common section.
     * @example { headers: ['accept-language'] }
     */
    forward: forward.optional(),
    /**
     * Meaning of directives in the SDL that have the name of one of the gateway's directives and another definition.
     * `ignore`: the service's own directive, without a meaning for the gateway. `{ is: 'signedIn' }`: the gateway's
     * directive is called `@signedIn` in this SDL. Default: none.
     * @example { rateLimit: 'ignore', authenticated: { is: 'signedIn' } }
     */
    directives: z
      .partialRecord(
        z.enum(ownDirectiveNames, `name one of the gateway's directives: ${ownDirectiveNames.join(', ')}`),
        z.union(
          [
            z.literal('ignore'),
            z.strictObject({
              /**
               * Name of the gateway's directive in this SDL. Required.
               * @example 'signedIn'
               */
              is: subgraphName,
            }),
          ],
          meaningMessage,
        ),
      )
      .optional(),
    /**
     * Renames types and fields of the service in the graph, and excludes parts of its schema. Default: none.
     * @example { prefix: 'shop_', exclude: ['Query.adminUsers'] }
     */
    transforms: transformsSection.optional(),
    /**
     * What reaches clients of the service's own errors besides their messages: see `subgraphErrors`. Default: the code
     * alone.
     * @example { extensions: ['fields'] }
     */
    errors: subgraphErrorsSection.optional(),
    /**
     * In development, invents the service's responses from its schema, in place of requests to it. Default: false.
     *
     * @example
     * { seed: 'shop', overrides: { Product: { name: (product) => `No. ${product.id}` } } }
     */
    mocks: mocksSection.optional(),
    /**
     * How `concierge dev` starts the service beside the gateway. Default: it is started by hand.
     * @example { command: ['node', 'server.ts'], watch: ['server.ts'] }
     */
    dev: z
      .strictObject({
        /**
         * Program and arguments. "node" is the Node that runs Concierge. Required.
         * @example ['node', 'server.ts']
         */
        command: z.array(z.string(commandMessage), commandMessage).min(1, 'give the program and its arguments'),
        /**
         * Files and folders whose changes restart the service. Default: none.
         * @example ['server.ts', 'src']
         */
        watch: z.array(filePath).optional(),
      })
      .optional(),
  },
  'give an object such as { url: "http://127.0.0.1:4001/graphql", schema: "schema/subgraphs/users.graphql" }',
);
