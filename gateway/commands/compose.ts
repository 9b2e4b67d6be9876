// `concierge compose`: asks the running services for their schemas, checks that they fit, writes what was found.
// Nothing is written unless everything fits.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { ComposeError } from '../compose/compose-error.ts';
import { composeGraph } from '../compose/graph.ts';
import { type Refreshed, refreshSdl } from '../compose/refresh.ts';
import { loadConfig, type Overrides } from '../config/load.ts';
import { createClient, readSources } from '../gateway.ts';
import { Cancellation } from '../transport/cancellation.ts';
import type { SubgraphClient } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';

export interface ComposeOptions extends Overrides {
  offline?: boolean;
}

export async function compose(options: ComposeOptions): Promise<void> {
  const { config, folder } = await loadConfig(options);
  const names = Object.keys(config.subgraphs);
  const clients = Object.entries(config.subgraphs).map(([name, subgraph]) => createClient(name, subgraph, config));
  try {
    const files = Object.values(config.subgraphs).map((subgraph) => resolve(folder, subgraph.schema));
    const refreshed = await Promise.all(
      files.map((file, index) => refresh(clients[index] as SubgraphClient, file, options.offline ?? false)),
    );
    refreshed.forEach(({ note }, index) => {
      console.log(`${names[index]}: ${note}`);
    });
    const problems = refreshed.flatMap(({ problems }) => problems);
    if (problems.length > 0) throw new ComposeError(problems);

    const sdls = new Map(names.map((name, index) => [name, (refreshed[index] as Refreshed).sdl]));
    const graph = composeGraph(readSources(config, folder, clients, sdls));
    refreshed.forEach(({ sdl, changed }, index) => {
      if (changed) writeWhole(files[index] as string, sdl);
    });
    const target = resolve(folder, config.graph);
    writeWhole(target, graph.sdl);
    console.log(`The graph is in ${relative(process.cwd(), target)} (version ${graph.version}).`);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

async function refresh(client: SubgraphClient, file: string, offline: boolean): Promise<Refreshed> {
  const written = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const asWritten = (note: string): Refreshed => {
    if (written === null) throw new ComposeError([`${client.name}: there is no ${file}, and ${note}`]);
    return { sdl: written, changed: false, note, problems: [] };
  };
  if (offline) return asWritten('taken from its file');
  try {
    return await refreshSdl(client.name, written, (query) => ask(client, query));
  } catch (error) {
    if (!(error instanceof SubgraphError)) throw error;
    return asWritten(`the service could not be asked (${error.detail}); taken from its file`);
  }
}

async function ask(client: SubgraphClient, query: string): Promise<Record<string, unknown>> {
  const scope = { requestId: 'compose', cancellation: new Cancellation(), calls: [] };
  const { data, errors } = await client.send(JSON.stringify({ query }), scope);
  if (data) return data;
  throw new SubgraphError(client.name, 'SUBGRAPH_BAD_RESPONSE', `it answered ${JSON.stringify(errors)}`);
}

/** A reader sees the old file or the new one, never a part. */
function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
