// Rejected request: a subgraph's HTTP status 401, 403 or 429 without a GraphQL response, as the error that clients get.
import { SubgraphError } from './subgraph-error.ts';
import type { SubgraphScope } from './subgraph-scope.ts';

/** Seconds: clients are given a `Retry-After` of one day at most. */
const MAX_RETRY_AFTER = 86_400;

/** HTTP status 401 or 403. Its meaning to the caller depends on the credentials of the request: see `rejectionFor`. */
export class RejectedRequest extends SubgraphError {
  readonly status: 401 | 403;

  constructor(subgraph: string, status: 401 | 403) {
    const reason = 'the request had no credentials of the caller: the gateway itself is not authorized';
    super(subgraph, 'SUBGRAPH_ERROR', `HTTP status ${status}: ${reason}`);
    this.status = status;
  }
}

/** The error for one of these statuses; undefined for any other. @param retryAfter value of the header, if present. */
export function rejection(subgraph: string, status: number, retryAfter: string | undefined): SubgraphError | undefined {
  if (status === 401 || status === 403) return new RejectedRequest(subgraph, status);
  if (status !== 429) return undefined;
  const declared = retryAfter === undefined ? '' : `, Retry-After: ${retryAfter.slice(0, 64)}`;
  return new SubgraphError(
    subgraph,
    'RATE_LIMIT_EXCEEDED',
    `HTTP status 429${declared}`,
    secondsOfRetryAfter(retryAfter),
  );
}

/**
 * The error that the caller gets. A subgraph that rejects the caller's credentials rejects the caller. A rejection of
 * the gateway's own credentials does not concern callers: as UNAUTHENTICATED it would sign out every one of them.
 * @param hasOwnCredentials whether the subgraph's address contains credentials of the gateway.
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

/** Retry-After (RFC 9110, section 10.2.3): seconds, or a date, as seconds. Null where it is neither. */
export function secondsOfRetryAfter(value: string | undefined, now = Date.now()): number | null {
  if (value === undefined) return null;
  const text = value.trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((dateOf(text) - now) / 1000);
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER);
}

/** HTTP dates begin with the name of a day; `Date.parse` accepts almost anything as a date. */
function dateOf(text: string): number {
  return /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : Number.NaN;
}
