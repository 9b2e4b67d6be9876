// Reload queue: one reload at a time, and those that are requested meanwhile are one more.
import type { ReloadReason, ReloadResult } from './messages.ts';

export interface QueuedReload {
  reason: ReloadReason;
  /** Whether there is a new generation also where everything that was read is the same. */
  isForced: boolean;
  /** Absolute paths of the files that have changed. */
  files: Set<string>;
  result: PromiseWithResolvers<ReloadResult>;
}

export class ReloadQueue {
  #next: QueuedReload | null = null;

  get isEmpty(): boolean {
    return this.#next === null;
  }

  /** Resolves to the result of the reload, which begins after this call. */
  add(reason: ReloadReason, isForced: boolean, files: readonly string[]): Promise<ReloadResult> {
    this.#next ??= { reason, isForced, files: new Set(), result: Promise.withResolvers() };
    if (isForced && !this.#next.isForced) Object.assign(this.#next, { reason, isForced });
    for (const file of files) this.#next.files.add(file);
    return this.#next.result.promise;
  }

  /** The next one, which is not in the queue any more. */
  take(): QueuedReload | null {
    const next = this.#next;
    this.#next = null;
    return next;
  }
}
