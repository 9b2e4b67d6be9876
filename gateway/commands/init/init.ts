// `concierge init`: writes a new project, a gateway that starts with `npm start`.
import { join, relative, resolve } from 'node:path';
import { openComposition } from '../../composition.ts';
import { loadConfig } from '../../config/load.ts';
import { collectDocuments } from '../../persisted-documents/collect-documents.ts';
import { printManifest } from '../../persisted-documents/manifest.ts';
import { packageJson, templateFiles } from './project.ts';
import { writeProject } from './write-project.ts';

const MANIFEST = 'clients/web/generated/documents.json';
const GRAPH = 'schema/graph.graphql';

/** @throws ConfigError for a folder in which files stand in the way. */
export async function init(name = '.'): Promise<void> {
  const folder = resolve(name);
  const files = templateFiles('example');
  files.set('package.json', packageJson(folder, ['graphql', 'graphql-yoga']));
  writeProject(folder, files, [MANIFEST, GRAPH]);
  const graph = await composedGraph(folder);
  const manifest = printManifest(collectDocuments(join(folder, 'clients/web/operations')));
  const made = new Map([
    [MANIFEST, manifest],
    [GRAPH, graph],
  ]);
  writeProject(folder, made);
  console.log(summary(folder, files.size + made.size));
}

/** The graph of the project that was written. @throws ComposeError */
async function composedGraph(folder: string): Promise<string> {
  const { config } = await loadConfig({ config: join(folder, 'gateway.config.ts') });
  const composition = openComposition(config, folder);
  try {
    return composition.compose().sdl;
  } finally {
    await composition.close();
  }
}

function summary(folder: string, count: number): string {
  const shown = relative(process.cwd(), folder);
  const commands = [
    ...(shown === '' ? [] : [[`cd ${/^[\w./-]+$/.test(shown) ? shown : JSON.stringify(shown)}`]]),
    ['npm install'],
    ['npm start', 'the gateway, with the example service; GraphiQL at http://127.0.0.1:4000/graphql'],
    ['npm test'],
  ];
  const width = Math.max(...commands.map(([command = '']) => command.length));
  const lines = commands.map(([command = '', note]) =>
    note === undefined ? `  ${command}` : `  ${command.padEnd(width)}  # ${note}`,
  );
  return [`${count} files are in ${shown === '' ? 'this folder' : shown}.`, '', 'Next:', ...lines].join('\n');
}
