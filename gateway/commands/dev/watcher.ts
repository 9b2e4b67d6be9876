// File watcher of `concierge dev`: calls back once for the files that are written together.
import { once } from 'node:events';
import { type FSWatcher, watch } from 'chokidar';

/** Editors write a file in several steps: milliseconds without a change before it is reported. */
const SETTLE_TIME = 100;

export class Watcher {
  readonly #onChange: (files: readonly string[]) => void;
  readonly #changed = new Set<string>();
  #paths = '';
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange gets the absolute paths of the files that changed together. */
  constructor(onChange: (files: readonly string[]) => void) {
    this.#onChange = onChange;
  }

  /** Watches these files and folders in place of those before; resolves when their changes are seen. */
  async watch(paths: readonly string[]): Promise<void> {
    const sorted = [...new Set(paths)].sort();
    if (sorted.join('\n') === this.#paths) return;
    this.#paths = sorted.join('\n');
    const before = this.#watcher;
    const watcher = watch(sorted, {
      ignoreInitial: true,
      ignored: /node_modules|[/\\]\.git[/\\]|\.new$|\.test\.ts$/,
    });
    this.#watcher = watcher;
    watcher.on('all', (_event, path) => {
      this.#changed.add(path);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        const files = [...this.#changed];
        this.#changed.clear();
        this.#onChange(files);
      }, SETTLE_TIME);
    });
    await once(watcher, 'ready');
    await before?.close();
  }
}
