// `concierge validate`: finds all errors of a project at once: the configuration, the services' schemas and their
// composition, the clients with their documents, and the policies. Starts nothing, and sends no requests but for schemas that are
// fetched from their services.
import { resolve } from 'node:path';
import { type Client, definitionFile, readClients } from '../../client-views/load-clients.ts';
import type { Graph } from '../../compose/graph.ts';
import { type ComposedView, composeViews } from '../../composed-views.ts';
import { type Composition, openComposition } from '../../composition.ts';
import type { CheckedConfig, GatewayConfig } from '../../config/config.ts';
import { ConfigError } from '../../config/config-error.ts';
import { type ReadConfig, readConfig } from '../../config/load.ts';
import { createGateway } from '../../gateway.ts';
import { fetchSchemas } from '../../introspected-schemas.ts';
import { policyProblems } from '../../policy/graph-checks.ts';
import { ratePlanProblems } from '../../served-graph.ts';
import {
  audienceWarnings,
  clientWarnings,
  graphWarnings,
  pluginWarnings,
  scopeWarnings,
} from '../../start-warnings.ts';
import { toolWarnings } from '../../tool-warnings.ts';
import type { ComposableOptions } from '../composable.ts';
import { wrongUsage } from '../wrong-usage.ts';
import { collect, distinct, type Finding, findingsOf, shownFile } from './findings.ts';
import { asJson, asText, type Report } from './print-findings.ts';
import { usableConfig } from './usable-config.ts';
import { documentFindings } from './validate-documents.ts';

export interface ValidateOptions extends ComposableOptions {
  json?: boolean;
}

/** Exit code 1 where there are errors, 2 without a configuration. */
export async function validate({ json = false, ...overrides }: ValidateOptions): Promise<void> {
  const report = await findAll(overrides);
  console.log(json ? asJson(report) : asText(report));
  if (report.errors.length > 0) process.exitCode = 1;
}

async function findAll({ offline, ...overrides }: ComposableOptions): Promise<Report> {
  let read: ReadConfig;
  try {
    read = await readConfig(overrides);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error.problems.length === 0) throw wrongUsage(error.message);
    return { errors: findingsOf(error, 'configuration') ?? [], warnings: [], skipped: [everythingElse] };
  }
  const { value, source, origins, folder, warnings: ofEnvironment } = read;
  const { config: usable, problems, isComposable } = usableConfig(value, source, origins);
  const errors: Finding[] = [];
  const warnings = ofEnvironment.map((message) => warning(message, null, 'environment'));
  const skipped: string[] = [];
  if (problems.length > 0) errors.push(...(findingsOf(new ConfigError('', { problems }), 'configuration') ?? []));
  const config = usable && (await withFetchedSchemas(usable, folder, offline, errors, warnings));
  if (!config) return { errors, warnings, skipped: [everythingElse] };
  const project = { config, folder, errors, warnings };
  const composition = collect(errors, 'schema', project, () => openComposition(config, folder));
  try {
    const { clients, errors: ofClients } = await readClients(resolve(folder, config.clients.folder));
    for (const error of ofClients) errors.push(...(findingsOf(error, 'client') ?? []));
    const graph = composition && composed(composition, project, isComposable);
    if (composition && graph) checkGraph(graph, composition, [...clients.values()], project, source);
    else skipped.push('clients, their documents and policies: the graph cannot be composed');
    if (errors.length === 0) {
      // What else a start would find: certificates, files with API keys, settings that depend on each other.
      await startable(withSchemasOf(config, value), [...clients.values()], folder, errors);
    }
  } finally {
    await composition?.close();
  }
  return { errors: distinct(errors), warnings: distinct(warnings), skipped };
}

const everythingElse = 'schemas, clients, documents and policies: the configuration cannot be used';

interface Project {
  config: CheckedConfig;
  /** Base of relative paths. */
  folder: string;
  errors: Finding[];
  warnings: Finding[];
}

/** Null where it cannot be composed. @param isComposable false where a service is missing: then only its files are checked. */
function composed(composition: Composition, project: Project, isComposable: boolean): Graph | null {
  const found: Finding[] = [];
  const graph = collect(found, 'schema', project, () => composition.compose());
  // Conflicts with what is missing are none.
  project.errors.push(...(isComposable ? found : found.filter(({ file, line }) => file !== null && line !== null)));
  return isComposable ? (graph ?? null) : null;
}

function checkGraph(
  graph: Graph,
  composition: Composition,
  clients: readonly Client[],
  project: Project,
  source: string,
): void {
  const { config, errors, warnings } = project;
  const unknownPolicies = policyProblems(graph.rules, config.authorization.policies);
  for (const message of unknownPolicies) {
    errors.push({ ...warning(message, source, 'policy'), path: 'authorization.policies' });
  }
  const ofClient = clientFindings(clients);
  for (const message of ratePlanProblems(clients, config)) errors.push(ofClient(warning(message, null, 'client')));
  const views = clients.flatMap((client): ComposedView[] => {
    const found: Finding[] = [];
    const composed = collect(found, 'client', project, () => composeViews(composition, graph, [client]));
    errors.push(...found.map(ofClient));
    return composed ?? [];
  });
  for (const view of views) {
    const found = () => documentFindings(view, config, composition, unknownPolicies.length === 0);
    errors.push(...(collect(errors, 'document', project, found) ?? []));
  }
  warnings.push(
    ...graphWarnings(graph, views).map((message) => warning(message, null, 'schema')),
    ...[...clientWarnings(config, clients), ...toolWarnings(config, views)].map((message) =>
      ofClient(warning(message, null, 'client')),
    ),
    ...scopeWarnings(config, [graph, ...views.map((view) => view.graph)]).map((message) =>
      warning(message, source, 'configuration'),
    ),
    ...[...audienceWarnings(config), ...pluginWarnings(config)].map((message) =>
      warning(message, source, 'configuration'),
    ),
  );
}

/** Findings about a client, in its file. */
function clientFindings(clients: readonly Client[]): (finding: Finding) => Finding {
  const files = new Map(clients.map((client) => [client.reference, shownFile(definitionFile(client))]));
  return (finding) => {
    const [, reference = '', message = ''] = /^client (\S+): ([\s\S]*)$/.exec(finding.message) ?? [];
    const file = files.get(reference);
    return file === undefined ? finding : { ...finding, file, message };
  };
}

/** Null where a schema that is fetched from its service is not there. */
async function withFetchedSchemas(
  config: CheckedConfig,
  folder: string,
  offline: boolean | undefined,
  errors: Finding[],
  warnings: Finding[],
): Promise<CheckedConfig | null> {
  try {
    const fetched = await fetchSchemas(config, folder, { offline });
    warnings.push(...fetched.warnings.map((message) => warning(message, null, 'schema')));
    return fetched.config;
  } catch (error) {
    const found = findingsOf(error, 'schema');
    if (!found) throw error;
    errors.push(...found);
    return null;
  }
}

/** The configuration as it is written, with schemas that were fetched. */
function withSchemasOf(
  { subgraphs }: CheckedConfig,
  value: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const written = Object.entries((value.subgraphs ?? {}) as Record<string, object>);
  return {
    ...value,
    subgraphs: Object.fromEntries(
      written.map(([name, subgraph]) => [
        name,
        { ...subgraph, ...(subgraphs[name]?.schema && { schema: subgraphs[name].schema }) },
      ]),
    ),
  };
}

/** Creates the gateway without Redis and a store, which would be connected to, and closes it. */
async function startable(
  { redis: _redis, ...value }: Readonly<Record<string, unknown>>,
  clients: readonly Client[],
  folder: string,
  errors: Finding[],
): Promise<void> {
  const { store: _store, ...cache } = (value.cache ?? {}) as Record<string, unknown>;
  const config = { ...value, cache, log: { level: 'silent' } } as GatewayConfig;
  const gateway = collect(errors, 'configuration', undefined, () => createGateway(config, { folder, clients }));
  await gateway?.stop();
}

function warning(message: string, file: string | null, kind: Finding['kind']): Finding {
  return { kind, file, line: null, column: null, path: null, message };
}
