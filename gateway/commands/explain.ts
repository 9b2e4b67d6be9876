// `concierge explain query.graphql`: prints the plan and the caching of an operation. Makes no requests to
// services, but for schemas that are fetched from them.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Kind } from 'graphql';
import { ClientDirectory } from '../client-views/client-directory.ts';
import { loadClients } from '../client-views/load-clients.ts';
import type { View } from '../client-views/view.ts';
import type { Graph } from '../compose/graph.ts';
import { composeViews } from '../composed-views.ts';
import { type Composition, openComposition } from '../composition.ts';
import { type CheckedConfig, withDevelopmentDefaults } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { PreparedDocument } from '../engine/prepared-document.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { createEngine } from '../graph-engine.ts';
import { OperationTooComplex } from '../planner/step-budget.ts';
import { UnsupportedOperation } from '../planner/unsupported-operation.ts';
import { analyse } from '../policy/analysis.ts';
import { explainCaching } from '../policy/explain-caching.ts';
import { CostModel } from '../policy/limits/cost.ts';
import { readCostRules } from '../policy/limits/cost-rules.ts';
import { explainAsMermaid, explain as explainAsText } from '../query-plan/explain.ts';
import { createLog } from '../telemetry/log.ts';
import { type ComposableOptions, loadComposable } from './composable.ts';
import { measure, readTimes } from './explain-measure.ts';
import { headerFields, serviceUrl } from './running-service.ts';

export interface ExplainOptions extends ComposableOptions {
  operation?: string;
  /** A client's name, with a version or without, for the plan in its view. */
  client?: string;
  variables: string;
  format: string;
  /** Number of requests to a running gateway. */
  measure?: string;
  url?: string;
  header: string[];
}

const formats: Record<string, typeof explainAsText> = {
  text: explainAsText,
  mermaid: explainAsMermaid,
  json: (plan) => JSON.stringify(plan, null, 2),
};

export async function explain(file: string, options: ExplainOptions): Promise<void> {
  const format = formats[options.format];
  if (!format) throw new ConfigError(`--format is "${options.format}": give "text", "mermaid" or "json"`);
  const variables = readVariables(options.variables);
  const times = options.measure === undefined ? null : readTimes(options.measure);
  if (times !== null && format !== explainAsText)
    throw new ConfigError('--measure: its result is text, without --format');
  const { config: loaded, folder } = await loadComposable(options);
  // The operation comes from the operator's own file, not from a client: it may introspect the schema.
  const config = withDevelopmentDefaults(loaded);
  const composition = openComposition(config, folder);
  try {
    const { graph, view } = await viewedGraph(options.client, composition, resolve(folder, config.clients.folder));
    const engine = createEngine(graph, composition.clients, config, createLog({ level: 'silent' }), { view });
    const text = readDocument(file);
    const document = engine.documents.get(text);
    if (document.errors) {
      throw new ConfigError(document.errors.map((error) => `${file}: ${error.toString()}`).join('\n\n'));
    }
    const operation = document.operation(options.operation);
    if (!operation) {
      throw new ConfigError(
        `${file} has ${
          options.operation
            ? `no operation ${options.operation}${didYouMean(options.operation, operationNames(document))}`
            : 'several operations, or none: name one with --operation'
        }`,
      );
    }
    const errors = variableErrors(operation, variables);
    if (errors.length > 0) throw new ConfigError(errors.map((message) => `--variables: ${message}`).join('\n'));
    const conditions = conditionsOf(operation, variables);
    const plan = engine.asSent(engine.plan(operation, conditions));
    const [heading, ...paragraphs] = format(plan).split('\n\n');
    if (format === explainAsText && plan.operation === 'query') {
      const analysis = analyse(engine.schema, graph.rules, operation, conditions, config.cache.defaultMaxAge);
      const services = [...new Set(plan.fetches.map(({ subgraph }) => engine.serviceOf(subgraph)))];
      const remote = services.filter((name) => composition.clients.has(name));
      paragraphs.unshift(
        explainCaching(analysis, { schema: engine.schema, rules: graph.rules, services: remote, config }),
      );
    }
    if (format === explainAsText) paragraphs.push(`estimated cost: ${costOf(operation, graph, config, variables)}`);
    if (times !== null) paragraphs.push(await measured(operation, text, times, variables, config, options));
    console.log([heading, ...paragraphs].join('\n\n'));
  } catch (error) {
    if (!(error instanceof UnsupportedOperation || error instanceof OperationTooComplex)) throw error;
    throw new ConfigError(`${file} cannot be planned: ${error.message}`);
  } finally {
    await composition.close();
  }
}

function costOf(
  { operation, document }: PreparedOperation,
  { schema, sources }: Graph,
  { limits: { assumedListSize } }: CheckedConfig,
  variables: Record<string, unknown>,
): number {
  return new CostModel(schema, readCostRules(sources), { assumedListSize }).compile(operation, document)(variables);
}

/** @throws ConfigError for an operation that cannot be repeated. */
function measured(
  { operation, name }: PreparedOperation,
  query: string,
  times: number,
  variables: Record<string, unknown>,
  { port, path, tls }: CheckedConfig,
  { url, header, client }: ExplainOptions,
): Promise<string> {
  if (operation.operation !== 'query') throw new ConfigError(`--measure: a ${operation.operation} is not repeated`);
  const local = `${tls ? 'https' : 'http'}://127.0.0.1:${port}${path}${client === undefined ? '' : `/${client.split('@', 1)[0]}`}`;
  const at = url === undefined ? local : serviceUrl(url, '--url');
  return measure({ query, operationName: name ?? null, variables }, { times, url: at, headers: headerFields(header) });
}

/**
 * The graph as a client sees it; the whole one where none is named.
 * @throws ConfigError for a name that is no client's.
 */
async function viewedGraph(
  client: string | undefined,
  composition: Composition,
  folder: string,
): Promise<{ graph: Graph; view: View | null }> {
  if (client === undefined) return { graph: composition.compose(), view: null };
  const clients = [...(await loadClients(folder)).values()];
  const directory = ClientDirectory.of(clients, (reference) =>
    clients.find((loaded) => loaded.reference === reference),
  );
  const found = directory.find(client, undefined);
  if (!found) {
    const known = directory.names.length > 0 ? ` Known clients: ${directory.names.join(', ')}.` : '';
    throw new ConfigError(`--client: there is no client ${client}${directory.suggestion(client) || '.'}${known}`);
  }
  const [composed] = composeViews(composition, composition.compose(), [found]);
  if (!composed) throw new Error(`The client ${found.reference} has no view.`);
  return composed;
}

function operationNames({ operations }: Pick<PreparedDocument, 'operations'>): string[] {
  return operations.flatMap(({ operation }) => operation.name?.value ?? []);
}

function readDocument(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Errors of the given variables; a plan does not depend on the others. */
function variableErrors(operation: PreparedOperation, given: Record<string, unknown>): string[] {
  const coerced = operation.coerce(given);
  if ('values' in coerced) return [];
  return coerced.errors.flatMap(({ message, nodes }) => {
    const definition = nodes?.find((node) => node.kind === Kind.VARIABLE_DEFINITION);
    return definition && Object.hasOwn(given, definition.variable.name.value) ? [message] : [];
  });
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

function readVariables(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Reported below, with the same message as JSON that is no object.
  }
  throw new ConfigError(`--variables is ${text}: give a JSON object`);
}
