// Client loader: reads `clients/web/client.ts`, and `clients/web@1/client.ts` for another version of the same client.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { checked } from '../config/checked.ts';
import { ConfigError, fileProblem, unusableFile } from '../config/config-error.ts';
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
 * @throws ConfigError with the problems of all clients, each with the file, the path in it, the value and what is
 *   allowed.
 */
export async function loadClients(folder: string): Promise<ReadonlyMap<string, Client>> {
  const { clients, errors } = await readClients(folder);
  if (errors.length > 0) throw ConfigError.join(errors);
  return clients;
}

/** As `loadClients`, with the clients that can be loaded where others cannot. */
export async function readClients(
  folder: string,
): Promise<{ clients: ReadonlyMap<string, Client>; errors: ConfigError[] }> {
  const files = existsSync(folder) ? clientFiles(folder) : [];
  const clients = new Map<string, Client>();
  const errors: ConfigError[] = [];
  const taken = new Map<string, string>();
  for (const file of files) {
    const shown = showFile(file);
    try {
      const client = await loadClient(file);
      const { name, version } = client;
      const other = version === null ? undefined : taken.get(`${name}@${version}`);
      if (other) throw fileProblem(shown, `${other} is version ${version} of ${name} as well`);
      if (version !== null) taken.set(`${name}@${version}`, shown);
      clients.set(client.reference, client);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      errors.push(error);
    }
  }
  const shared = sharedNames([...clients.values()].map(({ name, definition: { aliases } }) => ({ name, aliases })));
  errors.push(
    ...shared.map(
      (message) => new ConfigError(message, { problems: [{ source: showFile(folder), path: null, message }] }),
    ),
  );
  return { clients, errors };
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

/** The file that defines a client, absolute. */
export function definitionFile({ folder }: Pick<Client, 'folder'>): string {
  return fileNames.map((name) => join(folder, name)).find(existsSync) ?? folder;
}

async function loadClient(file: string): Promise<Client> {
  const shown = showFile(file);
  const folder = resolve(dirname(file));
  const reference = basename(folder);
  const [, name, folderVersion] = folderName.exec(reference) ?? [];
  if (name === undefined) {
    throw fileProblem(
      shown,
      `a client's folder is named with letters, digits, "-", "_" and ".", and perhaps a version: "web", ` +
        '"com.shop.app", "web@1"',
    );
  }
  const definition = checkClient(await importDefinition(file, shown), shown);
  if (folderVersion !== undefined && (definition.version ?? folderVersion) !== folderVersion) {
    throw fileProblem(shown, `version is "${definition.version}", but the folder is ${reference}; make them agree`);
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
  throw unusableFile(shown, 'exports no client. Write: export default defineClient({ … })');
}

/** SDL has braces, and file names can be expected to have none. */
function readSdl(schema: string, folder: string, shown: string): string {
  if (schema.includes('{')) return schema;
  const file = resolve(folder, schema);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause})`;
    throw fileProblem(shown, `fields.schema: ${file} ${reason}`, cause);
  }
}

function showFile(file: string): string {
  return relative(process.cwd(), file) || file;
}
