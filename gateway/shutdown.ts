// Shutdown of a gateway: it serves on until load balancers have noticed, accepts nothing new, lets clients of long-lived
// connections come back elsewhere, waits for running requests, and releases what it holds.
import type { OperatorListeners } from './operator-listeners.ts';
import type { OverloadProtection } from './overload-protection.ts';
import type { HttpServer } from './server/http-server.ts';
import type { RequestHandler } from './server/request-handler.ts';

export interface StopOptions {
  /**
   * Milliseconds in which requests are still accepted, those on further connections too unless it is replaced; 0 for none, also where an earlier call has given more. Default:
   * `shutdownDelay`, or 0 without one.
   */
  delay?: number | undefined;
  /** Whether another process serves in its place on the same port: `/readiness` stays 200. Default: false. */
  isReplaced?: boolean | undefined;
}

export interface ShutdownParts {
  handler: Pick<RequestHandler, 'drain' | 'close' | 'expire' | 'cut' | 'ended'>;
  /** Null where the gateway has no port of its own. */
  server(): Pick<HttpServer, 'drain' | 'stopListening' | 'close' | 'cut'> | null;
  /** Ports for operators, open until the end; null where there are none. */
  operators: Pick<OperatorListeners, 'stopListening' | 'close'> | null;
  protection: Pick<OverloadProtection, 'drain' | 'close'>;
  /** Milliseconds in which requests are accepted after `stop`, and that running ones have then. */
  shutdownDelay: number;
  shutdownGrace: number;
  /** Called first. */
  beforeStop(): void;
  /**
   * Ends what would hold connections open without a request, when no more are accepted.
   * @param within milliseconds by which the last one is ended.
   */
  endLongLived(within: number): void;
  /** Releases what the gateway holds, when no request is running any more. */
  release(): Promise<void>;
}

/** Milliseconds in which the clients of long-lived connections are sent away, or half of a shorter grace period. */
const LONG_LIVED_SPREAD = 5_000;

/** Milliseconds after the grace period in which responses with what is known are sent. */
const LAST_RESPONSES = 500;

export class Shutdown {
  readonly #parts: ShutdownParts;
  #stopped: Promise<number> | null = null;
  #endDelay: (() => void) | null = null;

  constructor(parts: ShutdownParts) {
    this.#parts = parts;
  }

  get hasBegun(): boolean {
    return this.#stopped !== null;
  }

  /** @returns the number of requests that were still running at the end of the grace period. */
  stop({ delay, isReplaced = false }: StopOptions = {}): Promise<number> {
    if (delay === 0) this.#endDelay?.();
    this.#stopped ??= this.#stop(delay ?? this.#parts.shutdownDelay, isReplaced);
    return this.#stopped;
  }

  async #stop(delay: number, isReplaced: boolean): Promise<number> {
    const { handler, operators, protection, shutdownGrace, beforeStop, endLongLived, release } = this.#parts;
    beforeStop();
    handler.drain(isReplaced);
    const server = this.#parts.server();
    server?.drain();
    if (isReplaced) {
      server?.stopListening();
      operators?.stopListening();
    }
    protection.drain();
    if (delay > 0) await this.#delay(delay);
    handler.close();
    endLongLived(Math.min(LONG_LIVED_SPREAD, shutdownGrace / 2));
    const unfinished = await this.#finish(shutdownGrace, server);
    await operators?.close(isReplaced);
    await protection.close();
    await release();
    return unfinished;
  }

  #delay(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#endDelay = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Resolves when the last connection is closed, to the number of requests that the grace period was too short for. */
  async #finish(grace: number, server: ReturnType<ShutdownParts['server']>): Promise<number> {
    const { handler } = this.#parts;
    let unfinished = 0;
    const cut = () => {
      handler.cut();
      server?.cut();
    };
    let timer = setTimeout(() => {
      unfinished = handler.expire();
      timer = setTimeout(cut, LAST_RESPONSES);
    }, grace);
    await Promise.all([server?.close(), handler.ended()]);
    clearTimeout(timer);
    return unfinished;
  }
}
