// `concierge check`: shows the effects of a changed graph on the clients. Exit code 1 if a client's view or operation
// breaks, or the graph cannot be composed. Makes no requests to services, but for schemas that are fetched
// from them.
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { type ClientToCheck, checkGraph } from '../check/check-graph.ts';
import { type CheckFormat, type CheckOutcome, printCheck } from '../check/print-check.ts';
import { definitionFile } from '../client-views/load-clients.ts';
import { ComposeError } from '../compose/compose-error.ts';
import { setExactDefaults } from '../compose/default-literals.ts';
import { openComposition } from '../composition.ts';
import type { CheckedConfig } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { nearOrKnown } from '../did-you-mean.ts';
import { readTrustedDocuments } from '../persisted-documents/trusted-documents.ts';
import { composedState, type GraphState, schemaState } from './checked-state.ts';
import { type ClientFolder, clientFolders } from './client-folders.ts';
import { type ComposableOptions, loadComposable } from './composable.ts';
import { loadUsage } from './usage.ts';
import { wrongUsage } from './wrong-usage.ts';

export interface CheckOptions extends ComposableOptions {
  /** Subgraphs that change, and their new schema files, in the same order. */
  subgraph: string[];
  schema: string[];
  format: CheckFormat;
  json?: boolean;
}

export async function check({ subgraph, schema, format, json, ...options }: CheckOptions): Promise<void> {
  const { config, folder } = await loadComposable(options);
  const changed = readChanged(subgraph, schema, config);
  const outcome = await checkChange(config, folder, changed);
  console.log(printCheck(outcome, json ? 'json' : format));
  if ('conflicts' in outcome || !outcome.ok) process.exitCode = 1;
}

async function checkChange(config: CheckedConfig, folder: string, changed: Map<string, string>): Promise<CheckOutcome> {
  const composition = openComposition(config, folder);
  try {
    const composed = (sdls?: Map<string, string>) =>
      composedState((more) => composition.compose(sdls, more), config, composition.clients);
    const current = changed.size > 0 ? composed() : null;
    const after = orConflicts(() => {
      const state = composed(changed);
      if (state.problems.length > 0) throw new ComposeError(state.problems);
      return state;
    });
    if ('conflicts' in after) return after;
    const before =
      current ?? schemaState({ ...readGraph(resolve(folder, config.graph)), sources: after.graph.sources });
    const clients = (await clientFolders(config, folder)).map((client) => clientToCheck(client, before, after));
    const usage = await loadUsage(config, folder);
    const rules = before.rules && after.rules ? { before: before.rules, after: after.rules } : null;
    return await checkGraph({ before: before.graph.schema, after: after.graph.schema, rules, clients, usage });
  } finally {
    await composition.close();
  }
}

function orConflicts(work: () => GraphState): GraphState | { conflicts: readonly string[] } {
  try {
    return work();
  } catch (error) {
    if (error instanceof ComposeError) return { conflicts: error.reasons };
    throw error;
  }
}

function clientToCheck({ name, folder, client }: ClientFolder, before: GraphState, after: GraphState): ClientToCheck {
  const [old, next] = [before.clientState(client), after.clientState(client)];
  // Coordinates are those of the first view that can be built; if none can, the documents use the graph's.
  const view = old.view ?? next.view;
  return {
    name,
    documents: readTrustedDocuments(folder, client?.definition.clientDirectives).documents,
    before: old.schema,
    after: next.schema,
    viewBreak:
      client && next.problems.length > 0
        ? { file: definitionFile(client), message: [...new Set(next.problems)].join('; ') }
        : null,
    graphCoordinate: (coordinate) => (view ? view.graphCoordinate(coordinate) : coordinate),
    serve: { before: old.serve, after: next.serve },
    hidden: { before: old.hidden, after: next.hidden },
  };
}

/** The graph as `concierge compose` last wrote it. */
function readGraph(file: string): { schema: GraphQLSchema; sdl: string } {
  const shown = relative(process.cwd(), file);
  try {
    const sdl = readFileSync(file, 'utf8');
    const schema = buildSchema(sdl);
    setExactDefaults(schema, [schema]);
    return { sdl, schema };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'does not exist' : `cannot be used: ${(error as Error).message}`;
    throw new ConfigError(
      `${shown}, the graph to compare with, ${reason}. Run concierge compose, or name what changes: --subgraph ` +
        'users --schema new.graphql',
    );
  }
}

/** The changed subgraphs' SDL, by name. */
function readChanged(names: readonly string[], files: readonly string[], config: CheckedConfig): Map<string, string> {
  if (names.length !== files.length) {
    throw wrongUsage('Give a --schema for each --subgraph: --subgraph users --schema new.graphql');
  }
  if (names.length > 0 && config.supergraph !== undefined) {
    throw wrongUsage('A supergraph is composed elsewhere: change its file, and check without --subgraph.');
  }
  const changed = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    if (!Object.hasOwn(config.subgraphs, name)) {
      throw wrongUsage(
        `--subgraph ${name}: there is no such subgraph${nearOrKnown(name, Object.keys(config.subgraphs))}`,
      );
    }
    if (changed.has(name)) throw wrongUsage(`--subgraph ${name} is given twice.`);
    changed.set(name, readSchemaFile(files[index] as string));
  }
  return changed;
}

function readSchemaFile(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw wrongUsage(`--schema ${file} cannot be read: ${(error as Error).message}`);
  }
}
