// Fetching fresh answers while stale ones are given: one fetch for each answer at a time, and not too many in all.
import type { Logger } from '../telemetry/log.ts';

export class Revalidations {
  readonly #running = new Set<string>();
  readonly #MAX_REVALIDATIONS: number;
  readonly #log: Logger;

  /** @param most how many may run at the same time. */
  constructor(log: Logger, MAX_REVALIDATIONS = 100) {
    this.#log = log;
    this.#MAX_REVALIDATIONS = MAX_REVALIDATIONS;
  }

  /**
   * Runs `work`, unless it runs already for this key or too many run; returns whether it was started. Its failure is
   * logged: whoever started it has an answer.
   */
  start(key: string, work: () => Promise<void>): boolean {
    if (this.#running.has(key) || this.#running.size >= this.#MAX_REVALIDATIONS) return false;
    this.#running.add(key);
    this.#run(key, work);
    return true;
  }

  async #run(key: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.error({ err: error }, 'a stale answer could not be renewed');
    } finally {
      this.#running.delete(key);
    }
  }
}
