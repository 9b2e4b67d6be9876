// Watcher of what a start has read: calls back for changes, those between the reading and the watching too.
import { statSync } from 'node:fs';
import { Watcher } from './watcher.ts';

/** Deployments write many files: milliseconds without a change before they are reported. */
const SETTLE_TIME = 300;

export class StartWatcher {
  readonly #watcher: Watcher;
  readonly #onChange: (files: readonly string[]) => void;

  /** @param onChange gets the absolute paths of the files that changed together. */
  constructor(onChange: (files: readonly string[]) => void) {
    this.#onChange = onChange;
    this.#watcher = new Watcher(onChange, SETTLE_TIME);
  }

  /**
   * @param paths of files and folders, in place of those before.
   * @param started time at which they began to be read, in milliseconds of the epoch.
   */
  async watch(paths: readonly string[], started: number): Promise<void> {
    await this.#watcher.watch(paths);
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
