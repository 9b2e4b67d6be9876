// Service beside the gateway in development: started, restarted when its files change, and again, with back-off, when
// it ends by itself.
import { Backoff } from '../../supervisor/backoff.ts';
import { Child } from './child.ts';
import type { ProcessSetup } from './messages.ts';
import type { ProblemList } from './problem-list.ts';
import { untilResponding } from './ready.ts';

export interface ServiceOptions {
  /** Prints all output of the process. */
  verbose: boolean;
  /** Environment variables in addition to those of this process. */
  environment(): Readonly<Record<string, string>>;
  problems: ProblemList;
  /** Called when it responds again after it ended by itself. */
  onRecovery?: (() => void) | undefined;
}

export class Service {
  readonly setup: ProcessSetup;
  readonly #child: Child;
  readonly #options: ServiceOptions;
  readonly #backoff = new Backoff();
  #work: Promise<void> = Promise.resolve();
  #giveUp = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #isWanted = false;
  #shownOutput = '';

  constructor(setup: ProcessSetup, options: ServiceOptions) {
    this.setup = setup;
    this.#options = options;
    const { name, command, folder } = setup;
    const { verbose, environment } = options;
    this.#child = new Child({ name, command, folder, verbose, environment });
  }

  /** Whether it runs, or is started again soon. */
  get isOn(): boolean {
    return this.#isWanted;
  }

  /** Resolves when the service responds, or has ended, after reporting the reason. */
  start(): Promise<void> {
    this.#isWanted = true;
    return this.#next(() => this.#run());
  }

  restart(): Promise<void> {
    this.#isWanted = true;
    this.#backoff.reset();
    return this.#next(async () => {
      await this.#child.stop();
      await this.#run();
    });
  }

  /** Stops it until it is started again. */
  stop(): Promise<void> {
    this.#isWanted = false;
    this.#options.problems.forget(this.setup.name);
    return this.#next(() => this.#child.stop());
  }

  /** It is about to end, such as by a signal to all processes of a terminal. */
  expectEnd(): void {
    this.#isWanted = false;
  }

  /** One after the other: two would compete for the port. What still waits for a response waits no longer. */
  #next(step: () => Promise<void>): Promise<void> {
    clearTimeout(this.#timer);
    this.#giveUp.abort();
    this.#work = this.#work.then(step);
    return this.#work;
  }

  async #run(): Promise<void> {
    if (!this.#isWanted || this.#child.running) return;
    const { name } = this.setup;
    const giveUp = new AbortController();
    this.#giveUp = giveUp;
    this.#backoff.begin();
    this.#child.start((code) => {
      giveUp.abort();
      this.#onEnd(code);
    });
    const report = (seconds: number) => console.log(`Waiting for ${name} (${seconds} s) …`);
    if (!(await untilResponding(this.setup, giveUp.signal, report))) return;
    this.#shownOutput = '';
    if (this.#options.problems.end(name)) this.#options.onRecovery?.();
  }

  #onEnd(code: number | null): void {
    if (!this.#isWanted) return;
    const { name } = this.setup;
    const delay = this.#backoff.next();
    const reason = `ended (${code === null ? 'by a signal' : `exit code ${code}`})`;
    const head = `${reason} and starts again in ${delay / 1000} s`;
    const output = this.#child.lastOutput;
    const whole = output === '' ? `${head}.` : `${head}. Its last output:\n${output}`;
    this.#options.problems.begin(name, whole, `${name} ${output === this.#shownOutput ? `${head}.` : whole}`);
    this.#shownOutput = output;
    this.#timer = setTimeout(() => this.start(), delay);
  }
}
