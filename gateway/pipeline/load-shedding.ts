// Load shedding: while the event loop is late, requests are rejected before their bodies are read, so that those that
// are served are served in time. The delay of the event loop needs no estimate of what the process can do, and slow
// services do not change it.
import type { Logger } from '../telemetry/log.ts';

/** What is shed, in this order: nothing of a kind while something of a kind before it is served. */
export const sheddable = ['revalidation', 'document', 'anonymous', 'low', 'normal', 'high'] as const;

export type Sheddable = (typeof sheddable)[number];

export interface LoadSheddingOptions {
  /** Milliseconds of delay of the event loop from which it sheds. */
  lag: number;
  /** Seconds for `Retry-After`. */
  retryAfter: number;
  log: Pick<Logger, 'warn' | 'info'>;
  /** Number of requests in flight. */
  running(): number;
  /** From 0 to 1, for tests. Default: Math.random. */
  random?: () => number;
}

/** Milliseconds between two measurements. */
const INTERVAL = 25;
/** Late measurements in a row with which shedding begins: one long task is no overload. */
const SUSTAINED = 3;
/** Requests in flight below which the event loop is late for another reason than their number. */
const MIN_RUNNING = 20;
/** Requests in one turn of the event loop from which the time that they have taken counts. */
const MANY_IN_TURN = 10;
/** Milliseconds between two requests that count at most: a longer pause has another reason. */
const MAX_GAP = 10;
/** Multiples of `lag` that they have taken, from which further ones are shed, and anonymous ones wholly. */
const BEGIN_IN_TURN = 2;
const END_IN_TURN = 5;
/** Milliseconds in which the requests that were let in before are served. */
const SETTLING = 500;
/** Change of the level in one measurement: for each `lag` beyond the limit, at most, and when the event loop is in time. */
const RISE = 0.2;
const MAX_RISE = 1;
const FALL = 0.06;
/** Milliseconds of shedding requests after which the gateway is not ready: a balancer may send them elsewhere. */
const UNREADY_AFTER = 5_000;
/** Milliseconds without such a request after which it is over. */
const OVER_AFTER = 1_000;

const ranks = Object.fromEntries(sheddable.map((kind, rank) => [kind, rank])) as Record<Sheddable, number>;

export class LoadShedding {
  readonly retryAfter: number;
  /** Number of what was shed. */
  readonly counts = Object.fromEntries(sheddable.map((kind) => [kind, 0])) as Record<Sheddable, number>;
  readonly #lag: number;
  readonly #log: Pick<Logger, 'warn' | 'info'>;
  readonly #running: () => number;
  readonly #random: () => number;
  #timer: NodeJS.Timeout | undefined;
  /** Kinds of a rank below it are shed wholly, and those of the next one by its fraction. */
  #level = 0;
  #late = 0;
  /** Time until which the level does not rise. */
  #settlesUntil = 0;
  /** Since the last measurement: the number of requests, the time that they have taken, and the time of the latest. */
  #inTurn = 0;
  #spent = 0;
  #last = 0;
  /** Time from which requests are shed; null while none are. */
  #since: number | null = null;
  /** Time of the latest of them, by measurements; their number then, and before the first. */
  #latest = 0;
  #counted = 0;
  #shedBefore = 0;

  constructor({ lag, retryAfter, log, running, random = Math.random }: LoadSheddingOptions) {
    this.#lag = lag;
    this.retryAfter = retryAfter;
    this.#log = log;
    this.#running = running;
    this.#random = random;
  }

  /** Measures the event loop from now on. */
  start(): void {
    let expected = performance.now() + INTERVAL;
    this.#timer ??= setInterval(() => {
      const now = performance.now();
      this.measure(now - expected, now);
      expected = now + INTERVAL;
    }, INTERVAL).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** @param delay milliseconds that the event loop was late. @param now milliseconds of one clock. */
  measure(delay: number, now: number): void {
    this.#inTurn = 0;
    this.#spent = 0;
    const isLate = delay > this.#lag && this.#running() >= MIN_RUNNING;
    this.#late = isLate ? this.#late + 1 : 0;
    const excess = delay / this.#lag - 1;
    if (isLate && (this.#level > 0 || this.#late >= SUSTAINED)) this.#rise(Math.min(RISE * excess, MAX_RISE), now);
    else if (excess < 0) this.#level = Math.max(0, this.#level + FALL * excess);
    this.#note(now);
  }

  /** Whether this one is shed. @param now milliseconds of the clock of `measure`. */
  sheds(kind: Sheddable, now?: number): boolean {
    const level = Math.max(this.#level, this.#levelInTurn(now));
    if (level === 0) return false;
    const share = level - ranks[kind];
    if (share <= 0 || (share < 1 && this.#random() >= share)) return false;
    this.counts[kind] += 1;
    return true;
  }

  /** Under a multiple of the load that it can serve, one turn of the event loop would take seconds before it is measured. */
  #levelInTurn(now?: number): number {
    const time = now ?? performance.now();
    this.#inTurn += 1;
    if (this.#inTurn > 1) this.#spent += Math.min(time - this.#last, MAX_GAP);
    this.#last = time;
    if (this.#inTurn <= MANY_IN_TURN) return 0;
    const times = this.#spent / this.#lag;
    if (times <= BEGIN_IN_TURN || this.#running() < MIN_RUNNING) return 0;
    const anonymousToo = ranks.anonymous + 1;
    return times < END_IN_TURN
      ? (anonymousToo * (times - BEGIN_IN_TURN)) / (END_IN_TURN - BEGIN_IN_TURN)
      : anonymousToo + Math.log2(times / END_IN_TURN);
  }

  /** To the next callers it goes on only where the event loop is still late after those before are rejected. */
  #rise(by: number, now: number): void {
    const level = Math.min(sheddable.length, this.#level + by);
    const whole = Math.floor(level);
    if (whole > ranks.anonymous && whole > this.#level) {
      this.#level = whole;
      this.#settlesUntil = now + SETTLING;
    } else if (now >= this.#settlesUntil) this.#level = level;
  }

  /** False after some seconds of shedding requests, until it is over. @param now as of `measure`. */
  isReady(now: number): boolean {
    return this.#since === null || now - this.#since < UNREADY_AFTER;
  }

  #note(now: number): void {
    const shed = this.#shed;
    if (shed > this.#counted) {
      this.#latest = now;
      if (this.#since === null) {
        this.#since = now;
        this.#shedBefore = this.#counted;
        this.#log.warn({}, 'overloaded: requests are rejected');
      }
      this.#counted = shed;
    } else if (this.#since !== null && this.#level <= ranks.anonymous && now - this.#latest >= OVER_AFTER) {
      const seconds = Math.round((now - this.#since) / 100) / 10;
      this.#since = null;
      this.#log.info({ seconds, rejected: shed - this.#shedBefore }, 'not overloaded any more');
    }
  }

  /** Number of requests that were shed. */
  get #shed(): number {
    const { anonymous, low, normal, high } = this.counts;
    return anonymous + low + normal + high;
  }
}
