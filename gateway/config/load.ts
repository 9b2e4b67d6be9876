// Configuration loader: finds and imports the file, applies the environment and the command line, and checks the
// result.
import { existsSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { checked, type Origins } from './checked.ts';
import { type CheckedConfig, gatewayConfigSchema } from './config.ts';
import { ConfigError, unusableFile } from './config-error.ts';
import { type Environment, type Flags, nonEmpty, unusedVariables, withExternalValues } from './external-values.ts';
import { loadError, loadModule, moduleEndings } from './module-loader.ts';
import { withSecretFolder } from './secrets.ts';

const fileNames = moduleEndings.map((ending) => `gateway.config.${ending}`);

/** Options that the command line and the environment may set over those of the file. */
export interface Overrides extends Flags {
  /** Path of the configuration file; false for none, even where the folder has one. */
  config?: string | false | undefined;
  /** File of environment variables, read before the configuration. Variables that are set already stay. */
  envFile?: string | undefined;
}

export interface LoadedConfig {
  config: CheckedConfig;
  /** The configuration file, absolute; null where there is none: a supergraph alone can be served without one. */
  file: string | null;
  /** Base folder of relative paths in the configuration. */
  folder: string;
  /** Notes for operators, such as environment variables without effect. */
  warnings: readonly string[];
}

/** A configuration as it is written, with what the environment and the command line set. */
export interface ReadConfig extends Omit<LoadedConfig, 'config'> {
  value: Record<string, unknown>;
  /** Name of the file for messages. */
  source: string;
  origins: Origins;
}

/**
 * Loads and checks the configuration. The command line takes precedence over the environment (PORT, HOST, WORKERS,
 * CONFIG_PATH, LOG_LEVEL, REDIS_URL), the environment over the file.
 *
 * @throws ConfigError naming the path in the file, the value and what is allowed.
 */
export async function loadConfig(
  overrides: Overrides = {},
  environment: Environment = process.env,
  workingFolder: string = process.cwd(),
): Promise<LoadedConfig> {
  const { value, source, origins, ...loaded } = await readConfig(overrides, environment, workingFolder);
  return { config: checkConfig(value, source, origins), ...loaded };
}

/**
 * Loads a configuration without checking it.
 * @throws ConfigError for a file that cannot be found or loaded; only the latter has `problems`.
 */
export async function readConfig(
  overrides: Overrides = {},
  environment: Environment = process.env,
  workingFolder: string = process.cwd(),
): Promise<ReadConfig> {
  if (overrides.envFile !== undefined) readEnvFile(resolve(workingFolder, overrides.envFile));
  const warnings = unusedVariables(environment);
  const named = overrides.config === false ? undefined : (overrides.config ?? nonEmpty(environment.CONFIG_PATH));
  const file = overrides.config === false ? null : findFile(named, workingFolder);
  if (file === null) {
    if (overrides.supergraph === undefined) {
      throw new ConfigError(
        `There is no gateway.config.ts in ${workingFolder}. Make one (see the README), or name it with --config or ` +
          'CONFIG_PATH.',
      );
    }
    const { config: value, origins } = withExternalValues({}, overrides, environment, workingFolder);
    return { value, source: 'command line', origins, file: null, folder: workingFolder, warnings };
  }
  const source = relative(workingFolder, file) || file;
  const written = await importConfig(file, source);
  const { config: value, origins } = withExternalValues(written, overrides, environment, workingFolder);
  return { value, source, origins, file, folder: dirname(file), warnings };
}

/**
 * Checks a configuration and fills in its defaults.
 * @throws ConfigError
 */
export function checkConfig(config: unknown, source = 'configuration', origins: Origins = new Map()): CheckedConfig {
  return checked(gatewayConfigSchema, config, source, origins);
}

function readEnvFile(file: string): void {
  try {
    process.loadEnvFile(file);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new ConfigError(`--env-file: ${file} ${reason}`, { cause });
  }
}

/** Absolute path of the configuration file, valid or not; null where there is none. */
export function configFile(
  { config }: Overrides,
  environment: Environment = process.env,
  workingFolder: string = process.cwd(),
): string | null {
  if (config === false) return null;
  const named = config ?? nonEmpty(environment.CONFIG_PATH);
  const files = (named === undefined ? fileNames : [named]).map((name) => resolve(workingFolder, name));
  return files.find(isFile) ?? null;
}

/** The file's path; null where none is named and the folder has none. */
function findFile(named: string | undefined, folder: string): string | null {
  if (named !== undefined) {
    const file = resolve(folder, named);
    if (isFile(file)) return file;
    if (existsSync(file)) throw new ConfigError(`${named} is a folder. Name the configuration file in it.`);
    throw new ConfigError(`There is no configuration file ${named}. Give one with --config or CONFIG_PATH.`);
  }
  return fileNames.map((fileName) => resolve(folder, fileName)).find(isFile) ?? null;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function importConfig(file: string, shownFile: string): Promise<Record<string, unknown>> {
  const module = await loadModule(file, shownFile);
  const exported = module.default ?? module.gatewayConfig;
  const config = await settled(exported, file, shownFile);
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return { ...config };
  const remedy = file.endsWith('.json') ? 'Write: { "subgraphs": { … } }' : 'Write: export default defineConfig({ … })';
  throw unusableFile(shownFile, `exports no configuration. ${remedy}`);
}

/** A configuration may be a promise, or a function that makes one. */
async function settled(exported: unknown, file: string, shownFile: string): Promise<unknown> {
  if (typeof exported !== 'function' && !(exported instanceof Promise)) return exported;
  try {
    return await withSecretFolder(dirname(file), async () => (typeof exported === 'function' ? exported() : exported));
  } catch (cause) {
    throw loadError(
      cause,
      file,
      shownFile,
      typeof exported === 'function' ? 'its function failed' : 'cannot be loaded',
    );
  }
}
