// Configuration of a command that composes the graph: loaded, with the schemas that are fetched from their services.
import { type LoadedConfig, loadConfig, type Overrides } from '../config/load.ts';
import { fetchSchemas } from '../introspected-schemas.ts';

export interface ComposableOptions extends Overrides {
  /** Reads the copies of schemas that are fetched otherwise, and sends no requests. */
  offline?: boolean | undefined;
}

/**
 * Loads the configuration; copies that take the place of services are a warning on standard error.
 * @throws ConfigError, also for a service without a usable schema and without a copy of it.
 */
export async function loadComposable({ offline, ...overrides }: ComposableOptions): Promise<LoadedConfig> {
  const loaded = await loadConfig(overrides);
  const { config, warnings } = await fetchSchemas(loaded.config, loaded.folder, { offline });
  for (const warning of warnings) console.error(`warning: ${warning}`);
  return { ...loaded, config };
}
