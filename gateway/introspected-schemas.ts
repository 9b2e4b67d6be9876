// Schemas that are fetched from their services at start (`schema: { introspect: true }`), with the copy of the last start
// where a service is down.
import { fetchSdl } from './check/served-sdl.ts';
import { buildSourceSchema } from './compose/sdl.ts';
import { type CheckedConfig, type GatewayConfig, milliseconds } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { isIntrospected } from './config/introspected-schema.ts';
import { checkConfig } from './config/load.ts';
import { isRemote } from './config/remote-supergraph.ts';
import { addressTexts } from './config/subgraph-urls.ts';
import { fetchRemote } from './fetched-supergraph.ts';
import { copyFile, readCopy, writeCopy } from './schema-copy.ts';
import { readService, UnusableService } from './service-introspection.ts';
import { createClient } from './subgraph-clients.ts';

/** How long the requests for one schema may take together, in milliseconds. */
const DEFAULT_TIMEOUT = 10_000;

export interface FetchedSchemas<Config = CheckedConfig> {
  /** With the SDL in place of each fetched schema. */
  config: Config;
  /** What was fetched, or read from its copy. */
  schemas: readonly FetchedSchema[];
  /** A sentence for each copy that took the place of its service. */
  warnings: readonly string[];
  /**
   * Writes the copies of what was fetched, for a later start without the service: once a graph has been composed of
   * them.
   * @returns a sentence for each copy that cannot be written.
   */
  store(): string[];
}

export interface FetchedSchema {
  name: string;
  url: string;
  sdl: string;
  /** Time of the copy (ISO 8601), and the reason why it took the place of the service; null for what was fetched. */
  copy: { time: string; reason: string } | null;
}

/**
 * Fetches the schemas with `{ introspect: true }`; all other schemas stay as they are.
 * @param folder of the configuration.
 * @param offline reads the copies alone, and sends no requests. Default: false.
 * @throws ConfigError naming each service without a usable schema and without a copy of it.
 */
export async function fetchSchemas(
  config: CheckedConfig,
  folder: string,
  { offline = false }: { offline?: boolean | undefined } = {},
): Promise<FetchedSchemas> {
  const introspected = Object.entries(config.subgraphs).filter(([, { schema }]) => isIntrospected(schema));
  const found = await Promise.all(introspected.map(([name]) => fetchOrCopy(name, config, folder, offline)));
  const problems = found.flatMap((one) => (typeof one === 'string' ? one : []));
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const schemas = found.filter((one) => typeof one !== 'string');
  const subgraphs = { ...config.subgraphs };
  for (const { name, sdl } of schemas) subgraphs[name] = { ...subgraphs[name], schema: sdl };
  const { supergraph: source } = config;
  const remote = isRemote(source) ? await fetchRemote(source, folder, offline) : null;
  const composed = remote ? { ...config, supergraph: remote.sdl } : config;
  return {
    config: schemas.length > 0 ? { ...composed, subgraphs } : composed,
    schemas,
    warnings: [...(offline ? [] : schemas.flatMap(copyWarning)), ...(remote?.warnings ?? [])],
    store: () => [
      ...schemas.flatMap(({ name, url, sdl, copy }) => (copy ? [] : storeCopy(folder, name, url, sdl))),
      ...(remote?.store() ?? []),
    ],
  };
}

/**
 * The configuration with the SDL of each schema that is fetched (`schema: { introspect: true }`), for `createGateway`,
 * which sends no requests. Each is stored in `.concierge/schemas`, and read from there while its service is down.
 *
 * @param config as `gateway.config.ts` exports it.
 * @param options `folder`: the base of relative paths, default: the working directory; `warn`: takes a sentence for each
 *   copy that took the place of its service, default: written to standard error.
 * @throws ConfigError for an invalid configuration, and for a service without a usable schema and without a copy of it.
 *
 * @example
 * const gateway = createGateway(await introspectSchemas(config));
 */
export async function introspectSchemas(
  config: GatewayConfig,
  { folder = process.cwd(), warn = console.warn }: { folder?: string; warn?: (message: string) => void } = {},
): Promise<GatewayConfig> {
  const { config: fetched, schemas, warnings, store } = await fetchSchemas(checkConfig(config), folder);
  for (const warning of [...warnings, ...store()]) warn(warning);
  const subgraphs = { ...config.subgraphs };
  for (const { name, sdl } of schemas) subgraphs[name] = { ...subgraphs[name], schema: sdl };
  return { ...config, subgraphs, ...(isRemote(config.supergraph) && { supergraph: fetched.supergraph }) };
}

/** A sentence where there is neither. */
async function fetchOrCopy(
  name: string,
  config: CheckedConfig,
  folder: string,
  offline: boolean,
): Promise<FetchedSchema | string> {
  const option = `subgraphs.${name}.schema`;
  const { url: configured = [], schema } = config.subgraphs[name] ?? {};
  const urls = addressTexts(configured);
  const [url = ''] = urls;
  if (urls.length === 0) return `${option}: a service without a url has no schema to fetch: give a file of its SDL`;
  let reason = '';
  if (!offline) {
    const client = createClient(name, configured, 0, config, { folder });
    const timeout = (isIntrospected(schema) && schema.timeout) || DEFAULT_TIMEOUT;
    try {
      const sdl = await readService(client, milliseconds(timeout), async (query) => {
        const served = await fetchSdl(query);
        buildSourceSchema(served.sdl, name);
        return served.sdl;
      });
      return { name, url, sdl, copy: null };
    } catch (error) {
      if (!(error instanceof UnusableService)) throw error;
      reason = error.message;
    } finally {
      await client.close();
    }
  }
  const copy = readCopy(folder, name, urls);
  if (typeof copy !== 'string') return { name, url, sdl: copy.sdl, copy: { time: copy.time, reason } };
  return offline
    ? `${option}: ${copy}, and --offline sends no requests: run concierge compose while the service is up`
    : `${option}: the service ${reason}, and ${copy}. Start the service, or give a file of its SDL`;
}

function copyWarning({ name, copy }: FetchedSchema): string[] {
  if (!copy) return [];
  return [
    `subgraphs.${name}.schema: the service ${copy.reason}; the copy of its schema of ${copy.time} is used (${copyFile(name)})`,
  ];
}

function storeCopy(folder: string, name: string, url: string, sdl: string): string[] {
  try {
    writeCopy(folder, name, url, sdl);
    return [];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return [
      `subgraphs.${name}.schema: its copy cannot be written to ${copyFile(name)} (${code ?? message}): a start while the ` +
        'service is down will fail',
    ];
  }
}
