// Worker pool: as many workers as the configuration has, each a whole gateway. What ends is started again, and a new
// generation takes the place of the old one, worker by worker. One step at a time.
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Relay } from '../cluster/relay.ts';
import { Backoff, GOOD_RUN } from './backoff.ts';
import type { BusyDocument, ReloadReason, ReloadResult, WorkerSetup } from './messages.ts';
import { type QueuedReload, ReloadQueue } from './reload-queue.ts';
import type { SupervisorLog } from './supervisor-log.ts';
import { reportEnd } from './worker-end.ts';
import { type Failure, type Heartbeat, type Serving, WorkerProcess } from './worker-process.ts';

export interface WorkerPoolOptions {
  log: SupervisorLog;
  /** Between the workers. */
  relay: Relay;
  /** Called with the setup of each new generation. */
  onSetup(setup: WorkerSetup): void;
  /** Default: not ready after 1 s, killed after 10 s. */
  heartbeat?: Heartbeat | undefined;
}

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers = new Set<WorkerProcess>();
  readonly #queue = new ReloadQueue();
  readonly #backoff = new Backoff();
  #setup: WorkerSetup | null = null;
  #generation = 0;
  #isStopped = false;
  #isBusy = false;
  #isWoken = false;
  #pause: AbortController | null = null;
  /** Time before which no further worker is started, as performance.now() has it. */
  #earliest = 0;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** Of the generation that serves; null before the first one. */
  get setup(): WorkerSetup | null {
    return this.#setup;
  }

  /** 0 before the first one. */
  get generation(): number {
    return this.#generation;
  }

  get workers(): readonly WorkerProcess[] {
    return [...this.#workers];
  }

  /** Starts the first worker, which has the configuration, and then the others. */
  async start(): Promise<Serving | Failure> {
    const started = await this.#startWorker(() => 1);
    if (!('failure' in started)) this.#wake();
    return started;
  }

  /** @see ReloadQueue.add */
  reload(reason: ReloadReason, isForced: boolean, files: readonly string[] = []): Promise<ReloadResult> {
    const result = this.#queue.add(reason, isForced, files);
    this.#pause?.abort();
    this.#wake();
    return result;
  }

  /** Ends all workers; resolves when the last one has ended. */
  async stop(kind: 'stop' | 'interrupt' = 'stop'): Promise<void> {
    this.#isStopped = true;
    this.#pause?.abort();
    for (const worker of this.#workers) {
      if (worker.state === 'starting') worker.stop('end', 0);
      else worker.stop(kind, this.#setup?.stopTime ?? 0);
    }
    await Promise.all([...this.#workers].map(({ ended }) => ended));
    this.#reject(this.#queue.take(), 'the gateway has stopped');
  }

  /** Ends all workers with what runs. */
  end(): void {
    this.#isStopped = true;
    for (const worker of this.#workers) worker.stop('end', 0);
  }

  #wake(): void {
    this.#isWoken = true;
    if (this.#isBusy || !this.#setup) return;
    this.#isBusy = true;
    void this.#work();
  }

  async #work(): Promise<void> {
    while (this.#isWoken) {
      this.#isWoken = false;
      while (!this.#isStopped && (await this.#step())) await nextTurn();
    }
    this.#isBusy = false;
  }

  /** @returns whether there was something to do. */
  async #step(): Promise<boolean> {
    const queued = this.#queue.take();
    if (queued) {
      await this.#reloadWorkers(queued);
      return true;
    }
    const { workers: target, stopTime } = this.#setup as WorkerSetup;
    const serving = [...this.#workers].filter(({ state }) => state === 'serving');
    const outdated = serving.find(({ generation }) => generation < this.#generation);
    const surplus = serving.length > target ? (outdated ?? serving[0]) : undefined;
    surplus?.stop('replace', stopTime);
    if (surplus) return true;
    const missing = outdated ? Math.max(1, target - serving.length) : target - serving.length;
    if (missing <= 0) return false;
    const wait = this.#earliest - performance.now();
    await (wait > 0 ? this.#sleep(wait) : this.#startWorkers(missing));
    return true;
  }

  async #startWorkers(count: number): Promise<void> {
    const { log } = this.#options;
    const before = this.#generation;
    const documents = await this.#documents();
    // One that has read something else is of a further generation, which replaces the others.
    const generationOf = ({ digest }: WorkerSetup) => before + Number(digest !== this.#setup?.digest);
    const started = await Promise.all(Array.from({ length: count }, () => this.#startWorker(generationOf, documents)));
    if (this.#generation > before) {
      log.warn({ generation: this.#generation }, 'a worker has read what has changed; the others are replaced');
      this.#backOff();
    }
    const failed = started.find((one) => 'failure' in one);
    if (!failed || this.#isStopped) return;
    log.error({ reason: failed.failure, waitMs: this.#backOff() }, 'a worker cannot be started');
  }

  /** @returns the milliseconds until the next worker may be started. */
  #backOff(): number {
    const now = performance.now();
    // Workers that end together are one reason to wait.
    if (now >= this.#earliest) this.#earliest = now + this.#backoff.next();
    return Math.ceil(this.#earliest - now);
  }

  /** A generation that cannot serve leaves the current one as it is. */
  async #reloadWorkers(queued: QueuedReload): Promise<void> {
    const { reason, isForced, files } = queued;
    const { log } = this.#options;
    const started = performance.now();
    const changed = files.size > 0 ? { files: [...files].slice(0, 10) } : {};
    const current = this.#setup?.digest;
    const next = ({ digest }: WorkerSetup) => (isForced || digest !== current ? this.#generation + 1 : null);
    const outcome = await this.#startWorker(next, await this.#documents());
    if ('failure' in outcome) {
      this.#reject(queued, outcome.failure, changed);
      return;
    }
    const generation = this.#generation;
    if (outcome.isSame) {
      log.info({ by: reason, ...changed, generation }, 'nothing to reload: what was read is the same');
      queued.result.resolve({ result: 'unchanged', generation });
      return;
    }
    const duration = Math.round(performance.now() - started);
    log.info({ by: reason, ...changed, generation, graph: outcome.graph, duration }, 'reloaded');
    this.#backoff.reset();
    this.#count(true);
    queued.result.resolve({ result: 'reloaded', generation });
  }

  #reject(queued: QueuedReload | null, failure: string, changed: object = {}): void {
    if (!queued) return;
    const { reason } = queued;
    const generation = this.#generation;
    const fields = { by: reason, ...changed, generation, reason: failure };
    if (!this.#isStopped) this.#options.log.error(fields, 'reload rejected: the last generation is served on');
    this.#count(false);
    queued.result.resolve({ result: 'rejected', generation, reason: failure });
  }

  /** In the worker that has started last. */
  #count(isUsed: boolean): void {
    [...this.#workers].findLast(({ state }) => state === 'serving')?.countReload(isUsed);
  }

  /** Of the worker that has run longest. */
  async #documents(): Promise<readonly BusyDocument[]> {
    const [oldest] = [...this.#workers].filter(({ state }) => state === 'serving');
    return oldest ? oldest.documents() : [];
  }

  /**
   * Starts one; it has ended where the result is a failure.
   * @param generationOf the generation that it is of; null where it is not needed.
   */
  async #startWorker(
    generationOf: (setup: WorkerSetup) => number | null,
    documents: readonly BusyDocument[] = [],
  ): Promise<(Serving & { isSame: boolean }) | Failure> {
    const { relay, heartbeat } = this.#options;
    const worker = new WorkerProcess(() => this.#onGone(worker), relay, heartbeat);
    this.#workers.add(worker);
    worker.ended.then((end) => {
      this.#workers.delete(worker);
      if (this.#isStopped || !worker.hasServed) return;
      reportEnd(this.#options.log, worker, end);
      if (!worker.isGone) this.#onGone(worker);
    });
    const setup = await worker.composed;
    if ('failure' in setup) return this.#failed(worker, setup);
    const generation = generationOf(setup);
    if (generation === null) {
      await this.#failed(worker, { failure: '' });
      return { url: '', graph: '', isSame: true };
    }
    const serving = await worker.serve(generation, documents);
    if ('failure' in serving) return this.#failed(worker, serving);
    if (generation > this.#generation) {
      this.#generation = generation;
      this.#setup = setup;
      this.#options.relay.workers = setup.workers;
      this.#options.onSetup(setup);
    }
    return { ...serving, isSame: false };
  }

  async #failed(worker: WorkerProcess, failure: Failure): Promise<Failure> {
    worker.stop('end', 0);
    await worker.ended;
    return failure;
  }

  /** One that served and ends by itself is replaced: at once where it has run for a while. */
  #onGone(worker: WorkerProcess): void {
    worker.isGone = true;
    if (this.#isStopped || !worker.hasServed) return;
    if (worker.ran >= GOOD_RUN) this.#backoff.reset();
    else this.#backOff();
    this.#wake();
  }

  /** Until there is something else to do. */
  async #sleep(milliseconds: number): Promise<void> {
    this.#pause = new AbortController();
    await delay(milliseconds, undefined, { signal: this.#pause.signal }).catch(() => 'something else to do');
  }
}
