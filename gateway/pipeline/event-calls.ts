// Fetches of a subscription's events, for its log line: one total for each subgraph and outcome, since a subscription
// may have any number of events.
import type { CallRecorder, SubgraphCall } from '../transport/subgraph-scope.ts';
import type { CallLog } from './request-work.ts';

export class EventCalls implements CallLog {
  readonly #line: CallRecorder;
  readonly #totals = new Map<string, SubgraphCall & { requests: number }>();

  /** @param line the calls of the subscription's log line, which get the totals. */
  constructor(line: CallRecorder) {
    this.#line = line;
  }

  push(...calls: readonly SubgraphCall[]): void {
    for (const call of calls) {
      const key = `${call.subgraph} ${call.outcome}`;
      const total = this.#totals.get(key);
      if (total) {
        total.requests += 1;
        total.duration += call.duration;
        continue;
      }
      const first = { ...call, requests: 1 };
      this.#totals.set(key, first);
      this.#line.push(first);
    }
  }

  map<Result>(read: (call: SubgraphCall) => Result): Result[] {
    return [...this.#totals.values()].map(read);
  }
}
