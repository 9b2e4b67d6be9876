// Operation checks of one graph: its rules for authorization, rate limits and costs, with the configuration's settings.
import type { View } from '../client-views/view.ts';
import { ComposeError } from '../compose/compose-error.ts';
import type { Graph } from '../compose/graph.ts';
import type { Rules } from '../compose/rules.ts';
import type { CheckedConfig } from '../config/config.ts';
import { maxSteps } from '../config/limits.ts';
import { isMeasured } from '../config/measure-mode.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { DeniedFields } from '../query-plan/denied-fields.ts';
import type { AuditedCaller, AuditLog } from '../telemetry/audit-log.ts';
import type { Logger } from '../telemetry/log.ts';
import { Authorization, unknownPolicies } from './authorization.ts';
import { readCostRules } from './limits/cost-rules.ts';
import { createSlicingRule } from './limits/slicing-rule.ts';
import { OperationChecks } from './operation-checks.ts';
import { type Counters, createFieldLimits, type RequestLimits } from './rate-limits/index.ts';

export interface GraphChecksOptions {
  config: CheckedConfig;
  log: Logger;
  counters: Counters;
  requestLimits: RequestLimits;
  /** Nothing is audited without it. */
  audit?: AuditLog | null | undefined;
  /** Whether messages may contain details that are for developers alone. */
  development?: boolean;
}

/** Policies that the graph's rules name and the configuration does not have, each where it is used. */
export function policyProblems(
  { fieldRequirements, typeRequirements }: Rules,
  policies: CheckedConfig['authorization']['policies'],
): string[] {
  return unknownPolicies([...fieldRequirements, ...typeRequirements], policies).map(
    ({ coordinate, policy }) =>
      `${coordinate}: @policy names "${policy}"${didYouMean(policy, Object.keys(policies)) || '; add it to authorization.policies'}`,
  );
}

/** Whether any caller has a budget for the cost of its operations. */
export function hasBudgets({ rateLimits }: Pick<CheckedConfig, 'rateLimits'>): boolean {
  return [rateLimits, ...Object.values(rateLimits.plans)].some(
    ({ cost, quotas = {} }) => cost || Object.values(quotas).some((quota) => quota && quota.budget !== undefined),
  );
}

/** Whether the cost of every response is counted. */
export function countsCosts(config: Pick<CheckedConfig, 'rateLimits' | 'limits'>): boolean {
  return config.limits.actualCost || hasBudgets(config);
}

function auditDenied(audit: AuditLog, { all }: DeniedFields, caller: AuditedCaller, mode: string): void {
  const codes = new Set([...all.values()].map(({ extensions }) => String(extensions.code)));
  const coordinates = [...all.keys()];
  const outcome = mode === 'measure' ? 'measured' : 'denied';
  audit.write({ action: 'access', outcome, code: [...codes].join(' '), coordinates }, caller);
}

/**
 * @param view of the client; null for the whole graph.
 * @throws ComposeError where the graph's rules name policies that the configuration does not have.
 */
export function createOperationChecks(graph: Graph, view: View | null, options: GraphChecksOptions): OperationChecks {
  const { config, log, counters, requestLimits, audit, development = false } = options;
  const { rules } = graph;
  const { mode, policies } = config.authorization;
  const problems = policyProblems(rules, policies);
  if (problems.length > 0) throw new ComposeError(problems);
  const { rateLimits, limits } = config;
  const costRules = readCostRules(graph.sources);
  const shown = (coordinate: string) => (view ? view.viewCoordinate(coordinate) : coordinate);
  return new OperationChecks({
    schema: graph.schema,
    rules,
    authorization: new Authorization({
      policies,
      onDenied: audit ? (denied, context) => auditDenied(audit, denied, context, mode) : undefined,
      onPolicyError: (policy, error) => log.error({ err: error, policy }, 'policy threw; treated as denied'),
      development,
    }),
    mode,
    defaultMaxAge: config.cache.defaultMaxAge,
    fieldLimits: rules.rateLimits.size > 0 ? createFieldLimits(rules.rateLimits, counters, shown) : null,
    measuresFieldLimits: isMeasured(rateLimits.mode, 'fields'),
    requestLimits,
    slicing: createSlicingRule(costRules, shown),
    maxSteps: maxSteps(limits),
    cost: {
      rules: costRules,
      limit: limits.cost === false ? null : limits.cost,
      isMeasured: isMeasured(limits.mode, 'cost'),
      assumedListSize: limits.assumedListSize,
      budgets: hasBudgets(config),
      isCounted: limits.actualCost || limits.costHeaders,
    },
  });
}
