// `concierge print`: prints the composed graph as clients see it.
import { openComposition } from '../composition.ts';
import { loadConfig, type Overrides } from '../config/load.ts';

export async function print(overrides: Overrides): Promise<void> {
  const { config, folder } = await loadConfig(overrides);
  const composition = openComposition(config, folder);
  process.stdout.write(composition.compose().sdl);
  await composition.close();
}
