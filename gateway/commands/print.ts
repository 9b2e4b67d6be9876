// `concierge print`: the composed graph, as clients see it, on standard output.
import { loadConfig, type Overrides } from '../config/load.ts';
import { createGateway } from '../gateway.ts';

export async function print(overrides: Overrides): Promise<void> {
  const { config, folder } = await loadConfig(overrides);
  process.stdout.write(createGateway(config, folder).graph.sdl);
}
