// `concierge documents`: writes the manifest of each client's trusted documents, from which its build takes the ids.
// Makes no requests to services.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadConfig, type Overrides } from '../config/load.ts';
import { collectDocuments } from '../persisted-documents/collect-documents.ts';
import { printManifest, sameText, writeManifest } from '../persisted-documents/manifest.ts';
import { manifestFile } from '../persisted-documents/trusted-documents.ts';
import { clientFolders } from './client-folders.ts';

export interface DocumentsOptions extends Overrides {
  /** Writes nothing; reports the manifests that are out of date. */
  check?: boolean;
}

export async function documents({ check = false, ...overrides }: DocumentsOptions): Promise<void> {
  const { config, folder } = await loadConfig(overrides);
  const clients = (await clientFolders(config, folder)).filter((client) =>
    existsSync(join(client.folder, 'operations')),
  );
  if (clients.length === 0) console.log('No client has operations: write them to clients/<name>/operations/*.graphql.');
  // All of them are read before the first is written: an error in one leaves all manifests as they were.
  const read = clients.map((client) => ({
    ...client,
    manifest: collectDocuments(join(client.folder, 'operations'), client.client?.definition.clientDirectives),
  }));
  for (const client of read) {
    const file = manifestFile(client.folder);
    const shown = relative(process.cwd(), file);
    const upToDate = existsSync(file) && sameText(readFileSync(file, 'utf8'), printManifest(client.manifest));
    const count = `${client.manifest.documents.length} document${client.manifest.documents.length === 1 ? '' : 's'}`;
    if (upToDate) console.log(`${client.name}: ${count}, ${shown} is up to date`);
    else if (check) {
      console.log(`${client.name}: ${shown} is out of date: run concierge documents`);
      process.exitCode = 1;
    } else {
      writeManifest(file, client.manifest);
      console.log(`${client.name}: ${count} written to ${shown}`);
    }
  }
}
