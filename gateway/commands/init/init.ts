// `concierge init`: writes a new project, a gateway that starts with `npm start`: with an example service, in front of
// services that run, or around a supergraph.
import { join, relative, resolve } from 'node:path';
import { ComposeError } from '../../compose/compose-error.ts';
import type { Graph } from '../../compose/graph.ts';
import { openComposition } from '../../composition.ts';
import type { GatewayConfig } from '../../config/config.ts';
import { checkConfig } from '../../config/load.ts';
import { collectDocuments } from '../../persisted-documents/collect-documents.ts';
import { printManifest } from '../../persisted-documents/manifest.ts';
import { wrongUsage } from '../wrong-usage.ts';
import { firstOperation } from './first-operation.ts';
import { packageJson, templateFiles } from './project.ts';
import { type Project, projectFrom, projectOfSupergraph } from './services-project.ts';
import { writeProject } from './write-project.ts';

export interface InitOptions {
  /** URLs of running services, each with a name before it (`users=…`) or without. */
  from?: string[];
  /** Header fields of the requests to them. */
  header: string[];
  /** File of a supergraph. */
  supergraph?: string;
  json?: boolean;
}

/** Output with `--json`. */
export interface InitOutput {
  version: 1;
  folder: string;
  /** Relative to it. */
  files: string[];
  notes: string[];
  /** For which the graph cannot be composed yet. */
  problems: string[];
}

const MANIFEST = 'clients/web/generated/documents.json';

/**
 * Exit code 1 where the services' schemas do not compose yet: the project is written all the same.
 * @throws ConfigError for a folder in which files stand in the way, and for services without a usable schema; CommanderError
 */
export async function init(name: string, { from, header, supergraph, json = false }: InitOptions): Promise<void> {
  if (from && supergraph !== undefined) throw wrongUsage('Give --from or --supergraph, not both.');
  if (header.length > 0 && !from) throw wrongUsage('--header is for the services of --from.');
  const folder = resolve(name);
  const project = await projectOf(folder, from, header, supergraph);
  const { files } = project;
  const { graph, problems } = await composed(project.config, folder);
  if (graph) files.set('schema/graph.graphql', graph.sdl);
  const isExample = files.has('services/books.ts');
  if (!isExample) files.set('clients/web/operations/first.graphql', firstOperation(graph?.schema ?? null));
  writeProject(folder, files, [MANIFEST]);
  const manifest = printManifest(collectDocuments(join(folder, 'clients/web/operations')));
  writeProject(folder, new Map([[MANIFEST, manifest]]));
  if (problems.length > 0) process.exitCode = 1;
  const paths = [...files.keys(), MANIFEST].sort();
  const output: InitOutput = {
    ...{ version: 1, folder: relative(process.cwd(), folder) || '.', files: paths },
    ...{ notes: [...project.notes], problems: [...problems] },
  };
  console.log(json ? JSON.stringify(output, null, 2) : summary(folder, { ...project, problems, isExample }));
}

async function projectOf(
  folder: string,
  from: string[] | undefined,
  header: string[],
  supergraph: string | undefined,
): Promise<Project> {
  if (from) return projectFrom(folder, from, header);
  if (supergraph !== undefined) return projectOfSupergraph(folder, supergraph);
  const files = templateFiles('example');
  files.set('package.json', packageJson(folder, ['graphql', 'graphql-yoga']));
  const schema = files.get('schema/books.graphql') ?? '';
  return { files, config: { subgraphs: { books: { url: 'http://127.0.0.1:4101/graphql', schema } } }, notes: [] };
}

async function composed(
  config: GatewayConfig,
  folder: string,
): Promise<{ graph: Graph | null; problems: readonly string[] }> {
  const composition = openComposition(checkConfig(config), folder);
  try {
    return { graph: composition.compose(), problems: [] };
  } catch (error) {
    if (error instanceof ComposeError) return { graph: null, problems: error.reasons };
    throw error;
  } finally {
    await composition.close();
  }
}

interface Written extends Project {
  problems: readonly string[];
  isExample: boolean;
}

function summary(folder: string, { files, notes, problems, isExample }: Written): string {
  const shown = relative(process.cwd(), folder);
  const service = isExample ? ', with the example service' : '';
  const commands: [string, string?][] = [
    ...(shown === '' ? [] : ([[`cd ${/^[\w./-]+$/.test(shown) ? shown : JSON.stringify(shown)}`]] as [string][])),
    ['npm install'],
    ...(problems.length > 0 ? ([['npm run compose', 'until it has no more conflicts']] as [string, string][]) : []),
    ['npm start', `the gateway${service}; GraphiQL at http://127.0.0.1:4000/graphql`],
    ['npm test'],
  ];
  const width = Math.max(...commands.map(([command]) => command.length));
  return [
    `${files.size + 1} files are in ${shown === '' ? 'this folder' : shown}.`,
    ...paragraph('', notes),
    ...paragraph('The graph cannot be composed yet:', problems),
    ...paragraph(
      'Next:',
      commands.map(([command, note]) => (note === undefined ? command : `${command.padEnd(width)}  # ${note}`)),
    ),
  ].join('\n');
}

function paragraph(heading: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return ['', ...(heading === '' ? lines : [heading, ...lines.map((line) => `  ${line}`)])];
}
