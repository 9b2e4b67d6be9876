// Fetch progress: the fetches of a run that are done, for the parts of a response that wait for some of them.
import type { Plan } from '../../query-plan/plan.ts';
import type { ExecutionState } from '../execution-state.ts';

export class FetchProgress {
  /** Resolves when the fetches of the first part are done, or the run is over. */
  readonly first: Promise<void>;
  /** The exception that ended the run; undefined without one. */
  failure: { error: unknown } | undefined;
  readonly #done = new Set<number>();
  /** Fetches that the first part waits for. */
  readonly #awaited: Set<number>;
  readonly #resolveFirst: () => void;
  #state: ExecutionState | null = null;
  #isOver = false;
  #changed: PromiseWithResolvers<void> | null = null;

  constructor({ fetches, deferred }: Plan) {
    const later = new Set(deferred?.fetches);
    this.#awaited = new Set(fetches.map(({ id }) => id).filter((id) => !later.has(id)));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.first = promise;
    this.#resolveFirst = resolve;
    if (this.#awaited.size === 0) resolve();
  }

  /** Of the run. @throws Error before it has begun. */
  get state(): ExecutionState {
    if (!this.#state) throw new Error('The run has not begun.');
    return this.#state;
  }

  /** Whether the run is over: all fetches are done. */
  get isOver(): boolean {
    return this.#isOver;
  }

  isDone(fetch: number): boolean {
    return this.#isOver || this.#done.has(fetch);
  }

  /** Resolves at the next fetch that is done, and when the run is over. */
  changed(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    this.#changed ??= Promise.withResolvers<void>();
    return this.#changed.promise;
  }

  begin(state: ExecutionState): void {
    this.#state = state;
  }

  finish(fetch: number): void {
    this.#done.add(fetch);
    this.#awaited.delete(fetch);
    if (this.#awaited.size === 0) this.#resolveFirst();
    this.#signal();
  }

  /** @param failure the exception that ended the run. */
  end(failure?: { error: unknown }): void {
    this.failure = failure;
    this.#isOver = true;
    this.#resolveFirst();
    this.#signal();
  }

  #signal(): void {
    this.#changed?.resolve();
    this.#changed = null;
  }
}
