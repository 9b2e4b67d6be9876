// Rejected request: a subgraph's HTTP status 401, 403 or 429 without a GraphQL response, as the error that clients get.
import { SubgraphError } from './subgraph-error.ts';
import type { SubgraphScope } from './subgraph-scope.ts';

/** Seconds: nobody is told to wait for longer than a day. */
const MAX_RETRY_AFTER = 86_400;

/** Whose credentials a request carried decides what a rejection means: see `rejectionFor`. */
export class RejectedRequest extends SubgraphError {
  readonly status: 401 | 403;

  constructor(subgraph: string, status: 401 | 403) {
    const whose = 'the request had no credentials of the caller: the gateway itself is not accepted';
    super(subgraph, 'SUBGRAPH_ERROR', `HTTP status ${status}: ${whose}`);
    this.status = status;
  }
}

/** The error for such a status; undefined for any other. @param retryAfter the value of the header, if there is one. */
export function rejection(subgraph: string, status: number, retryAfter: string | undefined): SubgraphError | undefined {
  if (status === 401 || status === 403) return new RejectedRequest(subgraph, status);
  if (status !== 429) return undefined;
  const declared = retryAfter === undefined ? '' : `, Retry-After: ${retryAfter.slice(0, 64)}`;
  return new SubgraphError(subgraph, 'RATE_LIMIT_EXCEEDED', `HTTP status 429${declared}`, secondsOf(retryAfter));
}

/**
 * What a rejection means to the caller. A subgraph that refuses the caller's credentials refuses the caller. One that refuses
 * the gateway's own says nothing of callers: as UNAUTHENTICATED it would sign out every one of them.
 * @param hasOwnCredentials whether the gateway has credentials of its own there, in the subgraph's address.
 */
export function rejectionFor(
  error: RejectedRequest,
  { forwarded }: SubgraphScope,
  hasOwnCredentials: boolean,
): SubgraphError {
  const { subgraph, status } = error;
  if (hasOwnCredentials || !forwarded?.carriesCredentials(subgraph)) return error;
  const code = status === 401 ? 'UNAUTHENTICATED' : 'FORBIDDEN';
  return new SubgraphError(subgraph, code, `HTTP status ${status} to the caller's credentials`);
}

/** Retry-After (RFC 9110, section 10.2.3): seconds, or a date. Null where it is neither. */
function secondsOf(value: string | undefined, now = Date.now()): number | null {
  if (value === undefined) return null;
  const text = value.trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((dateOf(text) - now) / 1000);
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER);
}

/** HTTP dates begin with the name of a day; `Date.parse` takes almost anything for one. */
function dateOf(text: string): number {
  return /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : Number.NaN;
}
