// Module hooks for configuration files: what Node's own loader lacks of the forms that teams write, without a compiler.
// The gateway's package by its name, imports without endings, JSON, and TypeScript or ES modules whatever `type` the
// package has.
import { existsSync, readFileSync } from 'node:fs';
import { type LoadFnOutput, type LoadHookContext, registerHooks } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const packageName = 'concierge-gateway';

/**
 * The package that is running, whether or not the configuration's folder has it installed: its sources, or what is
 * built.
 */
export const ownPackage = new URL(`../index${extname(import.meta.url)}`, import.meta.url).href;

const endings = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];

/** Runs `load` with the hooks in place. */
export async function withModuleHooks<Value>(load: () => Promise<Value>): Promise<Value> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === packageName) return { url: ownPackage, shortCircuit: true };
      try {
        return next(specifier, context);
      } catch (error) {
        const found = isOwn(context.parentURL) ? withEnding(specifier, context.parentURL as string) : null;
        if (found === null) throw error;
        return { url: pathToFileURL(found).href, shortCircuit: true };
      }
    },
    load: (url, context, next) => (isOwn(url) ? loadOwn(url, context, next) : next(url, context)),
  });
  try {
    return await load();
  } finally {
    hooks.deregister();
  }
}

/** Whether it is a file of the configuration's own code. */
function isOwn(url: string | undefined): boolean {
  return url?.startsWith('file:') === true && !url.includes('/node_modules/');
}

function loadOwn(
  url: string,
  context: LoadHookContext,
  next: (url: string, context?: Partial<LoadHookContext>) => LoadFnOutput,
): LoadFnOutput {
  const file = fileURLToPath(url);
  const ending = extname(file);
  const isRequired = context.conditions?.includes('require');
  if (ending === '.json' && !isRequired && context.importAttributes?.type !== 'json') {
    return { format: 'module', source: `export default ${readFileSync(file, 'utf8')}`, shortCircuit: true };
  }
  const isUntold = (ending === '.ts' || ending === '.js') && !context.format?.startsWith('module');
  if (!isUntold || !hasModuleSyntax(readFileSync(file, 'utf8'))) return next(url, context);
  return next(url, { ...context, format: ending === '.ts' ? 'module-typescript' : 'module' });
}

/** Statements that only ES modules have, at the beginning of a line. */
function hasModuleSyntax(source: string): boolean {
  return /^\s*(?:export\s|import\s*["'{*]|import\s+(?!\w+\s*=)[\w*{])/m.test(source);
}

/** The file that a relative import without an ending means, or the TypeScript source of one with `.js`. */
function withEnding(specifier: string, parent: string): string | null {
  if (!/^\.{0,2}\//.test(specifier) && specifier !== '.' && specifier !== '..') return null;
  const path = join(dirname(fileURLToPath(parent)), specifier);
  const source = path.replace(/\.([mc]?)js$/, '.$1ts');
  const candidates = [
    source,
    ...endings.map((ending) => path + ending),
    ...endings.map((e) => join(path, `index${e}`)),
  ];
  return candidates.find((candidate) => candidate !== path && existsSync(candidate)) ?? null;
}
