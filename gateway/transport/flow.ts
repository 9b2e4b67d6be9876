// Flow: the requests to a subgraph for the same fields, whatever their arguments and aliases. Flows share the places of
// the subgraph's bulkhead fairly, so that one slow field leaves places for the others (fair queueing).
import type { Cancellation } from './cancellation.ts';

/** A request that has a place, or waits for one. */
export interface FlowRequest {
  readonly cancellation: Cancellation;
  readonly flow: Flow;
  /** Time of `performance.now()` by which it has to be complete. */
  readonly ends: number;
  /** Sends it, in its place. */
  begin(now: number): void;
  /** Ends it without having been sent. */
  fail(error: Error, now: number): void;
}

/** A request that waits for a place. */
export interface QueuedRequest {
  request: FlowRequest;
  timer: NodeJS.Timeout;
  cancel(): void;
}

export class Flow {
  /** The bulkhead that it shares. */
  readonly owner: object;
  /** Places that it has. */
  inFlight = 0;
  /** In the order in which they came. */
  readonly queue = new Set<QueuedRequest>();

  constructor(owner: object) {
    this.owner = owner;
  }

  get isIdle(): boolean {
    return this.inFlight === 0 && this.queue.size === 0;
  }
}

/** What is no selected field: strings, comments, variables, arguments and aliases (a name before a colon), directives. */
const tokens = /"""[\s\S]*?"""|"(?:[^"\\]|\\.)*"|[$@]\w+|[A-Za-z_]\w*(\s*:)?/g;

/** Names of the fields and types that a document selects, in one text: equal for documents of one flow. */
export function flowKey(document: string): string {
  const names = new Set<string>();
  const start = Math.max(document.indexOf('{'), 0);
  for (const [token, colon] of document.slice(start).matchAll(tokens)) {
    if (colon === undefined && !/^["$@]/.test(token)) names.add(token);
  }
  return [...names].sort().join(' ');
}
