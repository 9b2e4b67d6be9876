// Preparation queue: documents that are not cached are parsed, validated, analysed and planned within a share of the
// event loop's time, so that a flood of different documents does not delay other requests. A token bucket in
// milliseconds: while it is empty, documents wait in order; between two documents the event loop turns.
import { AsyncResource } from 'node:async_hooks';
import { GraphQLError } from 'graphql';
import { requestError } from '../errors.ts';
import { Cancellation, requestCancelled } from '../transport/cancellation.ts';

export interface PreparationQueueOptions {
  /** Share of the event loop's time, from 0 to 1. */
  share: number;
  /** Maximum number of waiting documents; more are rejected. */
  maxWaiting: number;
  /** Whether further documents are rejected, because the gateway is overloaded. Default: never. */
  sheds?: (() => boolean) | undefined;
  /** Monotonic clock in milliseconds, for tests. */
  now?: () => number;
  /** Calls `run` after these milliseconds, in a later turn of the event loop. */
  schedule?: (run: () => void, milliseconds: number) => void;
}

/** Queued work. */
interface Waiting {
  work(): void;
  reject(error: unknown): void;
  cancellation: Cancellation;
  leave(): void;
}

/** Milliseconds that are available at once after a time without load: ordinary documents take one to ten. */
const BURST = 100;
/** Milliseconds after which further work waits for another turn: one document is prepared in several steps. */
const AT_ONCE = 10;

const RETRY_AFTER_SECONDS = 1;

export class PreparationQueue {
  readonly #options: PreparationQueueOptions;
  readonly #now: () => number;
  readonly #schedule: (run: () => void, milliseconds: number) => void;
  /** In order of arrival. */
  readonly #waiting = new Set<Waiting>();
  #balance = BURST;
  #counted: number;
  #isScheduled = false;
  /** Start of the work that is running; null where none is. */
  #running: number | null = null;

  constructor(options: PreparationQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#schedule = options.schedule ?? schedule;
    this.#counted = this.#now();
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Runs the work at once if nothing waits and there is time for it; else later, in order.
   * @param cancellation that of the request: work for a client that has disconnected is dropped.
   * @param reject called with what the work throws later, or with a `GraphQLError` where the work is dropped: the queue
   *   is full, or the client has disconnected.
   */
  enter(cancellation: Cancellation, work: () => void, reject: (error: unknown) => void): void {
    if (cancellation.cancelled) reject(requestCancelled());
    else if (this.#options.sheds?.()) reject(overloaded());
    else if (this.#waiting.size === 0 && this.#left() > BURST - AT_ONCE) this.#run(work);
    else if (this.#waiting.size >= this.#options.maxWaiting) reject(overloaded());
    else this.#wait(cancellation, work, reject);
  }

  /** As `enter`, for work that makes something: that, or what `fail` makes of the error. */
  prepare<Made, Failed>(
    cancellation: Cancellation,
    make: () => Made,
    fail: (error: unknown) => Failed,
  ): Made | Promise<Made | Failed> {
    const { promise, resolve } = Promise.withResolvers<Made | Failed>();
    let made: { value: Made } | undefined;
    const work = () => {
      made = { value: make() };
      resolve(made.value);
    };
    this.enter(cancellation, work, (error) => resolve(fail(error)));
    return made ? made.value : promise;
  }

  /** Runs the next part of work that has begun: in a later turn, even when the queue is full. */
  continue(work: () => void, reject: (error: unknown) => void): void {
    this.#wait(new Cancellation(), work, reject);
  }

  #wait(cancellation: Cancellation, work: () => void, reject: (error: unknown) => void): void {
    const waiting: Waiting = {
      // The work runs in the turn of another request, and may call resolvers.
      work: AsyncResource.bind(work),
      reject,
      cancellation,
      leave: () => {
        this.#waiting.delete(waiting);
        reject(cancellation.error);
      },
    };
    cancellation.add(waiting.leave);
    this.#waiting.add(waiting);
    this.#scheduleNext();
  }

  #scheduleNext(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return;
    this.#isScheduled = true;
    const left = this.#left();
    this.#schedule(() => this.#next(), left > 0 ? 0 : Math.ceil((1 - left) / this.#options.share));
  }

  #next(): void {
    this.#isScheduled = false;
    const [first] = this.#waiting;
    if (first && this.#left() > 0) {
      this.#waiting.delete(first);
      first.cancellation.remove(first.leave);
      try {
        this.#run(first.work);
      } catch (error) {
        first.reject(error);
      }
    }
    this.#scheduleNext();
  }

  #run(work: () => void): void {
    // Nested work is counted with the outer work.
    if (this.#running !== null) {
      work();
      return;
    }
    const started = this.#now();
    this.#running = started;
    try {
      work();
    } finally {
      this.#running = null;
      this.#balance -= this.#now() - started;
    }
  }

  /** Milliseconds that are available now. */
  #left(): number {
    const now = this.#now();
    this.#balance = Math.min(BURST, this.#balance + (now - this.#counted) * this.#options.share);
    this.#counted = now;
    return this.#balance - (this.#running === null ? 0 : now - this.#running);
  }
}

function schedule(run: () => void, milliseconds: number): void {
  if (milliseconds === 0) setImmediate(run);
  else setTimeout(run, milliseconds);
}

/** Header fields of a response with such an error. */
export function retryHeaders(error: unknown): readonly (readonly [string, string])[] {
  const retryAfter = error instanceof GraphQLError && error.extensions.retryAfter;
  return retryAfter ? [['retry-after', String(retryAfter)]] : [];
}

function overloaded(): GraphQLError {
  return requestError('OVERLOADED', { details: { retryAfter: RETRY_AFTER_SECONDS } });
}
