// Health checks of addresses: requests of the gateway's own to a path of each, where they are configured; and for an
// address that was ejected because nothing could connect to it, connections that find out when it is back.
import type { Upstream } from './upstream.ts';
import type { Upstreams } from './upstreams.ts';

export interface HealthCheck {
  /** Path that responds with a status of 2xx where the address may get requests. */
  path: string;
  /** Milliseconds between two checks of an address. */
  interval: number;
  /** Milliseconds for one check. */
  timeout: number;
  /** Failed checks in a row after which an address gets no requests. */
  unhealthyAfter: number;
  /** Successful checks in a row after which it gets them again. */
  healthyAfter: number;
}

/** Milliseconds between two connections to an address that could not be reached. */
const CONNECT_INTERVAL = 2_000;

export class HealthChecks {
  readonly #upstreams: Upstreams;
  readonly #check: HealthCheck | null;
  /** Results in a row of each address: above 0 for successful checks, below for failed ones. */
  readonly #inRow = new WeakMap<Upstream, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isRunning = false;

  constructor(upstreams: Upstreams, check: HealthCheck | null) {
    this.#upstreams = upstreams;
    this.#check = check;
  }

  /** Starts the checks, once. */
  start(): void {
    const check = this.#check;
    if (this.#isRunning || !check) return;
    this.#isRunning = true;
    this.#every(check.interval, () => {
      for (const upstream of this.#upstreams.all) this.#send(upstream, check);
      return true;
    });
  }

  /**
   * To be called for an address that was ejected: where nothing can connect to it, its ejection ends as soon as that is
   * possible again. One that accepts connections, and fails or hangs, stays ejected for the time.
   */
  awaitConnection(upstream: Upstream): void {
    const tryConnection = () => {
      if (!upstream.isEjected || !this.#upstreams.all.includes(upstream)) return false;
      upstream.pool.canConnect().then((isConnected) => {
        if (!isConnected) upstream.isUnreachable = true;
        else if (upstream.isUnreachable) this.#upstreams.endEjection(upstream, performance.now());
      });
      return true;
    };
    tryConnection();
    this.#every(CONNECT_INTERVAL, tryConnection);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers.clear();
  }

  #send(upstream: Upstream, { path, timeout, unhealthyAfter, healthyAfter }: HealthCheck): void {
    upstream.pool.isHealthy(path, timeout).then((isHealthy) => {
      const before = this.#inRow.get(upstream) ?? 0;
      const inRow = isHealthy ? Math.max(before, 0) + 1 : Math.min(before, 0) - 1;
      this.#inRow.set(upstream, inRow);
      if (upstream.isHealthy ? inRow > -unhealthyAfter : inRow < healthyAfter) return;
      upstream.isHealthy = isHealthy;
      const now = performance.now();
      if (isHealthy) this.#upstreams.restart(upstream, now);
      this.#upstreams.refresh(now);
    });
  }

  /** Until it returns false. */
  #every(interval: number, work: () => boolean): void {
    const timer = setInterval(() => {
      if (work()) return;
      clearInterval(timer);
      this.#timers.delete(timer);
    }, interval).unref();
    this.#timers.add(timer);
  }
}
