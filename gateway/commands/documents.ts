// `concierge documents`: writes the manifest of each client's trusted documents, from which its build takes the ids.
// With --check, also holds them against what a request for them passes. Makes no requests to services, but for schemas that are
// fetched from them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openComposition } from '../composition.ts';
import type { CheckedConfig } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { collectDocuments } from '../persisted-documents/collect-documents.ts';
import { shownFile } from '../persisted-documents/documents-error.ts';
import { printManifest, sameText, writeManifest } from '../persisted-documents/manifest.ts';
import { manifestFile } from '../persisted-documents/trusted-documents.ts';
import { clientFolders } from './client-folders.ts';
import { type ComposableOptions, loadComposable } from './composable.ts';
import { unservedDocuments } from './served-documents.ts';

export interface DocumentsOptions extends ComposableOptions {
  /** Writes nothing; reports the manifests that are out of date. */
  check?: boolean;
  json?: boolean;
}

/** Output with `--json`. */
export interface DocumentsOutput {
  version: 1;
  /** False with exit code 1. */
  ok: boolean;
  manifests: { client: string; file: string; documents: number; state: 'written' | 'current' | 'stale' }[];
  /** Documents that can never be served; with `--check`. */
  unserved: { client: string; operation: string; file: string; line: number; column: number; message: string }[];
}

export async function documents(options: DocumentsOptions): Promise<void> {
  const { check = false, json = false, offline, ...overrides } = options;
  const { config, folder } = check ? await loadComposable({ ...overrides, offline }) : await loadConfig(overrides);
  const manifests = await manifestsOf(config, folder, check);
  const unserved = check ? await unservedOf(config, folder) : [];
  const ok = unserved.length === 0 && manifests.every(({ state }) => state !== 'stale');
  const output: DocumentsOutput = { version: 1, ok, manifests, unserved };
  console.log(json ? JSON.stringify(output, null, 2) : asText(output));
  if (!ok) process.exitCode = 1;
}

/** @param check whether none is written. */
async function manifestsOf(config: CheckedConfig, folder: string, check: boolean) {
  const clients = (await clientFolders(config, folder)).filter((client) =>
    existsSync(join(client.folder, 'operations')),
  );
  // All of them are read before the first is written: an error in one leaves all manifests as they were.
  const read = clients.map((client) => ({
    ...client,
    manifest: collectDocuments(join(client.folder, 'operations'), client.client?.definition.clientDirectives),
  }));
  return read.map(({ name: client, manifest, folder: own }): DocumentsOutput['manifests'][number] => {
    const file = manifestFile(own);
    const isCurrent = existsSync(file) && sameText(readFileSync(file, 'utf8'), printManifest(manifest));
    if (!isCurrent && !check) writeManifest(file, manifest);
    const state = isCurrent ? 'current' : check ? 'stale' : 'written';
    return { client, file: shownFile(file), documents: manifest.documents.length, state };
  });
}

/** The documents that can never be served, of all clients. */
async function unservedOf(config: CheckedConfig, folder: string): Promise<DocumentsOutput['unserved']> {
  const composition = openComposition(config, folder);
  try {
    const found = unservedDocuments(await clientFolders(config, folder), composition, config);
    return found.map((problem) => ({ ...problem, file: shownFile(problem.file) }));
  } finally {
    await composition.close();
  }
}

function asText({ manifests, unserved }: DocumentsOutput): string {
  const none =
    manifests.length === 0 ? ['No client has operations: write them to clients/<name>/operations/*.graphql.'] : [];
  const lines = manifests.map(({ client, file, documents: number, state }) => {
    const count = `${number} document${number === 1 ? '' : 's'}`;
    if (state === 'stale') return `${client}: ${file} is out of date: run concierge documents`;
    return state === 'current'
      ? `${client}: ${count}, ${file} is up to date`
      : `${client}: ${count} written to ${file}`;
  });
  const problems = unserved.map(
    ({ client, operation, file, line, column, message }) =>
      `${file}:${line}:${column} ${client} ${operation}: it can never be served: ${message}`,
  );
  return [...none, ...lines, ...problems].join('\n');
}
