// Figures of subgraphs and their addresses over the last five minutes.
import type { RecentFetch, RecentRequest } from '../../pipeline/request-ring.ts';
import { LatencyWindow } from './latencies.ts';
import type { Figures, Health, Series } from './messages.ts';

const SLICE = 10_000;
const SLICES = 30;
/** Slices that the health is of. */
const HEALTH_SLICES = 3;
const MAX_ADDRESSES = 200;
/** Share of failures from which a subgraph counts as failing. */
const FAILING = 0.5;

/** What is recorded of a subgraph, or of one of its addresses. */
export class Recorded {
  readonly #durations = new LatencyWindow(SLICE, SLICES);
  latestFailure: { code: string; time: number } | null = null;

  add(time: number, { duration, outcome }: RecentFetch): void {
    const isFailed = outcome !== 'ok';
    this.#durations.add(time, duration, isFailed);
    if (isFailed) this.latestFailure = { code: outcome, time };
  }

  /** @param since milliseconds since 1970 from which requests were added. */
  figures(now: number, since: number): Figures {
    return this.#durations.total(now).figures(this.#durations.seconds(now, since));
  }

  series(now: number): Series {
    return this.#durations.series(now);
  }

  health(now: number): Health {
    const { count, errors } = this.#durations.total(now, HEALTH_SLICES);
    if (count === 0) return 'idle';
    if (errors === 0) return 'ok';
    return errors / count >= FAILING ? 'failing' : 'degraded';
  }
}

export class RecordedSubgraph extends Recorded {
  readonly waits = new LatencyWindow(SLICE, SLICES);
  /** By address; null for what is executed inside the gateway. */
  readonly addresses = new Map<string | null, Recorded>();
}

export class SubgraphFigures {
  readonly #subgraphs = new Map<string, RecordedSubgraph>();
  #addresses = 0;

  get names(): Iterable<string> {
    return this.#subgraphs.keys();
  }

  of(subgraph: string): RecordedSubgraph {
    let recorded = this.#subgraphs.get(subgraph);
    if (!recorded) {
      recorded = new RecordedSubgraph();
      this.#subgraphs.set(subgraph, recorded);
    }
    return recorded;
  }

  add(request: RecentRequest): void {
    for (const fetch of request.ownFetches()) {
      if (!isCounted(fetch)) continue;
      const recorded = this.of(fetch.subgraph);
      recorded.add(request.time, fetch);
      if (fetch.wait >= 0) recorded.waits.add(request.time, fetch.wait, false);
      this.#addressOf(recorded, fetch.address)?.add(request.time, fetch);
    }
  }

  #addressOf({ addresses }: RecordedSubgraph, address: string | null): Recorded | null {
    const known = addresses.get(address);
    if (known || this.#addresses >= MAX_ADDRESSES) return known ?? null;
    const created = new Recorded();
    addresses.set(address, created);
    this.#addresses += 1;
    return created;
  }
}

/** Requests that were sent for this client, and have ended by themselves. */
export function isCounted({ attempt, outcome, isJoined }: RecentFetch): boolean {
  return attempt > 0 && !isJoined && outcome !== 'CANCELLED' && outcome !== 'PENDING';
}
