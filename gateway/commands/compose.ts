// `concierge compose`: fetches the schemas of the running services, checks that they fit, and writes the refreshed
// files, the graph and each client's schema. Nothing is written unless everything fits.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Refreshed, refreshSdl } from '../check/refresh.ts';
import { loadClients } from '../client-views/load-clients.ts';
import { ComposeError } from '../compose/compose-error.ts';
import { isRestSdl } from '../compose/connect/connect-document.ts';
import { composeViews } from '../composed-views.ts';
import { type Composition, openComposition } from '../composition.ts';
import type { CheckedConfig } from '../config/config.ts';
import { loadConfig, type Overrides } from '../config/load.ts';
import { mockSettings } from '../config/mocks.ts';
import { writeAtomically } from '../config/write-atomically.ts';
import { type FetchedDescriptors, fetchDescriptors } from '../fetched-descriptors.ts';
import { type FetchedSchema, fetchSchemas } from '../introspected-schemas.ts';
import { NoData, sendQuery } from '../service-introspection.ts';
import { readSchema, type SchemaSource, schemaFile } from '../service-schema.ts';
import { graphWarnings } from '../start-warnings.ts';
import type { ServiceClient } from '../transport/service-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';
import { clientNamed } from './viewed-graph.ts';

export interface ComposeOptions extends Overrides {
  /** Composes from the files alone. */
  offline?: boolean;
  /** Adds additions of the running services to the files. */
  write?: boolean;
  /** A client's name, with a version or without: only the SDL of its view is written. */
  client?: string;
  json?: boolean;
}

/** Output with `--json`. */
export interface ComposeOutput {
  version: 1;
  /** What became of each service's schema. */
  services: { name: string; note: string }[];
  warnings: string[];
  /** Null with `--client`. */
  graph: { file: string; version: string } | null;
  /** File of the supergraph of Federation subgraphs; null without them. */
  supergraph: string | null;
  clients: { name: string; file: string; isChanged: boolean }[];
}

export async function compose({ client, json = false, ...options }: ComposeOptions): Promise<void> {
  const { config: written, folder } = await loadConfig(options);
  const fetched = await fetchSchemas(written, folder, options);
  const { config } = fetched;
  const descriptors = await fetchDescriptors(config, folder, options.offline);
  const composition = openComposition(config, folder, {
    descriptors: new Map(descriptors.flatMap(({ name, bytes }) => (bytes ? [[name, bytes]] : []))),
  });
  const print = (line: string) => (json ? undefined : console.log(line));
  try {
    const clients = [...(await loadClients(resolve(folder, config.clients.folder))).values()];
    const only = client === undefined ? null : clientNamed(client, clients);
    const known = { schemas: fetched.schemas, descriptors };
    const sdls = config.supergraph === undefined ? await refreshAll(config, folder, composition, known, options) : [];
    for (const { name, note } of sdls) print(`${name}: ${note}`);
    throwProblems(sdls, options);
    const bySubgraph = new Map(sdls.map(({ name, sdl }) => [name, sdl]));
    const graph = composition.compose(bySubgraph);
    const views = composeViews(composition, graph, only ? [only] : clients, bySubgraph);
    const target = resolve(folder, config.graph);
    const output: ComposeOutput = {
      version: 1,
      services: sdls.map(({ name, note }) => ({ name, note })),
      warnings: [...graphWarnings(graph, views)],
      graph: null,
      supergraph: null,
      clients: [],
    };
    if (!only) {
      for (const { file, sdl, changed } of sdls) if (changed && file !== null) writeAtomically(file, sdl);
      for (const one of descriptors) one.store();
      output.warnings.push(...fetched.store());
      writeAtomically(target, graph.sdl);
      output.graph = { file: relative(process.cwd(), target), version: graph.version };
      if (graph.supergraph !== undefined) {
        const file = join(dirname(target), 'supergraph.graphql');
        writeAtomically(file, graph.supergraph);
        output.supergraph = relative(process.cwd(), file);
      }
    }
    for (const { client: each, view } of views) {
      const file = clientSchemaFile(target, each.reference);
      const isChanged = !existsSync(file) || readFileSync(file, 'utf8') !== view.sdl;
      if (isChanged) writeAtomically(file, view.sdl);
      output.clients.push({ name: each.reference, file: relative(process.cwd(), file), isChanged });
    }
    console.log(json ? JSON.stringify(output, null, 2) : asText(output));
  } finally {
    await composition.close();
  }
}

function asText({ warnings, graph, supergraph, clients }: ComposeOutput): string {
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...(graph ? [`The graph is in ${graph.file} (version ${graph.version}).`] : []),
    ...(supergraph === null ? [] : [`The supergraph of the Federation subgraphs is in ${supergraph}.`]),
    ...clients.map(
      ({ name, file, isChanged }) => `${name}: its schema in ${file} is ${isChanged ? 'written' : 'unchanged'}`,
    ),
  ].join('\n');
}

/** Path of a client's schema file, beside the graph's. */
export function clientSchemaFile(graphFile: string, reference: string): string {
  return join(dirname(graphFile), 'clients', `${reference}.graphql`);
}

interface RefreshedFile extends Refreshed {
  name: string;
  /** Null for a schema that is not one SDL file, and is never written. */
  file: string | null;
  /** Whether the service could be reached; null for a service that is mocked. */
  reached: boolean | null;
}

/** @throws ComposeError if a service differs from its file, or none could be reached. */
async function refreshAll(
  config: CheckedConfig,
  folder: string,
  { clients }: Composition,
  fetched: { schemas: readonly FetchedSchema[]; descriptors: readonly FetchedDescriptors[] },
  options: ComposeOptions,
): Promise<RefreshedFile[]> {
  const refreshed = await Promise.all(
    Object.entries(config.subgraphs).map(async ([name, { schema, mocks }]) => {
      const schemaOfService = fetched.schemas.find((one) => one.name === name);
      if (schemaOfService) return asFetched(schemaOfService, options.offline);
      const described = fetched.descriptors.find((one) => one.name === name);
      if (described) return asDescribed(described, schema as SchemaSource, folder);
      const client = clients.get(name) as ServiceClient;
      const file = schemaFile(schema as SchemaSource, folder);
      if (mockSettings(name, mocks)) return asMocked(name, file, schema as SchemaSource, folder);
      const written =
        file === null || existsSync(file) ? readSchema(schema as SchemaSource, folder, `subgraphs.${name}.schema`) : '';
      if (isRestSdl(written)) return asRest(name, file, written);
      if (file !== null) {
        const stored = existsSync(file) ? readFileSync(file, 'utf8') : null;
        return { name, file, ...(await refresh(client, file, stored, options)) };
      }
      const stored = readSchema(schema as SchemaSource, folder, `subgraphs.${name}.schema`);
      const refreshed = await refresh(client, 'schema', stored, { ...options, write: false });
      return { name, file, ...refreshed, ...(refreshed.changed && unwritten(stored)) };
    }),
  );
  return refreshed;
}

/** @throws ComposeError where the schemas do not fit their files, or no service can be reached. */
function throwProblems(refreshed: readonly RefreshedFile[], { offline = false }: ComposeOptions): void {
  const problems = refreshed.flatMap((one) => one.problems);
  if (problems.length > 0) throw new ComposeError(problems);
  if (!offline && refreshed.length > 0 && refreshed.every(({ reached }) => reached === false)) {
    throw new ComposeError(['no service could be reached; --offline composes from the files alone']);
  }
}

/** Nothing is requested: what mocks return is invented. */
function asMocked(name: string, file: string | null, schema: SchemaSource, folder: string): RefreshedFile {
  const sdl = readSchema(schema, folder, `subgraphs.${name}.schema`);
  return { name, file, sdl, changed: false, note: 'it is mocked; its schema is used', problems: [], reached: null };
}

/** A schema beside the descriptors of its service, which has no other. */
function asDescribed({ name, bytes, note }: FetchedDescriptors, schema: SchemaSource, folder: string): RefreshedFile {
  const sdl = readSchema(schema, folder, `subgraphs.${name}.schema`);
  return { name, file: null, sdl, changed: false, note, problems: [], reached: bytes !== null };
}

/** Nothing is requested: a REST service has no schema of its own. */
function asRest(name: string, file: string | null, sdl: string): RefreshedFile {
  return { name, file, sdl, changed: false, note: 'it speaks REST; its file is used', problems: [], reached: null };
}

/** A schema that has no file: it is fetched at every start. */
function asFetched({ name, sdl, copy }: FetchedSchema, offline = false): RefreshedFile {
  const reason = offline || copy === null ? '' : `the service ${copy.reason}; `;
  const note = copy === null ? 'fetched from the service' : `${reason}the copy of its schema of ${copy.time} is used`;
  return { name, file: null, sdl, changed: false, note, problems: [], reached: copy === null };
}

/** In place of what would be written into a schema that is not one SDL file. */
function unwritten(stored: string): Pick<Refreshed, 'sdl' | 'changed' | 'note'> {
  const note =
    'the running service has another schema than the configuration, which is not one SDL file: change it there';
  return { sdl: stored, changed: false, note };
}

async function refresh(
  client: ServiceClient,
  file: string,
  stored: string | null,
  { offline = false, write = false }: ComposeOptions,
): Promise<Refreshed & Pick<RefreshedFile, 'reached'>> {
  const asStored = (note: string): Refreshed & Pick<RefreshedFile, 'reached'> => {
    if (stored === null) throw new ComposeError([`${client.name}: there is no ${file}, and ${note}`]);
    return { sdl: stored, changed: false, note, problems: [], reached: false };
  };
  if (offline) return asStored('its file is used');
  try {
    const refreshed = await refreshSdl(client.name, stored, (query) => sendQuery(client, query), write);
    return { ...refreshed, reached: true };
  } catch (error) {
    if (error instanceof NoData) return asStored(`the service sent no schema (${error.message}); its file is used`);
    if (!(error instanceof SubgraphError)) throw error;
    return asStored(`the service could not be reached (${error.detail}); its file is used`);
  }
}
