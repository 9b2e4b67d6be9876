// Options of a configuration, with their defaults. Sections with checks of their own are in files of their own.
import type { IResolvers } from '@graphql-tools/utils';
import type { Plugin } from 'graphql-yoga';
import { z } from 'zod';
import { addressesSchema, trustedProxiesSchema } from './addresses.ts';
import { authentication } from './authentication.ts';
import { authorizationSection } from './authorization.ts';
import { cacheSection, redisSection } from './cache.ts';
import { compressionSection } from './compression.ts';
import type { ResolverContext } from './context.ts';
import { corsSection } from './cors.ts';
import { forward } from './forwarding.ts';
import { hooksSection } from './hooks.ts';
import { csrfSection, limitsSection } from './limits.ts';
import { adminSection, metricsSection } from './metrics.ts';
import { overridesSection } from './overrides.ts';
import { rateLimitsSchema } from './rate-limits.ts';
import { responseHeadersSection } from './response-headers.ts';
import { subgraphName, subgraphSection } from './subgraphs.ts';
import { tlsSection } from './tls.ts';
import { count, duration, filePath, whole } from './values.ts';
import { connectionsSection, websocketSection } from './websocket.ts';

const pathMessage = 'give a path such as "/graphql", without a slash at its end';

const shareMessage = 'give a share of the time as a number from 0.05 to 1';

const exampleQuery = z.strictObject({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

export const options = z.strictObject({
  /** TCP port; 0 for any free one. Environment: PORT. Default: 4000. */
  port: whole('give a whole number from 0 to 65535', 0, 65_535).default(4000),
  /** Address to listen on; "0.0.0.0" or "::" for every network. Environment: HOST. Default: 127.0.0.1. */
  host: z.string('give an address or host name').min(1, 'give an address or host name').default('127.0.0.1'),
  /**
   * Serves HTTPS, with HTTP/2 and HTTP/1.1. Default: HTTP/1.1 without TLS, behind a proxy.
   *
   * @example
   * { cert: 'tls/cert.pem', key: 'tls/key.pem' }
   */
  tls: tlsSection.optional(),
  /**
   * The services, by name. With a supergraph: only what differs from it.
   *
   * @example
   * { users: { url: 'http://127.0.0.1:4001/graphql', schema: 'schema/subgraphs/users.graphql' } }
   */
  subgraphs: z.record(subgraphName, subgraphSection, 'give an object with one entry for each service').default({}),
  /** Path of an Apollo Federation supergraph (SDL), in place of the subgraphs' own schemas. */
  supergraph: filePath.optional(),
  /**
   * Fields that cannot be fetched from every place where clients can select them, of services with stitching
   * directives. `error`: the gateway does not start. `warn`: such operations are rejected with
   * OPERATION_NOT_PLANNABLE. Default: `error`.
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
  /** Path of the graph; clients' views are below it. Default: "/graphql". */
  path: z
    .string(pathMessage)
    .regex(/^(\/[\w.~-]+)+$/, pathMessage)
    .default('/graphql'),
  /** Page at `/` in a browser, with links to what the gateway serves. Default: under `concierge dev` only. */
  landingPage: z.boolean('give true or false').optional(),
  /** GraphiQL at the graph's path in a browser. Default: under `concierge dev` only. */
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
   * Metrics of the gateway, in Prometheus' text format or OpenMetrics, at `/metrics`. Default: nothing is measured.
   *
   * @example
   * { port: 9464 }
   */
  metrics: metricsSection.optional(),
  /**
   * A listener for operators, with `/metrics`. Default: none.
   *
   * @example
   * { port: 9901 }
   */
  admin: adminSection.optional(),
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
  authorization: authorizationSection.prefault({}),
  /**
   * What is forwarded to services: nothing of the client's request, unless it is configured here.
   *
   * @example
   * { headers: ['accept-language'], claims: { 'x-user-id': 'sub' } }
   */
  forward: forward.prefault({}),
  /**
   * Header fields of services' responses that go out to clients, each with what becomes of several values: `append`,
   * `first` or `last`, in the order of `subgraphs`. Default: none.
   *
   * @example
   * { 'set-cookie': 'append', 'x-quota': { merge: 'first', from: ['shop'] } }
   */
  responseHeaders: responseHeadersSection.default({}),
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
  /**
   * Compression of responses with Zstandard, Brotli or gzip, as the client accepts. Default: true.
   *
   * @example
   * { minBytes: 2048, br: 5, zstd: false }
   */
  compression: compressionSection,
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
  /** Progressive overrides of a supergraph. */
  overrides: overridesSection.prefault({}),
  /** Yoga (Envelop) plugins. */
  plugins: z
    .array(
      z.custom<Plugin>((value) => typeof value === 'object' && value !== null, 'give a plugin: an object of hooks'),
    )
    .default([]),
});
