// What a configuration may say: one schema, from which the types and the checks both come.
// Stands beside the way of a request; `load.ts` reads a file into it, `mistakes.ts` words what is wrong.
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
import { csrfSection, limitsSection } from './limits.ts';
import { rateLimitsSchema } from './rate-limits.ts';
import { transformsSection } from './renames.ts';
import { subgraphErrorsSection } from './subgraph-errors.ts';
import { count, duration, isHttpUrl, whole } from './values.ts';
import { websocketSection } from './websocket.ts';

export { milliseconds } from './values.ts';

const serviceUrl = z.string('give a text such as "http://127.0.0.1:4001/graphql"').refine(isHttpUrl, {
  error: 'give a full address with http:// or https://, such as "http://127.0.0.1:4001/graphql"',
});

const serviceUrls = 'give one address with http:// or https://, or a list of them';

const filePath = z.string('give a file path, relative to the configuration file').min(1, 'give a file path');

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a name is letters, digits, "-" and "_", and begins with a letter');

/** Directives that the gateway gives a meaning, as defined in `schema/directives.graphql`. */
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

const aMeaning = "give 'ignore', or the directive that is meant: { is: 'signedIn' }";

const subgraph = z.strictObject(
  {
    /** Where the service answers GraphQL over HTTP. Several addresses share the load in turn. A supergraph knows it. */
    url: z.union([serviceUrl, z.array(serviceUrl).min(1, serviceUrls)], serviceUrls).optional(),
    /** The service's SDL with its stitching directives; `concierge compose` refreshes it. A supergraph has it. */
    schema: filePath.optional(),
    /** How long one request to the service may take in all. */
    timeout: duration.optional(),
    /** Connections kept to each address at most. */
    connections: count('connections').optional(),
    /** Largest answer that is read, in bytes; also of one event of a subscription. */
    maxResponseBytes: count('bytes').optional(),
    /** Keys in one request for entities at most; more go up in several requests at the same time. Default: 500. */
    maxKeys: count('keys').optional(),
    /** Subscriptions to this service. */
    subscriptions: z
      .strictObject({
        /** Open at the same time at most, each on a connection of its own. Default: 10,000. */
        max: count('subscriptions').optional(),
        /**
         * The regular end of an event stream. Default: `complete`, the event of that name; without it the stream has broken
         * off. `close`: also the end of the response, for services that send no such event.
         */
        end: z.enum(['complete', 'close'], { error: 'give "complete" or "close"' }).optional(),
        /** How long the head of an event stream may take. Default: the time-out of requests. */
        startTimeout: duration.optional(),
      })
      .optional(),
    /** In place of the common section's. */
    cache: z
      .strictObject(
        { serviceHeaders: serviceHeaders.optional() },
        'give an object such as { serviceHeaders: "ignore" }',
      )
      .optional(),
    /** What goes up with requests to this service, in place of the common `forward` as a whole. */
    forward: forward.optional(),
    /**
     * What directives of the SDL are that have the name of one of the gateway's own and another definition. `ignore`: the
     * service's own affair. `{ is: 'signedIn' }`: the gateway's directive is called `@signedIn` there.
     */
    directives: z
      .partialRecord(
        z.enum(ownDirectiveNames, `name one of the gateway's directives: ${ownDirectiveNames.join(', ')}`),
        z.union([z.literal('ignore'), z.strictObject({ is: name })], aMeaning),
      )
      .optional(),
    /** Other names in the graph than in the service, and what the graph does not have. */
    transforms: transformsSection.optional(),
    /** What clients get of the service's own errors besides their messages: see `subgraphErrors`. */
    errors: subgraphErrorsSection.optional(),
    /** How `concierge dev` starts the service beside the gateway. */
    dev: z
      .strictObject({
        /** Program and arguments. "node" is the Node that runs Concierge. */
        command: z.array(z.string()).min(1, 'give the program and its arguments'),
        /** Files and folders that restart the service when they change. */
        watch: z.array(filePath).optional(),
      })
      .optional(),
  },
  'give an object such as { url: "http://127.0.0.1:4001/graphql", schema: "schema/subgraphs/users.graphql" }',
);

/** One of `authorization.policies`. */
export type PolicyFunction = (context: GatewayContext) => boolean | Promise<boolean>;

const aPolicy = 'give a function of the request\'s context: { owner: ({ identity }) => identity?.subject === "u1" }';

const aShare = 'give a share of the time as a number from 0.05 to 1';

const exampleQuery = z.strictObject({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

const options = z.strictObject({
  /** TCP port, 0 for any free one. Environment: PORT. */
  port: whole('give a whole number from 0 to 65535', 0, 65_535).default(4000),
  /** Address to listen on. "0.0.0.0" or "::" for every network. Environment: HOST. */
  host: z.string('give an address or host name').min(1, 'give an address or host name').default('127.0.0.1'),
  /** The services, by name. With a supergraph: only what is to differ from it. */
  subgraphs: z.record(name, subgraph, 'give an object with one entry for each service').default({}),
  /** An Apollo Federation supergraph (SDL) in place of the subgraphs' own schemas. */
  supergraph: filePath.optional(),
  /**
   * Fields that cannot be fetched from every place at which clients may select them, of services with stitching directives.
   * `error`: no start. `warn`: such operations are executed by stitching, or rejected with OPERATION_NOT_PLANNABLE.
   */
  unreachable: z.enum(['error', 'warn'], { error: 'give "error" or "warn"' }).default('error'),
  /** The gateway's own fields: SDL and resolvers, joined to the graph like any other subgraph. */
  fields: z
    .strictObject({
      schema: filePath,
      resolvers: z.custom<IResolvers<unknown, ResolverContext>>(
        (value) => typeof value === 'object' && value !== null,
        'give an object of resolvers: { Query: { profile: (root, args, context) => … } }',
      ),
    })
    .optional(),
  /** The frontends, each with a view of the graph: a folder for each, with a `client.ts`. */
  clients: z
    .strictObject({
      folder: filePath.default('clients'),
      /** Whether requests that name no client are refused, in place of getting the whole graph. */
      only: z.boolean('give true or false').default(false),
    })
    .prefault({}),
  /**
   * Whether it is counted which client uses what of the graph, for `concierge usage` and `concierge check`: in Redis, else
   * in `.concierge/usage.json` beside the configuration.
   */
  usage: z.boolean('give true or false').default(true),
  /** Where `concierge compose` writes the composed graph. */
  graph: filePath.default('schema/graph.graphql'),
  /** Time-out of a subgraph that names none of its own. */
  timeout: duration.default('30s'),
  /** How long a stopping gateway waits for the requests that are running. */
  shutdownGrace: duration.default('30s'),
  /** Largest request body, in bytes. */
  maxBodyBytes: count('bytes').default(1_048_576),
  /** How long a client may take to send a request, with its body. */
  requestTimeout: duration.default('60s'),
  /** Bounds on WebSockets and event streams together. */
  connections: connectionsSection.prefault({}),
  /** GraphiQL at /graphql in a browser; on unless NODE_ENV is production. Its tabs open with the examples. */
  graphiql: z
    .union([z.boolean(), z.strictObject({ examples: z.array(exampleQuery).max(20, 'give at most 20 examples') })], {
      error: 'give true, false, or { examples: [{ query: "…" }] }',
    })
    .optional(),
  /**
   * Which of a subgraph's own GraphQL errors reach clients word for word: `coded` passes those that carry an
   * `extensions.code` (other than INTERNAL_SERVER_ERROR), `all` passes every one, `none` passes none.
   */
  subgraphErrors: z.enum(['coded', 'all', 'none'], { error: 'give "coded", "all" or "none"' }).default('coded'),
  /** One line per request on standard output. Environment: LOG_LEVEL. */
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
          error: 'give "trace", "debug", "info", "warn", "error", "fatal" or "silent"',
        })
        .default('info'),
      /** `pretty` in a terminal, `json` elsewhere, unless said here. */
      format: z.enum(['json', 'pretty'], { error: 'give "json" or "pretty"' }).optional(),
    })
    .prefault({}),
  /**
   * Ordinary requests (POST, JSON, one planned operation) are answered without Yoga. Off by itself where `plugins` has
   * any, since plugins see what passes through Yoga.
   */
  fastPath: z.boolean('give true or false').default(true),
  /** Documents that are kept parsed, validated and planned. */
  documents: z
    .strictObject({
      /** How many at most. */
      max: count('documents').default(10_000),
      /** How much memory they may take, in bytes (estimated). */
      maxBytes: count('bytes').default(134_217_728),
      /** How much of the gateway's time preparing new documents may take: parsing, validating, analyzing, planning. */
      preparationShare: z.number(aShare).min(0.05, aShare).max(1, aShare).default(0.5),
      /** New documents that wait for their preparation at most; more are rejected with 503. */
      maxWaiting: count('documents').default(1000),
      /** Automatic persisted queries: whether clients may register a text and send its SHA-256 from then on. */
      automaticPersistedQueries: z.boolean('give true or false').default(false),
    })
    .prefault({}),
  /**
   * Equal queries to one subgraph that are in flight at the same time, for the same identity and headers, become one
   * request. Never mutations.
   */
  deduplicateInFlight: z.boolean('give true or false').default(false),
  /** Whose word is taken for who is asking. */
  authentication: authentication.prefault({}),
  /** Who may have what: the rules are in the SDL, `@authenticated`, `@requiresScopes`, `@policy`. */
  authorization: z
    .strictObject({
      /** `field`: what is denied is null, with an error at its path; `request`: the whole request is refused. */
      mode: z.enum(['field', 'request'], { error: 'give "field" or "request"' }).default('field'),
      /** What the names in `@policy` stand for: functions of the request's context that say yes or no, or promise to. */
      policies: z
        .record(
          z.string(),
          z.custom<PolicyFunction>((value) => typeof value === 'function', aPolicy),
          aPolicy,
        )
        .default({}),
    })
    .prefault({}),
  /** What goes up to services with requests: nothing of the client's, unless it is said here. */
  forward: forward.prefault({}),
  /** Proxies in front of the gateway, whose `X-Forwarded-For` is believed. */
  trustedProxies: trustedProxiesSchema,
  /** Addresses that may ask, and that may not. */
  addresses: addressesSchema.optional(),
  /** How often callers may ask, and for how much. */
  rateLimits: rateLimitsSchema.prefault({}),
  /** How much one request may ask for. */
  limits: limitsSection,
  /** Whether requests are refused that a page of another origin could have sent unasked. */
  csrf: csrfSection,
  /** GraphQL over WebSockets, and what bounds it. */
  websocket: websocketSection.prefault({}),
  /** What is kept of answers, as far as `@cacheControl` allows it. */
  cache: cacheSection.prefault({}),
  /** Shared by all instances: what is kept, and what is counted. Environment: REDIS_URL. */
  redis: redisSection.optional(),
  /** Web pages of other origins that may send requests; none unless named. */
  cors: corsSection,
  /** Yoga (Envelop) plugins of your own. */
  plugins: z
    .array(
      z.custom<Plugin>((value) => typeof value === 'object' && value !== null, 'give a plugin: an object of hooks'),
    )
    .default([]),
});

/** A service says where it is and what it serves, unless a supergraph says it. */
export const gatewayConfigSchema = options.superRefine((config, context) => {
  const { subgraphs, supergraph, fields } = config;
  for (const problem of forwardingProblems(config)) context.addIssue({ code: 'custom', ...problem });
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

/** What a `gateway.config.ts` may say. */
export type GatewayConfig = z.input<typeof gatewayConfigSchema>;

/** A checked configuration: every default filled in. */
export type CheckedConfig = z.output<typeof gatewayConfigSchema>;

/** Types a configuration as you write it. Returns it unchanged. */
export function defineConfig(config: GatewayConfig): GatewayConfig {
  return config;
}
