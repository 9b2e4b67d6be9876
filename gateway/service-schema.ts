// Schema of a service in the forms in which teams have it: SDL, one file or several, a glob, the JSON of an introspection.
import { globSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { readIntrospection } from './check/live-schema.ts';
import { ComposeError } from './compose/compose-error.ts';
import { printExactly } from './compose/graph-sdl.ts';
import { parseSource } from './compose/sdl.ts';
import { type IntrospectedSchema, isIntrospected } from './config/introspected-schema.ts';

/** SDL, a path, a glob, a list of paths and globs; or a schema that is fetched from the service. */
export type SchemaSource = string | readonly string[] | IntrospectedSchema;

/**
 * The SDL of a schema.
 * @param folder base of relative paths.
 * @param option the option for messages, such as `subgraphs.shop.schema`.
 * @throws ComposeError for a file that cannot be read, or a pattern without files; with the place of a syntax error in one of
 *   several files.
 */
export function readSchema(source: SchemaSource, folder: string, option: string): string {
  if (isIntrospected(source)) {
    // Composition sends no requests: `introspectSchemas` has put SDL in its place where it may.
    throw new ComposeError([
      `${option}: the schema has not been fetched: createGateway(await introspectSchemas(config)) fetches it first`,
    ]);
  }
  if (isSdl(source)) return source;
  const files = schemaFiles(source, folder, option);
  const texts = files.map((file) => sdlOf(readText(file, option), file, option));
  if (texts.length > 1) {
    for (const [index, text] of texts.entries()) parseSource(text, relative(folder, files[index] as string));
  }
  return texts.join('\n');
}

/**
 * Absolute paths of the files of a schema; none of SDL in the configuration, and of one that is fetched.
 * @throws ComposeError for a pattern without files.
 */
export function schemaFiles(source: SchemaSource, folder: string, option: string): string[] {
  if (isIntrospected(source) || isSdl(source)) return [];
  const files = [source].flat().flatMap((path) => {
    if (!/[*?[{]/.test(path)) return [resolve(folder, path)];
    const found = globSync(path, { cwd: folder }).sort();
    if (found.length === 0) throw new ComposeError([`${option}: no file in ${folder} is named ${path}`]);
    return found.map((name) => resolve(folder, name));
  });
  return [...new Set(files)];
}

/** The one SDL file of a schema, absolute, which can be refreshed; null for the other forms. */
export function schemaFile(source: SchemaSource, folder: string): string | null {
  if (isIntrospected(source)) return null;
  const path = [source].flat();
  const [only = ''] = path;
  return path.length === 1 && !isSdl(only) && !/[*?[{]|\.json$/.test(only) ? resolve(folder, only) : null;
}

/** SDL has braces and white space; paths have not both. */
export function isSdl(source: SchemaSource): source is string {
  return typeof source === 'string' && /\{/.test(source) && /\s/.test(source);
}

function readText(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read (${error})`;
    throw new ComposeError([`${option}: ${file} ${reason}`]);
  }
}

/** SDL as it is, and the SDL of an introspection: `{ "data": { "__schema": … } }`, or what is in `data`. */
function sdlOf(text: string, file: string, option: string): string {
  if (!/^\uFEFF?\s*\{\s*"/.test(text)) return text;
  try {
    const read = JSON.parse(text.replace(/^\uFEFF/, ''));
    return printExactly(readIntrospection({ data: read.data ?? read, errors: read.errors }).schema);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ComposeError([`${option}: ${file} is no introspection of a schema: ${reason}`]);
  }
}
