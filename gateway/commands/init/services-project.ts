// Projects around what exists: services that run (`--from`), or a supergraph (`--supergraph`).
import { readFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { fetchSdl, type ServedSdl } from '../../check/served-sdl.ts';
import { buildSourceSchema } from '../../compose/sdl.ts';
import { readSupergraph } from '../../compose/supergraph.ts';
import type { GatewayConfig } from '../../config/config.ts';
import { ConfigError } from '../../config/config-error.ts';
import { subgraphName } from '../../config/subgraphs.ts';
import { isHttpUrl } from '../../config/values.ts';
import { readService, UnusableService } from '../../service-introspection.ts';
import { headerFields, INTROSPECTION_TIMEOUT, runningService } from '../running-service.ts';
import { proposeLookups } from './lookup-proposals.ts';
import { packageJson, templateFiles } from './project.ts';
import { type NamedService, namedServices, urlVariable } from './service-names.ts';
import { sharedTypes } from './shared-types.ts';

export interface Project {
  files: Map<string, string>;
  /** What is composed before anything is written. */
  config: GatewayConfig;
  /** What the services have been found to be, and what is left to decide. */
  notes: string[];
}

/**
 * Introspects running services, and proposes lookup fields for those that serve no directives themselves.
 * @throws CommanderError for what is no URL; ConfigError naming every service without a usable schema.
 */
export async function projectFrom(
  folder: string,
  from: readonly string[],
  header: readonly string[],
): Promise<Project> {
  const services = namedServices(from);
  const headers = headerFields(header);
  const served = await Promise.all(services.map((service) => readSdl(service, headers)));
  const problems = served.flatMap((one) => (typeof one === 'string' ? one : []));
  if (problems.length > 0) throw new ConfigError(['Nothing has been written.', ...problems].join('\n'));
  const files = projectFiles(folder, services, ({ name }) => `schema: 'schema/${name}.graphql'`);
  const notes: string[] = [];
  const schemas = new Map<string, GraphQLSchema>();
  const subgraphs: NonNullable<GatewayConfig['subgraphs']> = {};
  for (const [index, { name, url }] of services.entries()) {
    const read = served[index] as ServedSdl;
    const proposals = read.from === 'introspection' ? proposeLookups(read.sdl) : null;
    const sdl = proposals?.sdl ?? read.sdl;
    notes.push(...serviceNotes(name, read, proposals));
    files.set(`schema/${name}.graphql`, sdl.endsWith('\n') ? sdl : `${sdl}\n`);
    subgraphs[name] = { url, schema: sdl };
    schemas.set(name, buildSourceSchema(sdl, name));
  }
  notes.push(...sharedTypes(schemas));
  const sent = Object.keys(headers);
  if (sent.length > 0) {
    notes.push(
      `${sent.join(', ')}: not in the configuration. If services need it from the gateway, add ` +
        `headers: { '${sent[0]}': env('…') } to them.`,
    );
  }
  return { files, config: { subgraphs }, notes };
}

/**
 * Writes a configuration around a supergraph, which is copied to `schema/supergraph.graphql` unless it is in `schema`.
 * @throws ConfigError for a file that cannot be read; ComposeError for one that is no supergraph.
 */
export function projectOfSupergraph(folder: string, file: string): Project {
  const path = resolve(file);
  let sdl: string;
  try {
    sdl = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`--supergraph: ${path} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}`);
  }
  const { members } = readSupergraph(sdl, file);
  const inSchema = path.startsWith(resolve(folder, 'schema') + sep);
  const target = inSchema ? relative(folder, path).replaceAll(sep, '/') : 'schema/supergraph.graphql';
  const named = members.filter(({ name }) => subgraphName.safeParse(name).success);
  const files = projectFiles(folder, named, () => null, `  supergraph: '${target}',\n`);
  if (!inSchema) files.set(target, sdl);
  const unaddressed = named.filter(({ url }) => !isHttpUrl(url)).map(({ name }) => urlVariable(name));
  const notes = unaddressed.map(
    (variable) => `${variable} has to be set: the supergraph has no address for the service.`,
  );
  // For the composition alone, which sends nothing.
  const addresses = members.map(({ name, url }) => [name, { url: isHttpUrl(url) ? url : 'http://127.0.0.1:1/' }]);
  return { files, config: { supergraph: path, subgraphs: Object.fromEntries(addresses) }, notes };
}

function projectFiles(
  folder: string,
  services: readonly NamedService[],
  schemaOf: (service: NamedService) => string | null,
  supergraph = '',
): Map<string, string> {
  const files = templateFiles('services');
  const lines = services.map((service) => {
    const fallback = isHttpUrl(service.url) ? `, ${quoted(service.url)}` : '';
    const members = [`url: env('${urlVariable(service.name)}'${fallback})`, schemaOf(service)];
    const name = /^\w+$/.test(service.name) ? service.name : `'${service.name}'`;
    return `    ${name}: { ${members.filter((member) => member !== null).join(', ')} },\n`;
  });
  files.set(
    'gateway.config.ts',
    `import { defineConfig, env } from 'concierge-gateway';

export default defineConfig({
${supergraph}  subgraphs: {
${lines.join('')}  },
});
`,
  );
  const addresses = services.map(({ name, url }) => `${urlVariable(name)}=${isHttpUrl(url) ? url : ''}\n`);
  files.set('.env.example', `${files.get('.env.example')}${addresses.join('')}`);
  files.set('package.json', packageJson(folder, []));
  return files;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}

async function readSdl({ name, url }: NamedService, headers: Record<string, string>): Promise<ServedSdl | string> {
  const client = runningService(name, url, headers);
  try {
    return await readService(client, INTROSPECTION_TIMEOUT, async (query) => {
      const served = await fetchSdl(query);
      buildSourceSchema(served.sdl, name);
      return served;
    });
  } catch (error) {
    if (error instanceof UnusableService) return `  ${name}: ${url} ${error.message}`;
    throw error;
  } finally {
    await client.close();
  }
}

function serviceNotes(
  name: string,
  { from, unknownDefaults }: ServedSdl,
  proposals: ReturnType<typeof proposeLookups> | null,
): string[] {
  const lines =
    proposals === null
      ? [`serves its own SDL (Query.${from}), with its directives`]
      : [
          ...proposals.proposed.map((one) => `${one} (proposed: check the comment in schema/${name}.graphql)`),
          ...proposals.doubtful.map((one) => `not proposed: ${one}`),
        ];
  const unknown = [...unknownDefaults].map((coordinate) => `the default of ${coordinate} is unknown: add it`);
  return [...lines, ...unknown].map((line) => `${name}: ${line}`);
}
