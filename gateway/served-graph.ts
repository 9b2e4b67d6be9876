// Served graph: one graph with its engine, its operation checks and the handler of its requests, the whole graph or the view of a
// client. Parts that all graphs of a gateway share are passed in.
import type { GraphQLError } from 'graphql';
import type { Cache } from './cache/cache.ts';
import { createClientApis } from './client-apis.ts';
import type { CheckedClient } from './client-views/definition.ts';
import type { Client } from './client-views/load-clients.ts';
import type { View } from './client-views/view.ts';
import { ComposeError } from './compose/compose-error.ts';
import type { Graph } from './compose/graph.ts';
import { withChanges } from './compose/graph-sdl.ts';
import { unknownPlan } from './config/api-keys.ts';
import type { CheckedConfig } from './config/config.ts';
import { isMeasured } from './config/measure-mode.ts';
import { mockedSubgraphs } from './config/mocks.ts';
import { milliseconds } from './config/values.ts';
import type { DocumentBudget } from './engine/document-budget.ts';
import type { IntrospectionTexts } from './engine/introspection-cache.ts';
import { createEngine } from './graph-engine.ts';
import { createFaultInjection, injectsFaults } from './injected-faults.ts';
import { createReports } from './operation-reports.ts';
import type { AutomaticDocuments } from './persisted-documents/automatic-documents.ts';
import { TrustedDocuments } from './persisted-documents/trusted-documents.ts';
import { Cors } from './pipeline/cors.ts';
import type { Endpoint } from './pipeline/endpoints.ts';
import { EntityLoader } from './pipeline/entity-loader.ts';
import { exposedHeaders } from './pipeline/exposed-headers.ts';
import { runsOwnCode } from './pipeline/gateway-timeout.ts';
import type { Hooks } from './pipeline/hooks.ts';
import type { LoadShedding } from './pipeline/load-shedding.ts';
import { MockedResults } from './pipeline/mocked-results.ts';
import { NestedExecution } from './pipeline/nested-execution.ts';
import { Pipeline } from './pipeline/pipeline.ts';
import type { PreparationQueue } from './pipeline/preparation-queue.ts';
import { createClientAccess } from './policy/client-access.ts';
import type { Controls } from './policy/controls/controls.ts';
import { createVarying } from './policy/forwarding/varying.ts';
import { createOperationChecks } from './policy/graph-checks.ts';
import { OverrideLabels } from './policy/override-labels.ts';
import type { Counters, RequestLimits } from './policy/rate-limits/index.ts';
import type { BodySender } from './server/compression/body-sender.ts';
import type { DocumentsPageOptions } from './server/documents-page/page.ts';
import { createGraphqlHandler } from './server/graphql-handler.ts';
import type { LongLivedConnections } from './server/long-lived.ts';
import { maskError } from './server/mask-error.ts';
import type { Problems } from './server/problems/problems-handler.ts';
import type { AuditLog } from './telemetry/audit-log.ts';
import type { Logger } from './telemetry/log.ts';
import type { CostMetrics } from './telemetry/metrics/cost-metrics.ts';
import type { UsageCounter } from './telemetry/usage/usage-counter.ts';
import type { InFlightDeduplicators } from './transport/in-flight-deduplicator.ts';
import type { ServiceClient } from './transport/service-client.ts';

/** Parts that the graphs of a gateway share. */
export interface Shared {
  config: CheckedConfig;
  log: Logger;
  clients: ReadonlyMap<string, ServiceClient>;
  cache: Cache;
  counters: Counters;
  requestLimits: RequestLimits;
  /** Counts usage by client; null if that is disabled. */
  usage: UsageCounter | null;
  /** Null if equal queries in flight are not deduplicated. */
  inFlight: InFlightDeduplicators | null;
  /** Hooks of the configuration; none are called without them. */
  hooks?: Hooks | null;
  /** Sends the bodies of responses. */
  bodies: BodySender;
  /** Store of automatic persisted queries. */
  automatic: AutomaticDocuments;
  /** Queue of new documents for planning; without it, they are planned at once. */
  preparation?: PreparationQueue;
  /** Without it, nothing is shed. */
  shedding?: LoadShedding | null;
  /** Memory of documents; without it, each graph has its own. */
  documentBudget?: DocumentBudget;
  /** Responses to introspection; without it, each graph has its own. */
  introspectionTexts?: IntrospectionTexts;
  /** Counts WebSockets and event streams; without it, they are not limited. */
  connections?: LongLivedConnections;
  /** Nothing is audited without it. */
  audit?: AuditLog | null;
  /** Controls of operators; none without them. */
  controls?: Controls | undefined;
  /** Metrics of what operations cost; not measured without them. */
  costMetrics?: CostMetrics | null | undefined;
  /** Whether tokens of the development key are accepted; GraphiQL then offers to sign in. */
  development?: boolean;
  /** Problems of `concierge dev`, which GraphiQL shows. */
  problems?: Problems;
}

/** A client with its view and its trusted documents. */
export interface ClientGraph {
  client: Client;
  view: View;
  trusted: TrustedDocuments;
}

const noDocuments = new TrustedDocuments({ documents: [] });

/**
 * @param clientGraph the client whose view is served; null for the whole graph.
 * @throws ComposeError where the graph's rules name policies that the configuration does not have, and for an unknown
 * rate plan of the client.
 */
export function createEndpoint(graph: Graph, clientGraph: ClientGraph | null, shared: Shared): Endpoint {
  const problems = ratePlanProblems(clientGraph ? [clientGraph.client] : [], shared.config);
  if (problems.length > 0) throw new ComposeError(problems);
  const settings = clientGraph ? { ...shared, config: withClient(shared.config, clientGraph.client) } : shared;
  const pipeline = createPipeline(graph, clientGraph, settings);
  const reference = clientGraph?.client.reference ?? null;
  const definition = clientGraph?.client.definition;
  return {
    pipeline,
    nested: createNestedExecution(graph, pipeline, settings),
    handle: createGraphqlHandler(pipeline, {
      ...settings,
      trustedOnly: clientGraph ? trustedOnly(clientGraph, settings) : undefined,
    }),
    client: reference,
    ratePlan: definition?.ratePlan ?? null,
    priority: definition?.priority ?? null,
    checkAccess:
      definition && requiresAuthentication(definition) ? createClientAccess(definition.access ?? null) : null,
    isPageOpen: definition?.access === undefined,
    cors: createCors(settings.config),
    ...(clientGraph && { apis: createClientApis(pipeline, clientGraph, settings) }),
  };
}

/**
 * What the page of a client with trusted documents alone runs; undefined for other clients. It lists the documents in
 * development, and where every caller may see the schema.
 */
function trustedOnly(
  { client: { reference, definition }, trusted }: ClientGraph,
  { development, config }: Shared,
): DocumentsPageOptions | undefined {
  if (definition.trustedDocuments !== 'only') return undefined;
  const isListed = development || (config.limits.introspection === true && !requiresAuthentication(definition));
  return { client: reference, documents: isListed ? trusted : null };
}

function createCors(config: CheckedConfig): Cors | null {
  const { cors } = config;
  return cors ? new Cors(cors, exposedHeaders(cors, config)) : null;
}

function requiresAuthentication({ authentication, access }: CheckedClient): boolean {
  return authentication === 'required' || access !== undefined;
}

/** Rate plans that clients name and the configuration does not have. */
export function ratePlanProblems(
  clients: readonly Client[],
  { rateLimits: { plans } }: Pick<CheckedConfig, 'rateLimits'>,
): string[] {
  return clients.flatMap(({ reference, definition: { ratePlan } }) =>
    ratePlan === undefined || Object.hasOwn(plans, ratePlan)
      ? []
      : [`client ${reference}: ratePlan is "${ratePlan}": ${unknownPlan(ratePlan, Object.keys(plans))}`],
  );
}

/** The configuration with the client's own settings in place of the general ones. */
export function withClient(config: CheckedConfig, { definition }: Pick<Client, 'definition'>): CheckedConfig {
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
  const mocked = mockedSubgraphs(config);
  const engine = createEngine(graph, shared.clients, config, log, {
    cache,
    inFlight,
    view: clientGraph?.view ?? null,
    loads,
    hooks,
    injectsFaults: injectsFaults(shared),
    ...(shared.preparation && { preparation: shared.preparation }),
    ...(shared.documentBudget && { documentBudget: shared.documentBudget }),
    ...(shared.introspectionTexts && { introspectionTexts: shared.introspectionTexts }),
  });
  const operationChecks = createOperationChecks(graph, clientGraph?.view ?? null, shared);
  return new Pipeline({
    engine,
    operationChecks,
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
    variablesLimit: {
      max: config.limits.variablesBytes,
      isMeasured: isMeasured(config.limits.mode, 'variablesBytes'),
    },
    preparation: shared.preparation ?? null,
    shedding: shared.shedding ?? null,
    // A load by id is part of an operation, and none of its own.
    hooks: loads ? null : hooks,
    controls: (!loads && shared.controls) || null,
    overrideLabels: overrideLabels(graph, config),
    faults: loads ? null : createFaultInjection(graph, engine, shared),
    // A load by id is marked with the operation that it is part of.
    mocked: loads || mocked.length === 0 ? null : new MockedResults(mocked),
    ...createReports(graph, engine, operationChecks, shared, loads),
    runsOwnCode: !loads && runsOwnCode(config, definition),
    hasServerTiming: !loads && (shared.development ?? false),
    staleWhileRevalidate: milliseconds(config.cache.staleWhileRevalidate),
    maxTtl: milliseconds(config.cache.maxTtl),
    varyByHeader: config.cache.varyByHeader,
    tagHeader: config.cache.tagHeader ?? null,
    varying: createVarying(config),
    mask: (error) => maskError(error, log) as GraphQLError,
  });
}

function overrideLabels({ parts }: Graph, config: CheckedConfig): OverrideLabels | null {
  const labels = new Set(parts?.overrides?.map(({ label }) => label));
  if (labels.size === 0) return null;
  const { percentBy, labels: hook } = config.overrides;
  return new OverrideLabels([...labels], { labels: hook, shareBy: percentBy === 'caller' ? null : percentBy });
}

/** Loads entities by operations on a graph of their own, to which all rules for operations apply. */
function createNestedExecution(graph: Graph, pipeline: Pipeline, shared: Shared): NestedExecution {
  return new NestedExecution(pipeline, () => {
    const { idTypes, ...loadGraph } = pipeline.engine.loadGraph();
    // Its documents can have the same text as the graph's with another meaning.
    const ofLoads = withChanges(graph, { ...loadGraph, version: `${graph.version} loads` });
    const loads = createPipeline(ofLoads, null, shared, true);
    return new EntityLoader(createNestedExecution(ofLoads, loads, shared), idTypes);
  });
}
