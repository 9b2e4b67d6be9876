// `concierge print`: prints the composed graph, the view of a client, or the definitions of the gateway's directives.
import { resolve } from 'node:path';
import { directivesText } from '../compose/sdl.ts';
import { openComposition } from '../composition.ts';
import { type ComposableOptions, loadComposable } from './composable.ts';
import { viewedGraph } from './viewed-graph.ts';

export interface PrintOptions extends ComposableOptions {
  /** Prints the directives' definitions; reads no configuration. */
  directives?: boolean;
  /** A client's name, with a version or without, for its view. */
  client?: string;
  json?: boolean;
}

/** Output with `--json`. */
export interface PrintOutput {
  version: 1;
  /** Null for the whole graph, and for directives. */
  client: string | null;
  sdl: string;
}

export async function print({ directives = false, client, json = false, ...options }: PrintOptions): Promise<void> {
  if (directives) {
    write(directivesText, null, json);
    return;
  }
  const { config, folder } = await loadComposable(options);
  const composition = openComposition(config, folder);
  try {
    const viewed = await viewedGraph(client, composition, resolve(folder, config.clients.folder));
    write((viewed.view ?? viewed.graph).sdl, viewed.client?.reference ?? null, json);
  } finally {
    await composition.close();
  }
}

function write(sdl: string, client: string | null, json: boolean): void {
  const output: PrintOutput = { version: 1, client, sdl };
  process.stdout.write(json ? `${JSON.stringify(output, null, 2)}\n` : sdl);
}
