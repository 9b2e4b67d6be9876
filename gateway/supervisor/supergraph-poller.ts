// Poller of a supergraph that is fetched: requests a reload where another one is served. In the supervisor, once for all
// workers.
import type { RemoteSupergraph } from '../config/remote-supergraph.ts';
import { milliseconds } from '../config/values.ts';
import { fetchSupergraph, SupergraphUnavailable, shownSource } from '../transport/supergraph-fetch.ts';
import type { ReloadResult, WorkerSetup } from './messages.ts';
import { digestOf } from './supergraph-digest.ts';
import type { SupervisorLog } from './supervisor-log.ts';

/** Share of the interval by which it varies. */
const JITTER = 0.1;
/** Milliseconds between two tries, at most, while the source cannot be reached. */
const MAX_INTERVAL = 300_000;

export class SupergraphPoller {
  readonly #reload: () => Promise<ReloadResult>;
  readonly #log: SupervisorLog;
  #setup: NonNullable<WorkerSetup['supergraph']> | null = null;
  #version: string | null = null;
  /** Digest of what a reload was requested for last. */
  #tried: string | null = null;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(reload: () => Promise<ReloadResult>, log: SupervisorLog) {
    this.#reload = reload;
    this.#log = log;
  }

  /** Polls this source from now on; null for none. */
  configure(setup: WorkerSetup['supergraph']): void {
    const isSame = JSON.stringify(setup?.source) === JSON.stringify(this.#setup?.source);
    this.#setup = setup;
    if (isSame) return;
    this.#version = null;
    this.#failures = 0;
    this.close();
    if (setup) this.#schedule(setup.source);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #schedule(source: RemoteSupergraph): void {
    if (source.poll === false) return;
    const interval = Math.min(milliseconds(source.poll) * 2 ** this.#failures, MAX_INTERVAL);
    const time = interval * (1 - JITTER + 2 * JITTER * Math.random());
    this.#timer = setTimeout(() => void this.#poll(source), time).unref();
  }

  async #poll(source: RemoteSupergraph): Promise<void> {
    try {
      const fetched = await fetchSupergraph(source, this.#version);
      this.#failures = 0;
      if (fetched) await this.#receive(fetched.sdl, fetched.version);
    } catch (error) {
      if (!(error instanceof SupergraphUnavailable)) throw error;
      if (this.#failures === 0) {
        const fields = { source: shownSource(source), reason: error.message };
        this.#log.warn(fields, 'the supergraph cannot be fetched; the last one is served on');
      }
      this.#failures += 1;
    }
    if (this.#setup?.source && JSON.stringify(this.#setup.source) === JSON.stringify(source)) this.#schedule(source);
  }

  async #receive(sdl: string, version: string | null): Promise<void> {
    this.#version = version;
    const digest = digestOf(sdl);
    if (digest === this.#setup?.digest || digest === this.#tried) return;
    this.#tried = digest;
    const { result } = await this.#reload();
    if (result !== 'unchanged') return;
    // A worker could not fetch it, and has used the copy: the next poll is another try.
    this.#version = null;
    this.#tried = null;
  }
}
