// Outgoing invalidations: every change that this instance invalidates is handed to a function of the configuration, so that a CDN
// can be purged of it. One call at a time; what changes meanwhile goes together into the next.
import type { Invalidated, OnInvalidate } from '../config/cache.ts';
import type { Logger } from '../telemetry/log.ts';
import { headerTag } from './tag-header.ts';
import { type Change, tagsForChange } from './tags.ts';

/** Milliseconds for one call. */
const CALL_TIMEOUT = 10_000;
/** Changes in one call. */
const MAX_CHANGES = 1000;
/** Beyond as many that wait, changes of single objects become one of their type. */
const MAX_WAITING = 10_000;

export interface InvalidationHookOptions {
  call: OnInvalidate;
  log: Logger;
  /** Milliseconds. */
  timeout?: number;
}

export class InvalidationHook {
  readonly #options: InvalidationHookOptions;
  readonly #waiting = new Map<string, Change>();
  #running: Promise<void> | null = null;

  constructor(options: InvalidationHookOptions) {
    this.#options = options;
  }

  /** Hands changes on, in the background. Never throws. */
  notify(changes: readonly Change[]): void {
    for (const change of changes) this.#add(change);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  #add({ type, id }: Change): void {
    if (this.#waiting.size >= MAX_WAITING) {
      const types = new Set([...this.#waiting.values()].map((waiting) => waiting.type));
      this.#waiting.clear();
      for (const name of [...types].slice(0, MAX_WAITING - 1)) this.#waiting.set(name, { type: name });
      this.#options.log.warn(
        { types: types.size },
        'too many invalidations wait for onInvalidate: whole types are invalidated',
      );
    }
    // A change of all objects of a type has all that one of them could have.
    if (this.#waiting.has(type)) return;
    this.#waiting.set(id === undefined ? type : `${type}:${id}`, id === undefined ? { type } : { type, id });
  }

  async #run(): Promise<void> {
    // What else changes in this turn belongs to the same call.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      const changes = [...this.#waiting].slice(0, MAX_CHANGES);
      for (const [key] of changes) this.#waiting.delete(key);
      await this.#call(changes.map(([, change]) => change));
    }
    this.#running = null;
  }

  async #call(changes: readonly Change[]): Promise<void> {
    const { call, log, timeout = CALL_TIMEOUT } = this.#options;
    const signal = AbortSignal.timeout(timeout);
    const tags = [...new Set(changes.flatMap(tagsForChange))].map(headerTag);
    const invalidated: Invalidated = { changes, tags, signal };
    const tooLate = Promise.withResolvers<never>();
    const abort = () => tooLate.reject(new Error(`no end within ${timeout} ms`));
    signal.addEventListener('abort', abort, { once: true });
    // Made by a promise: what the function throws at once is a failure like any other.
    const calling = Promise.resolve(invalidated).then(call);
    try {
      await Promise.race([calling, tooLate.promise]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error(
        { reason, tags: tags.slice(0, 100) },
        'onInvalidate failed: downstream caches may have these tags still',
      );
    } finally {
      signal.removeEventListener('abort', abort);
      // Its failure after the time-out is told already.
      calling.catch(() => {});
    }
  }
}
