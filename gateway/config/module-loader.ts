// Module loader of configuration files: Node's own, with hooks for the forms that it lacks; jiti, which compiles, for
// the rest (enums, namespaces, imports of types without `type`, path aliases of a tsconfig.json).
import { readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseJsonFile } from '../json/json-syntax.ts';
import { decodeUtf8 } from '../json/utf8.ts';
import { type ConfigError, unusableFile } from './config-error.ts';
import { ownPackage, packageName, withModuleHooks } from './module-hooks.ts';
import { withSecretFolder } from './secrets.ts';

/** A syntax error as jiti words it: the reason, the file, the line, and the column from 0. */
const parseError = /^ParseError: (.+?)\s*\n\s*(\S.*?):(\d+):(\d+)\s*$/s;

/** Names of files, in the order in which they are looked for. */
export const moduleEndings: readonly string[] = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json'];

/**
 * Loads a module, or a JSON file, whose content is its default export.
 * @param shown the file as messages name it.
 * @returns its exports, those of a CommonJS module under `default` as well.
 * @throws ConfigError with the line and column of a syntax error, or the reason and the line that failed.
 */
export async function loadModule(file: string, shown: string): Promise<Readonly<Record<string, unknown>>> {
  if (file.endsWith('.json')) return { default: await readJson(file, shown) };
  const { href } = pathToFileURL(file);
  const load = () => withModuleHooks(() => withSecretFolder(dirname(file), () => import(href)));
  try {
    return await load().catch((error: unknown) => {
      if (needsCompiler(error)) return withModuleHooks(() => withSecretFolder(dirname(file), () => compile(file)));
      throw error;
    });
  } catch (error) {
    throw loadError(error, file, shown);
  }
}

/** The error of a file, or of one that it imports. @param failed what could not be done. */
export function loadError(error: unknown, file: string, shown: string, failed = 'cannot be loaded'): ConfigError {
  const message = error instanceof Error ? error.message : String(error);
  const [, parsed, at, line, column] = parseError.exec(message) ?? [];
  if (parsed !== undefined) {
    const where = at === file ? shown : relative('.', at as string);
    return unusableFile(where, `${failed}: ${parsed}`, { line: Number(line), column: Number(column) + 1 }, error);
  }
  const reason = message.replace(/\nRequire stack:[\s\S]*$/, '');
  // Columns of compiled code are not those of the file: an import that finds nothing is named in the message.
  const place = error instanceof Error && !isNotFound(error) ? placeOf(error) : null;
  const where = place === null || place.file === file ? shown : relative('.', place.file);
  return unusableFile(where, `${failed}: ${reason}`, place, error);
}

const gatewayFolder = fileURLToPath(new URL('../', import.meta.url));

/** The line of the configuration's own code that threw an error. */
function placeOf({ stack = '' }: Error): { file: string; line: number; column: number } | null {
  for (const frame of stack.split('\n').filter((line) => /^\s+at /.test(line))) {
    const [, path, line, column] = /(?:\(|at (?:async )?)((?:file:\/\/)?\/[^()]*):(\d+):(\d+)\)?$/.exec(frame) ?? [];
    if (path === undefined) continue;
    const file = path.startsWith('file:') ? fileURLToPath(path) : path;
    if (file.startsWith(gatewayFolder) || file.includes('/node_modules/')) continue;
    return { file, line: Number(line), column: Number(column) };
  }
  return null;
}

/** @throws ConfigError with the place of a syntax error. */
async function readJson(file: string, shown: string): Promise<unknown> {
  const text = decodeUtf8(await readFile(file));
  if (text === null) throw unusableFile(shown, 'cannot be loaded: it is no UTF-8');
  const { value, error } = parseJsonFile(text);
  if (error) throw unusableFile(shown, `cannot be loaded: ${error.reason}`, error);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  // Names the schema for editors.
  const { $schema, ...config } = value as Record<string, unknown>;
  return config;
}

/** Errors that come before any code of the configuration has run. */
function needsCompiler(error: unknown): boolean {
  return error instanceof Error && (error instanceof SyntaxError || isNotFound(error));
}

function isNotFound({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_INVALID_MODULE_SPECIFIER' || code === 'MODULE_NOT_FOUND';
}

async function compile(file: string): Promise<Record<string, unknown>> {
  const [{ createJiti }, own] = await Promise.all([import('jiti'), import(ownPackage)]);
  const jiti = createJiti(file, {
    // The package that is running, not another copy of it.
    virtualModules: { [packageName]: own },
    tsconfigPaths: true,
    fsCache: false,
    interopDefault: false,
  });
  return (await jiti.import(file)) as Record<string, unknown>;
}
