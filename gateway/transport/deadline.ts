// Deadline of a client's request: its requests to subgraphs get what is left of it, and have it in a header field.
import type { Cancellation } from './cancellation.ts';
import { RequestCancelled, SubgraphError } from './subgraph-error.ts';

/** Milliseconds: from clients, which may shorten the deadline; and to subgraphs, with what is left of it. */
export const deadlineHeader = 'x-request-timeout-ms';

/** Milliseconds below which nothing is sent: no response would be in time. */
export const MIN_TIME = 5;

/** Milliseconds that a client gives its request; Infinity without the field, and for anything but a number above 0. */
export function requestedTime(value: string | readonly string[] | undefined): number {
  return typeof value === 'string' && /^[1-9]\d{0,9}$/.test(value) ? Number(value) : Number.POSITIVE_INFINITY;
}

/** The deadline passed, before an address had the time in which it should have responded: no failure of the address. */
export class OutOfTime extends SubgraphError {
  constructor(subgraph: string, detail = 'the deadline of the request passed before its response') {
    super(subgraph, 'SUBGRAPH_TIMEOUT', detail);
  }
}

/** The failure of a request to a subgraph whose client request was cancelled, or has expired. */
export function interruptedRequest({ cancelled }: Cancellation, subgraph: string): Error {
  if (cancelled) return new RequestCancelled();
  return new OutOfTime(subgraph, 'the gateway stops: its grace period passed before the response');
}
