// Watcher of what a start has read: calls back for changes, those between the reading and the watching too.
import { statSync } from 'node:fs';
import { sep } from 'node:path';
import { isOfClients } from './client-files.ts';
import type { WorkerSetup } from './messages.ts';
import { Watcher } from './watcher.ts';

/** Deployments write many files: milliseconds without a change before they are reported. */
const SETTLE_TIME = 300;

export type WatchedStart = Pick<WorkerSetup, 'watched' | 'clients' | 'started'>;

export class StartWatcher {
  readonly #watcher: Watcher;
  readonly #onChange: (files: readonly string[]) => void;

  /** @param onChange gets the absolute paths of the files that changed together. */
  constructor(onChange: (files: readonly string[]) => void) {
    this.#onChange = onChange;
    this.#watcher = new Watcher(onChange, SETTLE_TIME);
  }

  /** Watches what a worker has read, in place of what was watched before. */
  async watch({ watched, clients, started }: WatchedStart): Promise<void> {
    const read = watched ?? [];
    const isNamed = (path: string) =>
      read.some((one) => one === path || one.startsWith(path + sep) || path.startsWith(one + sep));
    const paths = watched === null ? [] : [...read, clients];
    await this.#watcher.watch(paths, (path) => isOfClients(clients, path) || isNamed(path));
    const changed = paths.filter((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats !== undefined && stats.ctimeMs >= started;
    });
    if (changed.length > 0) this.#onChange(changed);
  }

  close(): Promise<void> {
    return this.#watcher.close();
  }
}
