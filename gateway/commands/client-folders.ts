// The clients of a project, for commands: their folders, their definitions where they have any, and their documents.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Client, loadClients } from '../client-views/load-clients.ts';
import type { CheckedConfig } from '../config/config.ts';

export interface ClientFolder {
  /** `web`, or `web@1` for a version beside it. */
  name: string;
  /** Absolute. */
  folder: string;
  /** Null for a folder without `client.ts`: it sees the whole graph. */
  client: Client | null;
}

/** Where the clients' documents can be; a folder without any of them and without `client.ts` is no client's. */
const documentFolders = ['operations', 'documents', 'generated'];

/**
 * @param folder where relative paths in the configuration start from.
 * @throws ConfigError for a definition that is wrong.
 */
export async function clientFolders(
  { clients: { folder: configured } }: CheckedConfig,
  folder: string,
): Promise<ClientFolder[]> {
  const root = resolve(folder, configured);
  if (!existsSync(root)) return [];
  const clients = await loadClients(root);
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, folder: join(root, name), client: clients.get(name) ?? null }))
    .filter((each) => each.client || documentFolders.some((inner) => existsSync(join(each.folder, inner))))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
