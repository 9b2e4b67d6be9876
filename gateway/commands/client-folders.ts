// Clients of a project, for commands: their folders, definitions and documents.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Client, loadClients } from '../client-views/load-clients.ts';
import type { CheckedConfig } from '../config/config.ts';

export interface ClientFolder {
  /** `web`, or `web@1` for another version of the client. */
  name: string;
  /** Absolute path. */
  folder: string;
  /** Null for a folder without `client.ts`: its documents are for the whole graph. */
  client: Client | null;
}

/** Folders of clients' documents; a folder with none of them and without `client.ts` is no client. */
const documentFolders = ['operations', 'documents', 'generated'];

/**
 * @param folder base of relative paths in the configuration.
 * @throws ConfigError for an invalid definition.
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
