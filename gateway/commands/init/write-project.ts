// Writer of a new project: writes all files or none, and overwrites nothing.
import { lstatSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from '../../config/config-error.ts';
import type { ProjectFiles } from './project.ts';

/**
 * Writes the files.
 * @param folder absolute; it is made where it does not exist.
 * @param more paths that are written later, which have to be free as well.
 * @throws ConfigError naming everything that stands in the way; nothing has been written then.
 */
export function writeProject(folder: string, files: ProjectFiles, more: readonly string[] = []): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new ConfigError(`${folder} is a file. Give the name of a folder: concierge init gateway`);
  }
  const inTheWay = [...new Set([...files.keys(), ...more].flatMap((path) => obstacle(folder, path) ?? []))].sort();
  if (inTheWay.length > 0) {
    throw new ConfigError(
      [
        `Nothing has been written to ${folder}: concierge init overwrites no files, and these are there already:`,
        ...inTheWay.map((path) => `  ${path}`),
        'Give a folder of its own: concierge init gateway',
      ].join('\n'),
    );
  }
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    // Fails where another process has made the file meanwhile.
    writeFileSync(file, text, { flag: 'wx' });
  }
}

/** What keeps a file from being written: the file itself, or one in place of a folder; undefined where it is free. */
function obstacle(folder: string, path: string): string | undefined {
  const names = path.split('/');
  for (let depth = 1; depth < names.length; depth += 1) {
    const each = names.slice(0, depth).join('/');
    const at = join(folder, each);
    const exists = lstatSync(at, { throwIfNoEntry: false }) !== undefined;
    if (exists && !statSync(at, { throwIfNoEntry: false })?.isDirectory()) return each;
  }
  return lstatSync(join(folder, path), { throwIfNoEntry: false }) ? path : undefined;
}
