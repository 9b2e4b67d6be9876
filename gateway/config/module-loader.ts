// Module loader of configuration files: Node's own, with hooks for the forms that it lacks; jiti, which compiles, for
// the rest (enums, namespaces, imports of types without `type`, path aliases of a tsconfig.json).
import { dirname, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from './config-error.ts';
import { ownPackage, packageName, withModuleHooks } from './module-hooks.ts';
import { withSecretFolder } from './secrets.ts';

/** A syntax error as jiti words it: the reason, the file, the line, and the column from 0. */
const parseError = /^ParseError: (.+?)\s*\n\s*(\S.*?):(\d+):(\d+)\s*$/s;

/** Names of files, in the order in which they are looked for. */
export const moduleEndings: readonly string[] = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'];

/**
 * Loads a module.
 * @param shown the file as messages name it.
 * @returns its exports, those of a CommonJS module under `default` as well.
 * @throws ConfigError with the line and column of a syntax error, or the reason.
 */
export async function loadModule(file: string, shown: string): Promise<Readonly<Record<string, unknown>>> {
  const { href } = pathToFileURL(file);
  const load = () => withModuleHooks(() => withSecretFolder(dirname(file), () => import(href)));
  try {
    return await load().catch((error: unknown) => {
      if (needsCompiler(error)) return withModuleHooks(() => withSecretFolder(dirname(file), () => compile(file)));
      throw error;
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const [, reason, at, line, column] = parseError.exec(message) ?? [];
    if (reason === undefined) throw new ConfigError(`${shown} cannot be loaded: ${message}`, { cause });
    const where = at === file ? shown : relative('.', at as string);
    throw new ConfigError(`${where}:${line}:${Number(column) + 1} cannot be loaded: ${reason}`, { cause });
  }
}

/** Errors that come before any code of the configuration has run. */
function needsCompiler(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof SyntaxError) return true;
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
