// `concierge usage Product.rating`: lists the clients that use an element of the graph; without a coordinate, the
// deprecated elements in use.
import { resolve } from 'node:path';
import { type GraphQLSchema, parseSchemaCoordinate } from 'graphql';
import type { View } from '../client-views/view.ts';
import { openComposition } from '../composition.ts';
import type { CheckedConfig } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { loadConfig } from '../config/load.ts';
import { fetchSchemas } from '../introspected-schemas.ts';
import { openRedis } from '../redis/connection.ts';
import { createLog } from '../telemetry/log.ts';
import { createRedisUsageStore } from '../telemetry/usage/redis-usage-store.ts';
import { type UsageRecord, usageBounds } from '../telemetry/usage/usage-record.ts';
import { countedSince, deprecatedInUse, shownNames, type UsageLine, usageOf } from '../telemetry/usage/usage-report.ts';
import { createFileStore, usageFile } from '../telemetry/usage/usage-store.ts';
import type { ComposableOptions } from './composable.ts';
import { isCoordinateOf, suggestCoordinate } from './known-coordinate.ts';
import { keyLines, keyTable } from './usage-keys.ts';
import { viewedGraph } from './viewed-graph.ts';
import { wrongUsage } from './wrong-usage.ts';

export interface UsageOptions extends ComposableOptions {
  json?: boolean;
  /** Whether the use of API keys is shown. */
  keys?: boolean;
  /** A client's name, with a version or without: the coordinate has the names of its view. */
  client?: string;
}

/** The recorded usage, from the store that this configuration uses. */
export async function loadUsage({ redis }: CheckedConfig, folder: string): Promise<UsageRecord[]> {
  if (!redis) return createFileStore(usageFile(folder)).load();
  const connection = openRedis(redis, { log: createLog({ level: 'silent' }), folder });
  try {
    return await createRedisUsageStore(connection.client, connection.prefixTogether('usage')).load();
  } catch (cause) {
    throw new ConfigError(`Usage is in Redis, which cannot be read: ${(cause as Error).message}`, { cause });
  } finally {
    await connection.close();
  }
}

export async function usage(
  coordinate: string | undefined,
  { json, keys, client, offline, ...overrides }: UsageOptions,
): Promise<void> {
  if (coordinate !== undefined) checkCoordinate(coordinate);
  const { config, folder } = await loadConfig(overrides);
  const records = await loadUsage(config, folder);
  if (keys) {
    const lines = keyLines(config, folder, records);
    console.log(json ? JSON.stringify({ version: 1, keys: lines }, null, 2) : keyTable(lines));
    return;
  }
  const { schema, view } = await composed(config, folder, offline, client);
  const requested = coordinate === undefined || view === null ? coordinate : coordinateOfGraph(coordinate, view);
  const named = coordinate === requested ? coordinate : `${coordinate}, ${requested} in the graph,`;
  const report =
    requested === undefined
      ? deprecatedReport(schema, records)
      : coordinateReport(requested, named ?? requested, schema, records);
  console.log(json ? JSON.stringify({ version: 1, ...report.json }, null, 2) : report.text);
}

interface Report {
  json: object;
  text: string;
}

/** @param named the coordinate for people, with the client's name for it where that is another. */
function coordinateReport(
  coordinate: string,
  named: string,
  schema: GraphQLSchema,
  records: readonly UsageRecord[],
): Report {
  const usedBy = usageOf(records, coordinate);
  const inGraph = isCoordinateOf(schema, coordinate);
  if (!inGraph && usedBy.length === 0) {
    const suggestion = suggestCoordinate(schema, coordinate);
    throw wrongUsage(
      `The graph has no ${coordinate}, and no request used it${suggestion || '. concierge print shows the graph.'}`,
    );
  }
  const since = countedSince(records);
  const last = usedBy[0]?.lastSeen;
  const gone = inGraph ? '' : ', which the graph no longer has,';
  const text = [
    last === undefined
      ? `No request used ${named}${period(since)}.`
      : `${named}${gone} was used${period(since)}, last on ${last}:`,
    ...table(usedBy),
  ].join('\n');
  return { json: { coordinate, inGraph, countedSince: since ?? null, lastSeen: last ?? null, usedBy }, text };
}

function deprecatedReport(schema: GraphQLSchema, records: readonly UsageRecord[]): Report {
  const found = deprecatedInUse(schema, records);
  const since = countedSince(records);
  const lines = found.flatMap(({ coordinate, reason, usedBy }) => [`${coordinate} (${reason})`, ...table(usedBy)]);
  const text = found.length > 0 ? lines.join('\n') : `No request used anything deprecated${period(since)}.`;
  return { json: { countedSince: since ?? null, deprecated: found }, text };
}

function period(since: string | undefined): string {
  return since === undefined
    ? '; nothing has been counted'
    : ` in the last ${usageBounds.keepDays} days (counted since ${since})`;
}

function table(lines: readonly UsageLine[]): string[] {
  if (lines.length === 0) return [];
  const cells = lines.map((line) => {
    const { client, version, operation } = shownNames(line);
    return [client, version, operation, String(line.count), line.lastSeen];
  });
  const all = [['client', 'version', 'operation', 'requests', 'last on'], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...all.map((row) => (row[column] as string).length)));
  // Numbers end in one column.
  const padded = (cell: string, column: number) =>
    column === 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return all.map((row) => `  ${row.map(padded).join('  ')}`);
}

async function composed(
  written: CheckedConfig,
  folder: string,
  offline: boolean | undefined,
  client: string | undefined,
): Promise<{ schema: GraphQLSchema; view: View | null }> {
  const { config, warnings } = await fetchSchemas(written, folder, { offline });
  for (const warning of warnings) console.error(`warning: ${warning}`);
  const composition = openComposition(config, folder);
  try {
    const { view } = await viewedGraph(client, composition, resolve(folder, config.clients.folder));
    return { schema: composition.compose().schema, view };
  } finally {
    await composition.close();
  }
}

/** @throws CommanderError for a coordinate that the view does not have. */
function coordinateOfGraph(coordinate: string, { name, schema, graphCoordinate }: View): string {
  const found = isCoordinateOf(schema, coordinate) ? graphCoordinate(coordinate) : null;
  if (found !== null) return found;
  const suggestion = suggestCoordinate(schema, coordinate);
  throw wrongUsage(
    `The view of ${name} has no ${coordinate}${suggestion || `. concierge print --client ${name} shows it.`}`,
  );
}

function checkCoordinate(coordinate: string): void {
  try {
    parseSchemaCoordinate(coordinate);
  } catch {
    throw wrongUsage(
      `"${coordinate}" is no coordinate: give one such as Product, Product.rating, "Query.products(first:)" or ` +
        'Category.AUDIO.',
    );
  }
}
