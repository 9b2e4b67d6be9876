// Child process of `concierge dev`: starting, watching, stopping and restarting one.
import { type ChildProcess, spawn } from 'node:child_process';
import { environmentWith } from '../../config/environment.ts';

export interface ChildOptions {
  name: string;
  /** Program and arguments. "node" is the Node that runs Concierge. */
  command: readonly string[];
  folder: string;
  /** Prints all output of the process, not only its errors. */
  verbose: boolean;
  /** Environment variables in addition to those of this process. */
  environment(): Readonly<Record<string, string>>;
}

/** Time for a process to end before it is killed, in milliseconds. */
const STOP_TIMEOUT = 5_000;
const MAX_REMEMBERED_LINES = 20;

export class Child {
  readonly name: string;
  readonly #options: ChildOptions;
  #process: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #lastLines: string[] = [];

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get running(): boolean {
    return this.#process !== undefined;
  }

  /** The last lines of the process' output, shown when it ends unexpectedly. */
  get lastOutput(): string {
    return this.#lastLines.join('\n');
  }

  /** Starts the process. `onEnd` gets its exit code when it ends by itself. */
  start(onEnd: (code: number | null) => void): void {
    const { command, folder, environment } = this.#options;
    const [program = '', ...args] = command;
    const child = spawn(program === 'node' ? process.execPath : program, args, {
      cwd: folder,
      env: environmentWith(environment()),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.#lastLines = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#report(text, this.#options.verbose));
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#report(text, this.#options.verbose));
    this.#ended = new Promise((resolve) => {
      const ended = (code: number | null) => {
        const byItself = this.#process === child;
        if (byItself) this.#process = undefined;
        resolve();
        if (byItself) onEnd(code);
      };
      child.once('error', (error) => {
        this.#lastLines.push(error.message);
        ended(null);
      });
      child.once('close', ended);
    });
  }

  /** Stops the process with SIGTERM, and after a time-out with SIGKILL. */
  async stop(): Promise<void> {
    const child = this.#process;
    // It may be ending already.
    if (!child) return this.#ended;
    this.#process = undefined;
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
    child.kill('SIGTERM');
    await this.#ended;
    clearTimeout(timer);
  }

  #report(text: string, show: boolean): void {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    this.#lastLines = [...this.#lastLines, ...lines].slice(-MAX_REMEMBERED_LINES);
    if (show) for (const line of lines) process.stdout.write(`${this.name} | ${line}\n`);
  }
}
