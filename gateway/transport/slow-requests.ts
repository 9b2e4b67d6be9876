// Slow requests: queries of a subgraph with several addresses that wait for the head of a response. Those that wait
// for much longer than usual are sent to another address as well; with hedging, those that wait for longer than 99 of
// 100.
import type { FetchProfile } from './fetch-profile.ts';
import type { RetryReason } from './retry-policy.ts';
import type { Upstream } from './upstream.ts';
import type { Upstreams } from './upstreams.ts';

/** A request as it is seen here. */
export interface WaitingRequest {
  readonly profile: FetchProfile;
  /** The address that has got it. */
  readonly upstream: Upstream | null;
  /** Time at which it was sent, while only one address has got it and no head of a response has arrived. */
  readonly waitsSince: number | null;
  /** Sends it to another address as well, within the budget. */
  sendElsewhere(reason: RetryReason, now: number): boolean;
}

/** Milliseconds between two looks. */
const INTERVAL = 100;

/** Milliseconds after which a look is late. */
const MAX_INTERVAL = 300;

/** Milliseconds below which no request is slow. */
const MIN_SLOW = 1_000;

/** How many times longer than the 99th percentile of its fetch a slow request waits. */
const TIMES_P99 = 3;

export class SlowRequests {
  readonly #upstreams: Upstreams;
  readonly #isHedging: boolean;
  /** With the timer of the hedge, where there is one. */
  readonly #waiting = new Map<WaitingRequest, NodeJS.Timeout | undefined>();
  #interval: NodeJS.Timeout | null = null;
  #lookedAt = 0;

  constructor(upstreams: Upstreams, isHedging: boolean) {
    this.#upstreams = upstreams;
    this.#isHedging = isHedging;
  }

  add(request: WaitingRequest): void {
    this.#waiting.set(request, this.#isHedging ? hedgeTimer(request) : undefined);
    if (this.#interval) return;
    this.#lookedAt = performance.now();
    this.#interval = setInterval(() => this.#look(), INTERVAL).unref();
  }

  delete(request: WaitingRequest): void {
    const timer = this.#waiting.get(request);
    if (timer) clearTimeout(timer);
    this.#waiting.delete(request);
  }

  close(): void {
    for (const request of this.#waiting.keys()) this.delete(request);
    this.#stop();
  }

  #look(): void {
    const now = performance.now();
    const isLate = now - this.#lookedAt > MAX_INTERVAL;
    this.#lookedAt = now;
    // The event loop was blocked: responses may have come that have not been read yet.
    if (isLate) return;
    for (const request of this.#waiting.keys()) {
      const since = request.waitsSince;
      if (since === null) this.delete(request);
      else if (now - since > Math.max(MIN_SLOW, TIMES_P99 * (request.profile.latency.p99 ?? 0))) {
        this.delete(request);
        if (request.upstream) this.#upstreams.fail(request.upstream, now, false);
        request.sendElsewhere('slow', now);
      }
    }
    if (this.#waiting.size === 0) this.#stop();
  }

  #stop(): void {
    if (this.#interval) clearInterval(this.#interval);
    this.#interval = null;
  }
}

function hedgeTimer(request: WaitingRequest): NodeJS.Timeout | undefined {
  const { p99 } = request.profile.latency;
  return p99 === null ? undefined : setTimeout(() => request.sendElsewhere('hedge', performance.now()), p99);
}
