// The command line in a folder, as a process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { root } from '../harness/gateway.ts';

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `concierge` in a folder, to its end. */
export async function concierge(folder: string, ...args: string[]): Promise<Ended> {
  const env = { ...process.env, CONFIG_PATH: '', PORT: '', HOST: '', LOG_LEVEL: '', FORCE_COLOR: '0' };
  const child = spawn(process.execPath, [`${root}gateway/cli.ts`, ...args], { cwd: folder, env });
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status, stdout, stderr };
}

/** Texts of all files of a folder, by path. */
export function filesOf(folder: string): Map<string, string> {
  const entries = globSync(['**/*', '**/.*', '.github/**/*'], { cwd: folder, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map([...new Set(files)].map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]));
}
