// Worker pool: as many workers as the configuration has, each a whole gateway. What ends is started again, and a new
// generation takes the place of the old one, worker by worker.
import { setTimeout as delay } from 'node:timers/promises';
import type { Relay } from '../cluster/relay.ts';
import { Backoff, GOOD_RUN } from './backoff.ts';
import type { StopKind, WorkerSetup } from './messages.ts';
import type { SupervisorLog } from './supervisor-log.ts';
import { type End, type Failure, type Serving, WorkerProcess } from './worker-process.ts';

export interface WorkerPoolOptions {
  log: SupervisorLog;
  /** Between the workers. */
  relay: Relay;
  /** The setup of each new generation. */
  onSetup(setup: WorkerSetup): void;
}

interface Started extends Serving {
  worker: WorkerProcess;
}

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers = new Set<WorkerProcess>();
  readonly #backoff = new Backoff();
  #setup: WorkerSetup | null = null;
  #generation = 0;
  #isStopped = false;
  #isFilling = false;
  #wake: AbortController = new AbortController();

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Of the generation that serves; null before the first one. */
  get setup(): WorkerSetup | null {
    return this.#setup;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  get workers(): readonly WorkerProcess[] {
    return [...this.#workers];
  }

  /** Starts the first worker, which has the configuration, and then the others. */
  async start(): Promise<Serving | Failure> {
    const started = await this.#startWorker(1);
    if (!('failure' in started)) void this.#fill();
    return started;
  }

  /** Ends all workers; resolves when the last one has ended. */
  async stop(kind: 'stop' | 'interrupt' = 'stop'): Promise<void> {
    this.#isStopped = true;
    this.#wake.abort();
    for (const worker of this.#workers) this.#stopWorker(worker, worker.state === 'starting' ? 'end' : kind);
    await Promise.all([...this.#workers].map(({ ended }) => ended));
  }

  /** Ends all workers with what runs. */
  end(): void {
    this.#isStopped = true;
    for (const worker of this.#workers) worker.stop('end', 0);
  }

  /** Starts what is missing until nothing is. */
  async #fill(): Promise<void> {
    if (this.#isFilling) return;
    this.#isFilling = true;
    while (!this.#isStopped) {
      const missing = (this.#setup?.workers ?? 0) - this.#serving.length;
      if (missing <= 0) break;
      const started = await Promise.all(Array.from({ length: missing }, () => this.#startWorker(this.#generation)));
      const [failed] = started.filter((one) => 'failure' in one);
      if (failed && !this.#isStopped) await this.#pause(failed);
    }
    this.#isFilling = false;
  }

  get #serving(): WorkerProcess[] {
    return [...this.#workers].filter(({ state }) => state === 'serving');
  }

  async #pause({ failure }: Failure): Promise<void> {
    const wait = this.#backoff.next();
    this.#options.log.error({ reason: failure, wait }, 'a worker cannot be started');
    await this.#sleep(wait);
  }

  /** Until the pool stops, at most. */
  async #sleep(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#wake.signal }).catch(() => 'stopped meanwhile');
  }

  /** Starts one; it has ended where the result is a failure. */
  async #startWorker(generation: number): Promise<Started | Failure> {
    const worker = new WorkerProcess(() => void this.#fill(), this.#options.relay);
    const started = performance.now();
    this.#workers.add(worker);
    worker.ended.then((end) => {
      this.#workers.delete(worker);
      if (!this.#isStopped && this.#setup) this.#onEnd(worker, end, performance.now() - started);
    });
    const setup = await worker.composed;
    if ('failure' in setup) return this.#failed(worker, setup);
    const serving = await worker.serve(generation);
    if ('failure' in serving) return this.#failed(worker, serving);
    if (generation > this.#generation) {
      this.#generation = generation;
      this.#setup = setup;
      this.#options.relay.workers = setup.workers;
      this.#options.onSetup(setup);
    }
    return { ...serving, worker };
  }

  async #failed(worker: WorkerProcess, failure: Failure): Promise<Failure> {
    worker.stop('end', 0);
    await worker.ended;
    return failure;
  }

  /** One that ends by itself was serving: it is replaced at once where it has run for a while. */
  #onEnd(worker: WorkerProcess, { code, signal }: End, ran: number): void {
    if (worker.generation === 0) return;
    const { killedFor, pid } = worker;
    if (killedFor ?? signal ?? code) {
      const how = { ...(signal ? { signal } : { code }), ...(killedFor !== null && { reason: killedFor }) };
      this.#options.log.error({ worker: pid, ...how }, 'a worker has ended; another one takes its place');
    }
    if (ran >= GOOD_RUN) this.#backoff.reset();
    void (ran < GOOD_RUN ? this.#sleep(this.#backoff.next()).then(() => this.#fill()) : this.#fill());
  }

  #stopWorker(worker: WorkerProcess, kind: StopKind): void {
    worker.stop(kind, this.#setup?.stopTime ?? 0);
  }
}
