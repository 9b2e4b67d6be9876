// Invalidation hook: calls the configured `onInvalidate` with every change that this instance invalidates, so that a
// CDN can be purged. One call at a time; changes that arrive meanwhile go together into the next.
import type { Invalidated, OnInvalidate } from '../config/cache.ts';
import type { Logger } from '../telemetry/log.ts';
import { headerTag } from './tag-header.ts';
import { type Change, tagsForChange } from './tags.ts';

/** Time-out of one call, in milliseconds. */
const CALL_TIMEOUT = 10_000;
/** Changes in one call. */
const MAX_CHANGES = 1000;
/** Waiting changes above which those of single objects become one of their type. */
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

  /** Queues changes, which are passed on in the background. Never throws. */
  notify(changes: readonly Change[]): void {
    for (const change of changes) this.#add(change);
    this.#running ??= this.#run();
  }

  /** Resolves when no change is waiting. */
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
        'too many invalidations are waiting for onInvalidate: whole types are invalidated',
      );
    }
    // A change of all objects of a type includes every change of one of them.
    if (this.#waiting.has(type)) return;
    this.#waiting.set(id === undefined ? type : `${type}:${id}`, id === undefined ? { type } : { type, id });
  }

  async #run(): Promise<void> {
    // Changes made in this turn of the event loop belong to the same call.
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
    const abort = () => tooLate.reject(new Error(`not finished within ${timeout} ms`));
    signal.addEventListener('abort', abort, { once: true });
    // Called in a promise: a synchronous exception is a failure like any other.
    const calling = Promise.resolve(invalidated).then(call);
    try {
      await Promise.race([calling, tooLate.promise]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error(
        { reason, tags: tags.slice(0, 100) },
        'onInvalidate failed: downstream caches may still have responses with these tags',
      );
    } finally {
      signal.removeEventListener('abort', abort);
      // A failure after the time-out has already been logged.
      calling.catch(() => {});
    }
  }
}
