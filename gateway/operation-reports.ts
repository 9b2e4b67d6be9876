// Reports on operations of one graph: explanations of responses, for callers that may have them, and what operations cost.
import type { Graph } from './compose/graph.ts';
import type { CheckedConfig } from './config/config.ts';
import type { Engine } from './engine/engine.ts';
import { CostStage } from './pipeline/cost-stage.ts';
import { Explanations } from './pipeline/explanation.ts';
import { createClientAccess } from './policy/client-access.ts';
import { countsCosts } from './policy/graph-checks.ts';
import type { OperationChecks } from './policy/operation-checks.ts';
import type { CostMetrics } from './telemetry/metrics/cost-metrics.ts';

export interface ReportsOptions {
  config: CheckedConfig;
  /** Names of the services over HTTP. */
  clients: { has(service: string): boolean };
  /** Metrics of what operations cost; not measured without them. */
  costMetrics?: CostMetrics | null | undefined;
  development?: boolean;
}

export interface Reports {
  /** Null where no caller gets explanations: outside development, unless the configuration names some. */
  explanations: Explanations | null;
  costs: CostStage;
}

/** @param loads whether the operations are loads by id, parts of others. */
export function createReports(
  graph: Graph,
  engine: Engine,
  checks: OperationChecks,
  options: ReportsOptions,
  loads: boolean,
): Reports {
  const { config, costMetrics = null } = options;
  const explanations = loads ? null : createExplanations(graph, engine, checks, options);
  const costs = new CostStage({
    checks,
    limit: config.limits.cost === false ? null : config.limits.cost,
    isCounted: countsCosts(config),
    hasHeaders: config.limits.costHeaders,
    explanations,
    metrics: costMetrics,
  });
  return { explanations, costs };
}

function createExplanations(
  graph: Graph,
  engine: Engine,
  costs: OperationChecks,
  { config, clients, development }: ReportsOptions,
): Explanations | null {
  if (!development && !config.explain) return null;
  const checkAccess = development ? null : createClientAccess(config.explain ?? null);
  const caching = { schema: engine.schema, rules: graph.rules, config };
  return new Explanations({ engine, checkAccess, costs, caching, remote: clients });
}
