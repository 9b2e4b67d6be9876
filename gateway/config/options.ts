// Options of a configuration, with their defaults. Sections with checks of their own are in files of their own.
import type { Plugin } from 'graphql-yoga';
import { z } from 'zod';
import { addressesSchema, trustedProxiesSchema } from './addresses.ts';
import { authentication } from './authentication.ts';
import { authorizationSection } from './authorization.ts';
import { cacheSection } from './cache.ts';
import { checkSection } from './check.ts';
import { compressionSection } from './compression.ts';
import { controlsSection } from './controls.ts';
import { corsSection } from './cors.ts';
import { documentsSection } from './documents.ts';
import { eventsSection } from './events.ts';
import { explainSection } from './explain.ts';
import { faultsSection } from './faults.ts';
import { forward } from './forwarding.ts';
import { graphiqlSection } from './graphiql.ts';
import { hooksSection } from './hooks.ts';
import { csrfSection, limitsSection } from './limits.ts';
import { lintSection } from './lint.ts';
import { logSection } from './log.ts';
import { adminSection, metricsSection } from './metrics.ts';
import { overridesSection } from './overrides.ts';
import { clientsSection, fieldsSection } from './own-fields.ts';
import { rateLimitsSchema } from './rate-limits.ts';
import { redisSection } from './redis.ts';
import { remoteSupergraph } from './remote-supergraph.ts';
import { responseHeadersSection } from './response-headers.ts';
import { serverOptions } from './server-options.ts';
import { subgraphName, subgraphSection } from './subgraphs.ts';
import { commonSubgraphTls } from './tls.ts';
import { tracingSection } from './tracing.ts';
import { duration, filePath } from './values.ts';
import { websocketSection } from './websocket.ts';

export const options = z.strictObject({
  ...serverOptions,
  /**
   * The services, by name. With a supergraph: only what differs from it. Default: none: a `supergraph` is required
   * then.
   * @example { users: { url: 'http://127.0.0.1:4001/graphql', schema: 'schema/subgraphs/users.graphql' } }
   */
  subgraphs: z.record(subgraphName, subgraphSection, 'give an object with one entry for each service').default({}),
  /**
   * An Apollo Federation supergraph (SDL), in place of the subgraphs' own schemas: a path, or an object of where it is
   * fetched from at each start and then polled. Default: none.
   * @example { url: 'https://cdn.example.com/supergraph', headers: { 'x-key': env('CDN_KEY') } }
   */
  supergraph: z.union([filePath, remoteSupergraph]).optional(),
  /**
   * Fields that cannot be fetched from every place where clients can select them, of services with stitching
   * directives. `error`: the gateway does not start. `warn`: such operations are rejected with OPERATION_NOT_PLANNABLE.
   * Default: `error`.
   * @example 'warn'
   */
  unreachable: z.enum(['error', 'warn'], { error: 'give "error" or "warn"' }).default('error'),
  /**
   * The gateway's own fields: SDL and resolvers, composed like any other subgraph. Default: none.
   * @example { schema: 'schema/gateway.graphql', resolvers: { Query: { version: () => '1.2' } } }
   */
  fields: fieldsSection,
  /**
   * The frontends, each with a view of the graph: one folder for each, with a `client.ts`. Default: the folder
   * `clients`.
   * @example { folder: 'frontends', only: true }
   */
  clients: clientsSection,
  /**
   * Whether usage of the graph is counted by client, for `concierge usage` and `concierge check`: in Redis, else in
   * `.concierge/usage.json` beside the configuration. Default: true.
   * @example false
   */
  usage: z.boolean('give true or false').default(true),
  /**
   * What `concierge check` accepts. Default: the breaks in checks/accepted-breaks.yaml, where it exists.
   * @example { minRequests: 10, within: '30d' }
   */
  check: checkSection,
  /**
   * Rules for the services' SDL, which `concierge lint` holds it against. Default: none.
   * @example { naming: true, deprecation: true, descriptions: ['types', 'fields'] }
   */
  lint: lintSection,
  /**
   * File that `concierge compose` writes the composed graph to. Default: schema/graph.graphql.
   * @example 'build/graph.graphql'
   */
  graph: filePath.default('schema/graph.graphql'),
  /**
   * Time-out of requests to subgraphs that configure none of their own. In milliseconds, or as text such as "30s".
   * Default: 30 s.
   * @example '10s'
   */
  timeout: duration.default('30s'),
  /**
   * Authorities and client certificate of connections to subgraphs with https URLs that configure none of their own.
   * The files are read again when they have changed. Default: the authorities that Node trusts, and no certificate.
   * @example { ca: 'tls/services-ca.pem', cert: 'tls/gateway.pem', key: 'tls/gateway-key.pem' }
   */
  subgraphTls: commonSubgraphTls.optional(),
  /**
   * GraphiQL at the graph's path in a browser. Default: under `concierge dev` only.
   * @example { enabled: true, examples: [{ query: '{ products { name } }' }] }
   */
  graphiql: graphiqlSection,
  /**
   * Which of a subgraph's own GraphQL errors reach clients with their message: `coded` passes those that carry an
   * `extensions.code` (other than INTERNAL_SERVER_ERROR), `all` passes every one, `none` passes none. Default: `coded`.
   * @example 'none'
   */
  subgraphErrors: z.enum(['coded', 'all', 'none'], { error: 'give "coded", "all" or "none"' }).default('coded'),
  /**
   * Access log: one line for each request on standard output. Environment: LOG_LEVEL. Default: those below.
   * @example { level: 'warn', format: 'json' }
   */
  log: logSection,
  /**
   * Metrics of the gateway, in Prometheus' text format or OpenMetrics, at `/metrics`. Default: nothing is measured.
   * @example { port: 9464 }
   */
  metrics: metricsSection.optional(),
  /**
   * What operators reject, throttle or sample while the gateway runs, from a file. Default: none.
   * @example { file: 'controls.json' }
   */
  controls: controlsSection.optional(),
  /**
   * The callers that get `extensions.explain` with the request header `x-concierge-explain: 1`: the plan, each request
   * to a subgraph with its address, the caching, and the origin of each null. Default: every caller under
   * `concierge dev`, none elsewhere.
   * @example { roles: ['support'] }
   */
  explain: explainSection.optional(),
  /**
   * Faults on demand: the callers that may make subgraphs slow or fail for their own requests, with the request header
   * `x-concierge-fault: products; delay=2s`, and faults of all requests. Default: every caller under `concierge dev`, none
   * elsewhere.
   * @example { roles: ['qa'] }
   */
  faults: faultsSection.optional(),
  /**
   * A listener for operators, with `/metrics`. Default: none.
   * @example { port: 9901 }
   */
  admin: adminSection.optional(),
  /**
   * Traces, with OpenTelemetry's packages: trace contexts go on to subgraphs, and spans to a collector. Default: nothing
   * is traced.
   *
   * @example
   * { sample: 0.1, slow: '1s', endpoint: 'http://127.0.0.1:4318' }
   */
  tracing: tracingSection.optional(),
  /**
   * Handles ordinary requests (one planned operation as JSON) without Yoga. Default: true. Disabled automatically when
   * `plugins` are configured, because plugins see only what passes through Yoga.
   * @example false
   */
  fastPath: z.boolean('give true or false').default(true),
  /**
   * Cache of parsed, validated and planned documents. Default: those below.
   * @example { max: 2000, automaticPersistedQueries: true }
   */
  documents: documentsSection,
  /**
   * Whether equal queries to one subgraph that are in flight at the same time, for the same identity and headers,
   * become one request. Never mutations. Default: false.
   * @example true
   */
  deduplicateInFlight: z.boolean('give true or false').default(false),
  /**
   * The credentials that the gateway accepts. Default: none, every request is anonymous.
   * @example { jwt: [{ issuer: 'https://login.example', jwks: 'https://login.example/jwks.json' }] }
   */
  authentication: authentication.prefault({}),
  /**
   * Authorization. The rules are declared in the SDL: `@authenticated`, `@requiresScopes`, `@policy`. Default: fields
   * by themselves, without policies.
   * @example { mode: 'request', policies: { owner: ({ identity }) => identity?.subject === 'u1' } }
   */
  authorization: authorizationSection.prefault({}),
  /**
   * What is forwarded to services: nothing of the client's request, unless it is configured here. Default: nothing.
   * @example { headers: ['accept-language'], claims: { 'x-user-id': 'sub' } }
   */
  forward: forward.prefault({}),
  /**
   * Header fields of services' responses that go out to clients, each with what becomes of several values: `append`,
   * `first` or `last`, in the order of `subgraphs`. Default: none.
   * @example { 'set-cookie': 'append', 'x-quota': { merge: 'first', from: ['shop'] } }
   */
  responseHeaders: responseHeadersSection.default({}),
  /**
   * Proxies in front of the gateway, whose `X-Forwarded-For` is trusted. Default: none.
   * @example ['10.0.0.0/8', 'loopback']
   */
  trustedProxies: trustedProxiesSchema,
  /**
   * IP allow and deny lists. Default: requests from every address are allowed.
   * @example { deny: ['192.0.2.0/24'] }
   */
  addresses: addressesSchema.optional(),
  /**
   * Rate limits and cost budgets of callers. Default: none.
   * @example { request: { limit: 100, duration: '1m' }, cost: { budget: 100_000, duration: '1h' } }
   */
  rateLimits: rateLimitsSchema.prefault({}),
  /**
   * Limits for one request. Default: those below.
   * @example { depth: 10, cost: 10_000 }
   */
  limits: limitsSection,
  /**
   * CSRF protection: rejects requests that browsers send for pages of other origins without a preflight. Default: true.
   * @example { headers: ['x-shop-request'] }
   */
  csrf: csrfSection,
  /**
   * Compression of responses with Zstandard, Brotli or gzip, as the client accepts. Default: true.
   * @example { minBytes: 2048, br: 5, zstd: false }
   */
  compression: compressionSection,
  /**
   * GraphQL over WebSockets. Default: on, with the limits below.
   * @example { connections: 2000, ping: '30s' }
   */
  websocket: websocketSection.prefault({}),
  /**
   * Response and entity cache, as far as `@cacheControl` allows it. Default: the response cache alone, as far as
   * `@cacheControl` allows it.
   * @example { entities: true, memoryBytes: '256mb' }
   */
  cache: cacheSection.prefault({}),
  /**
   * Redis for caches and rate limits that all instances share. Environment: REDIS_URL. Default: none.
   * @example { url: 'redis://127.0.0.1:6379', prefix: 'shop' }
   */
  redis: redisSection.optional(),
  /**
   * Messages that are the events of `@subscribe` fields. Default: those below.
   * @example { redis: 'redis://events.internal:6379' }
   */
  events: eventsSection,
  /**
   * Origins whose web pages may send requests. Default: none.
   * @example { origin: ['https://shop.example', 'https://*.shop.example'], credentials: true }
   */
  cors: corsSection,
  /**
   * Functions that are called at fixed stages of an operation, on every transport. Default: none.
   * @example { onResponse: ({ errors }) => errors && audit.write(errors) }
   */
  hooks: hooksSection.prefault({}),
  /**
   * Progressive overrides of a supergraph. Default: none.
   * @example { labels: (request) => (request.header('x-beta') === 'yes' ? ['stock_moved'] : []) }
   */
  overrides: overridesSection.prefault({}),
  /**
   * Yoga (Envelop) plugins. Default: none.
   * @example [useMaskedNames()]
   */
  plugins: z
    .array(
      z.custom<Plugin>((value) => typeof value === 'object' && value !== null, 'give a plugin: an object of hooks'),
    )
    .default([]),
});
