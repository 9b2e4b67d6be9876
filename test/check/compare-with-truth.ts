// `concierge check` compared with the truth: a gateway before and one after each change, every operation sent to the second
// with what clients of the first send, and the responses held against the schema that those clients were generated from.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildSchema, type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { createGateway } from '../../gateway/index.ts';
import { type GeneratedChange, generateChanges } from './generated-changes.ts';
import { generateSchema } from './generated-schema.ts';
import { generateOperations, generatePublicChanges } from './public-schema.ts';
import { deviation, type FreeService, ROUNDS, startFreeService, variablesOf } from './truth-service.ts';

export interface TruthOptions {
  changes: number;
  /** Number of object types of a generated schema, each with eleven operations; or the SDL of another one. */
  types: number | { sdl: string };
  seed: number;
  /** Number of the first kind of change. */
  from?: number;
  /** Number of operations; all by default, and 60 for the SDL of another schema. */
  operations?: number;
  /** Runs a command; returns its standard output. */
  run(args: readonly string[]): Promise<string>;
  log?(line: string): void;
}

export interface TruthReport {
  /** Operations that broke, of all changes. */
  broken: number;
  /** Operations and changes that were judged. */
  judged: number;
  /** What broke, and the check did not find. */
  misses: string[];
  /** What the check found, and did not break. */
  falseAlarms: string[];
}

interface Operation {
  name: string;
  text: string;
  document: DocumentNode;
}

export async function compareWithTruth({
  changes,
  types,
  seed,
  from,
  run,
  log,
  ...most
}: TruthOptions): Promise<TruthReport> {
  const { sdl, documents, edits } = subjectOf(types, { changes, seed, from, operations: most.operations });
  const schema = buildSchema(sdl);
  const written = documents.slice(0, most.operations).map((text) => ({
    name: /Op\w+/.exec(text)?.[0] ?? '',
    text,
    document: parse(text),
  }));
  const service = await startFreeService();
  const folder = mkdtempSync(join(tmpdir(), 'concierge-truth-'));
  try {
    const write = (path: string, content: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    };
    const config = { subgraphs: { api: { url: service.url, schema: 'api.graphql' } } };
    write('gateway.config.mjs', `export default ${JSON.stringify(config)};`);
    write('api.graphql', sdl);
    const before = await brokenOperations(sdl, { schema, operations: written, service, folder });
    if (before.size > 0 && typeof types === 'number') {
      throw new Error(`broken before any change: ${[...before].join('; ')}`);
    }
    const operations = written.filter(({ name }) => !before.has(name));
    log?.(`${operations.length} operations`);
    for (const { name, text } of operations) write(`clients/web/operations/${name}.graphql`, text);
    const report: TruthReport = { broken: 0, judged: 0, misses: [], falseAlarms: [] };
    for (const change of edits()) {
      write('changed.graphql', change.sdl);
      const changed = ['--subgraph', 'api', '--schema', join(folder, 'changed.graphql')];
      const printed = await run(['check', ...changed, '--json', '--config', join(folder, 'gateway.config.mjs')]);
      const found = reported(JSON.parse(printed), operations);
      const truth = await brokenOperations(change.sdl, { schema, operations, service, folder }, change.type);
      report.judged += operations.length;
      report.broken += truth.size;
      for (const [name, reason] of truth)
        if (!found.has(name)) report.misses.push(`${change.name}: ${name}: ${reason}`);
      for (const [name, reason] of found)
        if (!truth.has(name)) report.falseAlarms.push(`${change.name}: ${name}: ${reason}`);
      log?.(`${change.name}: ${truth.size} broken, ${found.size} found`);
    }
    return report;
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Subject {
  sdl: string;
  documents: readonly string[];
  edits(): readonly GeneratedChange[];
}

function subjectOf(
  types: TruthOptions['types'],
  { changes, seed, from, operations = 60 }: Pick<TruthOptions, 'changes' | 'seed' | 'from' | 'operations'>,
): Subject {
  if (typeof types === 'number') {
    const { sdl, documents } = generateSchema(types);
    return { sdl, documents, edits: () => generateChanges(sdl, changes, seed, from) };
  }
  const documents = generateOperations(buildSchema(types.sdl), operations, seed);
  const edits = () => generatePublicChanges(types.sdl, documents, { count: changes, seed, from: from ?? 0 });
  return { sdl: types.sdl, documents, edits };
}

interface Printed {
  conflicts: string[];
  clients: { breaks: { operation: string; message: string }[] }[];
}

/** The operations that the check found, with the reason. Where a gateway would not start, all of them. */
function reported({ conflicts, clients }: Printed, operations: readonly Operation[]): Map<string, string> {
  const [conflict] = conflicts;
  if (conflict !== undefined) return new Map(operations.map(({ name }) => [name, conflict]));
  return new Map(clients.flatMap(({ breaks }) => breaks.map(({ operation, message }) => [operation, message])));
}

interface Project {
  /** That the clients were generated from. */
  schema: GraphQLSchema;
  operations: readonly Operation[];
  service: FreeService;
  folder: string;
}

/** The operations that are not served as clients expect, with the reason. */
async function brokenOperations(
  sdl: string,
  { schema, operations, service, folder }: Project,
  tried?: string,
): Promise<Map<string, string>> {
  service.serve(sdl, tried);
  const after = buildSchema(sdl);
  const file = join(folder, 'served.graphql');
  writeFileSync(file, sdl);
  const broken = new Map<string, string>();
  try {
    await using gateway = createGateway(
      {
        port: 0,
        log: { level: 'silent' },
        overload: false,
        usage: false,
        subgraphs: { api: { url: service.url, schema: file } },
      },
      { folder },
    );
    const url = `${await gateway.start()}/graphql`;
    for (let round = 0; round < ROUNDS; round += 1) {
      service.round = round;
      const variables = (document: DocumentNode) => variablesOf(schema, document, round, after);
      for (const { name, text, document } of operations) {
        if (broken.has(name)) continue;
        service.operation = text;
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: text, variables: variables(document) }),
        });
        const { data, errors } = (await response.json()) as { data?: unknown; errors?: { message: string }[] };
        const reason = errors?.[0]?.message ?? deviation(schema, document, data);
        if (reason != null) broken.set(name, reason);
      }
    }
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    return new Map(operations.map(({ name }) => [name, error.message]));
  }
  return broken;
}
