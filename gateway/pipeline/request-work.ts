// Work of a request: its start, its cancellation and its calls to subgraphs, which are logged in one line.
import { Cancellation } from '../transport/cancellation.ts';
import type { CallRecorder, SubgraphCall } from '../transport/subgraph-scope.ts';

/** Calls to subgraphs in the order of their ends, or totals of them. */
export interface CallLog extends CallRecorder {
  map<Result>(read: (call: SubgraphCall) => Result): Result[];
}

/** Unit of work that is cancelled and logged as one. */
export interface RequestWork {
  cancellation: Cancellation;
  calls: CallLog;
  /** Milliseconds, of `performance.now()`. */
  started: number;
}

export function newWork(): RequestWork {
  return { cancellation: new Cancellation(), calls: [], started: performance.now() };
}
