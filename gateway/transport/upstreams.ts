// Upstreams: the addresses of a subgraph, those among them that get requests, and the choice of one for a request. An
// address that fails several times in a row gets none for a while (outlier detection, as in Envoy).
import { type Balance, Balancer } from './balancer.ts';
import type { ConnectionPool } from './connection.ts';
import { Upstream, type UpstreamOptions } from './upstream.ts';

export interface Ejection {
  /** Failures in a row after which an address is ejected. */
  failures: number;
  /** Milliseconds of the first ejection; the next ones in a row are as many times longer. */
  duration: number;
  /** Maximum of an ejection, in milliseconds. */
  maxDuration: number;
  /** Maximum share of the addresses that get no requests; where more would, all addresses get them. */
  maxShare: number;
}

/** State of one address, for operators. */
export interface AddressState {
  /** URL without credentials. */
  address: string;
  /** `ejected` after failures in a row, `unhealthy` by its health checks. */
  state: 'available' | 'ejected' | 'unhealthy';
  /** Milliseconds that its ejection lasts; null where it is not ejected. */
  ejectedFor: number | null;
  inFlight: number;
  /** Milliseconds that a response is expected to take. */
  latency: number;
  failuresInRow: number;
  /** Share of its requests, after it has come or come back: 1 for the full one. */
  share: number;
}

/** What happens to addresses, for metrics and the log. */
export interface UpstreamEvents {
  ejected(upstream: Upstream, duration: number): void;
  returned(upstream: Upstream): void;
  /** Called with the numbers after every change. */
  counted(counts: Readonly<Record<AddressState['state'], number>>): void;
}

export interface UpstreamsOptions {
  balance: Balance;
  /** Null where no address is ejected. */
  ejection: Ejection | null;
  events?: UpstreamEvents | undefined;
  /** Numbers from 0 to below 1. Default: `Math.random`. */
  random?: (() => number) | undefined;
}

export class Upstreams {
  readonly #balancer: Balancer;
  readonly #ejection: Ejection | null;
  readonly #events: UpstreamEvents | undefined;
  #all: readonly Upstream[];
  /** Those that get requests. */
  #available: readonly Upstream[];
  /** Connections of addresses that were removed. */
  readonly #draining = new Set<ConnectionPool>();
  #isClosed = false;
  /** Time of the next end of an ejection. */
  #refreshAt = Number.POSITIVE_INFINITY;

  constructor(addresses: readonly UpstreamOptions[], { balance, ejection, events, random }: UpstreamsOptions) {
    this.#balancer = new Balancer(balance, random);
    this.#ejection = ejection;
    this.#events = events;
    this.#all = addresses.map((address) => new Upstream(address));
    this.#available = this.#all;
    events?.counted({ available: this.#all.length, ejected: 0, unhealthy: 0 });
  }

  get all(): readonly Upstream[] {
    return this.#all;
  }

  /** Whether so many addresses fail that all of them get requests. */
  get isPanicking(): boolean {
    return this.#available === this.#all && this.#all.some((upstream) => !upstream.isHealthy || upstream.isEjected);
  }

  /** @param tried addresses to be avoided, as long as there is another one. @param now milliseconds. */
  choose(now: number, tried: readonly Upstream[] | null = null): Upstream {
    if (now >= this.#refreshAt) this.refresh(now);
    if (!tried || tried.length === 0) return this.#balancer.choose(this.#available, now);
    const isUntried = (upstream: Upstream) => !tried.includes(upstream);
    const others = this.#available.filter(isUntried);
    const candidates = others.length > 0 ? others : this.#all.filter(isUntried);
    if (candidates.length === 0) return this.#balancer.choose(this.#available, now);
    // Those after the latest one first.
    const latest = this.#all.indexOf(tried.at(-1) as Upstream);
    const next = candidates.findIndex((upstream) => this.#all.indexOf(upstream) > latest);
    return this.#balancer.chooseOther(inTurn(candidates, next), now);
  }

  /** Whether there is an address besides these. */
  hasOther(tried: readonly Upstream[]): boolean {
    return this.#all.length > tried.length || this.#all.some((upstream) => !tried.includes(upstream));
  }

  /** To be called for each failure of an address. @param isUnreachable whether no connection could be opened. */
  fail(upstream: Upstream, now: number, isUnreachable: boolean): void {
    upstream.fail(now);
    if (!upstream.isEjected) upstream.isUnreachable = isUnreachable;
    if (!this.#ejection || upstream.isEjected || upstream.failuresInRow < this.#ejection.failures) return;
    // A single address has no alternative.
    if (this.#all.length === 1) return;
    const { duration, maxDuration } = this.#ejection;
    upstream.ejections = now - upstream.ejectedUntil < maxDuration ? upstream.ejections + 1 : 1;
    const time = Math.min(duration * upstream.ejections, maxDuration);
    upstream.ejectedUntil = now + time;
    upstream.isEjected = true;
    this.#events?.ejected(upstream, time);
    this.refresh(now);
  }

  /** Ends the ejection of an address. */
  endEjection(upstream: Upstream, now: number): void {
    if (!upstream.isEjected) return;
    upstream.isUnreachable = false;
    upstream.ejectedUntil = now;
    this.refresh(now);
  }

  /** Begins anew with an address that is back: with the latency of the others, and a share that grows. */
  restart(upstream: Upstream, now: number): void {
    upstream.restart(now, this.#medianLatency(now, upstream));
  }

  /** To be called when a health check has changed `isHealthy` of an address. */
  refresh(now: number): void {
    this.#refreshAt = Number.POSITIVE_INFINITY;
    for (const upstream of this.#all) {
      if (!upstream.isEjected) continue;
      if (now >= upstream.ejectedUntil) this.#return(upstream, now);
      else this.#refreshAt = Math.min(this.#refreshAt, upstream.ejectedUntil);
    }
    const ejected = this.#all.filter(({ isEjected }) => isEjected).length;
    const unhealthy = this.#all.filter(({ isEjected, isHealthy }) => !isEjected && !isHealthy).length;
    const maxShare = this.#ejection?.maxShare ?? 0.5;
    const hasTooMany = ejected + unhealthy > this.#all.length * maxShare;
    this.#available = hasTooMany ? this.#all : this.#all.filter(({ isEjected, isHealthy }) => !isEjected && isHealthy);
    this.#events?.counted({ available: this.#all.length - ejected - unhealthy, ejected, unhealthy });
  }

  /**
   * Sets the addresses anew: those that are there already stay as they are, new ones begin with a small share, and the
   * others end with their last request.
   * @param keys of the addresses, without repetitions. @param open makes the options of a new one.
   */
  replace(keys: readonly string[], open: (key: string) => UpstreamOptions, now: number): void {
    const known = new Map(this.#all.map((upstream) => [upstream.key, upstream]));
    const latency = this.#medianLatency(now);
    const next = keys.map((key) => {
      const upstream = known.get(key);
      known.delete(key);
      if (upstream) return upstream;
      const added = new Upstream(open(key));
      added.restart(now, latency);
      return added;
    });
    this.#all = next;
    this.refresh(now);
    for (const { pool } of known.values()) {
      this.#draining.add(pool);
      pool.close().finally(() => this.#draining.delete(pool));
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends all connections, with what still runs. */
  async destroy(): Promise<void> {
    this.#isClosed = true;
    const pools = [...this.#all.map(({ pool }) => pool), ...this.#draining];
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  states(now: number): AddressState[] {
    return this.#all.map((upstream) => ({
      address: upstream.label,
      state: upstream.isEjected ? 'ejected' : upstream.isHealthy ? 'available' : 'unhealthy',
      ejectedFor: upstream.isEjected ? Math.max(0, Math.round(upstream.ejectedUntil - now)) : null,
      inFlight: upstream.inFlight,
      latency: Math.round(upstream.latency(now) * 10) / 10,
      failuresInRow: upstream.failuresInRow,
      share: Math.round(upstream.share(now) * 100) / 100,
    }));
  }

  #return(upstream: Upstream, now: number): void {
    upstream.isEjected = false;
    // The next failure ejects it again.
    upstream.failuresInRow = (this.#ejection?.failures ?? 1) - 1;
    this.restart(upstream, now);
    this.#events?.returned(upstream);
  }

  #medianLatency(now: number, except?: Upstream): number {
    const latencies = this.#all
      .filter((upstream) => upstream !== except && !upstream.isEjected)
      .map((upstream) => upstream.latency(now))
      .sort((a, b) => a - b);
    return latencies[latencies.length >> 1] ?? 0;
  }
}

function inTurn(upstreams: readonly Upstream[], first: number): readonly Upstream[] {
  return first <= 0 ? upstreams : [...upstreams.slice(first), ...upstreams.slice(0, first)];
}
