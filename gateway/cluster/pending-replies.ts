// Pending replies: requests that wait for the other end of a channel, bounded in number and time.
import { ChannelError, MAX_PENDING } from './message.ts';

interface Waiting {
  resolve(body: string): void;
  reject(error: ChannelError): void;
  timer: NodeJS.Timeout;
}

export class PendingReplies {
  readonly #waiting = new Map<number, Waiting>();
  readonly #max: number;
  #lastId = 0;

  constructor(max = MAX_PENDING) {
    this.#max = max;
  }

  /**
   * Waits for the reply to what `send` sends.
   * @returns the body of the reply.
   * @throws ChannelError (as a rejection) without a reply in time, with too many waiting, or for a failure.
   */
  wait(timeout: number, send: (id: number) => void): Promise<string> {
    if (this.#waiting.size >= this.#max) {
      return Promise.reject(new ChannelError(`${this.#max} messages wait for a reply`));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const timer = setTimeout(() => {
      // After a turn of the event loop in which this process was busy, timers run before replies that have arrived.
      setImmediate(() => this.fail(id, `no reply within ${timeout} ms`));
    }, timeout);
    this.#waiting.set(id, { resolve, reject, timer });
    send(id);
    return promise;
  }

  /** A reply that is not waited for any more is ignored. */
  resolve(id: number, body: string): void {
    this.#take(id)?.resolve(body);
  }

  fail(id: number, message: string): void {
    this.#take(id)?.reject(new ChannelError(message));
  }

  failAll(message: string): void {
    for (const id of [...this.#waiting.keys()]) this.fail(id, message);
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(waiting?.timer);
    return waiting;
  }
}
