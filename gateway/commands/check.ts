// `concierge check`: shows the effects of a changed graph on the clients. Exit code 1 if a client's view or operation
// breaks, or the graph cannot be composed. Makes no requests to services, but for schemas that are fetched
// from them.
import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { readAcceptedBreaks } from '../check/accepted-breaks.ts';
import { type ClientToCheck, checkGraph } from '../check/check-graph.ts';
import { type CheckFormat, type CheckOutcome, printCheck } from '../check/print-check.ts';
import { definitionFile } from '../client-views/load-clients.ts';
import { ComposeError } from '../compose/compose-error.ts';
import { setExactDefaults } from '../compose/default-literals.ts';
import { openComposition } from '../composition.ts';
import { days, daysMessage, daysOf, minRequests } from '../config/check.ts';
import type { CheckedConfig } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { nearOrKnown } from '../did-you-mean.ts';
import { readTrustedDocuments } from '../persisted-documents/trusted-documents.ts';
import { dayOf } from '../telemetry/usage/usage-record.ts';
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
  /** File with accepted breaks, in place of the configured one. */
  accepted?: string;
  /** Requests, and a period such as "30d", in place of the configured ones. */
  minRequests?: string;
  within?: string;
}

export async function check(given: CheckOptions): Promise<void> {
  const { subgraph, schema, format, json, accepted, minRequests: _, within: __, ...options } = given;
  const usageOptions = readUsageOptions(given);
  const { config: loaded, folder } = await loadComposable(options);
  const config = { ...loaded, check: { ...loaded.check, ...usageOptions } };
  if (accepted !== undefined) config.check.accepted = givenFile(accepted);
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
    const folders = await clientFolders(config, folder);
    const clients = folders.map((client) => clientToCheck(client, before, after));
    const { accepted: acceptedFile, minRequests: least, within } = config.check;
    const accepted = readAcceptedBreaks(
      resolve(folder, acceptedFile),
      folders.map(({ name }) => name),
    );
    const usageRule = least === undefined ? null : { minRequests: least, days: daysOf(within) };
    const usage = await loadUsage(config, folder);
    const rules = before.rules && after.rules ? { before: before.rules, after: after.rules } : null;
    const schemas = { before: before.graph.schema, after: after.graph.schema };
    const today = dayOf(Date.now());
    return await checkGraph({ ...schemas, rules, clients, usage, accepted, usageRule, today });
  } finally {
    await composition.close();
  }
}

/** @throws CommanderError for values that are none. */
function readUsageOptions({ minRequests: requests, within }: CheckOptions): Partial<CheckedConfig['check']> {
  const least = requests === undefined ? undefined : minRequests.safeParse(Number(requests));
  const period = within === undefined ? undefined : days.safeParse(within);
  if (least?.success === false) {
    throw wrongUsage(`--min-requests is "${requests}": give requests as a whole number above 0`);
  }
  if (period?.success === false) throw wrongUsage(`--within is "${within}": ${daysMessage}`);
  return { ...(least && { minRequests: least.data }), ...(period && { within: period.data }) };
}

/** Absolute, relative to the working directory. */
function givenFile(file: string): string {
  const path = resolve(file);
  if (!existsSync(path)) throw wrongUsage(`--accepted: there is no file ${file}.`);
  return path;
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
    names: client && [client.reference, client.name, ...client.definition.aliases],
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
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw wrongUsage(`--schema: there is no file ${file}.`);
    throw wrongUsage(`--schema ${file} cannot be read: ${(error as Error).message}`);
  }
}
