// Puts the house together: subgraph clients, the graph, the cache, the front door. The only place that knows every station.

import type { GraphQLError } from 'graphql';
import { type Cache, createCache } from './cache/cache.ts';
import type { Client } from './client-views/load-clients.ts';
import { clientWarnings } from './client-warnings.ts';
import type { Graph } from './compose/graph.ts';
import { composeViews } from './composed-views.ts';
import { openComposition } from './composition.ts';
import { type CheckedConfig, type GatewayConfig, milliseconds } from './config/config.ts';
import { checkConfig } from './config/load.ts';
import { takesWebSockets } from './config/websocket.ts';
import { createEndpoint, type Shared } from './endpoint.ts';
import type { Engine } from './engine/engine.ts';
import { graphWarnings } from './graph-warnings.ts';
import { createMemoryDocuments } from './persisted-documents/automatic-documents.ts';
import { createSharedDocuments } from './persisted-documents/redis-documents.ts';
import { Admission } from './pipeline/admission.ts';
import { createCsrfGuard } from './pipeline/csrf.ts';
import { type Endpoint, Endpoints } from './pipeline/endpoints.ts';
import { PreparationQueue } from './pipeline/preparation-queue.ts';
import { createAddressLists } from './policy/address-lists.ts';
import { createAuthenticator } from './policy/authentication/authenticator.ts';
import type { DevelopmentKey } from './policy/authentication/development-key.ts';
import { createClientAddress } from './policy/client-address.ts';
import { createForwarding } from './policy/forwarding/forwarding.ts';
import { createCounters, createRequestLimits } from './policy/rate-limits/index.ts';
import { openRedis, type RedisConnection } from './redis/connection.ts';
import { graphiqlOptions } from './server/graphiql.ts';
import { HttpServer, type Route } from './server/http-server.ts';
import { LongLivedConnections } from './server/long-lived.ts';
import { maskError } from './server/mask-error.ts';
import { handlePurge } from './server/purge.ts';
import { createSignIn, signInPath } from './server/sign-in/endpoint.ts';
import { WebSockets } from './server/websocket.ts';
import { createLog, type Logger } from './telemetry/log.ts';
import { createRedisUsageStore } from './telemetry/usage/redis-usage-store.ts';
import { UsageCounter } from './telemetry/usage/usage-counter.ts';
import { deprecatedInUse } from './telemetry/usage/usage-report.ts';
import { createFileStore, type UsageStore } from './telemetry/usage/usage-store.ts';
import { InFlightDeduplicators } from './transport/in-flight-deduplicator.ts';

export interface Gateway {
  readonly graph: Graph;
  readonly engine: Engine;
  readonly log: Logger;
  /** What is kept of answers; `cache.invalidate({ type: 'Product', id: 'p1' })` says that something has changed. */
  readonly cache: Pick<Cache, 'invalidate' | 'stats'>;
  /**
   * Starts listening; returns the address, such as "http://127.0.0.1:4000".
   * @throws ListenError if the port cannot be had.
   */
  start(): Promise<string>;
  /** Stops accepting, finishes what runs within the configured grace; returns how many requests were cut short. */
  stop(): Promise<number>;
}

export interface GatewayOptions {
  /** Where relative paths in the configuration start from. */
  folder?: string;
  /** Where it is kept who uses what of the graph, if not in Redis; nowhere, unless given. */
  usageFile?: string;
  /** The frontends with views of their own; `loadClients` reads them from their folders. */
  clients?: readonly Client[];
  /** Taken for who is asking as well: for `concierge dev` only. */
  development?: DevelopmentKey;
  /** With `development`: lets requests from other machines sign in as any development user, not this machine's alone. */
  allowRemoteSignIn?: boolean;
}

/**
 * A gateway over the configured services. Nothing listens and no service is asked before `start`.
 *
 * @param surroundings the folder that relative paths in the configuration start from, or more.
 * @throws ConfigError, ComposeError
 */
export function createGateway(config: GatewayConfig, options: string | GatewayOptions = {}): Gateway {
  const {
    folder = process.cwd(),
    clients = [],
    usageFile,
    development,
    allowRemoteSignIn = false,
  } = typeof options === 'string' ? { folder: options } : options;
  const checked = checkConfig(config);
  const log = createLog(checked.log);
  const composition = openComposition(checked, folder);
  const graph = composition.compose();
  const redis = checked.redis ? openRedis(checked.redis.url, { log, prefix: checked.redis.prefix }) : null;
  const cache = createCache(checked.cache, redis, log);
  const counters = createCounters({
    config: checked.rateLimits,
    redis: redis?.client ?? null,
    ...(redis && { prefix: redis.prefix }),
    log,
  });
  const requestLimits = createRequestLimits(checked.rateLimits, counters);
  const authenticator = createAuthenticator(checked.authentication, { log, development });
  const usageStore = checked.usage ? openUsage(redis, usageFile) : null;
  const usage = usageStore && new UsageCounter({ store: usageStore, onError: (error) => reportUsageLost(error, log) });
  const shared: Shared = {
    config: checked,
    log,
    clients: composition.clients,
    cache,
    counters,
    requestLimits,
    usage,
    inFlight: checked.deduplicateInFlight ? new InFlightDeduplicators() : null,
    automatic: redis ? createSharedDocuments(redis) : createMemoryDocuments(),
    development: development !== undefined,
    preparation: new PreparationQueue({
      share: checked.documents.preparationShare,
      maxWaiting: checked.documents.maxWaiting,
    }),
  };
  const clientAddress = createClientAddress(checked.trustedProxies);
  const connections = new LongLivedConnections({ config: checked.connections, clientAddress, log });
  shared.connections = connections;
  const whole = createEndpoint(graph, null, shared);
  const composed = composeViews(composition, clients);
  if (development && allowRemoteSignIn) {
    log.warn({}, 'anybody who reaches the gateway may sign in as any of authentication.development.users');
  }
  const warnings = [...graphWarnings(graph, composed), ...clientWarnings(checked, clients)];
  for (const warning of warnings) log.warn({}, warning);
  const views = new Map(
    composed.map((view) => [view.client.reference, createEndpoint(view.graph, view, shared)] as const),
  );
  const mask = (error: unknown) => maskError(error, log) as GraphQLError;
  const admission = new Admission({
    clientAddress,
    isAllowedAddress: createAddressLists(checked.addresses),
    csrf: createCsrfGuard({
      config: checked.csrf,
      graphiql: graphiqlOptions(checked.graphiql) !== false,
      apiKeyHeader: checked.authentication.apiKeys?.header,
    }),
    authenticator,
    requestLimits,
    forwarding: createForwarding(checked),
    mask,
  });
  const endpoints = new Endpoints(whole, byName(views, clients), checked.clients.only);
  const server = new HttpServer({
    host: checked.host,
    port: checked.port,
    requestTimeout: milliseconds(checked.requestTimeout),
    admission,
    endpoints,
    webSockets: takesWebSockets(checked.websocket, checked.plugins)
      ? new WebSockets({ config: checked, connections, admission, endpoints, log, mask })
      : undefined,
    routes: createRoutes(checked, cache, development, allowRemoteSignIn),
    log,
  });
  return {
    graph,
    engine: whole.pipeline.engine,
    log,
    cache,
    start: async () => {
      usage?.start();
      if (usageStore) reportDeprecated(usageStore, graph, log);
      return server.listen();
    },
    stop: async () => {
      const cut = await server.close(milliseconds(checked.shutdownGrace));
      await usage?.stop();
      await cache.close();
      await Promise.all([composition.close(), authenticator.close(), redis?.close()]);
      return cut;
    },
  };
}

function openUsage(redis: RedisConnection | null, file: string | undefined): UsageStore | null {
  if (redis) return createRedisUsageStore(redis.client, redis.prefix);
  return file === undefined ? null : createFileStore(file);
}

function reportUsageLost(error: unknown, log: Logger): void {
  log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'usage was not saved; it will be');
}

/** Nobody waits for it: what is deprecated and still asked for is told in the log. */
async function reportDeprecated(store: UsageStore, graph: Graph, log: Logger): Promise<void> {
  try {
    for (const { coordinate, reason, usedBy } of deprecatedInUse(graph.schema, await store.load())) {
      const clients = [...new Set(usedBy.map(({ client }) => client))];
      log.warn({ coordinate, reason, clients }, `${coordinate} is deprecated and still asked for`);
    }
  } catch (error) {
    log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'usage could not be read');
  }
}

/** Every client under its reference, and under its name with its version. */
function byName(views: ReadonlyMap<string, Endpoint>, clients: readonly Client[]): Map<string, Endpoint> {
  const named = new Map(views);
  for (const { reference, name, version } of clients) {
    const view = views.get(reference);
    if (view && version !== null) named.set(`${name}@${version}`, view);
  }
  return named;
}

/** What is served beside the graph. */
function createRoutes(
  { cache: { purge }, authentication, host }: CheckedConfig,
  cache: Cache,
  development: DevelopmentKey | undefined,
  fromNetwork: boolean,
): Map<string, Route> {
  const routes = new Map<string, Route>();
  if (purge) routes.set(purge.path, (request, response) => handlePurge(request, response, cache, purge));
  if (development) {
    const jwks = JSON.stringify(development.jwks);
    routes.set('/.well-known/jwks.json', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(jwks);
    });
    const { users } = authentication.development;
    routes.set(signInPath, createSignIn({ key: development, users, host, fromNetwork }));
  }
  return routes;
}
