// The command line in a folder.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, runConcierge } from '../harness/command.ts';

/** Runs `concierge` in a folder, to its end. */
export function concierge(folder: string, ...args: string[]): Promise<Ended> {
  return runConcierge(args, { folder });
}

/** Texts of all files of a folder, by path. */
export function filesOf(folder: string): Map<string, string> {
  const entries = globSync(['**/*', '**/.*', '.github/**/*'], { cwd: folder, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map([...new Set(files)].map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]));
}
