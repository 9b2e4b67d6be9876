// `concierge explain query.graphql`: prints the plan, the caching and the cost of an operation. Makes no requests to
// services, but for schemas that are fetched from them.

import { Kind } from 'graphql';
import type { Graph } from '../compose/graph.ts';
import type { CheckedConfig } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { OperationTooComplex } from '../planner/step-budget.ts';
import { UnsupportedOperation } from '../planner/unsupported-operation.ts';
import { analyse } from '../policy/analysis.ts';
import { explainCaching } from '../policy/explain-caching.ts';
import { CostModel } from '../policy/limits/cost.ts';
import { readCostRules } from '../policy/limits/cost-rules.ts';
import { noDeniedFields } from '../query-plan/denied-fields.ts';
import { explainAsMermaid, explain as explainAsText } from '../query-plan/explain.ts';
import { planId } from '../query-plan/plan-id.ts';
import { measure, readTimes } from './explain-measure.ts';
import { type GivenOperation, type GivenOperationOptions, withGivenOperation } from './given-operation.ts';
import { headerFields, serviceUrl } from './running-service.ts';
import { wrongUsage } from './wrong-usage.ts';

export interface ExplainOptions extends GivenOperationOptions {
  format: string;
  /** The same as the format json. */
  json?: boolean;
  /** Number of requests to a running gateway. */
  measure?: string;
  url?: string;
  header: string[];
}

const formats: Record<string, typeof explainAsText> = {
  text: explainAsText,
  mermaid: explainAsMermaid,
  json: (plan) => JSON.stringify({ version: 1, ...plan }, null, 2),
};

export async function explain(file: string, options: ExplainOptions): Promise<void> {
  const format = formats[options.json ? 'json' : options.format];
  if (!format) throw wrongUsage(`--format is "${options.format}": give "text", "mermaid" or "json"`);
  const times = options.measure === undefined ? null : readTimes(options.measure);
  if (times !== null && format !== explainAsText) throw wrongUsage('--measure: its result is text, without --format');
  try {
    console.log(await withGivenOperation(file, options, (given) => explanationOf(given, format, times, options)));
  } catch (error) {
    if (!(error instanceof UnsupportedOperation || error instanceof OperationTooComplex)) throw error;
    throw new ConfigError(`${file} cannot be planned: ${error.message}`);
  }
}

async function explanationOf(
  { config, composition, graph, client, engine, operation, text, variables }: GivenOperation,
  format: typeof explainAsText,
  times: number | null,
  options: ExplainOptions,
): Promise<string> {
  const conditions = conditionsOf(operation, variables);
  // Measured responses have one part.
  const deferConditions = times === null && operation.hasDefer ? deferConditionsOf(operation, variables) : null;
  const planned = engine.plan(operation, conditions, noDeniedFields, '', deferConditions);
  const plan = engine.asSent(planned);
  const [heading, ...paragraphs] = format(plan).split('\n\n');
  if (format === explainAsText) {
    for (const [index, { subgraph, sent, document, repeat }] of plan.fetches.entries()) {
      const requests = repeat ? [] : (composition.clients.get(subgraph)?.requestsFor?.(sent ?? document) ?? []);
      paragraphs[index] += requests.map((request) => `\n    ${request}`).join('');
    }
  }
  if (format === explainAsText && plan.operation === 'query') {
    const analysis = analyse(engine.schema, graph.rules, operation, conditions, config.cache.defaultMaxAge);
    const services = [...new Set(plan.fetches.map(({ subgraph }) => engine.serviceOf(subgraph)))];
    const remote = services.filter((name) => composition.clients.has(name));
    paragraphs.unshift(
      explainCaching(analysis, { schema: engine.schema, rules: graph.rules, services: remote, config }),
    );
  }
  if (format === explainAsText) {
    const { assumedListSize = config.limits.assumedListSize } = client?.definition.limits ?? {};
    paragraphs.push(`plan id: ${planId(planned)}`);
    paragraphs.push(`estimated cost: ${costOf(operation, graph, assumedListSize, variables)}`);
  }
  if (times !== null) paragraphs.push(await measured(operation, text, times, variables, config, options));
  return [heading, ...paragraphs].join('\n\n');
}

function costOf(
  { operation, document }: PreparedOperation,
  { schema, sources }: Graph,
  assumedListSize: number,
  variables: Record<string, unknown>,
): number {
  return new CostModel(schema, readCostRules(sources), { assumedListSize }).compile(operation, document)(variables);
}

/** @throws CommanderError for an operation that cannot be repeated. */
function measured(
  { operation, name }: PreparedOperation,
  query: string,
  times: number,
  variables: Record<string, unknown>,
  { port, path, tls }: CheckedConfig,
  { url, header, client }: ExplainOptions,
): Promise<string> {
  if (operation.operation !== 'query') throw wrongUsage(`--measure: a ${operation.operation} is not repeated`);
  const local = `${tls ? 'https' : 'http'}://127.0.0.1:${port}${path}${client === undefined ? '' : `/${client.split('@', 1)[0]}`}`;
  const at = url === undefined ? local : serviceUrl(url, '--url');
  return measure({ query, operationName: name ?? null, variables }, { times, url: at, headers: headerFields(header) });
}

/** Variables of `@defer` that have a value; without one, its default holds. */
function deferConditionsOf({ operation }: PreparedOperation, given: Record<string, unknown>): Record<string, boolean> {
  const values = (operation.variableDefinitions ?? []).flatMap(({ variable: { name }, defaultValue }) => {
    const value = given[name.value] ?? (defaultValue?.kind === Kind.BOOLEAN ? defaultValue.value : undefined);
    return typeof value === 'boolean' ? [[name.value, value] as const] : [];
  });
  return Object.fromEntries(values);
}

/** Variables that can be used in `@skip` and `@include`; those that are not given have the operation's defaults. */
function conditionsOf({ operation }: PreparedOperation, given: Record<string, unknown>): Record<string, boolean> {
  const conditions: Record<string, boolean> = {};
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    const { value: name } = variable.name;
    const value = Object.hasOwn(given, name) ? given[name] : defaultValue?.kind === Kind.BOOLEAN && defaultValue.value;
    if (typeof value === 'boolean') conditions[name] = value;
  }
  return conditions;
}
