// The command line in a folder, as a process.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../harness/gateway.ts';

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `concierge` in a folder, to its end. */
export function concierge(folder: string, ...args: string[]): Ended {
  const env = { ...process.env, CONFIG_PATH: '', PORT: '', HOST: '', LOG_LEVEL: '', FORCE_COLOR: '0' };
  const script = `${root}gateway/cli.ts`;
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Texts of all files of a folder, by path. */
export function filesOf(folder: string): Map<string, string> {
  const entries = globSync(['**/*', '**/.*', '.github/**/*'], { cwd: folder, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map([...new Set(files)].map((file) => [file.slice(folder.length + 1), readFileSync(file, 'utf8')]));
}
