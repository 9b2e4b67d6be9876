// Liveness of a WebSocket: a ping in every interval, without whose pong it ends, and the expiry of its caller's
// token.

/** Maximum delay of a Node timer, in milliseconds; a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface LivenessOptions {
  /** Milliseconds between two pings. */
  interval: number;
  /** Milliseconds since 1970. */
  now(): number;
  /** Sends a ping. */
  ping(): void;
  /** Whether something else watches the connection now, and no pong is due. */
  isWatched(): boolean;
  /** Called where nothing has been received from the client since the last ping. */
  onDead(): void;
  /** Called when the token has expired. */
  onExpired(): void;
}

export class Liveness {
  readonly #options: LivenessOptions;
  readonly #pinging: NodeJS.Timeout;
  #expiry: NodeJS.Timeout | undefined;
  #isAlive = true;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#pinging = setInterval(() => this.#ping(), options.interval);
  }

  /** Records that the client reads or sends. */
  alive(): void {
    this.#isAlive = true;
  }

  /** @param expires milliseconds since 1970. */
  expireAt(expires: number): void {
    const left = expires - this.#options.now();
    if (left <= 0) this.#options.onExpired();
    else this.#expiry = setTimeout(() => this.expireAt(expires), Math.min(left, MAX_TIMER_MS));
  }

  stop(): void {
    clearInterval(this.#pinging);
    clearTimeout(this.#expiry);
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
