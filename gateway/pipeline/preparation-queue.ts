// Preparation queue: documents that are not cached are parsed, validated, analyzed and planned within a share of the event
// loop's time, so that a flood of different documents leaves the others their service. A token bucket in milliseconds: one
// that finds it empty waits, in order; between two documents the event loop turns.
import { AsyncResource } from 'node:async_hooks';
import { GraphQLError } from 'graphql';
import { Cancellation, requestCancelled } from '../transport/cancellation.ts';

export interface PreparationQueueOptions {
  /** Of the event loop's time, from 0 to 1. */
  share: number;
  /** Documents that wait at most; more are rejected. */
  maxWaiting: number;
  /** Milliseconds that never run backwards; a test's own clock. */
  now?: () => number;
  /** Calls back after these milliseconds, in a later turn of the event loop. */
  schedule?: (run: () => void, milliseconds: number) => void;
}

/** Work that waits. */
interface Waiting {
  work(): void;
  reject(error: unknown): void;
  cancellation: Cancellation;
  leave(): void;
}

/** Milliseconds that can be used at once after a quiet time: ordinary documents take one to ten. */
const BURST = 100;
/** Milliseconds used before what comes next waits for another turn: one document is prepared in several steps. */
const AT_ONCE = 10;

const RETRY_AFTER_SECONDS = 1;

export class PreparationQueue {
  readonly #options: PreparationQueueOptions;
  readonly #now: () => number;
  readonly #schedule: (run: () => void, milliseconds: number) => void;
  /** In the order of their coming. */
  readonly #waiting = new Set<Waiting>();
  #balance = BURST;
  #counted: number;
  #isScheduled = false;
  /** When the work that runs now began. */
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
   * Does the work at once if nothing waits and there is time for it; else later, in order.
   * @param cancellation of the request: work for a client that has left is dropped.
   * @param reject gets what the work throws later, or a `GraphQLError` where the work is not done: there is too much, or the
   *   client has left.
   */
  enter(cancellation: Cancellation, work: () => void, reject: (error: unknown) => void): void {
    if (cancellation.cancelled) reject(requestCancelled());
    else if (this.#waiting.size === 0 && this.#left() > BURST - AT_ONCE) this.#run(work);
    else if (this.#waiting.size >= this.#options.maxWaiting) reject(overloaded());
    else this.#wait(cancellation, work, reject);
  }

  /** Does the next part of work that has begun: in a later turn, however much waits. */
  continue(work: () => void, reject: (error: unknown) => void): void {
    this.#wait(new Cancellation(), work, reject);
  }

  #wait(cancellation: Cancellation, work: () => void, reject: (error: unknown) => void): void {
    const waiting: Waiting = {
      // It is done in the turn of another request, and may call resolvers.
      work: AsyncResource.bind(work),
      reject,
      cancellation,
      leave: () => {
        this.#waiting.delete(waiting);
        reject(requestCancelled());
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
    // Work within work is counted with it.
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

  /** Milliseconds that can be used now. */
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
  return new GraphQLError('Too many operations are waiting to be planned. Try again later.', {
    extensions: { code: 'OVERLOADED', retryAfter: RETRY_AFTER_SECONDS, http: { status: 503 } },
  });
}
