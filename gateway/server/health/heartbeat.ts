// Heartbeat: what the event loop that serves requests says of itself, in memory that another thread reads.
import type { Health } from './health-response.ts';

/** Milliseconds between two beats. */
const INTERVAL = 100;
/** Milliseconds without a beat from which the process is not ready, and is to be restarted. */
const UNREADY_AFTER = 1_000;
const DEAD_AFTER = 10_000;

/** Two numbers: the time of the last beat, and whether requests are taken. */
export function createPulse(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT);
}

export class Heartbeat {
  readonly #numbers: Float64Array;
  readonly #isReady: () => boolean;
  readonly #timer: NodeJS.Timeout;

  constructor(pulse: SharedArrayBuffer, isReady: () => boolean) {
    this.#numbers = new Float64Array(pulse);
    this.#isReady = isReady;
    this.beat();
    this.#timer = setInterval(() => this.beat(), INTERVAL).unref();
  }

  beat(): void {
    this.#numbers[0] = now();
    this.#numbers[1] = this.#isReady() ? 1 : 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** To be called in any thread. */
export function healthOf(pulse: SharedArrayBuffer): Health {
  const [beat = 0, isReady] = new Float64Array(pulse);
  const age = now() - beat;
  return { isAlive: age < DEAD_AFTER, isReady: isReady === 1 && age < UNREADY_AFTER };
}

/** Milliseconds of a clock that all threads share. */
function now(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
