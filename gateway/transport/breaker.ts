// Circuit breaker of a subgraph: while most of its requests fail, none is sent. After a pause, a few trials decide
// whether requests are sent again.
import { RollingCount } from './rolling-count.ts';

export interface BreakerOptions {
  /** Share of failures, from 0 to 1, at which it opens. */
  failures: number;
  /** Requests within the window below which it does not open. */
  minRequests: number;
  /** Milliseconds in which requests are counted. */
  window: number;
  /** Milliseconds that it is open. */
  duration: number;
  /** Requests that are sent after that, all of which must succeed. */
  trials: number;
}

/** State for operators and metrics. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Permission for a request: `REJECTED`, `NORMAL`, or the number of the round of trials that it belongs to. */
export type Permit = number;

export const REJECTED = -1;
export const NORMAL = 0;

export class Breaker {
  readonly #options: BreakerOptions;
  readonly #onChange: (state: BreakerState) => void;
  readonly #requests: RollingCount;
  readonly #failures: RollingCount;
  #state: BreakerState = 'closed';
  #openUntil = 0;
  /** Number of the current round of trials. */
  #round = NORMAL;
  /** Trials that may still be sent. */
  #trialsLeft = 0;
  #trialsPassed = 0;

  constructor(options: BreakerOptions, onChange: (state: BreakerState) => void = () => {}) {
    this.#options = options;
    this.#onChange = onChange;
    this.#requests = new RollingCount(options.window);
    this.#failures = new RollingCount(options.window);
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Milliseconds until trials are sent; 0 where it is not open. */
  openFor(now: number): number {
    return this.#state === 'open' ? Math.max(0, this.#openUntil - now) : 0;
  }

  /** Whether a request would get no permit. */
  rejects(now: number): boolean {
    if (this.#state === 'closed') return false;
    return this.#state === 'open' ? now < this.#openUntil : this.#trialsLeft === 0;
  }

  /** To be called before a request, whose end `record` or `release` is to be called for. @param now milliseconds. */
  admit(now: number): Permit {
    if (this.#state === 'closed') return NORMAL;
    if (this.rejects(now)) return REJECTED;
    if (this.#state === 'open') {
      this.#round += 1;
      this.#trialsLeft = this.#options.trials;
      this.#trialsPassed = 0;
      this.#change('half-open');
    }
    this.#trialsLeft -= 1;
    return this.#round;
  }

  /** To be called for a request that has succeeded, or failed by the fault of the subgraph. */
  record(permit: Permit, isFailure: boolean, now: number): void {
    if (this.#state === 'half-open' && permit === this.#round) this.#recordTrial(isFailure, now);
    // One that was sent before it opened does not show how the subgraph is now.
    else if (this.#state === 'closed' && permit === NORMAL) this.#count(isFailure, now);
  }

  /** To be called for a request whose end does not show the state of the subgraph, such as one that was cancelled. */
  release(permit: Permit): void {
    if (this.#state === 'half-open' && permit === this.#round) this.#trialsLeft += 1;
  }

  #count(isFailure: boolean, now: number): void {
    this.#requests.add(now);
    if (!isFailure) return;
    this.#failures.add(now);
    const requests = this.#requests.total(now);
    const { minRequests, failures } = this.#options;
    if (requests >= minRequests && this.#failures.total(now) >= requests * failures) this.#open(now);
  }

  #recordTrial(isFailure: boolean, now: number): void {
    if (isFailure) {
      this.#open(now);
      return;
    }
    this.#trialsPassed += 1;
    if (this.#trialsPassed < this.#options.trials) return;
    this.#requests.clear();
    this.#failures.clear();
    this.#change('closed');
  }

  #open(now: number): void {
    this.#openUntil = now + this.#options.duration;
    this.#change('open');
  }

  #change(state: BreakerState): void {
    this.#state = state;
    this.#onChange(state);
  }
}
