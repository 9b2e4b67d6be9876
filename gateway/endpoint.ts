// Endpoint of one graph: its engine, its operation checks, and the handler of its requests. Parts that all graphs of a
// gateway share are passed in.
import { sendNodeResponse } from '@whatwg-node/server';
import type { GraphQLError } from 'graphql';
import type { Cache } from './cache/cache.ts';
import type { CheckedClient } from './client-views/definition.ts';
import type { Client } from './client-views/load-clients.ts';
import type { View } from './client-views/view.ts';
import { ComposeError } from './compose/compose-error.ts';
import type { Graph } from './compose/graph.ts';
import type { CheckedConfig } from './config/config.ts';
import { allowsSuggestions, maxSteps } from './config/limits.ts';
import { milliseconds } from './config/values.ts';
import { Engine } from './engine/engine.ts';
import type { AutomaticDocuments } from './persisted-documents/automatic-documents.ts';
import { TrustedDocuments } from './persisted-documents/trusted-documents.ts';
import { Cors } from './pipeline/cors.ts';
import type { Endpoint } from './pipeline/endpoints.ts';
import { EntityLoader } from './pipeline/entity-loader.ts';
import type { GraphqlHandler } from './pipeline/graphql-handler.ts';
import type { Hooks } from './pipeline/hooks.ts';
import { NestedExecution } from './pipeline/nested-execution.ts';
import { Pipeline } from './pipeline/pipeline.ts';
import type { PreparationQueue } from './pipeline/preparation-queue.ts';
import { planDocuments } from './planned-documents.ts';
import { Authorization, unknownPolicies } from './policy/authorization.ts';
import { createClientAccess } from './policy/client-access.ts';
import { createVarying, credentialHeaders } from './policy/forwarding/varying.ts';
import { readCostRules } from './policy/limits/cost-rules.ts';
import { createDocumentLimits } from './policy/limits/document-limits.ts';
import { createSlicingRule } from './policy/limits/slicing-rule.ts';
import { OperationChecks } from './policy/operation-checks.ts';
import { type Counters, createFieldLimits, type RequestLimits } from './policy/rate-limits/index.ts';
import { readingBodies } from './server/body-reader.ts';
import { createFastPath, isNotModified } from './server/http-handler.ts';
import type { LongLivedConnections } from './server/long-lived.ts';
import { maskError, maskExecutionError } from './server/mask-error.ts';
import { createPluginContext } from './server/plugin-context.ts';
import { createGatewayYoga } from './server/yoga.ts';
import type { Logger } from './telemetry/log.ts';
import type { UsageCounter } from './telemetry/usage/usage-counter.ts';
import type { InFlightDeduplicators } from './transport/in-flight-deduplicator.ts';
import type { SubgraphClient } from './transport/subgraph-client.ts';

/** Parts that the graphs of a gateway share. */
export interface Shared {
  config: CheckedConfig;
  log: Logger;
  clients: ReadonlyMap<string, SubgraphClient>;
  cache: Cache;
  counters: Counters;
  requestLimits: RequestLimits;
  /** Counts usage by client; null if that is disabled. */
  usage: UsageCounter | null;
  /** Null if equal queries in flight are not deduplicated. */
  inFlight: InFlightDeduplicators | null;
  /** Hooks of the configuration; none are called without them. */
  hooks?: Hooks | null;
  /** Store of automatic persisted queries. */
  automatic: AutomaticDocuments;
  /** Queue of new documents for planning; without it, they are planned at once. */
  preparation?: PreparationQueue;
  /** Counts WebSockets and event streams; without it, they are not limited. */
  connections?: LongLivedConnections;
  /** Whether tokens of the development key are accepted; GraphiQL then offers to sign in. */
  development?: boolean;
}

/** A client with its view and its trusted documents. */
export interface ClientGraph {
  client: Client;
  view: View;
  trusted: TrustedDocuments;
}

/** Maximum number of errors of one nested operation that loads entities. */
const MAX_LOAD_ERRORS = 10_000;

/** Of one subgraph response; a thousand entities can fail for one reason. */
const MAX_LOGGED_ERRORS = 3;

const noDocuments = new TrustedDocuments({ documents: [] });

/**
 * @param clientGraph the client whose view is served; null for the whole graph.
 * @throws ComposeError where the graph's rules name policies that the configuration does not have, for an unknown rate
 * plan of
 *   the client, and for invalid trusted documents.
 */
export function createEndpoint(graph: Graph, clientGraph: ClientGraph | null, shared: Shared): Endpoint {
  if (clientGraph) requireRatePlan(clientGraph.client, shared.config);
  const settings = clientGraph ? { ...shared, config: withClient(shared.config, clientGraph.client) } : shared;
  const pipeline = createPipeline(graph, clientGraph, settings);
  const reference = clientGraph?.client.reference ?? null;
  const definition = clientGraph?.client.definition;
  if (clientGraph) planTrusted(clientGraph, pipeline.engine, settings);
  return {
    pipeline,
    nested: createNestedExecution(graph, pipeline, settings),
    handle: createHandler(pipeline, settings),
    client: reference,
    ratePlan: definition?.ratePlan ?? null,
    checkAccess:
      definition && requiresAuthentication(definition) ? createClientAccess(definition.access ?? null) : null,
    isPageOpen: definition?.access === undefined,
    cors: settings.config.cors ? new Cors(settings.config.cors) : null,
  };
}

function requiresAuthentication({ authentication, access }: CheckedClient): boolean {
  return authentication === 'required' || access !== undefined;
}

/** @throws ComposeError */
function requireRatePlan(
  { reference, definition: { ratePlan } }: Client,
  { rateLimits: { plans } }: CheckedConfig,
): void {
  if (ratePlan === undefined || Object.hasOwn(plans, ratePlan)) return;
  throw new ComposeError([
    `client ${reference}: ratePlan: there is no "${ratePlan}"; add it to rateLimits.plans of the gateway's ` +
      'configuration',
  ]);
}

/** Plans trusted documents at start, so that no request waits for it. @throws ComposeError for an invalid document. */
function planTrusted({ client: { reference }, trusted }: ClientGraph, engine: Engine, { log }: Shared): void {
  if (trusted.size === 0) return;
  const started = performance.now();
  const plans = planDocuments(reference, trusted, engine);
  const duration = Math.round(performance.now() - started);
  log.info({ client: reference, documents: trusted.size, plans, duration }, 'trusted documents planned');
}

/** The configuration with the client's own settings in place of the general ones. */
function withClient(config: CheckedConfig, { definition }: Client): CheckedConfig {
  const own = Object.entries(definition.limits ?? {}).filter(([, value]) => value !== undefined);
  return {
    ...config,
    limits: { ...config.limits, ...Object.fromEntries(own) },
    cors: definition.cors ?? config.cors,
  };
}

/** @throws ComposeError */
export function createPipeline(graph: Graph, clientGraph: ClientGraph | null, shared: Shared, loads = false): Pipeline {
  const { config, log, cache, inFlight, automatic, usage, hooks = null } = shared;
  const definition = clientGraph?.client.definition;
  return new Pipeline({
    engine: createEngine(graph, shared.clients, config, log, {
      cache,
      inFlight,
      view: clientGraph?.view ?? null,
      loads,
      hooks,
      ...(shared.preparation && { preparation: shared.preparation }),
    }),
    operationChecks: createOperationChecks(graph, clientGraph?.view ?? null, shared),
    cache,
    graph: graph.version,
    view: clientGraph && `${clientGraph.client.reference} ${clientGraph.view.digest}`,
    usage,
    documents: {
      trusted: clientGraph?.trusted ?? noDocuments,
      only: definition?.trustedDocuments === 'only',
      automatic:
        (definition?.automaticPersistedQueries ?? config.documents.automaticPersistedQueries) ? automatic : null,
    },
    requiresAuthentication: definition !== undefined && requiresAuthentication(definition),
    maxVariablesBytes: config.limits.variablesBytes,
    preparation: shared.preparation ?? null,
    // A load by id is part of an operation, and none of its own.
    hooks: loads ? null : hooks,
    staleWhileRevalidate: milliseconds(config.cache.staleWhileRevalidate),
    maxTtl: milliseconds(config.cache.maxTtl),
    varyByHeader: config.cache.varyByHeader,
    tagHeader: config.cache.tagHeader ?? null,
    varying: createVarying(config),
    mask: (error) => maskError(error, log) as GraphQLError,
  });
}

/** Loads entities by operations on a graph of their own, to which all rules for operations apply. */
function createNestedExecution(graph: Graph, pipeline: Pipeline, shared: Shared): NestedExecution {
  return new NestedExecution(pipeline, () => {
    const { idTypes, ...loadGraph } = pipeline.engine.loadGraph();
    // Its documents can have the same text as the graph's with another meaning.
    const ofLoads = { ...graph, ...loadGraph, version: `${graph.version} loads` };
    const loads = createPipeline(ofLoads, null, shared, true);
    return new EntityLoader(createNestedExecution(ofLoads, loads, shared), idTypes);
  });
}

export interface EngineParts {
  /** Cache of entities; without it, none are cached. */
  cache?: Cache;
  /** Deduplicates equal queries in flight; without it, none are. */
  inFlight?: InFlightDeduplicators | null;
  /** A client's view; without it, the whole graph. */
  view?: View | null;
  /** Whether it executes entity loads of resolvers. */
  loads?: boolean;
  /** Hooks that requests to services pass. */
  hooks?: Hooks | null;
  /**
   * Queue in which long work waits between its parts; without it, the work continues in the next turn of the event
   * loop.
   */
  preparation?: PreparationQueue;
}

export function createEngine(
  graph: Graph,
  clients: ReadonlyMap<string, SubgraphClient>,
  config: CheckedConfig,
  log: Logger,
  { cache, inFlight = null, view = null, loads = false, hooks = null, preparation }: EngineParts = {},
): Engine {
  const entities = cache?.entities ?? null;
  return new Engine({
    schema: graph.schema,
    subschemas: graph.subschemas,
    ...(graph.external && { external: graph.external }),
    ...(graph.serviceNames && { serviceNames: graph.serviceNames }),
    view,
    loads,
    hooks,
    // Each of the entities can have errors.
    ...(loads && { maxErrors: MAX_LOAD_ERRORS }),
    clients,
    inFlight,
    errorMode: config.subgraphErrors,
    maxKeys: new Map(
      Object.entries(config.subgraphs).flatMap(([name, { maxKeys }]) => (maxKeys ? [[name, maxKeys]] : [])),
    ),
    subgraphErrors: new Map(
      Object.entries(config.subgraphs).flatMap(([name, { errors }]) => (errors ? [[name, errors]] : [])),
    ),
    entities,
    cacheRules: entities && { rules: graph.rules, defaultMaxAge: config.cache.defaultMaxAge },
    maxSteps: maxSteps(config.limits),
    ...(preparation && { inTurns: (work, reject) => preparation.continue(work, reject) }),
    maxDocuments: config.documents.max,
    maxDocumentBytes: config.documents.maxBytes,
    documentLimits: {
      ...(config.limits.tokens !== false && { maxTokens: config.limits.tokens }),
      hideSuggestions: !allowsSuggestions(config.limits),
      rules: createDocumentLimits(config.limits),
    },
    mask: (error) => maskExecutionError(error, log),
    onSubgraphErrors: (subgraph, errors, { requestId }) =>
      log.warn({ requestId, subgraph, errors: errors.slice(0, MAX_LOGGED_ERRORS) }, 'subgraph errors'),
    onUnplanned: (operation, reason) => log.warn({ operation: operation.name, reason }, 'operation cannot be planned'),
  });
}

function createOperationChecks(graph: Graph, view: View | null, shared: Shared): OperationChecks {
  const { config, log, counters, requestLimits, development = false } = shared;
  const { rules } = graph;
  const { mode, policies } = config.authorization;
  const unknown = unknownPolicies([...rules.fieldRequirements, ...rules.typeRequirements], policies);
  if (unknown.length > 0) {
    throw new ComposeError(
      unknown.map(
        ({ coordinate, policy }) => `${coordinate}: @policy names "${policy}"; add it to authorization.policies`,
      ),
    );
  }
  const { rateLimits, limits } = config;
  const costRules = readCostRules(graph.sources);
  const shown = (coordinate: string) => (view ? view.viewCoordinate(coordinate) : coordinate);
  const budgets = [rateLimits, ...Object.values(rateLimits.plans)].some(({ cost }) => cost);
  return new OperationChecks({
    schema: graph.schema,
    rules,
    authorization: new Authorization({
      policies,
      onPolicyError: (policy, error) => log.error({ err: error, policy }, 'policy threw; treated as denied'),
      development,
    }),
    mode,
    defaultMaxAge: config.cache.defaultMaxAge,
    fieldLimits: rules.rateLimits.size > 0 ? createFieldLimits(rules.rateLimits, counters, shown) : null,
    requestLimits,
    slicing: createSlicingRule(costRules, shown),
    maxSteps: maxSteps(limits),
    cost: {
      rules: costRules,
      limit: limits.cost === false ? null : limits.cost,
      assumedListSize: limits.assumedListSize,
      budgets,
    },
  });
}

/** The HTTP handler of the endpoint. Plugins see only what passes through Yoga: with plugins, every request does. */
function createHandler(pipeline: Pipeline, shared: Shared): GraphqlHandler {
  const { config } = shared;
  const yoga = createGatewayYoga(pipeline, shared);
  const credentials = credentialHeaders(config);
  const fallback: GraphqlHandler = async (request, response, context) => {
    // Not through Yoga's own listener, which responds to errors of plugins with their stack.
    const serverContext = createPluginContext(request, response, context, credentials);
    const result = await yoga.handleNodeRequestAndResponse(request, response, serverContext);
    if (response.destroyed) return;
    for (const [name, value] of context.responseHeaders) {
      // Plugins may have set a Vary header of their own.
      if (name === 'vary') result.headers.append(name, value);
      else if (!result.headers.has(name)) result.headers.set(name, value);
    }
    if (isNotModified(request, context)) {
      for (const name of ['content-type', 'content-length']) result.headers.delete(name);
      response.setHeaders(result.headers);
      response.writeHead(304);
      response.end();
    } else if (context.omitsBody) {
      response.setHeaders(result.headers);
      response.writeHead(result.status);
      response.end();
      // Ends the subscription of an event stream.
      await result.body?.cancel();
    } else await sendNodeResponse(result, response, request, true);
  };
  const { maxBodyBytes } = config;
  if (!config.fastPath || config.plugins.length > 0) return readingBodies(maxBodyBytes, fallback, fallback);
  const fastPath = createFastPath({ pipeline, fallback });
  return readingBodies(maxBodyBytes, fastPath, fallback);
}
