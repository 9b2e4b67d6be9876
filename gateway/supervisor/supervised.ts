// Supervised worker: the channel to the supervisor in a process that it has started. Node ends the process where the
// channel closes: a worker never outlives its supervisor.
import { supervisorPort } from '../cluster/ipc.ts';
import { isMessage, type Message } from '../cluster/message.ts';
import { openChannel, type WorkerChannel } from '../cluster/worker-channel.ts';
import type { FromWorker, StopKind, ToWorker, WorkerSetup } from './messages.ts';

/** Milliseconds between two heartbeats. */
const BEAT_INTERVAL = 250;

export class Supervised {
  /** Of what this process serves; 0 until it does. */
  generation = 0;
  /** To the other workers. */
  readonly channel: WorkerChannel = openChannel(supervisorPort());
  readonly #serve = Promise.withResolvers<void>();
  #onStop: (kind: StopKind) => void = () => process.exit(0);
  #isSending = false;

  constructor() {
    process.on('message', (message: ToWorker | Message) => {
      if (isMessage(message)) return;
      if (message.kind === 'serve') {
        this.generation = message.generation;
        this.#serve.resolve();
      } else this.#onStop(message.kind);
    });
  }

  /** Resolves once it is to accept connections. */
  composed(setup: WorkerSetup): Promise<void> {
    this.#send({ kind: 'composed', setup });
    return this.#serve.promise;
  }

  /** @param isReady whether it takes requests now. */
  serving(url: string, graph: string, isReady: () => boolean): void {
    this.#send({ kind: 'serving', url, graph });
    setInterval(() => {
      // A supervisor that does not read gets one of them.
      if (!this.#isSending) this.#beat(isReady());
    }, BEAT_INTERVAL).unref();
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
