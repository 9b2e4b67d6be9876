// Requests as the console shows them: those of the ring, and those that still run.
import { CACHED, describe } from '../../pipeline/recent-requests.ts';
import type { RequestContext } from '../../pipeline/request-context.ts';
import { type RecentFetch, RecentRequest } from '../../pipeline/request-ring.ts';
import { rounded } from './latencies.ts';
import type { ShownFetch, ShownRequest } from './messages.ts';

type ServiceOf = (subgraph: string) => string;

export function shownRequest(request: RecentRequest, serviceOf: ServiceOf): ShownRequest {
  const { requestId, time, duration, method, path, bytes, operation, client, cache, traceId, cost, actualCost } =
    request;
  return {
    ...{ requestId, time, method, path, bytes, client, cache, traceId, cost, actualCost },
    duration: rounded(duration),
    status: request.status === 0 ? null : request.status,
    operation: operation?.name ?? null,
    type: operation?.type ?? null,
    document: operation?.document ?? null,
    codes: request.codes ?? [],
    fetchCount: request.fetchCount,
    fetches: [...request.ownFetches()].map((fetch) => shownFetch(fetch, duration, serviceOf)),
  };
}

/** A request that has not ended. */
export function runningRequest(context: RequestContext, now: number): RecentRequest {
  const request = new RecentRequest();
  request.time = now;
  request.duration = performance.now() - context.started;
  describe(context, request);
  return request;
}

function shownFetch(fetch: RecentFetch, elapsed: number, serviceOf: ServiceOf): ShownFetch {
  const { address, attempt, bytes, outcome, isJoined, keys, cached } = fetch;
  const isPending = outcome === 'PENDING';
  return {
    ...{ address, attempt, bytes, outcome, isJoined, keys, cached },
    subgraph: outcome === CACHED ? serviceOf(fetch.subgraph) : fetch.subgraph,
    fetch: fetch.fetch < 0 ? null : fetch.fetch,
    start: fetch.start < 0 ? null : rounded(fetch.start),
    wait: fetch.wait < 0 ? null : rounded(fetch.wait),
    duration: rounded(isPending ? Math.max(0, elapsed - fetch.start) : fetch.duration),
  };
}
