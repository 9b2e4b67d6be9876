// Copy of a schema that was fetched from its service: `.concierge/schemas/NAME.graphql` beside the configuration, the last
// one with which a graph was composed. Its first line has the address and the time.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSourceSchema } from './compose/sdl.ts';
import { writeAtomically } from './config/write-atomically.ts';

export interface SchemaCopy {
  sdl: string;
  /** Time at which the service served it (ISO 8601). */
  time: string;
}

/** Path of a subgraph's copy, relative to the folder of the configuration. */
export function copyFile(name: string): string {
  return join('.concierge', 'schemas', `${name}.graphql`);
}

const firstLine = /^# Served by (\S+) at (\S+)\n/;

/**
 * Reads a copy.
 * @param urls the service's addresses: the copy of another service is none.
 * @returns the copy, or the reason for which there is none.
 */
export function readCopy(folder: string, name: string, urls: readonly string[]): SchemaCopy | string {
  const file = copyFile(name);
  let text: string;
  try {
    text = readFileSync(resolve(folder, file), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT'
      ? `there is no copy of its schema in ${file}`
      : `the copy of its schema in ${file} cannot be read (${code})`;
  }
  const [line = '', address, time = ''] = firstLine.exec(text) ?? [];
  if (line === '') return `the copy of its schema in ${file} is damaged`;
  if (!urls.some((url) => plainAddress(url) === address)) return `the copy in ${file} is of ${address}`;
  const sdl = text.slice(line.length);
  try {
    buildSourceSchema(sdl, name);
  } catch {
    return `the copy of its schema in ${file} is damaged`;
  }
  return { sdl, time };
}

/** @throws Error of the file system. */
export function writeCopy(folder: string, name: string, url: string, sdl: string): void {
  const line = `# Served by ${plainAddress(url)} at ${new Date().toISOString()}\n`;
  writeAtomically(resolve(folder, copyFile(name)), line + sdl);
}

/** Without credentials, which may be in the query as well. */
function plainAddress(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}
