// Relay of the supervisor: replies to the requests of workers, and passes on what one of them sends to all others. The
// messages of one worker reach each other worker in their order.
import {
  bodyOf,
  ChannelError,
  createMessage,
  isMessage,
  JsonText,
  MAX_PENDING,
  type Message,
  messageOf,
  type Port,
  REPLY_TIMEOUT_MS,
} from './message.ts';
import { PendingReplies } from './pending-replies.ts';

/** Gets a request's payload and the worker that it comes from, by number; as `Handler` of a worker otherwise. */
export type RequestHandler = (payload: unknown, worker: number) => unknown;

/** A worker, from its start until it is gone. */
interface Member {
  number: number;
  port: Port;
  /** Whether it listens: before, it has no state that a message could concern. */
  isOpen: boolean;
  pending: PendingReplies;
}

export interface GatherOptions {
  /** Milliseconds; default: 5,000. */
  timeout?: number;
  /** A worker that is left out. */
  except?: number;
}

export interface Gathered {
  /** JSON text, by worker. */
  replies: Map<number, string>;
  /** One line for each worker that has failed. */
  failures: string[];
}

export class Relay {
  readonly #members = new Map<number, Member>();
  readonly #handlers = new Map<string, RequestHandler>();
  readonly #whenGone: ((worker: number) => void)[] = [];
  readonly #maxPending: number;
  #workers = 1;

  /** @param maxPending messages to one worker without a reply; more are rejected. */
  constructor(maxPending = MAX_PENDING) {
    this.#maxPending = maxPending;
  }

  /** How many workers there are meant to be; sent to each of them. */
  get workers(): number {
    return this.#workers;
  }

  set workers(count: number) {
    this.#workers = count;
    for (const member of this.#members.values()) if (member.isOpen) this.#sendCount(member);
  }

  /** Takes a worker on, as soon as it is started. @param number never used before. */
  add(number: number, port: Port): void {
    const member = { number, port, isOpen: false, pending: new PendingReplies(this.#maxPending) };
    this.#members.set(number, member);
    port.receive((message) => {
      if (isMessage(message)) this.#receive(member, message);
    });
    port.onGone(() => this.#gone(member));
  }

  /** Handles the requests of workers. One handler for each topic. */
  on(topic: string, handler: RequestHandler): void {
    if (this.#handlers.has(topic)) throw new Error(`the topic ${topic} has a handler`);
    this.#handlers.set(topic, handler);
  }

  /** Calls with every worker that is gone. */
  onGone(listener: (worker: number) => void): void {
    this.#whenGone.push(listener);
  }

  /** Whether a worker is known, and not gone. */
  has(worker: number): boolean {
    return this.#members.has(worker);
  }

  /**
   * As `gather`.
   * @returns the replies as JSON text, by worker.
   * @throws ChannelError (as a rejection) if a worker fails or does not reply in time.
   */
  async collect(topic: string, payload: unknown, options?: GatherOptions): Promise<Map<number, string>> {
    const { replies, failures } = await this.gather(topic, payload, options);
    if (failures.length > 0) throw new ChannelError(failures.join('; '));
    return replies;
  }

  /**
   * Sends to all workers that listen, and waits until each of them has replied, has failed or is gone. Those that are
   * gone are in neither list.
   */
  async gather(topic: string, payload: unknown, options: GatherOptions = {}): Promise<Gathered> {
    const { timeout = REPLY_TIMEOUT_MS, except } = options;
    const body = bodyOf(payload);
    const addressed = [...this.#members.values()].filter(({ isOpen, number }) => isOpen && number !== except);
    const settled = await Promise.allSettled(
      addressed.map(({ port, pending, number }) =>
        pending.wait(timeout, (id) => {
          port.send(createMessage('deliver', id, topic, body), () => this.#goneNumber(number));
        }),
      ),
    );
    const replies = new Map<number, string>();
    const failures: string[] = [];
    for (const [index, reply] of settled.entries()) {
      const { number } = addressed[index] as Member;
      if (reply.status === 'fulfilled') replies.set(number, reply.value);
      else if (this.#members.has(number)) failures.push(`worker ${number}: ${messageOf(reply.reason)}`);
    }
    return { replies, failures };
  }

  #receive(member: Member, { kind, id, topic, body }: Message): void {
    if (kind === 'reply') member.pending.resolve(id, body);
    else if (kind === 'failure') member.pending.fail(id, body);
    else if (kind === 'request') void this.#reply(member, id, topic, () => this.#handle(topic, body, member));
    else if (kind === 'broadcast') void this.#reply(member, id, topic, () => this.#pass(topic, body, member));
    else if (kind === 'open') {
      member.isOpen = true;
      this.#sendCount(member);
    }
  }

  async #reply({ number, port }: Member, id: number, topic: string, work: () => Promise<string>): Promise<void> {
    let reply: Message;
    try {
      reply = createMessage('reply', id, topic, await work());
    } catch (error) {
      reply = createMessage('failure', id, topic, messageOf(error));
    }
    port.send(reply, () => this.#goneNumber(number));
  }

  async #handle(topic: string, body: string, { number }: Member): Promise<string> {
    const handler = this.#handlers.get(topic);
    if (!handler) throw new ChannelError(`the supervisor has no handler for ${topic}`);
    return bodyOf(await handler(JSON.parse(body), number));
  }

  async #pass(topic: string, body: string, { number }: Member): Promise<string> {
    const replies = await this.collect(topic, new JsonText(body), { except: number });
    return `[${[...replies.values()].join(',')}]`;
  }

  #sendCount({ number, port }: Member): void {
    port.send(createMessage('workers', 0, '', String(this.#workers)), () => this.#goneNumber(number));
  }

  #goneNumber(number: number): void {
    const member = this.#members.get(number);
    if (member) this.#gone(member);
  }

  #gone({ number, pending }: Member): void {
    if (!this.#members.delete(number)) return;
    pending.failAll('the worker is gone');
    for (const listener of this.#whenGone) listener(number);
  }
}
