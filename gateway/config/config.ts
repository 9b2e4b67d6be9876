// Configuration schema: types and checks of `gateway.config.ts` come from this one place. `load.ts` reads the file,
// `config-error.ts` formats the problems.
import type { IResolvers } from '@graphql-tools/utils';
import type { Plugin } from 'graphql-yoga';
import { z } from 'zod';
import { addressesSchema, trustedProxiesSchema } from './addresses.ts';
import { authentication } from './authentication.ts';
import { cacheSection, redisSection, serviceHeaders } from './cache.ts';
import { connectionsSection } from './connections.ts';
import type { GatewayContext, ResolverContext } from './context.ts';
import { corsSection } from './cors.ts';
import { forward, forwardingProblems } from './forwarding.ts';
import { hooksSection } from './hooks.ts';
import { csrfSection, limitsSection } from './limits.ts';
import { rateLimitsSchema } from './rate-limits.ts';
import { transformsSection } from './renames.ts';
import { subgraphErrorsSection } from './subgraph-errors.ts';
import { count, duration, isHttpUrl, whole } from './values.ts';
import { connectionParamsProblems, websocketSection } from './websocket.ts';

export { milliseconds } from './values.ts';

const serviceUrl = z.string('give a text such as "http://127.0.0.1:4001/graphql"').refine(isHttpUrl, {
  error: 'give a full address with http:// or https://, such as "http://127.0.0.1:4001/graphql"',
});

const serviceUrls = 'give one address with http:// or https://, or a list of them';

const filePath = z.string('give a file path, relative to the configuration file').min(1, 'give a file path');

const name = z
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

const meaningMessage = "give 'ignore', or the gateway's directive that it stands for: { is: 'signedIn' }";

const subgraph = z.strictObject(
  {
    /** GraphQL endpoint of the service. Several URLs are load-balanced round-robin. A supergraph has it. */
    url: z.union([serviceUrl, z.array(serviceUrl).min(1, serviceUrls)], serviceUrls).optional(),
    /** The service's SDL with its stitching directives; `concierge compose` refreshes it. A supergraph has it. */
    schema: filePath.optional(),
    /** Time-out of one request to the service, in all. Default: the common `timeout`. */
    timeout: duration.optional(),
    /** Maximum number of connections to each URL. */
    connections: count('connections').optional(),
    /** Maximum size of a response, and of one event of a subscription, in bytes. */
    maxResponseBytes: count('bytes').optional(),
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
        z.union([z.literal('ignore'), z.strictObject({ is: name })], meaningMessage),
      )
      .optional(),
    /** Renames types and fields of the service in the graph, and excludes parts of its schema. */
    transforms: transformsSection.optional(),
    /** What reaches clients of the service's own errors besides their messages: see `subgraphErrors`. */
    errors: subgraphErrorsSection.optional(),
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

/**
 * A policy of `authorization.policies`: allows access by returning (or resolving to) `true`; any other value denies it.
 */
export type PolicyFunction = (context: GatewayContext) => boolean | Promise<boolean>;

const policyMessage = 'give a function of the request context: { owner: ({ identity }) => identity?.subject === "u1" }';

const shareMessage = 'give a share of the time as a number from 0.05 to 1';

const exampleQuery = z.strictObject({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

const options = z.strictObject({
  /** TCP port; 0 for any free one. Environment: PORT. Default: 4000. */
  port: whole('give a whole number from 0 to 65535', 0, 65_535).default(4000),
  /** Address to listen on; "0.0.0.0" or "::" for every network. Environment: HOST. Default: 127.0.0.1. */
  host: z.string('give an address or host name').min(1, 'give an address or host name').default('127.0.0.1'),
  /**
   * The services, by name. With a supergraph: only what differs from it.
   *
   * @example
   * { users: { url: 'http://127.0.0.1:4001/graphql', schema: 'schema/subgraphs/users.graphql' } }
   */
  subgraphs: z.record(name, subgraph, 'give an object with one entry for each service').default({}),
  /** Path of an Apollo Federation supergraph (SDL), in place of the subgraphs' own schemas. */
  supergraph: filePath.optional(),
  /**
   * Fields that cannot be fetched from every place where clients can select them, of services with stitching
   * directives. `error`: the gateway does not start. `warn`: such operations are executed by stitching, or rejected
   * with OPERATION_NOT_PLANNABLE. Default: `error`.
   */
  unreachable: z.enum(['error', 'warn'], { error: 'give "error" or "warn"' }).default('error'),
  /**
   * The gateway's own fields: SDL and resolvers, composed like any other subgraph.
   *
   * @example
   * { schema: 'schema/gateway.graphql', resolvers: { Query: { version: () => '1.2' } } }
   */
  fields: z
    .strictObject({
      schema: filePath,
      resolvers: z.custom<IResolvers<unknown, ResolverContext>>(
        (value) => typeof value === 'object' && value !== null,
        'give an object of resolvers: { Query: { profile: (root, args, context) => … } }',
      ),
    })
    .optional(),
  /** The frontends, each with a view of the graph: one folder for each, with a `client.ts`. */
  clients: z
    .strictObject({
      folder: filePath.default('clients'),
      /** Whether requests that name no client are rejected instead of getting the whole graph. Default: false. */
      only: z.boolean('give true or false').default(false),
    })
    .prefault({}),
  /**
   * Whether usage of the graph is counted by client, for `concierge usage` and `concierge check`: in Redis, else in
   * `.concierge/usage.json` beside the configuration. Default: true.
   */
  usage: z.boolean('give true or false').default(true),
  /** File that `concierge compose` writes the composed graph to. Default: schema/graph.graphql. */
  graph: filePath.default('schema/graph.graphql'),
  /** Time-out of requests to subgraphs that configure none of their own. Default: 30 s. */
  timeout: duration.default('30s'),
  /** How long a stopping gateway waits for running requests. Default: 30 s. */
  shutdownGrace: duration.default('30s'),
  /** Maximum size of a request body, in bytes. Default: 1 MiB. */
  maxBodyBytes: count('bytes').default(1_048_576),
  /** Time-out for receiving a request with its body. Default: 60 s. */
  requestTimeout: duration.default('60s'),
  /** Limits for WebSockets and event streams together. */
  connections: connectionsSection.prefault({}),
  /** GraphiQL at /graphql in a browser. Default: under `concierge dev` only. */
  graphiql: z
    .union(
      [
        z.boolean(),
        z.strictObject({
          /** Default: under `concierge dev` only, also where there are examples. */
          enabled: z.boolean('give true or false').optional(),
          /** Its first tabs. */
          examples: z.array(exampleQuery).max(20, 'give at most 20 examples'),
        }),
      ],
      { error: 'give true, false, or { enabled: true, examples: [{ query: "…" }] }' },
    )
    .optional(),
  /**
   * Which of a subgraph's own GraphQL errors reach clients with their message: `coded` passes those that carry an
   * `extensions.code` (other than INTERNAL_SERVER_ERROR), `all` passes every one, `none` passes none. Default: `coded`.
   */
  subgraphErrors: z.enum(['coded', 'all', 'none'], { error: 'give "coded", "all" or "none"' }).default('coded'),
  /** Access log: one line for each request on standard output. Environment: LOG_LEVEL. */
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
          error: 'give "trace", "debug", "info", "warn", "error", "fatal" or "silent"',
        })
        .default('info'),
      /** Default: `pretty` in a terminal, `json` elsewhere. */
      format: z.enum(['json', 'pretty'], { error: 'give "json" or "pretty"' }).optional(),
    })
    .prefault({}),
  /**
   * Handles ordinary requests (one planned operation as JSON) without Yoga. Default: true. Disabled automatically when
   * `plugins` are configured, because plugins see only what passes through Yoga.
   */
  fastPath: z.boolean('give true or false').default(true),
  /** Cache of parsed, validated and planned documents. */
  documents: z
    .strictObject({
      /** Maximum number of documents. Default: 10,000. */
      max: count('documents').default(10_000),
      /** Maximum memory, in bytes (estimated). Default: 128 MiB. */
      maxBytes: count('bytes').default(134_217_728),
      /**
       * Maximum share of the gateway's time that preparing new documents (parsing, validating, analyzing, planning) may
       * take. Default: 0.5.
       */
      preparationShare: z.number(shareMessage).min(0.05, shareMessage).max(1, shareMessage).default(0.5),
      /** Maximum number of new documents that wait for their preparation; more are rejected with 503. Default: 1000. */
      maxWaiting: count('documents').default(1000),
      /**
       * Automatic persisted queries: whether clients may register a document and send its SHA-256 from then on.
       * Default: false.
       */
      automaticPersistedQueries: z.boolean('give true or false').default(false),
    })
    .prefault({}),
  /**
   * Whether equal queries to one subgraph that are in flight at the same time, for the same identity and headers,
   * become one request. Never mutations. Default: false.
   */
  deduplicateInFlight: z.boolean('give true or false').default(false),
  /**
   * The credentials that the gateway accepts. Default: none, every request is anonymous.
   *
   * @example
   * { jwt: [{ issuer: 'https://login.example', jwks: 'https://login.example/jwks.json' }] }
   */
  authentication: authentication.prefault({}),
  /** Authorization. The rules are declared in the SDL: `@authenticated`, `@requiresScopes`, `@policy`. */
  authorization: z
    .strictObject({
      /**
       * `field`: an unauthorized field is null, with an error at its path. `request`: the whole request is rejected.
       * Default: `field`.
       */
      mode: z.enum(['field', 'request'], { error: 'give "field" or "request"' }).default('field'),
      /**
       * The policies that `@policy` names.
       *
       * @example
       * { owner: ({ identity }) => identity?.subject === 'u1' }
       */
      policies: z
        .record(
          z.string(),
          z.custom<PolicyFunction>((value) => typeof value === 'function', policyMessage),
          policyMessage,
        )
        .default({}),
    })
    .prefault({}),
  /**
   * What is forwarded to services: nothing of the client's request, unless it is configured here.
   *
   * @example
   * { headers: ['accept-language'], claims: { 'x-user-id': 'sub' } }
   */
  forward: forward.prefault({}),
  /** Proxies in front of the gateway, whose `X-Forwarded-For` is trusted. Default: none. */
  trustedProxies: trustedProxiesSchema,
  /**
   * IP allow and deny lists. Default: requests from every address are allowed.
   *
   * @example
   * { deny: ['192.0.2.0/24'] }
   */
  addresses: addressesSchema.optional(),
  /**
   * Rate limits and cost budgets of callers. Default: none.
   *
   * @example
   * { request: { limit: 100, duration: '1m' }, cost: { budget: 100_000, duration: '1h' } }
   */
  rateLimits: rateLimitsSchema.prefault({}),
  /** Limits for one request. */
  limits: limitsSection,
  /** CSRF protection: rejects requests that browsers send for pages of other origins without a preflight. */
  csrf: csrfSection,
  /** GraphQL over WebSockets. */
  websocket: websocketSection.prefault({}),
  /** Response and entity cache, as far as `@cacheControl` allows it. */
  cache: cacheSection.prefault({}),
  /** Redis for caches and rate limits that all instances share. Environment: REDIS_URL. */
  redis: redisSection.optional(),
  /**
   * Origins whose web pages may send requests. Default: none.
   *
   * @example
   * { origin: ['https://shop.example', 'https://*.shop.example'], credentials: true }
   */
  cors: corsSection,
  /** Functions that are called at fixed stages of an operation, on every transport. Default: none. */
  hooks: hooksSection.prefault({}),
  /** Yoga (Envelop) plugins. */
  plugins: z
    .array(
      z.custom<Plugin>((value) => typeof value === 'object' && value !== null, 'give a plugin: an object of hooks'),
    )
    .default([]),
});

/** The schema with its cross-section checks: a service needs a URL and SDL, unless a supergraph has them. */
export const gatewayConfigSchema = options.superRefine((config, context) => {
  const { subgraphs, supergraph, fields } = config;
  const hasHooks = Object.values(config.hooks).some((hook) => typeof hook === 'function');
  const problems = [...forwardingProblems(config), ...connectionParamsProblems(config, hasHooks)];
  for (const problem of problems) context.addIssue({ code: 'custom', ...problem });
  if (config.cache.store && config.redis) {
    const message = 'Redis (`redis`, or REDIS_URL) is the cache store already: choose one of the two';
    context.addIssue({ code: 'custom', path: ['cache', 'store'], message });
  }
  for (const [name, { url, forward: own }] of Object.entries(subgraphs)) {
    if (!(own ?? config.forward).token || ![url ?? []].flat().some((one) => new URL(one).username !== '')) continue;
    const message = 'its address has credentials, and `forward.token` sends others: choose one of the two';
    context.addIssue({ code: 'custom', path: ['subgraphs', name, 'forward'], message });
  }
  for (const [index, { ratePlan }] of config.authentication.apiKeys?.keys.entries() ?? []) {
    if (ratePlan === undefined || Object.hasOwn(config.rateLimits.plans, ratePlan)) continue;
    const path = ['authentication', 'apiKeys', 'keys', index, 'ratePlan'];
    context.addIssue({ code: 'custom', path, message: 'there is no such plan in rateLimits.plans' });
  }
  const missing = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const names = Object.keys(subgraphs);
  if (supergraph === undefined && names.length === 0) {
    missing(['subgraphs'], 'name at least one service, or give a supergraph');
  }
  if (supergraph !== undefined && fields) {
    missing(['fields'], 'a supergraph cannot be joined with fields of the gateway: remove one of the two');
  }
  for (const each of names) {
    if (supergraph !== undefined) {
      if (subgraphs[each]?.schema) missing(['subgraphs', each, 'schema'], 'the supergraph has the schema: remove this');
      if (subgraphs[each]?.transforms) {
        missing(['subgraphs', each, 'transforms'], 'a supergraph is composed already: remove this');
      }
      continue;
    }
    if (!subgraphs[each]?.url) missing(['subgraphs', each, 'url'], serviceUrls);
    if (!subgraphs[each]?.schema) {
      missing(['subgraphs', each, 'schema'], 'give a file path, relative to the configuration file');
    }
  }
});

/**
 * The configuration as `gateway.config.ts` writes it. Durations are milliseconds, or text such as "500ms", "30s", "2m".
 */
export type GatewayConfig = z.input<typeof gatewayConfigSchema>;

/** A checked configuration: every default filled in. */
export type CheckedConfig = z.output<typeof gatewayConfigSchema>;

/**
 * Gives a configuration its type, and returns it unchanged. It is checked when the gateway loads it.
 *
 * @example
 * export default defineConfig({
 *   subgraphs: { users: { url: 'http://127.0.0.1:4001/graphql', schema: 'schema/subgraphs/users.graphql' } },
 * });
 */
export function defineConfig(config: GatewayConfig): GatewayConfig {
  return config;
}
