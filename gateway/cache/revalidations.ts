// Background revalidation (stale-while-revalidate): one per key, bounded in total.
import type { Logger } from '../telemetry/log.ts';

export class Revalidations {
  readonly #running = new Set<string>();
  readonly #maxRunning: number;
  readonly #log: Logger;

  /** @param maxRunning number of revalidations that may run at the same time. */
  constructor(log: Logger, maxRunning = 100) {
    this.#log = log;
    this.#maxRunning = maxRunning;
  }

  /**
   * Runs `work`, unless a revalidation of this key or too many others are running; returns whether it was started.
   * Its failure is logged and not thrown: the caller already has a response.
   */
  start(key: string, work: () => Promise<void>): boolean {
    if (this.#running.has(key) || this.#running.size >= this.#maxRunning) return false;
    this.#running.add(key);
    this.#run(key, work);
    return true;
  }

  async #run(key: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.error({ err: error }, 'revalidation of a stale response failed');
    } finally {
      this.#running.delete(key);
    }
  }
}
