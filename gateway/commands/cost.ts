// `concierge cost query.graphql`: the estimated cost of an operation, the contribution of each field, and the limits that
// it is below or above. Makes no requests to services, but for schemas that are fetched from them. Exit codes: 0 within the
// limits, 1 above one of them, 2 where there is no estimate.
import { maxSteps } from '../config/limits.ts';
import { isMeasured } from '../config/measure-mode.ts';
import { OperationTooComplex, StepBudget } from '../planner/step-budget.ts';
import { type CostBreakdown, type CostPlace, costPlaces } from '../policy/limits/cost-places.ts';
import { readCostRules } from '../policy/limits/cost-rules.ts';
import { describeError, isExpected } from './describe-error.ts';
import { type GivenOperation, type GivenOperationOptions, withGivenOperation } from './given-operation.ts';
import { wrongUsage } from './wrong-usage.ts';

export interface CostCommandOptions extends GivenOperationOptions {
  json?: boolean;
}

/** A limit that the operation is compared with. */
interface ComparedLimit {
  /** Path of its option. */
  limit: string;
  value: number;
  /** Seconds, for a budget. */
  duration?: number;
  /** The period of a quota. */
  per?: 'day' | 'month';
  /** Whether it rejects nothing: it is in measure mode. */
  isMeasured: boolean;
  isExceeded: boolean;
}

/** Output with `--json`. */
export interface CostReport extends CostBreakdown {
  version: 1;
  operation: string | null;
  client: string | null;
  limits: ComparedLimit[];
}

export async function cost(file: string, options: CostCommandOptions): Promise<void> {
  let report: CostReport;
  try {
    report = await withGivenOperation(file, options, (given) => reportOf(given));
  } catch (error) {
    if (!isExpected(error) && !(error instanceof OperationTooComplex)) throw error;
    const message = error instanceof OperationTooComplex ? `${file}: ${error.message}` : describeError(error);
    throw wrongUsage(message);
  }
  console.log(options.json ? JSON.stringify(report, null, 2) : textOf(report));
  if (report.limits.some(({ isExceeded }) => isExceeded)) process.exitCode = 1;
}

function reportOf({ config, graph, client, operation, variables }: GivenOperation): CostReport {
  const limits = { ...config.limits, ...client?.definition.limits };
  const coerced = operation.coerce(variables);
  const breakdown = costPlaces(
    operation,
    {
      schema: graph.schema,
      rules: readCostRules(graph.sources),
      options: { assumedListSize: limits.assumedListSize ?? config.limits.assumedListSize },
    },
    // Without required variables, those that are given count.
    'values' in coerced ? coerced.values : variables,
    new StepBudget(maxSteps(config.limits)),
  );
  return {
    version: 1,
    operation: operation.name ?? null,
    client: client?.reference ?? null,
    ...breakdown,
    limits: limitsFor({ config, client }, limits, breakdown.cost),
  };
}

function limitsFor(
  { config, client }: Pick<GivenOperation, 'config' | 'client'>,
  { cost, mode }: Partial<GivenOperation['config']['limits']>,
  value: number,
): ComparedLimit[] {
  const { rateLimits } = config;
  const compared: ComparedLimit[] = [];
  if (cost !== false && cost !== undefined) {
    const isOnlyMeasured = isMeasured(mode ?? config.limits.mode, 'cost');
    compared.push({ limit: 'limits.cost', value: cost, isMeasured: isOnlyMeasured, isExceeded: value > cost });
  }
  const name = client?.definition.ratePlan;
  const plan = name === undefined ? undefined : rateLimits.plans[name];
  const [budget, place] =
    plan?.cost === undefined ? [rateLimits.cost, 'rateLimits.cost'] : [plan.cost, `rateLimits.plans.${name}.cost`];
  const points = Math.ceil(value);
  if (budget) {
    const { budget: limit, duration } = budget;
    const isOnlyMeasured = isMeasured(plan?.mode ?? rateLimits.mode, 'cost');
    compared.push({ limit: place, value: limit, duration, isMeasured: isOnlyMeasured, isExceeded: points > limit });
  }
  const isOnlyMeasured = isMeasured(plan?.mode ?? rateLimits.mode, 'quotas');
  for (const [each, quota] of Object.entries({ ...rateLimits.quotas, ...plan?.quotas })) {
    if (!quota || quota.budget === undefined) continue;
    const limit = plan?.quotas?.[each] ? `rateLimits.plans.${name}.quotas.${each}` : `rateLimits.quotas.${each}`;
    const { budget: most, per } = quota;
    compared.push({ limit, value: most, per, isMeasured: isOnlyMeasured, isExceeded: points > most });
  }
  return compared;
}

function textOf({ operation, client, cost, limits, places }: CostReport): string {
  const name = `${operation ?? '(unnamed)'}${client === null ? '' : ` in the view of ${client}`}`;
  const compared = limits.map((limit) => `    ${describeLimit(limit, cost)}`);
  const rows = places.map((place) => [
    written(place.cost),
    cost > 0 ? `${((100 * place.cost) / cost).toFixed(1)} %` : '',
    `${written(place.times)} × ${written(place.weight)}${place.arguments === 0 ? '' : `, arguments ${written(place.arguments)}`}`,
    `${place.path.join('.')}: ${place.type}${describeLength(place)}`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => (row[column] as string).length)));
  const lines = rows.map(([share, percent, times, field]) =>
    `    ${share?.padStart(widths[0] as number)}  ${percent?.padStart(widths[1] as number)}  ${times?.padEnd(widths[2] as number)}  ${field}`.trimEnd(),
  );
  const heading = `${name}: estimated cost ${written(cost)}`;
  return [[heading, ...compared].join('\n'), ...(lines.length > 0 ? [lines.join('\n')] : [])].join('\n\n');
}

function describeLimit(
  { limit, value, duration, per, isMeasured: isOnlyMeasured, isExceeded }: ComparedLimit,
  cost: number,
): string {
  const mode = isOnlyMeasured ? ', in measure mode' : '';
  const span = duration === undefined ? '' : ` in ${duration} s`;
  const period = per === undefined ? '' : ` in a ${per}`;
  const isRepeated = duration !== undefined || per !== undefined;
  const affordable = isRepeated && !isExceeded && cost > 0 ? `: ${Math.floor(value / Math.ceil(cost))} of these` : '';
  return `${isExceeded ? 'above' : 'within'} ${limit}, ${written(value)}${span}${period}${mode}${affordable}`;
}

function describeLength({ length, lengthBy }: CostPlace): string {
  return length === null
    ? ''
    : `, a list of ${written(length)} by ${lengthBy === 'argument' ? 'its argument' : lengthBy === 'connection' ? 'its connection' : lengthBy}`;
}

/** With at most three digits of a fraction. */
function written(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
