// Automatic persisted queries of all workers: each has the texts in its memory that any of them has registered, and counts
// what each caller registers anywhere. A worker that starts later gets texts from clients.
import type { WorkerChannel } from '../cluster/worker-channel.ts';
import type { AutomaticDocuments, MemoryDocuments } from './automatic-documents.ts';

const topic = 'documents.registered';

type Registration = readonly [hash: string, text: string, caller: string];

export class WorkerDocuments implements AutomaticDocuments {
  readonly #channel: WorkerChannel;
  readonly #own: MemoryDocuments;

  constructor(channel: WorkerChannel, own: MemoryDocuments) {
    this.#channel = channel;
    this.#own = own;
    channel.on(topic, (payload) => void own.add(...(payload as Registration)));
  }

  get(hash: string): Promise<string | undefined> {
    return this.#own.get(hash);
  }

  set(...registration: Registration): void {
    if (!this.#own.add(...registration)) return;
    // Where it does not arrive, clients send the text again.
    this.#channel.broadcast(topic, registration).catch(() => {});
  }
}
