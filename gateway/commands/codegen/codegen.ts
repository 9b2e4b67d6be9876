// `concierge codegen`: writes the types and the SDK of each client, from its view of the graph and its operations.
// Makes no requests to services, but for schemas that are fetched from them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { composeViews } from '../../composed-views.ts';
import { openComposition } from '../../composition.ts';
import type { CheckedConfig } from '../../config/config.ts';
import { collectDefinitions } from '../../persisted-documents/collect-documents.ts';
import { sameText } from '../../persisted-documents/manifest.ts';
import { clientFolders } from '../client-folders.ts';
import { type ComposableOptions, loadComposable } from '../composable.ts';
import { printOperationTypes } from './operation-types.ts';
import { printSdk, printTexts } from './sdk.ts';

export interface CodegenOptions extends ComposableOptions {
  /** Writes nothing; reports the files that are out of date. */
  check?: boolean;
  json?: boolean;
}

/** A file and what belongs in it. */
export interface GeneratedFile {
  /** The client's folder name. */
  client: string;
  /** Absolute path. */
  file: string;
  text: string;
}

/** Output with `--json`. */
export interface CodegenOutput {
  version: 1;
  /** False with exit code 1. */
  ok: boolean;
  files: { client: string; file: string; state: 'written' | 'current' | 'stale' }[];
}

export async function codegen({ check = false, json = false, ...options }: CodegenOptions): Promise<void> {
  const { config, folder } = await loadComposable(options);
  // All of them are generated before the first is written: an error in one leaves all files as they were.
  const generated = await generateClients(config, folder);
  const files = generated.map(({ client, file, text }): CodegenOutput['files'][number] => {
    const isCurrent = existsSync(file) && sameText(readFileSync(file, 'utf8'), text);
    if (!isCurrent && !check) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return { client, file: relative(process.cwd(), file), state: isCurrent ? 'current' : check ? 'stale' : 'written' };
  });
  const output: CodegenOutput = { version: 1, ok: files.every(({ state }) => state !== 'stale'), files };
  console.log(json ? JSON.stringify(output, null, 2) : asText(output));
  if (!output.ok) process.exitCode = 1;
}

const states = {
  current: 'is up to date',
  stale: 'is out of date: run concierge codegen',
  written: 'is written',
} as const;

function asText({ files }: CodegenOutput): string {
  if (files.length === 0) return 'No client has operations: write them to clients/<name>/operations/*.graphql.';
  return files.map(({ client, file, state }) => `${client}: ${file} ${states[state]}`).join('\n');
}

/**
 * @param folder base of relative paths in the configuration.
 * @throws ConfigError, ComposeError, DocumentsError
 */
export async function generateClients(config: CheckedConfig, folder: string): Promise<GeneratedFile[]> {
  const clients = (await clientFolders(config, folder)).filter((each) => existsSync(join(each.folder, 'operations')));
  const composition = openComposition(config, folder);
  try {
    const graph = composition.compose();
    const defined = clients.flatMap(({ client }) => (client ? [client] : []));
    const views = new Map(composeViews(composition, graph, defined).map(({ client, view }) => [client, view]));
    const generated = clients.map(async ({ name, folder: own, client }): Promise<GeneratedFile[]> => {
      const sdl = (client && views.get(client)?.sdl) ?? graph.sdl;
      const { scalars, clientDirectives } = client?.definition ?? {};
      const definitions = collectDefinitions(join(own, 'operations'), clientDirectives);
      const target = (file: string) => join(own, 'generated', file);
      return [
        { client: name, file: target('operations.ts'), text: await printOperationTypes(definitions, sdl, scalars) },
        { client: name, file: target('sdk.ts'), text: printSdk(own, client, sdl) },
        { client: name, file: target('texts.ts'), text: printTexts(own, client) },
      ];
    });
    return (await Promise.all(generated)).flat();
  } finally {
    await composition.close();
  }
}
