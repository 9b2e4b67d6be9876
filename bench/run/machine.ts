// Machine and packages of a run: the figures mean nothing without them.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Machine } from './results.ts';

/** Takes the packages whose versions matter; one that is not installed is listed as such. */
export function describeMachine(packages: readonly string[]): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    kernel: release(),
    packages: Object.fromEntries(packages.map((name) => [name, installedVersion(name) ?? 'not installed'])),
    loadBefore: Math.round(loadavg()[0]! * 100) / 100,
  };
}

/** From the manifest in the nearest folder of packages, because few packages export it; undefined where there is none. */
export function installedVersion(name: string): string | undefined {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      return JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new Error(`${dirname(folder)}: ${error}`);
    }
  }
  return undefined;
}
