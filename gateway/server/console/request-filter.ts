// Filter of requests by client, operation, outcome and duration, from the query of the console's stream.
import type { RecentRequest } from '../../pipeline/request-ring.ts';

const MAX_LENGTH = 256;

/** What requests have to fit, all of it. */
export interface RequestFilter {
  /** Name of a client, empty for requests without one; undefined for all. */
  client?: string | undefined;
  /** Part of an operation's name, in lower case. */
  operation?: string | undefined;
  outcome?: 'ok' | 'failed' | undefined;
  /** Milliseconds that they take at least. */
  slow: number;
}

export function readFilter(query: URLSearchParams): RequestFilter {
  const slow = Number(query.get('slow') ?? 0);
  const outcome = query.get('outcome');
  return {
    client: query.get('client')?.slice(0, MAX_LENGTH),
    operation: query.get('operation')?.slice(0, MAX_LENGTH).toLowerCase() || undefined,
    outcome: outcome === 'ok' || outcome === 'failed' ? outcome : undefined,
    slow: slow > 0 ? slow : 0,
  };
}

/** One that still runs has no outcome yet. */
export function fits(request: RecentRequest, { client, operation, outcome, slow }: RequestFilter): boolean {
  if (request.duration < slow) return false;
  if (client !== undefined && (request.client ?? '') !== client) return false;
  if (outcome !== undefined && (request.status === 0 || request.isFailed !== (outcome === 'failed'))) return false;
  if (operation === undefined) return true;
  return (request.operation?.name ?? '').toLowerCase().includes(operation);
}
