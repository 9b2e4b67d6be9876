// `concierge import openapi.yaml`: writes the SDL of a subgraph for operations of an OpenAPI document. What cannot be expressed is
// reported with its place, and left out.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { unusableFile } from '../../config/config-error.ts';
import { writeAtomically } from '../../config/write-atomically.ts';
import { wrongUsage } from '../wrong-usage.ts';
import { fieldName } from './graphql-names.ts';
import { ImportReport } from './import-report.ts';
import { type ImportedSchema, importSchema } from './import-schema.ts';
import { OpenApiDocument } from './openapi-document.ts';
import { baseUrlOf, type Choice, chosenOf, operationsOf } from './operations.ts';

export interface ImportOptions extends Choice {
  /** Levels of objects below an operation. */
  depth: string;
  /** Name of the source. */
  name?: string;
  /** Base URL, in place of the document's. */
  url?: string;
  json?: boolean;
  /** File to write; without one, standard output. */
  output?: string;
}

const MAX_DEPTH = 20;

/**
 * Exit code 1 where a chosen operation is left out, 2 for wrong use.
 * @throws ConfigError for a file that cannot be read.
 */
export async function importOpenApi(file: string, options: ImportOptions): Promise<void> {
  const document = OpenApiDocument.parse(textOf(file), file);
  const report = new ImportReport(file);
  const chosen = chosenOf(operationsOf(document), options);
  const baseUrl = options.url ?? baseUrlOf(document);
  if (baseUrl === null || !URL.canParse(baseUrl)) {
    throw wrongUsage(
      baseUrl === null
        ? `${file} names no server with an http URL: give the service's with --url`
        : `--url is "${baseUrl}", which is not a URL`,
    );
  }
  const source = options.name ?? (fieldName(document.title.toLowerCase()) || 'rest');
  if (!/^[A-Za-z][\w-]{0,63}$/.test(source)) {
    throw wrongUsage(`--name is "${source}": a name begins with a letter, and has letters, digits, "_" and "-" alone`);
  }
  const settings = { source, baseUrl, hasOwnUrl: options.url !== undefined, maxDepth: depthOf(options.depth) };
  write(importSchema(document, chosen, settings, report), source, report, options);
  if (report.errors.length > 0) process.exitCode = 1;
}

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw unusableFile(file, `cannot be read: ${(error as Error).message}`, null, error);
  }
}

function depthOf(text: string): number {
  const depth = Number(text);
  if (Number.isInteger(depth) && depth >= 1 && depth <= MAX_DEPTH) return depth;
  throw wrongUsage(`--depth is "${text}"; it must be a whole number from 1 to ${MAX_DEPTH}`);
}

function write(
  { sdl, fields }: ImportedSchema,
  source: string,
  report: ImportReport,
  { json = false, output }: ImportOptions,
): void {
  if (output !== undefined && sdl !== null) writeAtomically(resolve(output), sdl);
  if (!json) {
    for (const line of report.lines()) console.error(line);
    if (output === undefined && sdl !== null) process.stdout.write(sdl);
    if (output !== undefined && sdl !== null) console.log(`${output}: ${fields.length} operations`);
    return;
  }
  const operations = fields.map(({ name, method, operation }) => ({
    ...{ id: operation.id, method, path: operation.path },
    field: `${method === 'GET' ? 'Query' : 'Mutation'}.${name}`,
  }));
  const { errors, warnings } = report;
  console.log(
    JSON.stringify({ version: 1, ok: errors.length === 0, source, operations, errors, warnings, sdl }, null, 2),
  );
}
