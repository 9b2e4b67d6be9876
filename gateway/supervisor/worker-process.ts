// Worker process, as the supervisor has it: its start in two steps, its heartbeat, and its end.
import cluster, { type Worker } from 'node:cluster';
import { setTimeout as delay } from 'node:timers/promises';
import { workerPort } from '../cluster/ipc.ts';
import { isMessage, type Message } from '../cluster/message.ts';
import type { Relay } from '../cluster/relay.ts';
import { afterKills } from './killed-workers.ts';
import type { BusyDocument, FromWorker, StopKind, ToWorker, WorkerSetup } from './messages.ts';

/** Milliseconds until a worker is composed, and until it serves then. */
const START_TIMEOUT = 300_000;
/** Milliseconds without a heartbeat from which a worker is not ready, and is killed. */
export interface Heartbeat {
  unreadyAfter: number;
  deadAfter: number;
}

const HEARTBEAT: Heartbeat = { unreadyAfter: 1_000, deadAfter: 10_000 };
/** How often the heartbeat is looked at within `deadAfter`. */
const CHECKS = 10;
/** Milliseconds for the end of a process beyond the time that it was given. */
const END_MARGIN = 5_000;
/** For one that is to end at once. */
const END_TIME = 1_000;
/** Milliseconds in which a worker has found its documents. */
const DOCUMENTS_TIMEOUT = 1_000;

export interface Failure {
  /** The reason, for operators. */
  failure: string;
}

export interface End {
  code: number | null;
  signal: string | null;
}

export interface Serving {
  url: string;
  /** Version of the graph. */
  graph: string;
}

export class WorkerProcess {
  readonly composed: Promise<WorkerSetup | Failure>;
  readonly ended: Promise<End>;
  /** Of everything that it serves; 0 until it does. */
  generation = 0;
  state: 'starting' | 'serving' | 'stopping' | 'ended' = 'starting';
  hasServed = false;
  /** Whether it was stopped because others have its place. */
  isReplaced = false;
  /** Whether its place is free, though it may still run. */
  isGone = false;
  /** Why it was killed; null for one that was not. */
  killedFor: string | null = null;
  readonly #started = performance.now();
  readonly #worker: Worker;
  readonly #serving = Promise.withResolvers<Serving | Failure>();
  readonly #onStopping: () => void;
  #onDocuments: (documents: readonly BusyDocument[]) => void = () => {};
  #lastBeat = performance.now();
  #isReady = false;
  #watchdog: NodeJS.Timeout | undefined;
  #killTimer: NodeJS.Timeout | undefined;

  readonly #heartbeat: Heartbeat;

  /** @param onStopping called when it stops by itself. @param relay by which it reaches the other workers. */
  constructor(onStopping: () => void, relay: Relay, heartbeat: Heartbeat = HEARTBEAT) {
    this.#onStopping = onStopping;
    this.#heartbeat = heartbeat;
    this.#worker = cluster.fork();
    afterKills(this.#worker);
    relay.add(this.#worker.id, workerPort(this.#worker));
    const composed = Promise.withResolvers<WorkerSetup | Failure>();
    this.composed = composed.promise;
    const fail = (failure: string) => {
      composed.resolve({ failure });
      this.#serving.resolve({ failure });
    };
    this.ended = new Promise((resolve) => {
      // Of a process that cannot even be started; and, several times, of connections that are handed to one that is ending.
      this.#worker.on('error', (error) => fail(error.message));
      this.#worker.once('exit', (code: number | null, signal: string | null) => {
        this.state = 'ended';
        clearInterval(this.#watchdog);
        clearTimeout(this.#killTimer);
        fail(this.killedFor ?? `the process ended while it started (${signal ?? `exit code ${code}`})`);
        resolve({ code, signal });
      });
    });
    this.#limitStart();
    this.#worker.on('message', (message: FromWorker | Message) => {
      if (isMessage(message)) return;
      if (message.kind === 'composed') composed.resolve(message.setup);
      else if (message.kind === 'failed') fail(message.message);
      else this.#receive(message);
    });
  }

  /** Milliseconds since its start. */
  get ran(): number {
    return performance.now() - this.#started;
  }

  get pid(): number {
    return this.#worker.process.pid ?? 0;
  }

  /** Whether it takes requests now. */
  get isReady(): boolean {
    return (
      this.state === 'serving' && this.#isReady && performance.now() - this.#lastBeat < this.#heartbeat.unreadyAfter
    );
  }

  /** Whether its event loop runs; a worker that starts may take as long as it may. */
  get isAlive(): boolean {
    return this.state === 'starting' || performance.now() - this.#lastBeat < this.#heartbeat.deadAfter;
  }

  /** Makes it accept connections, as part of this generation. */
  async serve(generation: number, documents: readonly BusyDocument[]): Promise<Serving | Failure> {
    this.generation = generation;
    this.#send({ kind: 'serve', generation, documents });
    return this.#serving.promise;
  }

  /** Has it count a reload. */
  countReload(isUsed: boolean): void {
    this.#send({ kind: 'reloaded', isUsed });
  }

  /** The documents that it executes most; none where it does not say so in time. */
  async documents(): Promise<readonly BusyDocument[]> {
    const found = new Promise<readonly BusyDocument[]>((resolve) => {
      this.#onDocuments = resolve;
    });
    this.#send({ kind: 'documents' });
    const timeout = new AbortController();
    const none = delay(DOCUMENTS_TIMEOUT, [], { signal: timeout.signal }).catch(() => []);
    const documents = await Promise.race([found, none, this.ended.then(() => [])]);
    timeout.abort();
    return documents;
  }

  /** Ends it; one that takes longer than `time`, in milliseconds, is killed. */
  stop(kind: StopKind, time: number): void {
    if (this.state === 'ended') return;
    this.state = 'stopping';
    this.isReplaced ||= kind === 'replace';
    this.isGone = true;
    this.#send({ kind });
    this.#killAfter(kind === 'end' ? END_TIME : time + END_MARGIN);
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'beat') {
      this.#lastBeat = performance.now();
      this.#isReady = message.isReady;
    } else if (message.kind === 'serving') {
      clearTimeout(this.#killTimer);
      if (this.state === 'starting') this.state = 'serving';
      this.hasServed = true;
      this.#lastBeat = performance.now();
      this.#isReady = true;
      this.#watch();
      this.#serving.resolve({ url: message.url, graph: message.graph });
    } else if (message.kind === 'documents') {
      this.#onDocuments(message.documents);
    } else if (message.kind === 'stopping' && this.state !== 'stopping') {
      this.state = 'stopping';
      this.#onStopping();
    }
  }

  #limitStart(): void {
    this.#killTimer = setTimeout(() => this.#kill('the process did not start in time'), START_TIMEOUT);
  }

  /** Where a debugger may stop it, no heartbeat is expected. */
  #watch(): void {
    if (process.execArgv.some((option) => option.startsWith('--inspect'))) return;
    const { deadAfter } = this.#heartbeat;
    const interval = deadAfter / CHECKS;
    let checked = performance.now();
    this.#watchdog = setInterval(() => {
      const now = performance.now();
      // While this process was stopped itself, or the machine, no heartbeat was read.
      if (now - checked > 2 * interval) this.#lastBeat = now;
      checked = now;
      if (now - this.#lastBeat >= deadAfter) this.#kill('its event loop was blocked');
    }, interval);
  }

  #killAfter(time: number): void {
    clearTimeout(this.#killTimer);
    this.#killTimer = setTimeout(() => this.#kill('it did not end in time'), time);
  }

  #kill(reason: string): void {
    this.killedFor ??= reason;
    this.#worker.process.kill('SIGKILL');
  }

  #send(message: ToWorker): void {
    // One that is ending has no channel.
    if (this.#worker.isConnected()) this.#worker.send(message, undefined, undefined, () => {});
  }
}
