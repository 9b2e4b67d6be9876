// Gateway assembly: subgraph clients, graph, caches, policies and HTTP server. `running-gateway.ts` has what its users
// get.
import type { GraphQLError } from 'graphql';
import { BusyDocuments } from './busy-documents.ts';
import { createCache } from './cache/cache.ts';
import { apiPaths } from './client-apis.ts';
import { ClientDirectory } from './client-views/client-directory.ts';
import { composeViews } from './composed-views.ts';
import { openComposition } from './composition.ts';
import { type GatewayConfig, milliseconds, withDevelopmentDefaults } from './config/config.ts';
import { isForwarded } from './config/forwarding.ts';
import { checkConfig } from './config/load.ts';
import { rejectMocks } from './config/mocks.ts';
import { withSecretFolder } from './config/secrets.ts';
import { version } from './config/version.ts';
import { acceptsWebSockets } from './config/websocket.ts';
import { DocumentBudget } from './engine/document-budget.ts';
import { IntrospectionTexts } from './engine/introspection-cache.ts';
import type { ConfigFunction, GatewayOptions } from './gateway-options.ts';
import { openObservability } from './observability.ts';
import { openConsole } from './operator-console.ts';
import { OperatorControls } from './operator-controls.ts';
import { OperatorListeners } from './operator-listeners.ts';
import { OverloadProtection } from './overload-protection.ts';
import { openAutomaticDocuments } from './persisted-documents/redis-documents.ts';
import { type Endpoint, Endpoints } from './pipeline/endpoints.ts';
import { createHooks } from './pipeline/hooks.ts';
import { PreparationQueue } from './pipeline/preparation-queue.ts';
import { UnknownClients } from './pipeline/unknown-clients.ts';
import { createAddressLists } from './policy/address-lists.ts';
import { createAuthenticator } from './policy/authentication/authenticator.ts';
import { createClientAddress } from './policy/client-address.ts';
import { createCounters, createRequestLimits } from './policy/rate-limits/index.ts';
import { openRedis } from './redis/connection.ts';
import { createAdmission } from './request-admission.ts';
import { createRoutes, createUnloggedRoutes } from './routes.ts';
import { createRunningGateway, type Gateway } from './running-gateway.ts';
import { createEndpoint, type Shared } from './served-graph.ts';
import { BodySender } from './server/compression/body-sender.ts';
import { HttpServer } from './server/http-server.ts';
import { LongLivedConnections } from './server/long-lived.ts';
import { maskError } from './server/mask-error.ts';
import { OperatorAdmission } from './server/operator-admission.ts';
import { RequestHandler } from './server/request-handler.ts';
import { openServerTls } from './server/server-tls.ts';
import { UnsentBytes } from './server/unsent-bytes.ts';
import { WebSockets } from './server/websocket.ts';
import { startWarnings } from './start-warnings.ts';
import { InFlightDeduplicators } from './transport/in-flight-deduplicator.ts';
import { TrustedPlanning } from './trusted-planning.ts';
import { createUsageCounter, openUsage, startUsage } from './usage.ts';

export type { ConfigFunction, GatewayOptions } from './gateway-options.ts';

/**
 * Creates a gateway over the configured services. Nothing listens, and no request is sent, before `start` or the first
 * request of a server that the gateway is embedded in.
 *
 * @param config as `gateway.config.ts` exports it; defaults are filled in. With a function that makes one, the result
 * is a promise.
 * @param options the base folder of relative paths in the configuration, or several options.
 * @throws ConfigError for an invalid configuration, ComposeError for services that cannot be composed; as a rejection
 * where the result is a promise.
 *
 * @example
 * const gateway = createGateway({
 *   port: 0,
 *   subgraphs: { users: { url: 'http://127.0.0.1:4001/graphql', schema: 'schema/subgraphs/users.graphql' } },
 * });
 * const url = await gateway.start();
 */
export function createGateway(make: ConfigFunction, options?: string | GatewayOptions): Promise<Gateway>;
export function createGateway(config: GatewayConfig, options?: string | GatewayOptions): Gateway;
export function createGateway(
  config: GatewayConfig | ConfigFunction,
  given: string | GatewayOptions = {},
): Gateway | Promise<Gateway> {
  const options = typeof given === 'string' ? { folder: given } : given;
  if (typeof config !== 'function') return assembleGateway(config, options).gateway;
  return withSecretFolder(options.folder ?? process.cwd(), async () => config()).then(
    (made) => assembleGateway(made, options).gateway,
  );
}

/** As `createGateway`, with the documents that its clients send most. */
export function assembleGateway(config: GatewayConfig, options: GatewayOptions) {
  const { folder = process.cwd(), clients = [], usageFile, development, allowRemoteSignIn = false, problems } = options;
  const { channel = null, generation, reload } = options;
  const isDevelopment = development !== undefined;
  const checked = development ? withDevelopmentDefaults(checkConfig(config)) : checkConfig(config);
  if (!development) rejectMocks(checked);
  const observability = openObservability(checked, folder, isDevelopment, channel);
  const { log, requestLog, audit, recent, recentErrors, metrics, tracing } = observability;
  const mask = (error: unknown) => maskError(error, log) as GraphQLError;
  const hooks = createHooks(checked, mask);
  const composition = openComposition(checked, folder, { metrics, log });
  const graph = composition.compose();
  const authenticator = createAuthenticator(checked.authentication, {
    log,
    development,
    folder,
    ratePlans: new Set(Object.keys(checked.rateLimits.plans)),
    forwardsAuthorization: isForwarded('authorization', checked),
    onApiKey: (use) => usage?.countKey(use),
    onReload: metrics?.reloadsOf('api_keys'),
  });
  const maxWait = milliseconds(checked.cache.maxWait);
  const redis = checked.redis ? openRedis(checked.redis, { log, folder, maxWait }) : null;
  const cache = createCache(checked.cache, redis, log, { folder, channel });
  // The only worker counts in memory.
  const ofWorkers = checked.workers === 1 ? null : channel;
  const counting = { redis: redis?.client ?? null, prefix: redis?.prefix, log, channel: ofWorkers };
  const counters = createCounters({ config: checked.rateLimits, ...counting });
  const requestLimits = createRequestLimits(checked.rateLimits, counters, log);
  const controlled = { config: checked, folder, graph, composition, redis, metrics, log, channel };
  const operatorControls = OperatorControls.of({ ...controlled, counts: counters.shared });
  const usageStore = checked.usage ? openUsage(redis, usageFile) : null;
  const usage = usageStore && createUsageCounter(usageStore, log);
  const { max: maxDocuments, maxBytes, preparationShare: share, maxWaiting } = checked.documents;
  const documentBudget = new DocumentBudget({ maxDocuments, maxBytes });
  const protection = new OverloadProtection(checked, log);
  const { shedding } = protection;
  const preparation = new PreparationQueue({ share, maxWaiting, sheds: () => shedding?.sheds('document') === true });
  const shared: Shared = {
    config: checked,
    log,
    clients: composition.clients,
    cache,
    counters,
    requestLimits,
    bodies: new BodySender(checked.compression, log),
    usage,
    audit,
    hooks,
    inFlight: checked.deduplicateInFlight ? new InFlightDeduplicators(metrics?.subgraphs.joined, channel) : null,
    automatic: openAutomaticDocuments(checked.documents, redis, channel),
    controls: operatorControls?.controls,
    costMetrics: metrics?.costs,
    development: isDevelopment,
    ...(problems && { problems }),
    documentBudget,
    introspectionTexts: new IntrospectionTexts(),
    preparation,
    shedding,
  };
  const clientAddress = createClientAddress(checked.trustedProxies);
  const beginTrace = tracing?.beginner((address) => clientAddress.isTrustedProxy(address));
  const connections = new LongLivedConnections({ config: checked.connections, clientAddress, log, channel });
  shared.connections = connections;
  const whole = createEndpoint(graph, null, shared);
  const composed = composeViews(composition, graph, clients);
  const warnings = startWarnings(checked, graph, composed, clients, isDevelopment && allowRemoteSignIn);
  for (const warning of warnings) log.warn({}, warning);
  const planning = new TrustedPlanning(log);
  const views = new Map<string, Endpoint>();
  for (const each of composed) {
    const endpoint = createEndpoint(each.graph, each, shared);
    planning.add(each.view, each.trusted, endpoint.pipeline);
    views.set(each.client.reference, endpoint);
  }
  planning.planFirst();
  const shown = { config: checked, clients, composition, engine: whole.pipeline.engine, cache, operatorControls };
  const feed = recent && openConsole(recent, shown, () => handler.contexts);
  const isAllowedAddress = createAddressLists(checked.addresses);
  const operatorAdmission = new OperatorAdmission({ clientAddress, isAllowedAddress, channel });
  const hasRest = (client: string) => views.get(client)?.apis?.rest !== undefined;
  const parts = { cache, audit, feed, operatorControls, recentErrors, admission: operatorAdmission };
  const admission = createAdmission(checked, {
    ...{ clientAddress, isAllowedAddress, audit, authenticator, requestLimits, mask },
    shedding,
  });
  const endpoints = new Endpoints(whole, {
    path: checked.path,
    listsClients: isDevelopment,
    clients: ClientDirectory.of(clients, (reference) => views.get(reference)),
    clientsOnly: checked.clients.only,
    deadline: milliseconds(checked.deadline),
    unknown: new UnknownClients(log),
    apiPaths: apiPaths(checked),
  });
  const unsent = new UnsentBytes(checked.http, log);
  const reported = { requestLog, metrics: metrics?.requests, beginTrace, log, unsent };
  const handler = new RequestHandler({
    ...{ ...reported, admission, endpoints, isOverloaded: protection.isOverloaded, generation },
    webSockets: acceptsWebSockets(checked.websocket, checked.plugins)
      ? new WebSockets({ ...reported, config: checked, connections, admission, endpoints, mask })
      : undefined,
    routes: createRoutes(checked, { clients, hasRest, ...parts }, development, allowRemoteSignIn),
    unloggedRoutes: createUnloggedRoutes(checked, { ...parts, problems, metrics, isDevelopment, allowRemoteSignIn }),
  });
  const figures = {
    requestsInFlight: () => handler.contexts.length,
    longLived: () => connections.total,
    generation: generation ?? (() => 1),
    cache: () => cache.stats(),
    documents: () => documentBudget.size,
    preparation: () => documentBudget,
    preparationWaiting: () => preparation.waiting,
    shed: () => shedding?.counts ?? null,
    subgraphs: () => composition.states(),
    traces: tracing ? () => tracing.counts : undefined,
  };
  metrics?.start({ version, graph: graph.version, ...figures });
  const tls = checked.tls && openServerTls(checked.tls, { folder, log, onReload: metrics?.reloadsOf('tls') });
  const documents = BusyDocuments.of(whole, views, { planning, log });
  const gateway = createRunningGateway({
    ...{ graph, engine: whole.pipeline.engine, log, cache, handler, path: checked.path, protection },
    operators:
      metrics && new OperatorListeners(checked, { ...parts, metrics, figures, graph, log, tls, channel, reload }),
    endLongLived: (within) => {
      feed?.close();
      connections.drain(within);
    },
    shutdownDelay: milliseconds(checked.shutdownDelay ?? 0),
    shutdownGrace: milliseconds(checked.shutdownGrace),
    createServer: () => new HttpServer({ config: checked, handler, tls, log, unsent }),
    problem: async () => (await redis?.problem()) ?? null,
    begin: () => {
      // Not awaited: it must not delay the start.
      if (usage && usageStore) void startUsage({ counter: usage, store: usageStore, file: usageFile }, graph, log);
      operatorControls?.start();
      planning.start();
      authenticator.start();
      protection.start(() => handler.contexts.length);
    },
    release: async () => {
      planning.stop();
      operatorControls?.close();
      await metrics?.close();
      await tracing?.close();
      await usage?.stop();
      await cache.close();
      await Promise.all([composition.close(), authenticator.close(), redis?.close()]);
      audit?.close();
    },
  });
  return { gateway, documents, onReload: metrics?.reloadsOf('all') };
}
