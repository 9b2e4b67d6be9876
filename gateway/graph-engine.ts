// Engine of one graph, with the configuration's limits, caches and hooks.
import type { Cache } from './cache/cache.ts';
import type { View } from './client-views/view.ts';
import type { Graph } from './compose/graph.ts';
import type { CheckedConfig } from './config/config.ts';
import { allowsSuggestions, maxSteps } from './config/limits.ts';
import { isMeasured } from './config/measure-mode.ts';
import { milliseconds } from './config/values.ts';
import type { DocumentBudget } from './engine/document-budget.ts';
import { Engine } from './engine/engine.ts';
import type { IntrospectionTexts } from './engine/introspection-cache.ts';
import type { Hooks } from './pipeline/hooks.ts';
import type { PreparationQueue } from './pipeline/preparation-queue.ts';
import { createDocumentLimits, createDocumentMeasurement } from './policy/limits/document-limits.ts';
import { createSubgraphBudgets } from './policy/limits/subgraph-budgets.ts';
import { maskExecutionError } from './server/mask-error.ts';
import type { Logger } from './telemetry/log.ts';
import { loggedSubgraphErrors } from './telemetry/logged-subgraph-errors.ts';
import type { InFlightDeduplicators } from './transport/in-flight-deduplicator.ts';
import type { ServiceClient } from './transport/service-client.ts';

/** Maximum number of errors of one nested operation that loads entities. */
const MAX_LOAD_ERRORS = 10_000;

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
  /** Whether requests may have faults. */
  injectsFaults?: boolean;
  /**
   * Queue in which long work waits between its parts; without it, the work continues in the next turn of the event
   * loop.
   */
  preparation?: PreparationQueue;
  /** Memory of documents that the graphs of a gateway share; one of its own by default. */
  documentBudget?: DocumentBudget;
  /** Responses to introspection that they share; a cache of its own by default. */
  introspectionTexts?: IntrospectionTexts;
}

export function createEngine(
  graph: Graph,
  clients: ReadonlyMap<string, ServiceClient>,
  config: CheckedConfig,
  log: Logger,
  {
    cache,
    inFlight = null,
    view = null,
    loads = false,
    hooks = null,
    injectsFaults = false,
    preparation,
    documentBudget,
    introspectionTexts,
  }: EngineParts = {},
): Engine {
  const entities = cache?.entities ?? null;
  return new Engine({
    schema: graph.schema,
    subschemas: graph.subschemas,
    ...(graph.parts && { parts: graph.parts }),
    ...(graph.serviceNames && { serviceNames: graph.serviceNames }),
    view,
    loads,
    hooks,
    // Each of the entities can have errors.
    ...(loads && { maxErrors: MAX_LOAD_ERRORS }),
    clients,
    faults: injectsFaults ? (service) => milliseconds(config.subgraphs[service]?.timeout ?? config.timeout) : null,
    inFlight,
    errorMode: config.subgraphErrors,
    maxKeys: new Map(
      Object.entries(config.subgraphs).flatMap(([name, { maxKeys }]) => (maxKeys ? [[name, maxKeys]] : [])),
    ),
    budgets: createSubgraphBudgets({
      config,
      sources: graph.sources,
      onLeftOut: (service) => clients.get(service)?.countLeftOut(),
    }),
    subgraphErrors: new Map(
      Object.entries(config.subgraphs).flatMap(([name, { errors }]) => (errors ? [[name, errors]] : [])),
    ),
    entities,
    cacheRules: entities && { rules: graph.rules, defaultMaxAge: config.cache.defaultMaxAge },
    maxSteps: maxSteps(config.limits),
    ...(preparation && { inTurns: (work, reject) => preparation.continue(work, reject) }),
    maxDocuments: config.documents.max,
    maxDocumentBytes: config.documents.maxBytes,
    documentBudget,
    introspectionTexts,
    documentLimits: {
      ...(config.limits.tokens !== false && { maxTokens: config.limits.tokens }),
      hideSuggestions: !allowsSuggestions(config.limits),
      measuresTokens: isMeasured(config.limits.mode, 'tokens'),
      rules: createDocumentLimits(config.limits),
      measurement: createDocumentMeasurement(config.limits),
    },
    mask: (error) => maskExecutionError(error, log),
    onSubgraphErrors: (subgraph, errors, { requestId }) =>
      log.warn({ requestId, subgraph, ...loggedSubgraphErrors(errors, config.log.subgraphErrors) }, 'subgraph errors'),
    onDegraded: (subgraph, fields) => clients.get(subgraph)?.countDegraded(fields),
    onUnplanned: (operation, reason) => log.warn({ operation: operation.name, reason }, 'operation cannot be planned'),
  });
}
