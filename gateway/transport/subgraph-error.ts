// Subgraph errors: failures between the gateway and a subgraph, with messages that are safe to send to clients.
import type { ErrorCode } from '../errors.ts';

const predicates = {
  SUBGRAPH_UNAVAILABLE: 'could not be reached',
  SUBGRAPH_TIMEOUT: 'did not respond in time',
  SUBGRAPH_CIRCUIT_OPEN: 'is not requested for now, because most requests to it have failed',
  SUBGRAPH_OVERLOADED: 'has as many requests in flight and waiting as are allowed',
  SUBGRAPH_BAD_RESPONSE: 'returned an unusable response',
  TOO_MANY_SUBSCRIPTIONS: 'has as many open subscriptions as are allowed',
  TOO_MANY_EVENTS: 'sends events faster than this subscription reads them',
  SUBGRAPH_ERROR: 'rejected the request',
  SUBGRAPH_COST_EXCEEDED: 'was not requested: this part of the operation costs more than is allowed there',
  UNAUTHENTICATED: 'did not accept the credentials',
  FORBIDDEN: 'denied access',
  RATE_LIMIT_EXCEEDED: 'has received too many requests',
} as const satisfies Partial<Record<ErrorCode, string>>;

export type SubgraphErrorCode = keyof typeof predicates;

/** Failures of the subgraph as a whole, whatever the request was; rejections of a caller or of a request are none. */
const outages: Readonly<Partial<Record<SubgraphErrorCode, true>>> = {
  SUBGRAPH_UNAVAILABLE: true,
  SUBGRAPH_TIMEOUT: true,
  SUBGRAPH_CIRCUIT_OPEN: true,
  SUBGRAPH_OVERLOADED: true,
  SUBGRAPH_BAD_RESPONSE: true,
  RATE_LIMIT_EXCEEDED: true,
};

/** A request to a subgraph that failed as a whole. The message is for clients, `detail` only for the log. */
export class SubgraphError extends Error {
  override readonly name = 'SubgraphError';
  readonly subgraph: string;
  readonly code: SubgraphErrorCode;
  readonly detail: string;
  /** Seconds from the subgraph's `Retry-After`; null without one. */
  readonly retryAfter: number | null;
  /** Further extensions of the error. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    subgraph: string,
    code: SubgraphErrorCode,
    detail: string,
    retryAfter: number | null = null,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(`The subgraph "${subgraph}" ${predicates[code]}.`);
    this.subgraph = subgraph;
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
    this.details = details;
  }

  /** Whether fields of the subgraph have their fallbacks. */
  get isOutage(): boolean {
    return outages[this.code] === true;
  }
}

/** The failure of a request that is not sent, because the subgraph's circuit breaker is open. */
export function circuitOpen(subgraph: string): SubgraphError {
  const detail = 'most of the latest requests have failed: none is sent for a few seconds (circuit breaker)';
  return new SubgraphError(subgraph, 'SUBGRAPH_CIRCUIT_OPEN', detail);
}

/** The request was cancelled by the client or the gateway; the subgraph has not failed. */
export class RequestCancelled extends Error {
  override readonly name = 'RequestCancelled';

  constructor() {
    super('The request was cancelled.');
  }
}
