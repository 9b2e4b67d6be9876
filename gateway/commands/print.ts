// `concierge print`: prints the composed graph as clients see it, or the definitions of the gateway's directives.
import { directivesText } from '../compose/sdl.ts';
import { openComposition } from '../composition.ts';
import { type ComposableOptions, loadComposable } from './composable.ts';

export interface PrintOptions extends ComposableOptions {
  /** Prints the directives' definitions; reads no configuration. */
  directives?: boolean;
}

export async function print({ directives = false, ...options }: PrintOptions): Promise<void> {
  if (directives) {
    process.stdout.write(directivesText);
    return;
  }
  const { config, folder } = await loadComposable(options);
  const composition = openComposition(config, folder);
  process.stdout.write(composition.compose().sdl);
  await composition.close();
}
