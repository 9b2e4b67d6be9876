// Process of a gateway in development. Those of one address share its listening socket, which the operating system
// holds open meanwhile: a process is replaced without an instant in which connections are refused.
import cluster, { type Worker } from 'node:cluster';
import type { FromGateway, ToGateway, ToPlaceholder } from './messages.ts';

/** Time for a process to end before it is killed, in milliseconds. */
const STOP_TIMEOUT = 5_000;

export class GatewayProcess {
  readonly #worker: Worker;
  /** Resolves to the exit code; null when a signal has ended it. */
  readonly ended: Promise<number | null>;
  readonly #draining: Promise<void>;

  /** @param command a script of Node, and its arguments. */
  constructor([script, ...args]: readonly string[], onMessage: (message: FromGateway) => void) {
    // Every process accepts its connections itself: distributed by this one, some would wait for a replaced process.
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({ exec: script as string, args, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#worker = cluster.fork();
    this.ended = new Promise((resolve) => this.#worker.once('exit', (code) => resolve(code)));
    this.#draining = new Promise((resolve) => {
      this.#worker.on('message', (message: FromGateway) => {
        if (message.kind === 'draining') resolve();
        else onMessage(message);
      });
    });
  }

  send(message: ToGateway | ToPlaceholder): void {
    // A process that is ending has no channel.
    if (this.#worker.isConnected()) this.#worker.send(message, undefined, undefined, () => {});
  }

  /** Lets it finish its requests; resolves when it accepts no more. @param grace milliseconds until it is killed. */
  async drain(grace: number): Promise<void> {
    this.#end(grace + STOP_TIMEOUT);
    await Promise.race([this.#draining, this.ended]);
  }

  /** Ends it, with what runs. */
  async stop(): Promise<void> {
    this.#end(STOP_TIMEOUT);
    await this.ended;
  }

  #end(timeout: number): void {
    if (this.#worker.isDead()) return;
    const timer = setTimeout(() => this.#worker.process.kill('SIGKILL'), timeout);
    timer.unref();
    this.ended.then(() => clearTimeout(timer));
    this.#worker.process.kill('SIGTERM');
  }
}
