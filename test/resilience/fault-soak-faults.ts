// Faults of the soak test: drawn for each request to a service, recorded with its id while the request of the client runs,
// so that each error can be held against what has happened to it.
import type { Random } from '../differential/random.ts';
import { type FaultKind, FaultProxy, type Faults } from '../harness/faults/fault-proxy.ts';
import type { SubgraphName } from './fault-soak-services.ts';

/** Codes that a fault may lead to. A cut after the head of a response may look like one that is not valid. */
const codes: Record<FaultKind, readonly string[]> = {
  cut: ['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_BAD_RESPONSE'],
  closed: ['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_BAD_RESPONSE'],
  reset: ['SUBGRAPH_UNAVAILABLE'],
  refused: ['SUBGRAPH_UNAVAILABLE'],
  blackHole: ['SUBGRAPH_TIMEOUT'],
  lost: ['SUBGRAPH_TIMEOUT'],
  late: ['SUBGRAPH_TIMEOUT'],
};

/** Milliseconds for which faults count for the breaker and for requests that are shared. */
const RECENT = 15_000;

export class SoakFaults {
  /** The subgraph that is down; null where all are up. */
  outage: SubgraphName | null = null;
  readonly counts: Partial<Record<FaultKind, number>> = {};
  readonly #random: Random;
  /** Faults by the id of the request, of those that run. */
  readonly #running = new Map<string, string[]>();
  /** Time of the last fault of each subgraph that leads to errors. */
  readonly #last = new Map<string, number>();
  /** Time of the last end of a connection of each subgraph. */
  readonly #closed = new Map<string, number>();
  readonly #proxies: FaultProxy[] = [];

  readonly #hasSilence: boolean;

  /** @param hasSilence whether some requests get no response, and no end of their connection either. */
  constructor(random: Random, hasSilence: boolean) {
    this.#random = random;
    this.#hasSilence = hasSilence;
  }

  async proxy(subgraph: SubgraphName, service: string): Promise<string> {
    const proxy = await FaultProxy.start(
      service,
      {},
      {
        plan: (request) => {
          this.#running.get(request)?.push(`${subgraph} has it`);
          return this.#draw(subgraph);
        },
        onStep: (step, request) => {
          this.#running.get(request)?.push(`${subgraph} ${step} at ${Math.round(performance.now())}`);
        },
        onFault: (kind, request) => {
          this.counts[kind] = (this.counts[kind] ?? 0) + 1;
          this.#last.set(subgraph, performance.now());
          if (kind === 'closed') this.#closed.set(subgraph, performance.now());
          this.#running.get(request)?.push(...codes[kind].map((code) => `${subgraph} ${code}`));
        },
      },
    );
    this.#proxies.push(proxy);
    return proxy.url;
  }

  begin(request: string): void {
    this.#running.set(request, []);
  }

  end(request: string): void {
    this.#running.delete(request);
  }

  /** What has happened to it, for a report. */
  traceOf(request: string): string {
    return this.#running.get(request)?.join(', ') ?? '';
  }

  /** @param isShared whether the fault may have happened to another request that it has shared. */
  explains(request: string, subgraph: string, code: string, isShared: boolean): boolean {
    const isRecent = performance.now() - (this.#last.get(subgraph) ?? Number.NEGATIVE_INFINITY) < RECENT;
    if (code === 'SUBGRAPH_CIRCUIT_OPEN') return isRecent;
    return this.#running.get(request)?.includes(`${subgraph} ${code}`) || (isShared && isRecent);
  }

  /** Whether a connection of the subgraph has ended since this time: a mutation may have been written to it in the same moment. */
  hasClosedSince(subgraph: string, time: number): boolean {
    return (this.#closed.get(subgraph) ?? 0) >= time;
  }

  get open(): number {
    return this.#proxies.reduce((sum, { open }) => sum + open, 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.stop()));
  }

  #draw(subgraph: SubgraphName): Faults {
    if (subgraph === this.outage) return { resets: true };
    const random = this.#random;
    const drawn = random.below(2_000);
    if (drawn < 20) return { cutAfter: random.below(700) };
    if (drawn < 30) return { resets: true };
    if (drawn < 31) return { isBlackHole: this.#hasSilence };
    if (drawn < 60) return { latency: 3, jitter: 20 };
    if (drawn < 70) return { bandwidth: 30_000 };
    if (drawn < 100) return { idle: 5 };
    // Together with a service that closes the connection: its end gets lost.
    if (drawn < 140) return { isHalfOpen: this.#hasSilence };
    return {};
  }
}
