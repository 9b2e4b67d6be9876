// Shared counts: the counts of all workers of one supervisor, which holds them. Calls of one turn of the event loop travel
// in one message. While the supervisor does not reply, each worker counts its share by itself.
import { ChannelError } from '../../cluster/message.ts';
import type { WorkerChannel } from '../../cluster/worker-channel.ts';
import { CircuitBreaker } from '../../redis/circuit-breaker.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Counted } from './local-limiter.ts';

/** A limit: `limit` points in each window of `duration` seconds. */
export type CountedLimit = readonly [name: string, limit: number, duration: number];

export type CountCall =
  | readonly ['consume', limit: CountedLimit, key: string, points: number]
  /** `endsAt` null: of the window that is open. */
  | readonly ['refund', limit: CountedLimit, key: string, points: number, endsAt: number | null]
  /** One operation of a rate. */
  | readonly ['take', rate: string, perSecond: number, burst: number];

/** As `Counted` for `consume`, milliseconds to wait for `take`, null for `refund`. */
export type CountReply =
  | readonly [allowed: boolean, consumed: number, resetsIn: number, endsAt: number]
  | number
  | null;

export interface CountCalls {
  /** Of keys in memory, for each kind of limit. */
  maxCounts: number;
  calls: readonly CountCall[];
}

export const countsTopic = 'counts';

/** Milliseconds for which a request waits for the supervisor, which has nothing else to do. */
const TIMEOUT_MS = 1_000;

const TRIAL_PAUSE_MS = 1_000;

const messages = {
  unavailable: 'rate limits: the supervisor does not reply, this worker counts its share by itself until it does',
  available: 'rate limits: the supervisor replies again, all workers share their counts',
};

export class SharedCounts {
  readonly #channel: WorkerChannel;
  readonly #maxCounts: number;
  readonly #breaker: CircuitBreaker;
  #calls: CountCall[] = [];
  #waiting: ((reply: CountReply | undefined) => void)[] = [];

  constructor(channel: WorkerChannel, maxCounts: number, log: Pick<Logger, 'info' | 'warn'>) {
    this.#channel = channel;
    this.#maxCounts = maxCounts;
    this.#breaker = new CircuitBreaker({ timeout: TIMEOUT_MS, failures: 1, pause: TRIAL_PAUSE_MS, messages, log });
  }

  /** Between how many workers a limit is divided while they do not share their counts. */
  get workers(): number {
    return this.#channel.workers;
  }

  /** Undefined where the supervisor does not reply. */
  async consume(limit: CountedLimit, key: string, points: number): Promise<Counted | undefined> {
    const reply = await this.#call(['consume', limit, key, points]);
    if (!Array.isArray(reply)) return undefined;
    const [allowed, consumed, resetsIn, endsAt] = reply;
    return { allowed, consumed, resetsIn, endsAt };
  }

  /** Not awaited. Lost where the supervisor does not reply. */
  refund(limit: CountedLimit, key: string, points: number, endsAt?: number): void {
    void this.#call(['refund', limit, key, points, endsAt ?? null]);
  }

  /**
   * Takes one operation of a rate.
   * @returns 0 for an operation that is let through, else the milliseconds to wait; undefined where the supervisor does
   * not reply.
   */
  async take(rate: string, perSecond: number, burst: number): Promise<number | undefined> {
    const reply = await this.#call(['take', rate, perSecond, burst]);
    return typeof reply === 'number' ? reply : undefined;
  }

  #call(call: CountCall): Promise<CountReply | undefined> {
    if (this.#calls.length === 0) setImmediate(() => void this.#flush());
    this.#calls.push(call);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #flush(): Promise<void> {
    const [calls, waiting] = [this.#calls, this.#waiting];
    this.#calls = [];
    this.#waiting = [];
    const given: CountCalls = { maxCounts: this.#maxCounts, calls };
    const replies = await this.#breaker.call<readonly CountReply[]>(
      async () => {
        const replied = await this.#channel.request(countsTopic, given, TIMEOUT_MS);
        if (!Array.isArray(replied)) throw new ChannelError('the supervisor has not sent counts');
        return replied;
      },
      () => [],
    );
    for (const [index, resolve] of waiting.entries()) resolve(replies[index]);
  }
}
