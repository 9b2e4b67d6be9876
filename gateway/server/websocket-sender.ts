// WebSocket sender: the messages to one client, one behind the other. What is large leaves in fragments (RFC 6455, section
// 5.4), each when the one before has left, so that progress shows while a message is on its way, and control frames pass.
import type { WebSocket } from 'ws';

export interface SenderOptions {
  /** Milliseconds without progress after which the client counts as one that does not read. */
  stallTimeout: number;
  /** Called when something has left for the client. */
  onProgress(): void;
  /** Called once, when nothing has left for `stallTimeout` though something waits. */
  onStall(): void;
}

interface WaitingMessage {
  data: Buffer;
  /** Bytes of it that are on their way. */
  sent: number;
  resolve(): void;
}

/** Bytes of a fragment, and how many are handed to the socket before some of them have left. */
const FRAGMENT_BYTES = 65_536;

export class WebSocketSender {
  readonly #socket: WebSocket;
  readonly #options: SenderOptions;
  readonly #queue: WaitingMessage[] = [];
  #stall: NodeJS.Timeout | undefined;
  /** Handed to the socket, and not left yet. */
  #bytesInFlight = 0;
  #waitingBytes = 0;
  #isClosed = false;
  #onIdle: (() => void)[] = [];

  constructor(socket: WebSocket, options: SenderOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Bytes that have not left for the client. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Resolves when the message has left, or will not leave any more. */
  send(message: string): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const data = Buffer.from(message);
      this.#waitingBytes += data.length;
      this.#queue.push({ data, sent: 0, resolve });
      this.#stall ??= setTimeout(this.#options.onStall, this.#options.stallTimeout);
      this.#pump();
    });
  }

  /** Resolves when nothing waits. */
  idle(): Promise<void> {
    if (this.#waitingBytes === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Sends nothing any more, and forgets what waits. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#stall);
    this.#waitingBytes = 0;
    for (const { resolve } of this.#queue.splice(0)) resolve();
    this.#settleIdle();
  }

  #pump(): void {
    while (this.#bytesInFlight < FRAGMENT_BYTES) {
      const message = this.#queue[0];
      if (!message) return;
      const fragment = message.data.subarray(message.sent, message.sent + FRAGMENT_BYTES);
      message.sent += fragment.length;
      const isLast = message.sent === message.data.length;
      if (isLast) this.#queue.shift();
      this.#bytesInFlight += fragment.length;
      this.#socket.send(fragment, { binary: false, fin: isLast }, () => {
        this.#bytesInFlight -= fragment.length;
        if (isLast) message.resolve();
        if (!this.#isClosed) this.#left(fragment.length);
      });
    }
  }

  #left(bytes: number): void {
    this.#waitingBytes -= bytes;
    if (this.#waitingBytes === 0) {
      clearTimeout(this.#stall);
      this.#stall = undefined;
      this.#settleIdle();
    } else this.#stall?.refresh();
    this.#options.onProgress();
    this.#pump();
  }

  #settleIdle(): void {
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
