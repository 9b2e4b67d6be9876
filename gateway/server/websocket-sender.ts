// WebSocket sender: sends the messages to one client in order. Large messages are sent in fragments (RFC 6455, section
// 5.4), each when the one before has been sent, so that progress is visible within a message, and control frames can
// pass.
import type { WebSocket } from 'ws';

export interface SenderOptions {
  /** Milliseconds without progress after which the client is considered stalled. */
  stallTimeout: number;
  /** Called with the bytes that wait, whenever their number has changed. */
  onWaiting(bytes: number): void;
  /** Called when data has been sent to the client. */
  onProgress(): void;
  /** Called once, when no data has been sent for `stallTimeout` though some waits. */
  onStall(): void;
}

interface WaitingMessage {
  data: Buffer;
  /** Bytes of it that were passed to the socket. */
  sent: number;
  resolve(): void;
}

/** Maximum bytes of a fragment, and threshold of bytes in flight above which no more are passed to the socket. */
const FRAGMENT_BYTES = 65_536;

export class WebSocketSender {
  readonly #socket: WebSocket;
  readonly #options: SenderOptions;
  readonly #queue: WaitingMessage[] = [];
  #stall: NodeJS.Timeout | undefined;
  /** Passed to the socket, but not sent yet. */
  #bytesInFlight = 0;
  #waitingBytes = 0;
  #isClosed = false;
  #onIdle: (() => void)[] = [];

  constructor(socket: WebSocket, options: SenderOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Bytes that have not been sent to the client. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Resolves when the message has been sent, or the sender is closed. */
  send(message: string): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const data = Buffer.from(message);
      this.#waitingBytes += data.length;
      this.#queue.push({ data, sent: 0, resolve });
      this.#options.onWaiting(this.#waitingBytes);
      this.#stall ??= setTimeout(this.#options.onStall, this.#options.stallTimeout);
      this.#pump();
    });
  }

  /** Resolves when nothing waits. */
  idle(): Promise<void> {
    if (this.#waitingBytes === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** Stops sending, and drops what waits. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#stall);
    this.#waitingBytes = 0;
    this.#options.onWaiting(0);
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
        if (!this.#isClosed) this.#onSent(fragment.length);
      });
    }
  }

  #onSent(bytes: number): void {
    this.#waitingBytes -= bytes;
    this.#options.onWaiting(this.#waitingBytes);
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
