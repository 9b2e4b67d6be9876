// Liveness of a WebSocket: a ping in every interval, without whose pong it ends.

export interface LivenessOptions {
  /** Milliseconds between two pings. */
  interval: number;
  /** Sends a ping. */
  ping(): void;
  /** Whether something else watches the connection now, and no pong is due. */
  isWatched(): boolean;
  /** Called where nothing has been received from the client since the last ping. */
  onDead(): void;
}

export class Liveness {
  readonly #options: LivenessOptions;
  readonly #pinging: NodeJS.Timeout;
  #isAlive = true;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#pinging = setInterval(() => this.#ping(), options.interval);
  }

  /** Records that the client reads or sends. */
  alive(): void {
    this.#isAlive = true;
  }

  stop(): void {
    clearInterval(this.#pinging);
  }

  #ping(): void {
    const { isWatched, onDead, ping } = this.#options;
    if (!this.#isAlive && !isWatched()) {
      onDead();
      return;
    }
    this.#isAlive = false;
    ping();
  }
}
