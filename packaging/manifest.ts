// Dependencies in `package.json`: which are installed with the package, and which are bundled into it.
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';

export interface Manifest {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Manifest;
}

/** `@scope/name/file` and `name/file` are files of the packages `@scope/name` and `name`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Whether an import of the installed package finds its module: in Node, or in a package that is installed with it. */
export function isInstalled(specifier: string, { dependencies = {}, peerDependencies = {} }: Manifest): boolean {
  const name = packageOf(specifier);
  return isBuiltin(specifier) || name in dependencies || name in peerDependencies;
}
