// One process that `concierge dev` looks after: started, watched, restarted, ended.
import { type ChildProcess, spawn } from 'node:child_process';
import { environmentWith } from '../../config/environment.ts';

export interface ChildOptions {
  name: string;
  /** Program and arguments. "node" is the Node that runs Concierge. */
  command: readonly string[];
  folder: string;
  /** Print everything the process prints, not only its complaints. */
  verbose: boolean;
  /** Opens a message channel, and the process writes straight to this terminal. */
  inherit?: boolean;
  /** Variables that it gets besides those of this process. */
  environment?: Readonly<Record<string, string>>;
}

/** How long a process may take to end before it is killed, in milliseconds. */
const patience = 5_000;
const rememberedLines = 20;

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

  /** What the process printed last, for the story of why it ended. */
  get lastWords(): string {
    return this.#lastLines.join('\n');
  }

  /** Starts the process. `onMessage` gets what it sends over the channel, `onEnd` its exit code when it ends by itself. */
  start(onEnd: (code: number | null) => void, onMessage: (message: unknown) => void = () => {}): void {
    const { command, folder, inherit, environment = {} } = this.#options;
    const [program = '', ...args] = command;
    const child = spawn(program === 'node' ? process.execPath : program, args, {
      cwd: folder,
      env: environmentWith(environment),
      stdio: inherit ? ['ignore', 'inherit', 'inherit', 'ipc'] : ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.#lastLines = [];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#report(text, this.#options.verbose));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#report(text, this.#options.verbose));
    child.on('message', onMessage);
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

  /** Ends the process: asks, waits, and in the end insists. */
  async stop(): Promise<void> {
    const child = this.#process;
    // It may be ending already.
    if (!child) return this.#ended;
    this.#process = undefined;
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
    child.kill('SIGTERM');
    await this.#ended;
    clearTimeout(timer);
  }

  #report(text: string, show: boolean): void {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    this.#lastLines = [...this.#lastLines, ...lines].slice(-rememberedLines);
    if (show) for (const line of lines) process.stdout.write(`${this.name} | ${line}\n`);
  }
}
