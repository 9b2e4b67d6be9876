// `concierge compose`: asks the running services for their schemas, checks that they fit, writes what was found.
// Nothing is written unless everything fits.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { ComposeError } from '../compose/compose-error.ts';
import { type Refreshed, refreshSdl } from '../compose/refresh.ts';
import { type Composition, openComposition } from '../composition.ts';
import type { CheckedConfig } from '../config/config.ts';
import { loadConfig, type Overrides } from '../config/load.ts';
import { Cancellation } from '../transport/cancellation.ts';
import type { SubgraphClient } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';

export interface ComposeOptions extends Overrides {
  offline?: boolean;
}

export async function compose(options: ComposeOptions): Promise<void> {
  const { config, folder } = await loadConfig(options);
  const composition = openComposition(config, folder);
  try {
    const sdls = config.supergraph === undefined ? await refreshAll(config, folder, composition, options) : [];
    const graph = composition.compose(new Map(sdls.map(({ name, sdl }) => [name, sdl])));
    for (const { file, sdl, changed } of sdls) if (changed) writeWhole(file, sdl);
    const target = resolve(folder, config.graph);
    writeWhole(target, graph.sdl);
    console.log(`The graph is in ${relative(process.cwd(), target)} (version ${graph.version}).`);
  } finally {
    await composition.close();
  }
}

interface RefreshedFile extends Refreshed {
  name: string;
  file: string;
}

/** @throws ComposeError when a service does not do what its file says. */
async function refreshAll(
  config: CheckedConfig,
  folder: string,
  { clients }: Composition,
  { offline = false }: ComposeOptions,
): Promise<RefreshedFile[]> {
  const refreshed = await Promise.all(
    Object.entries(config.subgraphs).map(async ([name, { schema }]) => {
      const file = resolve(folder, schema as string);
      return { name, file, ...(await refresh(clients.get(name) as SubgraphClient, file, offline)) };
    }),
  );
  for (const { name, note } of refreshed) console.log(`${name}: ${note}`);
  const problems = refreshed.flatMap((one) => one.problems);
  if (problems.length > 0) throw new ComposeError(problems);
  return refreshed;
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
