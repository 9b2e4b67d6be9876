// Channel of a worker to its supervisor, and by it to all other workers. Null stands for a process without a
// supervisor, where all state is its own.
import {
  bodyOf,
  ChannelError,
  createMessage,
  isMessage,
  type Message,
  messageOf,
  type Port,
  REPLY_TIMEOUT_MS,
} from './message.ts';
import { PendingReplies } from './pending-replies.ts';

/** Gets a payload, and returns the reply to it, or a promise of it; an error is passed on as a `ChannelError`. */
export type Handler = (payload: unknown) => unknown;

export interface WorkerChannel {
  /** How many workers the supervisor runs; at least 1, and 1 until it has sent the number. */
  readonly workers: number;
  /**
   * Sends a request to the supervisor.
   * @param timeout milliseconds; default: 5,000.
   * @returns the reply of the supervisor's handler for the topic.
   * @throws ChannelError (as a rejection) if the supervisor cannot be reached, rejects it, or does not reply in time.
   */
  request(topic: string, payload: unknown, timeout?: number): Promise<unknown>;
  /**
   * Sends to every other worker; those of one worker arrive in their order. Resolves when each of them has handled it or
   * is gone: a worker that has ended, or ends meanwhile, delays nothing.
   * @param timeout milliseconds; default: 5,000.
   * @returns the replies, without those of workers that are gone.
   * @throws ChannelError (as a rejection) if one of them fails or does not reply in time. It may still handle it later.
   */
  broadcast(topic: string, payload: unknown, timeout?: number): Promise<unknown[]>;
  /** Handles what other workers and the supervisor send. One handler for each topic. */
  on(topic: string, handler: Handler): void;
}

const GONE = 'the supervisor is gone';

/** Opens the channel. To be called before the process listens: only from then on messages reach it. */
export function openChannel(port: Port): WorkerChannel {
  return new IpcChannel(port);
}

class IpcChannel implements WorkerChannel {
  readonly #port: Port;
  readonly #pending = new PendingReplies();
  readonly #handlers = new Map<string, Handler>();
  #workers = 1;
  #isGone = false;

  constructor(port: Port) {
    this.#port = port;
    port.receive((message) => {
      if (isMessage(message)) this.#receive(message);
    });
    port.onGone(() => this.#gone());
    this.#send(createMessage('open', 0, '', 'null'));
  }

  get workers(): number {
    return this.#workers;
  }

  async request(topic: string, payload: unknown, timeout = REPLY_TIMEOUT_MS): Promise<unknown> {
    return JSON.parse(await this.#exchange('request', topic, payload, timeout));
  }

  async broadcast(topic: string, payload: unknown, timeout = REPLY_TIMEOUT_MS): Promise<unknown[]> {
    return JSON.parse(await this.#exchange('broadcast', topic, payload, timeout));
  }

  on(topic: string, handler: Handler): void {
    if (this.#handlers.has(topic)) throw new Error(`the topic ${topic} has a handler`);
    this.#handlers.set(topic, handler);
  }

  #exchange(kind: 'request' | 'broadcast', topic: string, payload: unknown, timeout: number): Promise<string> {
    if (this.#isGone) return Promise.reject(new ChannelError(GONE));
    const body = bodyOf(payload);
    return this.#pending.wait(timeout, (id) => this.#send(createMessage(kind, id, topic, body)));
  }

  #receive({ kind, id, topic, body }: Message): void {
    if (kind === 'reply') this.#pending.resolve(id, body);
    else if (kind === 'failure') this.#pending.fail(id, body);
    else if (kind === 'workers') this.#workers = Math.max(1, Number(body));
    else if (kind === 'deliver') void this.#handle(id, topic, body);
  }

  /** Handlers begin in the order of the messages. A topic without a handler is of a feature that is not in use. */
  async #handle(id: number, topic: string, body: string): Promise<void> {
    try {
      const reply = await this.#handlers.get(topic)?.(JSON.parse(body));
      this.#send(createMessage('reply', id, topic, bodyOf(reply)));
    } catch (error) {
      this.#send(createMessage('failure', id, topic, messageOf(error)));
    }
  }

  #send(message: Message): void {
    this.#port.send(message, () => this.#gone());
  }

  #gone(): void {
    this.#isGone = true;
    this.#pending.failAll(GONE);
  }
}
