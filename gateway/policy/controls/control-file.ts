// Controls of a file, which is read again when it changes. A file that cannot be used changes nothing: the last controls
// stay in force, and the log has the reason.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../config/config-error.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Controls } from './controls.ts';
import { type ControlledGraph, parseControls } from './parse-controls.ts';

export interface ControlFileOptions {
  path: string;
  controls: Controls;
  graph: ControlledGraph;
  log: Logger;
  /** Called after each change, with whether it is in force. Default: nothing. */
  onReload?: ((isUsed: boolean) => void) | undefined;
  /** Milliseconds between two reads; default 300. */
  interval?: number;
}

/** A change is in force within a second. */
const INTERVAL_MS = 300;

export class ControlFile {
  readonly #options: ControlFileOptions;
  #timer: NodeJS.Timeout | undefined;
  /** As last read, valid or not; null where there is no file. */
  #content: Buffer | null = null;
  /** Why the file cannot be used; null while it can. */
  #problem: string | null = null;
  #isClosed = false;

  /**
   * Reads the file. One that does not exist has no controls, until it does.
   * @throws ConfigError for a file that cannot be used.
   */
  constructor(options: ControlFileOptions) {
    this.#options = options;
    try {
      this.#use(readFileSync(options.path));
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') throw new ConfigError(`${options.path}: the controls cannot be read: ${code}`);
      options.log.info({ file: options.path }, 'there is no file of controls: it is read as soon as there is one');
      this.#problem = code;
    }
  }

  /** Begins to watch it: by reading, which also finds files that are replaced, and links that are moved. */
  start(): void {
    if (this.#isClosed) return;
    const { interval = INTERVAL_MS } = this.#options;
    this.#timer = setTimeout(() => void this.#read().then(() => this.start()), interval).unref();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #read(): Promise<void> {
    const { path, log } = this.#options;
    try {
      const content = await readFile(path);
      if (this.#isClosed) return;
      const isSame = this.#content !== null && content.equals(this.#content);
      // Back, and as it was.
      if (isSame && this.#problem?.startsWith('E')) this.#problem = null;
      if (isSame) return;
      this.#content = content;
      const controls = this.#use(content);
      this.#options.onReload?.(true);
      log.warn({ file: path, controls }, 'controls read again');
    } catch (error) {
      const reason = error instanceof ConfigError ? error.message : String((error as NodeJS.ErrnoException).code);
      if (reason === this.#problem) return;
      this.#problem = reason;
      this.#options.onReload?.(false);
      log.warn({ file: path, reason }, 'controls not read: the last ones stay in force');
    }
  }

  /** @returns the ids of the controls in force. */
  #use(content: Buffer): string[] {
    const { path, controls, graph, log } = this.#options;
    this.#content = content;
    const parsed = parseControls(content, path, graph);
    controls.replace('file', parsed);
    this.#problem = null;
    const inForce = controls.of('file').map(({ id }) => id);
    const expired = parsed.map(({ id }) => id).filter((id) => !inForce.includes(id));
    if (expired.length > 0) log.warn({ file: path, controls: expired }, 'controls have expired: remove them');
    return inForce;
  }
}
