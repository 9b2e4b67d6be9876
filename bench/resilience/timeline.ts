// Timeline of an open-loop load: the figures of each second, and of longer windows, by operation.

import { outcomes, type Samples, sampleSize } from '../load/open-loop.ts';

export type Figures = {
  sent: number;
  succeeded: number;
  rejected: number;
  /** Failed, or given up by the client. */
  failed: number;
  /** Succeeded within the limit. */
  inTime: number;
  /** Milliseconds of those that succeeded or were given up; 0 where there are none. */
  p50: number;
  p99: number;
};

export class Timeline {
  readonly #samples: Samples;
  readonly #limit: number;

  /** @param limit milliseconds within which a response is in time. */
  constructor(samples: Samples, limit = Number.POSITIVE_INFINITY) {
    this.#samples = samples;
    this.#limit = limit;
  }

  /** Of the requests that were to be sent in a window, in seconds. @param operation all of them unless given. */
  figures(from: number, to: number, operation?: number): Figures {
    const counts = { succeeded: 0, rejected: 0, failed: 0, abandoned: 0 };
    const durations: number[] = [];
    let inTime = 0;
    for (let index = 0; index < this.#samples.length; index += sampleSize) {
      const [kind, at, duration, outcome] = this.#samples.subarray(index, index + sampleSize) as unknown as Sample;
      if (at < from * 1000 || at >= to * 1000 || (operation !== undefined && kind !== operation)) continue;
      const name = outcomes[outcome]!;
      counts[name] += 1;
      if (name === 'succeeded' || name === 'abandoned') durations.push(duration);
      if (name === 'succeeded' && duration <= this.#limit) inTime += 1;
    }
    durations.sort((one, other) => one - other);
    const percentile = (share: number) =>
      Math.round(10 * (durations[Math.min(durations.length - 1, Math.floor(durations.length * share))] ?? 0)) / 10;
    const { succeeded, rejected, failed, abandoned } = counts;
    const sent = succeeded + rejected + failed + abandoned;
    return {
      sent,
      succeeded,
      rejected,
      failed: failed + abandoned,
      inTime,
      p50: percentile(0.5),
      p99: percentile(0.99),
    };
  }
}

type Sample = [operation: number, at: number, duration: number, outcome: number];
