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
}

/** Milliseconds between two measurements. */
const INTERVAL = 25;
/** Milliseconds between two late measurements with which shedding begins at most: one long task is no overload. */
const SUSTAINED = 250;
/** Requests in flight below which the event loop is late for another reason than their number. */
const MIN_RUNNING = 10;
/**
 * First requests of a process, within so many milliseconds, whose code is not compiled yet: they are late without being too
 * many.
 */
const COLD = 500;
const COLD_TIME = 3_000;
/**
 * Milliseconds of work, and number of requests at least, that may always be in flight beyond the usual ones: they occupy the
 * processor, whatever else makes the event loop late. The number is above what a few clients have that each wait for
 * their responses: such a load cannot grow, so that there is nothing to be gained from rejections, however slow the
 * machine is.
 */
const MIN_WORK = 100;
const MIN_EXCESS = 70;
/** Share of the difference by which the estimated time of a request follows a late measurement. */
const FOLLOW_COST = 0.2;
/** Share of the difference by which the usual number in flight follows the present one, in a measurement. */
const FOLLOW = 0.05;
/** Factor of the limit for a measurement that is in time; and least factor of its excess for one that is late. */
const RISE = 1.03;
const MAX_FALL = 0.5;
/** Factor of the usual number where the least excess is still too much. */
const USUAL_FALL = 0.98;
/** Requests in one turn of the event loop from which the time that they have taken counts. */
const MANY_IN_TURN = 10;
/** Milliseconds between two requests that count at most: a longer pause has another reason. */
const MAX_GAP = 10;
/** Multiple of `lag` that requests have taken in one turn, from which further ones are limited. */
const LONG_TURN = 2;
/** Milliseconds of shedding requests after which the gateway is not ready: a balancer may send them elsewhere. */
const UNREADY_AFTER = 5_000;
/** Milliseconds without such a request after which it is over. */
const OVER_AFTER = 1_000;

/** Shares of the excess up to which each kind is served: the next kind, up to more than those before. */
const shares: Record<Sheddable, number> = {
  revalidation: 0.5,
  document: 0.75,
  anonymous: 1,
  low: 1.25,
  normal: 1.5,
  high: 2,
};

export class LoadShedding {
  readonly retryAfter: number;
  /** Number of what was shed. */
  readonly counts = Object.fromEntries(sheddable.map((kind) => [kind, 0])) as Record<Sheddable, number>;
  readonly #lag: number;
  readonly #log: Pick<Logger, 'warn' | 'info'>;
  readonly #running: () => number;
  #timer: NodeJS.Timeout | undefined;
  /** Requests in flight as long as the event loop is in time: subscriptions and what waits for services are among them. */
  #usual = 0;
  /** Requests in flight from which further ones are shed; infinite as long as none are. */
  #limit = Number.POSITIVE_INFINITY;
  /** Time of the last late measurement. */
  #lastLate = Number.NEGATIVE_INFINITY;
  /** Requests until the process is warm, and the time of the first one. */
  #cold = COLD;
  #first: number | null = null;
  /** Milliseconds of work that a request makes, also where other processes take a part of the processor; 0 if unknown. */
  #cost = 0;
  /** Since the last measurement: the number that is served, the most in flight, the number of requests, the time that they have taken, and of the latest. */
  #served = 0;
  #peak = 0;
  #inTurn = 0;
  #spent = 0;
  #last = 0;
  /** Time from which requests are shed; null while none are. */
  #since: number | null = null;
  #wasLimited = false;
  /** Time of the latest of them, or of the limit, by measurements; their number then, and before the first. */
  #latest = 0;
  #counted = 0;
  #shedBefore = 0;

  constructor({ lag, retryAfter, log, running }: LoadSheddingOptions) {
    this.#lag = lag;
    this.retryAfter = retryAfter;
    this.#log = log;
    this.#running = running;
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
    const running = this.#running();
    // In the turn that has just ended, most of them may have been served.
    const peak = Math.max(this.#peak, running);
    this.#peak = 0;
    if (delay > this.#lag && peak >= MIN_RUNNING) {
      // The event loop was late since then.
      const isSustained = now - delay - this.#lastLate <= SUSTAINED;
      this.#lastLate = now;
      if (this.#served > 0) this.#learnCost((INTERVAL + delay) / this.#served);
      this.#fall(delay, running, peak, isSustained);
    } else this.#rise(running, now);
    this.#served = 0;
    this.#note(now);
  }

  /** Whether this one is shed. @param now milliseconds of the clock of `measure`. */
  sheds(kind: Sheddable, now = performance.now()): boolean {
    if (this.#cold > 0) this.#warm(now);
    const running = this.#running();
    if (running > this.#peak) this.#peak = running;
    this.#noteTurn(now, running);
    const isServed = running < this.#usual + shares[kind] * (this.#limit - this.#usual);
    if (isServed || this.#limit === Number.POSITIVE_INFINITY) {
      this.#served += 1;
      return false;
    }
    this.counts[kind] += 1;
    return true;
  }

  /** With fewer in flight the event loop is less late. Those that are too many by now have to be served first. */
  #fall(delay: number, running: number, peak: number, isSustained: boolean): void {
    if (this.#limit === Number.POSITIVE_INFINITY) {
      if (isSustained) this.#limitTo((peak - this.#usual) * (this.#lag / delay));
      return;
    }
    if (running > this.#limit) return;
    const excess = this.#limit - this.#usual;
    if (excess <= this.#minExcess) this.#usual *= USUAL_FALL;
    this.#limitTo(excess * Math.max(MAX_FALL, Math.sqrt(this.#lag / delay)));
  }

  #rise(running: number, now: number): void {
    if (this.#limit < Number.POSITIVE_INFINITY) this.#limit = this.#limit * RISE + 1;
    else if (now - this.#lastLate >= OVER_AFTER) this.#usual += FOLLOW * (running - this.#usual);
  }

  #limitTo(excess: number): void {
    if (this.#cold > 0) return;
    this.#limit = this.#usual + Math.max(this.#minExcess, excess);
  }

  #warm(now: number): void {
    this.#first ??= now;
    this.#cold = now - this.#first < COLD_TIME ? this.#cold - 1 : 0;
  }

  get #minExcess(): number {
    return this.#cost === 0 ? MIN_WORK : Math.max(MIN_EXCESS, MIN_WORK / this.#cost);
  }

  /** While the event loop is late, it does nothing but serve requests. */
  #learnCost(cost: number): void {
    this.#cost = this.#cost === 0 ? cost : this.#cost + FOLLOW_COST * (cost - this.#cost);
  }

  /** Under a multiple of the load that it can serve, one turn of the event loop would take seconds before it is measured. */
  #noteTurn(now: number, running: number): void {
    this.#inTurn += 1;
    if (this.#inTurn > 1) this.#spent += Math.min(now - this.#last, MAX_GAP);
    this.#last = now;
    if (this.#limit < Number.POSITIVE_INFINITY || this.#inTurn <= MANY_IN_TURN) return;
    if (this.#spent <= LONG_TURN * this.#lag || running < MIN_RUNNING) return;
    this.#usual = Math.min(this.#usual, Math.max(0, running - this.#minExcess));
    this.#limitTo(running - this.#usual);
  }

  /** False after some seconds of shedding requests, until it is over. @param now as of `measure`. */
  isReady(now: number): boolean {
    return this.#since === null || now - this.#since < UNREADY_AFTER;
  }

  #note(now: number): void {
    const shed = this.#shed;
    const isLimited = this.#limit < Number.POSITIVE_INFINITY;
    if (shed > this.#counted || isLimited !== this.#wasLimited) this.#latest = now;
    this.#wasLimited = isLimited;
    if (shed > this.#counted) {
      if (this.#since === null) {
        this.#since = now;
        this.#shedBefore = this.#counted;
        this.#log.warn({}, 'overloaded: requests are rejected');
      }
      this.#counted = shed;
    } else if (isLimited && now - Math.max(this.#latest, this.#lastLate) >= OVER_AFTER) {
      this.#limit = Number.POSITIVE_INFINITY;
      this.#wasLimited = false;
      if (this.#since === null) return;
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
