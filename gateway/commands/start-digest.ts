// Digest of a start: equal for two starts that have read the same.
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Files of folders; of more, two starts count as different. */
const MAX_FILES = 10_000;

/**
 * @param files absolute paths of files and folders.
 * @param graph version of the graph, which is composed from what services return as well.
 * @param started time of the start, in milliseconds. A file that has changed since may have been read before.
 */
export function digestOf(files: readonly string[], graph: string, started: number): string {
  const hash = createHash('sha256').update(graph);
  const waiting = [...new Set(files)].sort();
  let isCertain = true;
  for (let read = 0; waiting.length > 0; read += 1) {
    const path = waiting.shift() as string;
    const stats = statSync(path, { throwIfNoEntry: false });
    if (read > MAX_FILES || (stats && stats.ctimeMs >= started)) isCertain = false;
    if (!isCertain) break;
    hash.update(`\n${path} ${stats ? '' : 'none'}`);
    if (stats?.isDirectory()) waiting.unshift(...entriesOf(path));
    else if (stats?.isFile()) hash.update(createHash('sha256').update(readFileSync(path)).digest());
  }
  return isCertain ? hash.digest('base64url') : randomUUID();
}

function entriesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name !== 'node_modules' && name !== '.git')
    .sort()
    .map((name) => join(folder, name));
}
