// Client loader: reads `clients/web/client.ts`, and `clients/web@1/client.ts` for another version of the same client.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { checked } from '../config/checked.ts';
import { ConfigError } from '../config/config-error.ts';
import { loadModule, moduleEndings } from '../config/module-loader.ts';
import { sharedNames } from './client-directory.ts';
import { type CheckedClient, clientSchema } from './definition.ts';

export interface Client {
  /** The folder's name, used in URLs, headers and logs: `web`, or `web@1`. */
  reference: string;
  /** The reference without its version. */
  name: string;
  version: string | null;
  /** Absolute path. */
  folder: string;
  /** Checked; `fields.schema` is the SDL, wherever it was written. */
  definition: CheckedClient;
}

const fileNames = moduleEndings.map((ending) => `client.${ending}`);
const folderName = /^([A-Za-z][\w-]*(?:\.[\w-]+)*)(?:@(\w[\w.-]*))?$/;

/**
 * Loads every client of a folder, by reference. Folders without a `client.ts` are skipped; the result is empty if the
 * folder does not exist.
 * @param folder such as `clients`.
 * @throws ConfigError naming the file, the path in it, the value and what is allowed.
 */
export async function loadClients(folder: string): Promise<ReadonlyMap<string, Client>> {
  const files = existsSync(folder) ? clientFiles(folder) : [];
  const clients = new Map<string, Client>();
  const taken = new Map<string, string>();
  for (const file of files) {
    const client = await loadClient(file);
    const shown = showFile(file);
    const other = client.version === null ? undefined : taken.get(`${client.name}@${client.version}`);
    if (other) throw new ConfigError(`${shown}: ${other} is version ${client.version} of ${client.name} as well`);
    if (client.version !== null) taken.set(`${client.name}@${client.version}`, shown);
    clients.set(client.reference, client);
  }
  const shared = sharedNames([...clients.values()].map(({ name, definition: { aliases } }) => ({ name, aliases })));
  if (shared.length > 0) throw new ConfigError(shared.join('\n'));
  return clients;
}

/**
 * Checks a definition and fills in its defaults.
 * @throws ConfigError
 */
export function checkClient(definition: unknown, source = 'client'): CheckedClient {
  return checked(clientSchema, definition, source);
}

function clientFiles(folder: string): string[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => fileNames.map((fileName) => join(folder, name, fileName)).find(existsSync) ?? []);
}

async function loadClient(file: string): Promise<Client> {
  const shown = showFile(file);
  const folder = resolve(dirname(file));
  const reference = basename(folder);
  const [, name, folderVersion] = folderName.exec(reference) ?? [];
  if (name === undefined) {
    throw new ConfigError(
      `${shown}: a client's folder is named with letters, digits, "-", "_" and ".", and perhaps a version: "web", ` +
        '"com.shop.app", "web@1"',
    );
  }
  const definition = checkClient(await importDefinition(file, shown), shown);
  if (folderVersion !== undefined && (definition.version ?? folderVersion) !== folderVersion) {
    throw new ConfigError(
      `${shown}: version is "${definition.version}", but the folder is ${reference}; make them agree`,
    );
  }
  const { fields } = definition;
  const version = folderVersion ?? definition.version;
  return {
    reference,
    name,
    version: version ?? null,
    folder,
    definition: {
      ...definition,
      version,
      fields: fields && { ...fields, schema: readSdl(fields.schema, folder, shown) },
    },
  };
}

async function importDefinition(file: string, shown: string): Promise<object> {
  const { default: definition } = await loadModule(file, shown);
  if (typeof definition === 'object' && definition !== null) return definition;
  throw new ConfigError(`${shown} exports no client. Write: export default defineClient({ … })`);
}

/** SDL has braces, and file names can be expected to have none. */
function readSdl(schema: string, folder: string, shown: string): string {
  if (schema.includes('{')) return schema;
  const file = resolve(folder, schema);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause})`;
    throw new ConfigError(`${shown}: fields.schema: ${file} ${reason}`, { cause });
  }
}

function showFile(file: string): string {
  return relative(process.cwd(), file) || file;
}
