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
}

export async function print({ directives = false, client, ...options }: PrintOptions): Promise<void> {
  if (directives) {
    process.stdout.write(directivesText);
    return;
  }
  const { config, folder } = await loadComposable(options);
  const composition = openComposition(config, folder);
  try {
    const { graph, view } = await viewedGraph(client, composition, resolve(folder, config.clients.folder));
    process.stdout.write((view ?? graph).sdl);
  } finally {
    await composition.close();
  }
}
