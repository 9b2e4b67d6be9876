// Given operation: the operation of a command's document, in the graph or in the view of a client.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Kind } from 'graphql';
import type { Client } from '../client-views/load-clients.ts';
import type { Graph } from '../compose/graph.ts';
import { type Composition, openComposition } from '../composition.ts';
import { type CheckedConfig, withDevelopmentDefaults } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Engine } from '../engine/engine.ts';
import type { PreparedDocument } from '../engine/prepared-document.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { createEngine } from '../graph-engine.ts';
import { readTrustedDocuments } from '../persisted-documents/trusted-documents.ts';
import { createLog } from '../telemetry/log.ts';
import { type ComposableOptions, loadComposable } from './composable.ts';
import { viewedGraph } from './viewed-graph.ts';
import { wrongUsage } from './wrong-usage.ts';

export interface GivenOperationOptions extends ComposableOptions {
  operation?: string;
  /** A client's name, with a version or without, for its view. */
  client?: string;
  /** A JSON object. */
  variables: string;
}

export interface GivenOperation {
  config: CheckedConfig;
  composition: Composition;
  graph: Graph;
  /** Null for the whole graph. */
  client: Client | null;
  engine: Engine;
  text: string;
  operation: PreparedOperation;
  variables: Record<string, unknown>;
}

/**
 * @param file a GraphQL document, "-" for standard input; with a client, also the name or the id of one of its trusted
 *   documents.
 * @param use called with the operation; what it was taken from is closed afterwards.
 * @throws CommanderError for what is no document, for one without such an operation, and for other values of variables;
 *   ConfigError for a document that is not valid.
 */
export async function withGivenOperation<Result>(
  file: string,
  options: GivenOperationOptions,
  use: (given: GivenOperation) => Promise<Result> | Result,
): Promise<Result> {
  const variables = readVariables(options.variables);
  const { config: loaded, folder } = await loadComposable(options);
  // The operation comes from the operator's own file, not from a client: it may introspect the schema.
  const config = withDevelopmentDefaults(loaded);
  const composition = openComposition(config, folder);
  try {
    const viewed = await viewedGraph(options.client, composition, resolve(folder, config.clients.folder));
    const { graph, view, client } = viewed;
    const engine = createEngine(graph, composition.clients, config, createLog({ level: 'silent' }), { view });
    const text = client === null || file === '-' || existsSync(file) ? readDocument(file) : trustedText(file, client);
    const operation = operationIn(engine.documents.get(text), file, options.operation);
    const errors = variableErrors(operation, variables);
    if (errors.length > 0) throw wrongUsage(errors.map((message) => `--variables: ${message}`).join('\n'));
    return await use({ config, composition, graph, client, engine, text, operation, variables });
  } finally {
    await composition.close();
  }
}

function operationIn(document: PreparedDocument, file: string, name: string | undefined): PreparedOperation {
  if (document.errors) {
    throw new ConfigError(document.errors.map((error) => `${file}: ${error.toString()}`).join('\n\n'));
  }
  const operation = document.operation(name);
  if (operation) return operation;
  const problem = name
    ? `no operation ${name}${didYouMean(name, operationNames(document))}`
    : 'several operations, or none: name one with --operation';
  throw wrongUsage(`${file} has ${problem}`);
}

function operationNames({ operations }: Pick<PreparedDocument, 'operations'>): string[] {
  return operations.flatMap(({ operation }) => operation.name?.value ?? []);
}

/** @throws CommanderError for what is neither a file nor one of the client's trusted documents. */
function trustedText(name: string, { folder, reference, definition }: Client): string {
  const { documents } = readTrustedDocuments(folder, definition.clientDirectives);
  const found = documents.filter((document) => document.name === name || document.id === name);
  const [document] = found;
  if (document && found.length === 1) return document.body;
  if (document) {
    const ids = found.map(({ id }) => `  ${id}`).join('\n');
    throw wrongUsage(`Several trusted documents of ${reference} have the name ${name}: give an id.\n${ids}`);
  }
  const names = documents.flatMap((each) => each.name ?? []);
  throw wrongUsage(`${name} is neither a file nor a trusted document of ${reference}${didYouMean(name, names)}`);
}

function readDocument(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw wrongUsage(`There is no file ${file}.`);
    throw wrongUsage(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Errors of the given variables; a plan does not depend on the others. */
function variableErrors(operation: PreparedOperation, given: Record<string, unknown>): string[] {
  const coerced = operation.coerce(given);
  if ('values' in coerced) return [];
  return coerced.errors.flatMap(({ message, nodes }) => {
    const definition = nodes?.find((node) => node.kind === Kind.VARIABLE_DEFINITION);
    return definition && Object.hasOwn(given, definition.variable.name.value) ? [message] : [];
  });
}

function readVariables(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Reported below, with the same message as JSON that is no object.
  }
  throw wrongUsage(`--variables is ${text}: give a JSON object`);
}
