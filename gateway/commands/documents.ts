// `concierge documents`: writes the manifest of each client's trusted documents, from which its build takes the ids.
// With --check, also holds them against what a request for them passes. Makes no requests to services, but for schemas that are
// fetched from them.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openComposition } from '../composition.ts';
import type { CheckedConfig } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { collectDocuments } from '../persisted-documents/collect-documents.ts';
import { describeLocation } from '../persisted-documents/documents-error.ts';
import { printManifest, sameText, writeManifest } from '../persisted-documents/manifest.ts';
import { manifestFile } from '../persisted-documents/trusted-documents.ts';
import { clientFolders } from './client-folders.ts';
import { type ComposableOptions, loadComposable } from './composable.ts';
import { unservedDocuments } from './served-documents.ts';

export interface DocumentsOptions extends ComposableOptions {
  /** Writes nothing; reports the manifests that are out of date. */
  check?: boolean;
}

export async function documents({ check = false, offline, ...overrides }: DocumentsOptions): Promise<void> {
  const { config, folder } = check ? await loadComposable({ ...overrides, offline }) : await loadConfig(overrides);
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
  if (check) await checkServed(config, folder);
}

/** Reports the documents that can never be served, of all clients. */
async function checkServed(config: CheckedConfig, folder: string): Promise<void> {
  const composition = openComposition(config, folder);
  try {
    const unserved = unservedDocuments(await clientFolders(config, folder), composition, config);
    for (const problem of unserved) {
      const { client, operation, message } = problem;
      console.log(`${describeLocation(problem)} ${client} ${operation}: it can never be served: ${message}`);
    }
    if (unserved.length > 0) process.exitCode = 1;
  } finally {
    await composition.close();
  }
}
