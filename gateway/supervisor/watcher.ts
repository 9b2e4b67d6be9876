// File watcher: calls back once for the files that are written together.
import { once } from 'node:events';
import { type FSWatcher, watch } from 'chokidar';

/** Editors write a file in several steps: milliseconds without a change before it is reported. */
const SETTLE_TIME = 100;
/** Times the settle time after which changes are reported that never end. */
const MAX_SETTLING = 50;

export class Watcher {
  readonly #onChange: (files: readonly string[]) => void;
  readonly #settleTime: number;
  readonly #changed = new Set<string>();
  #paths = '';
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #first = 0;

  /**
   * @param onChange gets the absolute paths of the files that changed together.
   * @param settleTime milliseconds without a change before it is called. Default: 100.
   */
  constructor(onChange: (files: readonly string[]) => void, settleTime: number = SETTLE_TIME) {
    this.#onChange = onChange;
    this.#settleTime = settleTime;
  }

  /**
   * Watches these files and folders in place of those before; resolves when their changes are seen.
   * @param isRead whether changes of a path matter that is in one of the folders. Default: of all.
   */
  async watch(paths: readonly string[], isRead: (path: string) => boolean = () => true): Promise<void> {
    const sorted = [...new Set(paths)].sort();
    if (sorted.join('\n') === this.#paths) return;
    this.#paths = sorted.join('\n');
    const before = this.#watcher;
    const watcher = watch(sorted, {
      ignoreInitial: true,
      ignored: [/node_modules|[/\\]\.git[/\\]|\.new$|\.test\.ts$/, (path) => !isRead(path)],
    });
    this.#watcher = watcher;
    watcher.on('all', (_event, path) => this.#note(path));
    await once(watcher, 'ready');
    await before?.close();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#watcher?.close();
  }

  #note(path: string): void {
    const now = performance.now();
    if (this.#changed.size === 0) this.#first = now;
    this.#changed.add(path);
    if (now - this.#first > MAX_SETTLING * this.#settleTime) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const files = [...this.#changed];
      this.#changed.clear();
      this.#onChange(files);
    }, this.#settleTime);
  }
}
