// `concierge print`: prints the composed graph as clients see it, or the definitions of the gateway's directives.
import { directivesText } from '../compose/sdl.ts';
import { openComposition } from '../composition.ts';
import { loadConfig, type Overrides } from '../config/load.ts';

export interface PrintOptions extends Overrides {
  /** Prints the directives' definitions; reads no configuration. */
  directives?: boolean;
}

export async function print({ directives = false, ...overrides }: PrintOptions): Promise<void> {
  if (directives) {
    process.stdout.write(directivesText);
    return;
  }
  const { config, folder } = await loadConfig(overrides);
  const composition = openComposition(config, folder);
  process.stdout.write(composition.compose().sdl);
  await composition.close();
}
