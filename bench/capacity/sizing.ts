// How many workers a load needs: the fewest with which requests are served in time, also while a part of the instances
// has failed.
import { type Kind, simulate } from './simulation.ts';

export interface Load {
  kinds: readonly Kind[];
  /** Requests per second. */
  rate: number;
  /** Of all workers, the share that may fail at once: 1/3 for one of three zones. */
  failing: number;
  /** Milliseconds that p99 may be above the time of the services, while they have failed. */
  margin: number;
  /** Share of its time that a worker may be busy then: garbage collection, reloads and bursts need the rest. */
  maxBusy: number;
}

export interface Sizing {
  workers: number;
  /** Share of its time in which a worker is busy: usually, and while the others have failed. */
  busy: number;
  busyInFailure: number;
  /** Milliseconds of p99 while the others have failed. */
  p99: number;
}

/** Workers that are simulated at most: with requests in turn, each of more has the same share of the load. */
const MAX_SIMULATED = 48;
/** Requests of one simulation. */
const REQUESTS = 60_000;

export function sizeFor({ kinds, rate, failing, margin, maxBusy }: Load): Sizing {
  const processor = kinds.reduce((sum, kind) => sum + kind.share * kind.processor, 0);
  const slowest = Math.max(...kinds.map(({ rounds }) => rounds.reduce((sum, round) => sum + round, 0)));
  const least = (rate * processor) / 1000;
  let low = Math.max(failing > 0 ? 2 : 1, Math.ceil(least));
  let high = Math.max(low, Math.ceil((least * 4) / (1 - failing)));
  const p99With = (workers: number) => {
    const left = Math.max(1, Math.floor(workers * (1 - failing)));
    if (least > left * maxBusy) return Number.POSITIVE_INFINITY;
    const simulated = Math.min(left, MAX_SIMULATED);
    const share = (rate * simulated) / left;
    return simulate({
      kinds,
      workers: simulated,
      rate: share,
      duration: REQUESTS / share,
      warmUp: (REQUESTS / share) * 0.1,
    }).p99;
  };
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (p99With(middle) <= slowest + margin) high = middle;
    else low = middle + 1;
  }
  const left = Math.max(1, Math.floor(low * (1 - failing)));
  return { workers: low, busy: least / low, busyInFailure: least / left, p99: p99With(low) };
}
