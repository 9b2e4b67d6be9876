// Supervised worker: the channel to the supervisor in a process that it has started. Node ends the process where the
// channel closes: a worker never outlives its supervisor.
import { supervisorPort } from '../cluster/ipc.ts';
import { isMessage, type Message } from '../cluster/message.ts';
import { openChannel, type WorkerChannel } from '../cluster/worker-channel.ts';
import {
  type BusyDocument,
  type FromWorker,
  type ReloadResult,
  reloadTopic,
  type StopKind,
  type ToWorker,
  type WorkerSetup,
} from './messages.ts';

/** Milliseconds between two heartbeats. */
const BEAT_INTERVAL = 250;
/** Milliseconds for a reload, with one that may run already. */
const RELOAD_TIMEOUT = 660_000;

export class Supervised {
  /** Of what this process serves; 0 until it does. */
  generation = 0;
  /** To the other workers. */
  readonly channel: WorkerChannel = openChannel(supervisorPort());
  readonly #serve = Promise.withResolvers<readonly BusyDocument[]>();
  #documents: () => readonly BusyDocument[] = () => [];
  #onStop: (kind: StopKind) => void = () => process.exit(0);
  #onReload: (isUsed: boolean) => void = () => {};
  #isSending = false;

  constructor() {
    process.on('message', (message: ToWorker | Message) => {
      if (isMessage(message)) return;
      if (message.kind === 'serve') {
        this.generation = message.generation;
        this.#serve.resolve(message.documents);
      } else if (message.kind === 'documents') {
        this.#send({ kind: 'documents', documents: this.#documents() });
      } else if (message.kind === 'reloaded') this.#onReload(message.isUsed);
      else this.#onStop(message.kind);
    });
  }

  /** Resolves once it is to accept connections, to the documents that workers before it execute most. */
  composed(setup: WorkerSetup): Promise<readonly BusyDocument[]> {
    this.#send({ kind: 'composed', setup });
    return this.#serve.promise;
  }

  /**
   * @param current whether it takes requests now, and the documents that it executes most.
   */
  serving(
    url: string,
    graph: string,
    { isReady, documents }: { isReady(): boolean; documents(): readonly BusyDocument[] },
  ): void {
    this.#documents = documents;
    this.#send({ kind: 'serving', url, graph });
    setInterval(() => {
      // A supervisor that does not read gets one of them.
      if (!this.#isSending) this.#beat(isReady());
    }, BEAT_INTERVAL).unref();
  }

  /** Reads everything again, in another worker that replaces this one. */
  async reload(): Promise<ReloadResult> {
    return (await this.channel.request(reloadTopic, null, RELOAD_TIMEOUT)) as ReloadResult;
  }

  /** It stops by itself: the supervisor replaces it meanwhile. */
  stopping(): void {
    this.#send({ kind: 'stopping' });
  }

  /** Resolves when the supervisor has it. */
  failed(message: string): Promise<void> {
    return new Promise((resolve) => {
      if (process.connected) process.send?.({ kind: 'failed', message } satisfies FromWorker, () => resolve());
      else resolve();
    });
  }

  /** @param count called after reloads. */
  onReload(count: (isUsed: boolean) => void): void {
    this.#onReload = count;
  }

  /** By default, the process ends at once: it serves nothing yet. */
  onStop(stop: (kind: StopKind) => void): void {
    this.#onStop = stop;
  }

  #beat(isReady: boolean): void {
    if (!process.connected) return;
    this.#isSending = true;
    process.send?.({ kind: 'beat', isReady } satisfies FromWorker, () => {
      this.#isSending = false;
    });
  }

  #send(message: FromWorker): void {
    if (process.connected) process.send?.(message, () => {});
  }
}
